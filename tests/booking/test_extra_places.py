"""Extra places: made and booked at once, for one person, capped, traced, and gone when given up."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import msgspec
import pytest
from litestar.testing import AsyncTestClient
from litestar.types import ASGIApp

from booking.world import World
from yitong.booking.schedules import extra_places
from yitong.booking.schedules.schemas import ExtraPlaceRequest
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, ActorKind, Role, RoleAt
from yitong.kernel.platform import Platform, open_platform
from yitong.kernel.problems import Problem

Client = AsyncTestClient[ASGIApp]
MOST = 3


@pytest.fixture
async def platform(database_url: str, settings: Any, clock: SetClock) -> AsyncGenerator[Platform]:
    """A platform where a session takes three extra places."""
    opened = open_platform(msgspec.structs.replace(settings, extra_places_most=MOST), database_url, clock)
    yield opened
    await opened.close()


def doctor(world: World, practitioner_id: UUID | None = None, department_id: UUID | None = None) -> Actor:
    """A doctor of the hospital; the session's own when nobody is named."""
    role = RoleAt(Role.DOCTOR, world.organization_id, department_id or world.department_id)
    return Actor(ActorKind.STAFF, new_id(), (role,), practitioner_id=practitioner_id or world.practitioner_id)


async def add(world: World, client: Client, schedule: UUID, patient: UUID, actor: Actor, **more: Any) -> Any:
    """The answer to somebody who adds a place."""
    body = {"organization_id": str(world.organization_id), "patient_id": str(patient), "reason": "外地赶来", **more}
    return await client.post(f"/api/schedules/{schedule}/extra-places", json=body, headers=world.headers(actor))


async def test_a_place_beyond_the_plan(world: World, client: Client) -> None:
    schedule, slots = await world.session(slots=2, capacity=1)
    patient = await world.patient()
    made = await add(world, client, schedule, patient, doctor(world))
    assert made.status_code == 201, made.text
    appointment = made.json()["appointment"]
    assert (appointment["state"], appointment["number"], appointment["channel"]) == ("booked", 1, "doctor")
    assert appointment["start_at"] == "2026-11-24T08:30:00+08:00"  # the last stretch, since none was named
    assert made.json()["left"] == MOST - 1
    row = await world.owner.fetchrow("SELECT * FROM slot WHERE pool = 'extra'")
    assert (row["capacity"], row["taken"], row["open"]) == (1, 1, False)
    assert [(await world.row("slot", one))["taken"] for one in slots] == [0, 0]
    assert await world.count(
        "event", "type = 'booking:appointment:booked' AND subject_id = $1", UUID(appointment["id"])
    )
    trace = await world.owner.fetchval("SELECT payload FROM event WHERE type = 'booking:place:extra_added'")
    assert "外地赶来" in trace
    assert appointment["id"] in trace
    listed = await client.get(
        f"/api/schedules/{schedule}/extra-places?organization_id={world.organization_id}",
        headers=world.headers(world.staff(Role.SCHEDULER)),
    )
    assert (listed.json()["left"], listed.json()["most"]) == (MOST - 1, MOST)
    assert [(one["reason"], one["patient_name"]) for one in listed.json()["items"]] == [("外地赶来", "张*")]


async def test_nobody_else_can_take_it_and_it_goes_with_its_person(world: World, client: Client) -> None:
    schedule, _ = await world.session(slots=1, capacity=1)
    patient, other = await world.patient(), await world.patient()
    appointment = (await add(world, client, schedule, patient, doctor(world))).json()["appointment"]
    body = {"organization_id": str(world.organization_id), "reason": "不来了"}
    await client.post(f"/api/appointments/{appointment['id']}/cancel", json=body, headers=world.headers(world.staff()))
    row = await world.owner.fetchrow("SELECT * FROM slot WHERE pool = 'extra'")
    assert (row["capacity"], row["taken"], row["open"]) == (0, 0, False)
    assert await world.count("returning_place") == 0
    hold = {"organization_id": body["organization_id"], "slot_id": str(row["id"]), "patient_id": str(other)}
    for actor in (world.citizen(other), world.staff()):
        refused = await client.post("/api/holds", json=hold, headers=world.headers(actor))
        assert refused.json()["code"] == "channel-not-open"
    again = await add(world, client, schedule, other, doctor(world))
    assert again.json()["left"] == MOST - 1


