"""A draw on the small hospital, driven over HTTP as people do it, with the clock and the job in the test's hand."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from booking.world import World
from yitong.booking.draw.drawing import run_draws
from yitong.booking.draw.publication import Publication, read, verify
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, Role

OPENS, CLOSES = 10, 120  # minutes from the beginning
Answer = dict[str, Any]


@dataclass
class Scene:
    """The hospital with sessions in three days, and people with identity documents."""

    world: World
    client: httpx.AsyncClient
    clock: SetClock
    schedule_id: UUID = field(init=False)
    slots: list[UUID] = field(init=False)
    draw_id: str = ""

    async def prepare(self, *, slots: int = 2, capacity: int = 3) -> None:
        """A session with room."""
        self.schedule_id, self.slots = await self.world.session(
            self.clock.now() + timedelta(days=3), slots=slots, capacity=capacity
        )

    async def person(self, document: bytes | None = None, **about: Any) -> UUID:
        """Somebody with a checked document."""
        patient = await self.world.patient(**about)
        await self.document(patient, document or patient.bytes)
        return patient

    async def document(self, patient: UUID, value: bytes, kind: str = "01") -> None:
        """An identity document of somebody."""
        await self.world.insert(
            "patient_identifier",
            kind=kind,
            value_hash=value,
            patient_id=patient,
            value_sealed="x",
            created_at=self.clock.now(),
        )

    async def announce(self, actor: Actor | None = None, **changed: Any) -> httpx.Response:
        """Announce a draw over the session; the answer is kept for what follows."""
        now = self.clock.now()
        body: Answer = {
            "organization_id": str(self.world.organization_id),
            "department_id": str(self.world.department_id),
            "schedule_ids": [str(self.schedule_id)],
            "places_per_slot": 2,
            "opens_at": (now + timedelta(minutes=OPENS)).isoformat(),
            "closes_at": (now + timedelta(minutes=CLOSES)).isoformat(),
            **changed,
        }
        answer = await self.client.post(
            "/api/draws", json=body, headers=self.world.headers(actor or self.world.staff(Role.SCHEDULER))
        )
        if answer.status_code == 201:
            self.draw_id = answer.json()["id"]
        return answer

    async def draw(self) -> Answer:
        """The draw as anybody sees it."""
        answer = await self.client.get(f"/api/draws/{self.draw_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def drawn_slots(self) -> list[str]:
        """The ids of the slots that are drawn for."""
        return [one["slot_id"] for one in (await self.draw())["slots"]]

    async def ask(self, patient: UUID, choices: list[str], actor: Actor | None = None, **more: Any) -> httpx.Response:
        """Take part."""
        return await self.client.post(
            f"/api/draws/{self.draw_id}/requests",
            json={"patient_id": str(patient), "choices": choices, **more},
            headers=self.world.headers(actor or self.world.citizen(patient)),
        )

    async def mine(self, patient: UUID) -> list[Answer]:
        """One's requests."""
        answer = await self.client.get(
            f"/api/draws/{self.draw_id}/my-requests", headers=self.world.headers(self.world.citizen(patient))
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def act(self, patient: UUID, verb: str, appointment_id: str) -> httpx.Response:
        """Confirm or cancel an appointment by the ordinary address."""
        body = {"organization_id": str(self.world.organization_id)}
        if verb == "cancel":
            body["reason"] = "不去了"
        return await self.client.post(
            f"/api/appointments/{appointment_id}/{verb}",
            json=body,
            headers=self.world.headers(self.world.citizen(patient)),
        )

    async def post(self, path: str, **body: Any) -> httpx.Response:
        """What a planner does with the draw."""
        return await self.client.post(
            f"/api/draws/{self.draw_id}/{path}",
            json={"organization_id": str(self.world.organization_id), **body},
            headers=self.world.headers(self.world.staff(Role.SCHEDULER), new_id()),
        )

    async def later(self, **parts: float) -> None:
        """Let time pass, then let the job run."""
        self.clock.advance(**parts)
        await run_draws(self.world.platform)

    async def open(self, **changed: Any) -> list[str]:
        """Announce a draw and wait until it is open; answers its slots."""
        answer = await self.announce(**changed)
        assert answer.status_code == 201, answer.text
        await self.later(minutes=OPENS)
        return await self.drawn_slots()

    async def publication(self) -> tuple[bytes, Publication]:
        """The published file, which must verify."""
        answer = await self.client.get(f"/api/draws/{self.draw_id}/publication")
        assert answer.status_code == 200, answer.text
        found = read(answer.content)
        assert [one for one in verify(found) if one.difference] == []
        return answer.content, found

    async def counted(self) -> None:
        """Every slot counts those who sit in it, and none sits in a place that is not there."""
        for slot in await self.world.owner.fetch("SELECT id, pool, capacity, taken, open FROM slot"):
            sitting = await self.world.count(
                "appointment", "slot_id = $1 AND state NOT IN ('cancelled', 'expired')", slot["id"]
            )
            returning = await self.world.count("returning_place", "slot_id = $1 AND state = 'waiting'", slot["id"])
            assert slot["taken"] == sitting + returning <= slot["capacity"], dict(slot)
            assert slot["open"] == (slot["taken"] < slot["capacity"]), dict(slot)
