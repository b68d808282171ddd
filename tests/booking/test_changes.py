"""Giving up, moving, listing and closing appointments."""

from datetime import timedelta

import pytest
from litestar.testing import AsyncTestClient
from litestar.types import ASGIApp

from booking.world import World
from yitong.booking.schemas import Appointment, CancelRequest, HoldRequest, RescheduleRequest
from yitong.booking.service import cancel, confirm, history, hold, mark_no_shows, mine, reschedule, show
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, Role
from yitong.kernel.problems import Problem


async def book(world: World, actor: Actor, slot: UUID, patient: UUID) -> Appointment:
    """A confirmed appointment."""
    held = await hold(world.platform, actor, HoldRequest(world.organization_id, slot, patient), new_id())
    return await confirm(world.platform, actor, world.organization_id, held.id)


async def give_up(world: World, actor: Actor, appointment: UUID) -> Appointment:
    async with world.platform.transaction(actor) as tx:
        return await cancel(tx, appointment, CancelRequest(world.organization_id, "计划有变"))


async def move(world: World, actor: Actor, appointment: UUID, to: UUID, key: UUID | None = None) -> Appointment:
    async with world.platform.transaction(actor) as tx:
        return await reschedule(tx, appointment, RescheduleRequest(world.organization_id, to), key or new_id())


async def refused(work: object) -> str:
    with pytest.raises(Problem) as caught:
        await work  # type: ignore[misc]
    return caught.value.code


async def test_cancelling(world: World, clock: SetClock) -> None:
    _, slots = await world.session(clock.now() + timedelta(hours=2), slots=1, capacity=1)
    patient, stranger = await world.patient(), await world.patient()
    actor = world.citizen(patient)
    booked = await book(world, actor, slots[0], patient)
    assert booked.can_cancel
    assert await refused(give_up(world, world.citizen(stranger), booked.id)) == "not-found"
    clock.advance(minutes=61)
    assert await refused(give_up(world, actor, booked.id)) == "cancel-too-late"
    done = await give_up(world, world.staff(), booked.id)
    assert (done.state, done.cancelled_reason, done.can_cancel) == ("cancelled", "计划有变", False)
    slot = await world.row("slot", slots[0])
    assert (slot["taken"], slot["open"]) == (0, True)
    assert await refused(give_up(world, world.staff(), booked.id)) == "wrong-state"
    async with world.platform.transaction(actor) as tx:
        moves = await history(tx, world.organization_id, booked.id)
    assert [(m.from_state, m.to_state, m.reason) for m in moves] == [
        (None, "held", None),
        ("held", "booked", None),
        ("booked", "cancelled", "计划有变"),
    ]
    assert moves[0].actor_text == "患者本人或家属"
    assert (await book(world, actor, slots[0], patient)).number == 2


async def test_moving(world: World) -> None:
    _, slots = await world.session(slots=3, capacity=1)
    patient, other = await world.patient(), await world.patient()
    actor, key = world.citizen(patient), new_id()
    old = await book(world, actor, slots[0], patient)
    await book(world, world.citizen(other), slots[1], other)
    assert await refused(move(world, actor, old.id, slots[1])) == "slot-taken"
    assert await refused(move(world, actor, old.id, slots[0])) == "same-slot"
    assert await refused(move(world, actor, old.id, new_id())) == "slot-not-found"
    async with world.platform.transaction(actor) as tx:
        assert (await show(tx, world.organization_id, old.id)).state == "booked"
    new = await move(world, actor, old.id, slots[2], key)
    assert (new.state, new.slot_id, new.number) == ("booked", slots[2], 3)
    assert await move(world, actor, old.id, slots[2], key) == new
    async with world.platform.transaction(actor) as tx:
        before = await show(tx, world.organization_id, old.id)
    assert (before.state, before.rescheduled_to) == ("cancelled", new.id)
    # The old place is on its way back: counted, and nobody's.
    assert [(await world.row("slot", slot))["taken"] for slot in slots] == [1, 1, 1]
    assert await world.count("returning_place", "slot_id = $1 AND state = 'waiting'", slots[0]) == 1
    assert await world.count("event", "type = 'booking:appointment:rescheduled'") == 1