async def test_who_may_add(world: World, client: Client) -> None:
    schedule, _ = await world.session()
    patient = await world.patient()
    for stranger in (doctor(world, new_id()), world.staff(Role.REGISTRAR), world.staff(Role.NURSE)):
        assert (await add(world, client, schedule, patient, stranger)).json()["code"] == "forbidden"
    assert (await add(world, client, schedule, patient, world.citizen(patient))).json()["code"] == "forbidden"
    elsewhere = world.staff(Role.SCHEDULER, new_id())
    assert (await add(world, client, schedule, patient, elsewhere)).json()["code"] == "forbidden"
    assert (await add(world, client, schedule, patient, world.staff(Role.SCHEDULER))).status_code == 201


async def test_refusals(world: World, client: Client, clock: SetClock) -> None:
    schedule, slots = await world.session(slots=2)
    patient, man = await world.patient(), await world.patient()
    first = await add(world, client, schedule, patient, doctor(world), start_at="2026-11-24T08:00:00+08:00")
    assert first.json()["appointment"]["start_at"] == "2026-11-24T08:00:00+08:00"
    assert (await add(world, client, schedule, patient, doctor(world))).json()["code"] == "duplicate-booking"
    unknown = await add(world, client, schedule, man, doctor(world), start_at="2026-11-24T08:10:00+08:00")
    assert unknown.json()["code"] == "slot-not-found"
    assert (await add(world, client, schedule, man, doctor(world), reason="")).json()["code"] == "validation-failed"
    assert (await add(world, client, new_id(), man, doctor(world))).json()["code"] == "not-found"
    for _ in range(MOST - 1):
        more = await add(world, client, schedule, await world.patient(), doctor(world))
        assert more.status_code == 201
    full = await add(world, client, schedule, man, doctor(world))
    assert (full.status_code, full.json()["code"]) == (409, "extra-places-full")
    stopping = {"organization_id": str(world.organization_id), "reason": "停电"}
    headers = world.headers(world.staff(Role.SCHEDULER))
    await client.post(f"/api/schedules/{schedule}/stop", json=stopping, headers=headers)
    await world.owner.execute("UPDATE slot SET taken = 0, capacity = 0 WHERE pool = 'extra'")
    assert (await add(world, client, schedule, man, doctor(world))).json()["code"] == "slot-stopped"
    clock.advance(days=2)
    assert (await add(world, client, schedule, man, doctor(world))).json()["code"] == "slot-past"
    assert (await world.row("slot", slots[0]))["taken"] == 0


async def test_the_same_request_twice_adds_once(world: World, client: Client) -> None:
    schedule, _ = await world.session()
    actor, patient = doctor(world), await world.patient()
    headers = world.headers(actor)
    body = {"organization_id": str(world.organization_id), "patient_id": str(patient), "reason": "复查"}
    path = f"/api/schedules/{schedule}/extra-places"
    first = (await client.post(path, json=body, headers=headers)).json()
    assert (await client.post(path, json=body, headers=headers)).json() == first
    assert await world.count("appointment") == 1


@pytest.mark.parametrize("protected", [True, False])
async def test_no_more_than_allowed_at_the_same_moment(
    world: World, database_url: str, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    if not protected:  # the control: without the lock more people get in than may

        async def nothing(*_: Any) -> None:
            await asyncio.sleep(0)

        monkeypatch.setattr(extra_places, "lock_slots", nothing)
    schedule, _ = await world.session(slots=1, capacity=1)
    patients = [await world.patient() for _ in range(8)]
    servers = [open_platform(world.platform.settings, database_url, world.platform.clock) for _ in range(4)]
    together = asyncio.Barrier(8)

    async def attempt(number: int, patient: UUID) -> bool:
        request = ExtraPlaceRequest(organization_id=world.organization_id, patient_id=patient, reason="加号")
        try:
            async with servers[number % 4].transaction(doctor(world)) as tx:
                await together.wait()
                await extra_places.add_extra_place(tx, schedule, request, new_id())
        except Problem as problem:
            if problem.code != "extra-places-full":
                raise
            return False
        return True

    won = sum(await asyncio.gather(*(attempt(n, patient) for n, patient in enumerate(patients))))
    for one in servers:
        await one.close()
    assert (
        won
        == await world.count("appointment")
        == await world.owner.fetchval("SELECT sum(taken) FROM slot WHERE pool = 'extra'")
    )
    assert won == MOST if protected else won > MOST
