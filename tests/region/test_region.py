"""The event trail, parked events, reactors and the dashboard: over the interface."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from httpx import AsyncClient as Client

from worlds import World
from yitong.booking.queue.events import QueueEvent
from yitong.kernel.clock import SetClock
from yitong.kernel.events import Recorded
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, Role
from yitong.kernel.reactors import REACTORS, Reactor, run_once
from yitong.kernel.text import Language
from yitong.kernel.transaction import Transaction
from yitong.region import service


async def get(client: Client, town: World, actor: Actor, path: str, /, **query: Any) -> Any:
    return (await client.get(f"/api{path}", params=query, headers=town.headers(actor))).json()


async def send(client: Client, town: World, actor: Actor, path: str, **body: Any) -> Any:
    given = {"organization_id": str(town.hospital_id), **body}
    return (await client.post(f"/api{path}", json=given, headers=town.headers(actor))).json()


async def checked_in(client: Client, town: World, name: str = "王小明", slot: int = 0) -> UUID:
    patient = await town.patient(name)
    appointment = await town.book(patient, slot=slot)
    place = await send(client, town, town.citizen(patient), f"/appointments/{appointment}/check-in")
    assert place["state"] == "waiting", place
    return appointment


async def test_the_trail_says_what_happened_and_who_did_it(client: Client, town: World) -> None:
    await checked_in(client, town)
    nurse_id = await town.staff_account("李护士")
    nurse = town.staff(Role.NURSE, id=nurse_id)
    await town.rows(
        "INSERT INTO staff_role (staff_id, organization_id, role) VALUES (:s, :o, 'nurse') RETURNING 1",
        s=nurse_id,
        o=town.hospital_id,
    )
    await send(client, town, nurse, f"/queues/{town.session.id}/call-next")
    items = (await get(client, town, town.regulator, "/events"))["items"]
    assert [e["type"] for e in items] == ["queue:entry:called", "queue:entry:checked_in"], "newest first"
    assert items[0]["actor_text"] == "护士 李护士"
    assert items[0]["sentence"] == {
        "zh": "叫号 A001，请到心内科 3 诊室",
        "en": "A001 was called to Cardiology room 3",
    }
    assert items[1]["actor_text"] == "患者本人/家属"
    assert items[1]["organization_name"] == "演示第一医院"
    assert "王小明" not in str(items), "a citizen's name is in no event"
    english = await client.get(
        "/api/events", headers={**town.headers(town.regulator), "accept-language": "en"}, params={"actor": "李护"}
    )
    assert [e["actor_text"] for e in english.json()["items"]] == ["nurse 李护士"]


async def test_the_trail_is_filtered_and_paged(client: Client, town: World, clock: SetClock) -> None:
    for n in range(3):
        await checked_in(client, town, f"人{n}")
        clock.advance(minutes=1)
    first = (await get(client, town, town.regulator, "/events"))["items"]
    one = first[1]
    assert [
        e["id"] for e in (await get(client, town, town.regulator, "/events", subject_id=one["subject_id"]))["items"]
    ] == [one["id"]]
    since = (await get(client, town, town.regulator, "/events", **{"from": one["at"]}))["items"]
    assert [e["id"] for e in since] == [e["id"] for e in first[:2]]
    until = (await get(client, town, town.regulator, "/events", to=one["at"]))["items"]
    assert [e["id"] for e in until] == [first[2]["id"]]
    assert (await get(client, town, town.regulator, "/events", type="booking:"))["items"] == []
    assert len((await get(client, town, town.regulator, "/events", type="queue:", actor="citizen"))["items"]) == 3
    async with town.platform.transaction(town.regulator) as tx:
        from_start: list[UUID] = []
        after: tuple[str, int] | None = None
        for _ in range(3):
            page, after = await service.trail(tx, service.TrailFilter(), after, limit=1)
            from_start += [e.id for e in page]
    assert [str(i) for i in from_start] == [e["id"] for e in first]
    refused = await get(client, town, town.regulator, "/events", cursor="nonsense")
    assert refused["code"] == "validation-failed"


async def test_who_sees_which_trail(client: Client, town: World) -> None:
    await checked_in(client, town)
    admin = town.staff(Role.HOSPITAL_ADMIN)
    assert len((await get(client, town, admin, "/events"))["items"]) == 1
    foreign = town.staff(Role.HOSPITAL_ADMIN, town.other_hospital_id)
    assert (await get(client, town, foreign, "/events"))["items"] == []
    here = {"organization_id": str(town.hospital_id)}
    assert (await get(client, town, foreign, "/events", **here))["code"] == "forbidden"
    assert (await get(client, town, foreign, "/dashboard", **here))["code"] == "forbidden"
    for path in ("/events", "/parked-events", "/system/reactors"):
        assert (await get(client, town, town.citizen(new_id()), path))["code"] == "forbidden"
    assert (await get(client, town, admin, "/parked-events"))["code"] == "forbidden"
    assert (await client.get("/api/events")).json()["code"] == "unauthenticated"


async def test_new_events_are_followed(client: Client, town: World) -> None:
    admin = town.staff(Role.HOSPITAL_ADMIN)
    stream = service.follow(town.platform, admin, Language.EN, None)
    try:
        assert await anext(stream) == ("", None)
        await checked_in(client, town)
        async with asyncio.timeout(20):
            name, event = await anext(stream)
        assert name == "event"
        assert event is not None
        assert (event.type, event.actor_text) == ("queue:entry:checked_in", "the patient or family")
    finally:
        await stream.aclose()  # type: ignore[attr-defined]


@dataclass
class Picky:
    """A reactor that refuses every check-in until it is told not to."""

    refuses: bool = True
    handled: list[UUID] = field(default_factory=list[UUID])

    async def handle(self, tx: Transaction, event: Recorded) -> None:
        if self.refuses:
            raise ValueError("not today")
        self.handled.append(event.id)


@pytest.fixture
def picky() -> Iterator[Picky]:
    """The picky reactor, registered for the length of a test."""
    one = Picky()
    REACTORS["test.picky"] = Reactor("test.picky", frozenset({QueueEvent.CHECKED_IN.value}), one.handle)
    yield one
    del REACTORS["test.picky"]


async def test_a_parked_event_is_tried_again_on_demand(client: Client, town: World, picky: Picky) -> None:
    await checked_in(client, town)
    await run_once(town.platform, REACTORS["test.picky"])
    admin = town.staff(Role.PLATFORM_ADMIN, town.commission_id)
    parked = (await get(client, town, admin, "/parked-events"))["items"]
    assert [(p["reactor"], p["error"], p["attempts"], p["state"]) for p in parked] == [
        ("test.picky", "ValueError: not today", 1, "parked")
    ]
    assert parked[0]["event"]["sentence"]["zh"].startswith("A001")
    path = f"/parked-events/{parked[0]['id']}"
    still = await send(client, town, admin, f"{path}/retry", reason="again")
    assert (still["state"], still["attempts"]) == ("parked", 2)
    picky.refuses = False
    done = await send(client, town, admin, f"{path}/retry", reason="mended")
    assert done["state"] == "retried"
    assert [str(i) for i in picky.handled] == [parked[0]["event"]["id"]]
    assert (await send(client, town, admin, f"{path}/discard", reason="late"))["code"] == "wrong-state"
    said = (await get(client, town, admin, "/events", type="region:"))["items"]
    assert [e["sentence"]["en"] for e in said] == [
        "test.picky was told to try a parked event again: mended",
        "test.picky was told to try a parked event again: again",
    ]


async def test_a_parked_event_is_discarded(client: Client, town: World, picky: Picky) -> None:
    await checked_in(client, town)
    await run_once(town.platform, REACTORS["test.picky"])
    admin = town.staff(Role.PLATFORM_ADMIN, town.commission_id)
    parked = (await get(client, town, admin, "/parked-events"))["items"][0]
    path = f"/parked-events/{parked['id']}/discard"
    assert (await send(client, town, town.regulator, path, reason="x"))["code"] == "forbidden"
    assert (await send(client, town, admin, path, reason=""))["code"] == "validation-failed"
    assert (await send(client, town, admin, path, reason="never mind"))["state"] == "discarded"
    assert (await send(client, town, admin, f"/parked-events/{new_id()}/discard", reason="x"))["code"] == "not-found"


async def test_how_far_the_reactors_are(client: Client, town: World, picky: Picky) -> None:
    for n in range(2):
        await checked_in(client, town, f"人{n}")
    before = {r["name"]: r for r in (await get(client, town, town.regulator, "/system/reactors"))["items"]}
    assert set(before) == set(REACTORS)
    assert (before["test.picky"]["lag"], before["test.picky"]["last_run_at"]) == (2, None)
    await run_once(town.platform, REACTORS["test.picky"])
    after = {r["name"]: r for r in (await get(client, town, town.regulator, "/system/reactors"))["items"]}
    assert (after["test.picky"]["lag"], after["test.picky"]["parked"]) == (0, 2)
    assert after["test.picky"]["last_run_at"] is not None


async def test_a_hospitals_day_in_numbers(client: Client, town: World, clock: SetClock) -> None:
    await checked_in(client, town, "甲一")
    clock.advance(minutes=10)
    called = await send(client, town, town.doctor, f"/queues/{town.session.id}/call-next")
    clock.advance(minutes=40)
    await send(client, town, town.doctor, f"/encounters/{called['encounter']['id']}/finish")
    await checked_in(client, town, "乙二", slot=2)
    await town.book(await town.patient("丙三"), state="no_show")
    await town.rows(
        "UPDATE appointment SET state = 'cancelled', cancelled_reason = 'x' WHERE id = :a RETURNING 1",
        a=await town.book(await town.patient("丁四")),
    )
    yesterday = await town.open_session(day=(clock.now() - timedelta(days=1)).date())
    await town.book(await town.patient("戊五"), session=yesterday)
    admin = town.staff(Role.HOSPITAL_ADMIN)
    day = await get(client, town, admin, "/dashboard", organization_id=str(town.hospital_id))
    numbers = ("booked", "checked_in", "waiting", "finished", "cancelled", "no_show", "average_wait_minutes")
    assert [day[n] for n in numbers] == [3, 2, 1, 1, 1, 1, 10.0]
    assert day["date"] == "2026-11-23"
    assert [(h["hour"], h["booked"], h["checked_in"], h["finished"]) for h in day["by_hour"]] == [
        (8, 2, 1, 0),
        (9, 1, 1, 1),
    ], "hours on the hospital's wall"
    assert [(d["department_name"], d["booked"], d["waiting"], d["finished"]) for d in day["by_department"]] == [
        ("心血管内科门诊", 3, 1, 1)
    ]
    assert day["by_channel"] == [{"channel": "h5", "count": 3}]
    other = await get(
        client, town, town.regulator, "/dashboard", organization_id=str(town.hospital_id), date="2026-11-22"
    )
    assert (other["booked"], other["average_wait_minutes"]) == (1, None)