async def test_no_shows_after_the_day(world: World, clock: SetClock) -> None:
    _, slots = await world.session(clock.now() + timedelta(hours=2), slots=1)
    patient = await world.patient()
    actor = world.citizen(patient)
    booked = await book(world, actor, slots[0], patient)
    clock.advance(hours=15)  # 23:30 on the hospital's wall
    assert await mark_no_shows(world.platform) == 0
    clock.advance(hours=1)
    assert await mark_no_shows(world.platform) == 1
    assert await mark_no_shows(world.platform) == 0
    assert (await world.row("appointment", booked.id))["state"] == "no_show"
    assert await world.count("event", "type = 'booking:appointment:no_show' AND patient_id = $1", patient) == 1
    assert (await world.row("slot", slots[0]))["taken"] == 1


async def test_own_appointments(world: World, clock: SetClock) -> None:
    patient, other = await world.patient(), await world.patient()
    actor = world.citizen(patient, other)
    made: list[UUID] = []
    for day in range(1, 4):
        start = clock.now() + timedelta(days=day)
        _, slots = await world.session(start, slots=1)
        made.append((await book(world, actor, slots[0], patient)).id)
    await give_up(world, actor, made[1])
    async with world.platform.transaction(actor) as tx:
        assert [one.id for one in (await mine(tx, patient, "upcoming", None)).items] == [made[0], made[2]]
        assert [one.id for one in (await mine(tx, None, "past", None)).items] == [made[1]]
        assert len((await mine(tx, None, "all", None)).items) == 3
        assert (await mine(tx, other, "all", None)).items == []
    async with world.platform.transaction(world.citizen(other)) as tx:
        assert await refused(mine(tx, patient, "all", None)) == "foreign-patient"


async def test_over_http(world: World, client: AsyncTestClient[ASGIApp]) -> None:
    _, slots = await world.session(slots=2)
    patient = await world.patient()
    staff, actor = world.staff(), world.citizen(patient)
    home = str(world.organization_id)
    body = {"organization_id": home, "slot_id": str(slots[0]), "patient_id": str(patient), "channel": "window"}
    held = (await client.post("/api/holds", json=body, headers=world.headers(staff))).json()
    path = f"/api/appointments/{held['id']}"
    await client.post(f"{path}/confirm", json={"organization_id": home}, headers=world.headers(staff))
    listed = await client.get(
        f"/api/appointments?organization_id={home}&date=2026-11-24&department_id={world.department_id}&state=booked",
        headers=world.headers(staff),
    )
    assert [one["id"] for one in listed.json()["items"]] == [held["id"]]
    own = await client.get(f"/api/appointments?patient_id={patient}&when=upcoming", headers=world.headers(actor))
    assert [one["patient_name"] for one in own.json()["items"]] == ["张三"]
    refused_list = await client.get(f"/api/appointments?organization_id={home}", headers=world.headers(actor))
    assert refused_list.json()["code"] == "forbidden"
    shown = await client.get(f"{path}?organization_id={home}", headers=world.headers(actor))
    assert (shown.json()["state"], shown.json()["channel"]) == ("booked", "window")
    elsewhere = world.staff(Role.REGISTRAR, new_id())
    hidden = await client.get(f"{path}?organization_id={home}", headers=world.headers(elsewhere))
    assert (hidden.status_code, hidden.json()["code"]) == (404, "not-found")
    moved = await client.post(
        f"{path}/reschedule",
        json={"organization_id": home, "slot_id": str(slots[1])},
        headers=world.headers(actor),
    )
    assert (moved.status_code, moved.json()["slot_id"]) == (200, str(slots[1]))
    gone = await client.post(
        f"/api/appointments/{moved.json()['id']}/cancel",
        json={"organization_id": home, "reason": "x"},
        headers=world.headers(actor),
    )
    assert gone.json()["state"] == "cancelled"
    trail = await client.get(f"{path}/history?organization_id={home}", headers=world.headers(staff))
    assert [one["to_state"] for one in trail.json()["items"]] == ["held", "booked", "cancelled"]
