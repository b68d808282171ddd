"""A stopped session: everybody is offered the nearest place like theirs, may refuse it, and keeps all rights."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from litestar.testing import AsyncTestClient
from litestar.types import ASGIApp

from booking.world import ZONE, World
from yitong.booking.queue.arrivals import check_in
from yitong.booking.schedules import rebooking
from yitong.booking.schedules.rebooking import AGAIN_AFTER, close_stopped, offer_due, tend_stopped
from yitong.booking.schemas import Appointment, HoldRequest
from yitong.booking.service import confirm, hold, mark_no_shows
from yitong.booking.waitlist.jobs import tend_lists
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Role
from yitong.kernel.platform import open_platform

Client = AsyncTestClient[ASGIApp]


def day(world: World, days: int, hour: int = 8) -> datetime:
    """A moment some days from today, on the hospital's wall."""
    now = world.platform.clock.now().astimezone(ZONE) + timedelta(days=days)
    return now.replace(hour=hour, minute=0, second=0, microsecond=0)


async def booked(world: World, slot: UUID, patient: UUID | None = None) -> Appointment:
    """A confirmed appointment of somebody."""
    patient = patient or await world.patient()
    actor = world.citizen(patient)
    held = await hold(world.platform, actor, HoldRequest(world.organization_id, slot, patient), new_id())
    return await confirm(world.platform, actor, world.organization_id, held.id)


async def stop(world: World, client: Client, schedule: UUID) -> Any:
    """What a planner is answered who stops a session."""
    body = {"organization_id": str(world.organization_id), "reason": "医生急诊手术"}
    headers = world.headers(world.staff(Role.SCHEDULER))
    answer = await client.post(f"/api/schedules/{schedule}/stop", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def affected(world: World, client: Client, schedule: UUID) -> list[dict[str, Any]]:
    """Who was affected, as a planner sees it."""
    answer = await client.get(
        f"/api/schedules/{schedule}/affected?organization_id={world.organization_id}",
        headers=world.headers(world.staff(Role.SCHEDULER)),
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def post(world: World, client: Client, actor: Any, path: str, **body: Any) -> Any:
    """The answer to a POST about something at the hospital."""
    body = {"organization_id": str(world.organization_id), **body}
    return await client.post(f"/api/{path}", json=body, headers=world.headers(actor))


async def colleague(world: World, title: str = "主任医师") -> UUID:
    """Another doctor of the clinic; answers the role."""
    person, role = new_id(), new_id()
    await world.doctor(person, role, "赵医生")
    await world.owner.execute("UPDATE practitioner_role SET title = $2 WHERE id = $1", role, title)
    return role


async def another(world: World, role: UUID, start: datetime, capacity: int = 1, slots: int = 1) -> UUID:
    """A session of somebody else; answers its first slot."""
    schedule, ids = await world.session(start, slots=slots, capacity=capacity, role=False)
    await world.owner.execute("UPDATE schedule SET practitioner_role_id = $2 WHERE id = $1", schedule, role)
    return ids[0]


async def test_everybody_is_offered_the_nearest_place_like_theirs(world: World, client: Client) -> None:
    schedule, slots = await world.session(day(world, 2), slots=2, capacity=2)
    people = [await booked(world, slots[n // 2]) for n in range(4)]
    _, own = await world.session(day(world, 3), slots=1, capacity=1)  # the same doctor the day after
    _, far = await world.session(day(world, 6), slots=1, capacity=1)  # and later that week
    equal = await another(world, await colleague(world), day(world, 2, 14))  # the same title on the same day
    await another(world, await colleague(world, "住院医师"), day(world, 2, 14), capacity=9)  # another title
    dear = new_id()
    await world.clinic(world.organization_id, new_id(), dear, fee_fen=50000)
    await world.session(day(world, 4), slots=1, capacity=9, service_id=dear)  # the same doctor, but dearer

    stopped = await stop(world, client, schedule)
    assert (stopped["affected"], stopped["offered"]) == (4, 3)
    items = await affected(world, client, schedule)
    assert [one["appointment_id"] for one in items] == [str(one.id) for one in people]
    assert [one["outcome"] for one in items] == ["offered", "offered", "offered", "searching"]
    assert [one["offer"]["start_at"][:16] for one in items[:3]] == [
        f"{day(world, 3):%Y-%m-%dT%H:%M}",
        f"{day(world, 6):%Y-%m-%dT%H:%M}",
        f"{day(world, 2, 14):%Y-%m-%dT%H:%M}",
    ]
    assert [one["offer"]["practitioner_name"] for one in items[:3]] == ["王医生", "王医生", "赵医生"]
    for slot in (own[0], far[0], equal):
        assert (await world.row("slot", slot))["taken"] == 1
    assert await world.count("offer", "reason = 'stopped' AND state = 'open'") == 3
    assert await tend_stopped(world.platform) == 0  # nobody is offered a second place


async def test_taking_the_offer_moves_the_visit(world: World, client: Client) -> None:
    schedule, slots = await world.session(day(world, 2), slots=1)
    equal = await another(world, await colleague(world), day(world, 2, 14))
    old = await booked(world, slots[0])
    await stop(world, client, schedule)
    (item,) = await affected(world, client, schedule)
    actor = world.citizen(old.patient_id)
    taken = await post(world, client, actor, f"appointments/{item['offer']['appointment_id']}/confirm")
    assert (taken.status_code, taken.json()["slot_id"]) == (200, str(equal))
    await tend_lists(world.platform)
    (item,) = await affected(world, client, schedule)
    assert (item["outcome"], item["offer"]["state"], item["state"]) == ("moved", "taken", "cancelled")
    row = await world.row("appointment", old.id)
    assert str(row["rescheduled_to"]) == item["offer"]["appointment_id"]
    assert await world.count("appointment", "patient_id = $1 AND active", old.patient_id) == 1


async def test_refusing_keeps_the_right_to_cancel_at_any_time(world: World, client: Client, clock: SetClock) -> None:
    start = clock.now() + timedelta(hours=30)
    schedule, slots = await world.session(start, slots=1)
    going, _ = await world.session(start + timedelta(hours=1), slots=1)
    await world.session(day(world, 5), slots=1)
    old = await booked(world, slots[0])
    staying = await booked(world, (await _slots(world, going))[0], await world.patient())
    await stop(world, client, schedule)
    actor = world.citizen(old.patient_id)
    offers = (await client.get(f"/api/offers?patient_id={old.patient_id}", headers=world.headers(actor))).json()
    declined = await post(world, client, actor, f"offers/{offers['items'][0]['id']}/decline")
    assert declined.status_code == 200, declined.text
    (item,) = await affected(world, client, schedule)
    assert (item["outcome"], item["offer"]["state"], item["state"]) == ("keeps", "declined", "booked")
    upcoming = await client.get(
        f"/api/appointments?patient_id={old.patient_id}&when=upcoming", headers=world.headers(actor)
    )
    assert [one["id"] for one in upcoming.json()["items"]] == [str(old.id)]

    clock.advance(hours=30, minutes=20)  # both visits have begun or are about to
    assert (await post(world, client, actor, f"appointments/{old.id}/cancel", reason="停诊")).json()[
        "state"
    ] == "cancelled"
    other = world.citizen(staying.patient_id)
    late = await post(world, client, other, f"appointments/{staying.id}/cancel", reason="不来了")
    assert late.json()["code"] == "cancel-too-late"
    (item,) = await affected(world, client, schedule)
    assert item["outcome"] == "cancelled"


async def _slots(world: World, schedule: UUID) -> list[UUID]:
    rows = await world.owner.fetch("SELECT id FROM slot WHERE schedule_id = $1 ORDER BY start_at", schedule)
    return [row["id"] for row in rows]


async def test_an_offer_that_runs_out_leaves_the_visit_as_it_is(world: World, client: Client, clock: SetClock) -> None:
    schedule, slots = await world.session(day(world, 5), slots=1)
    _, own = await world.session(day(world, 6), slots=1, capacity=1)
    old = await booked(world, slots[0])
    await stop(world, client, schedule)
    clock.advance(days=2)
    await tend_lists(world.platform)
    (item,) = await affected(world, client, schedule)
    assert (item["outcome"], item["offer"]["state"], item["state"]) == ("keeps", "expired", "booked")
    assert (await world.row("slot", own[0]))["taken"] == 0
    shown = await client.get(
        f"/api/appointments/{old.id}?organization_id={world.organization_id}",
        headers=world.headers(world.citizen(old.patient_id)),
    )
    assert shown.json()["can_cancel"] is True


async def test_whoever_finds_nothing_is_tried_again(world: World, client: Client, clock: SetClock) -> None:
    schedule, slots = await world.session(day(world, 5), slots=1)
    await booked(world, slots[0])
    assert (await stop(world, client, schedule))["offered"] == 0
    await world.session(day(world, 6), slots=1)
    assert await tend_stopped(world.platform) == 0  # not yet
    clock.advance(seconds=AGAIN_AFTER.total_seconds() + 1)
    assert await tend_stopped(world.platform) == 1
    (item,) = await affected(world, client, schedule)
    assert item["outcome"] == "offered"


async def test_a_day_on_which_the_patient_comes_anyway_is_passed_over(world: World, client: Client) -> None:
    schedule, slots = await world.session(day(world, 2), slots=1)
    _, near = await world.session(day(world, 3), slots=1)
    _, next_best = await world.session(day(world, 4), slots=1)
    old = await booked(world, slots[0])
    await booked(world, near[0], old.patient_id)
    assert (await stop(world, client, schedule))["offered"] == 1
    assert (await world.row("slot", next_best[0]))["taken"] == 1
    assert (await world.row("slot", near[0]))["taken"] == 1


async def test_another_doctor_may_be_booked_beside_the_stopped_visit(world: World, client: Client) -> None:
    schedule, slots = await world.session(day(world, 2), slots=1)
    equal = await another(world, await colleague(world, "住院医师"), day(world, 2, 14))
    old = await booked(world, slots[0])
    body = {"slot_id": str(equal), "patient_id": str(old.patient_id)}
    actor = world.citizen(old.patient_id)
    assert (await post(world, client, actor, "holds", **body)).json()["code"] == "duplicate-booking"
    await stop(world, client, schedule)
    assert (await post(world, client, actor, "holds", **body)).status_code == 201


async def test_nobody_is_a_no_show_of_a_stopped_session(world: World, client: Client, clock: SetClock) -> None:
    schedule, slots = await world.session(clock.now() + timedelta(hours=2), slots=1, capacity=3)
    waiting, there = await booked(world, slots[0]), await booked(world, slots[0])
    async with world.platform.transaction(world.citizen(there.patient_id)) as tx:
        await check_in(tx, world.organization_id, there.id)
    await stop(world, client, schedule)
    clock.advance(hours=16)
    assert await mark_no_shows(world.platform) == 0
    assert await close_stopped(world.platform) == 2
    assert await close_stopped(world.platform) == 0
    for one in (waiting, there):
        row = await world.row("appointment", one.id)
        assert (row["state"], row["cancelled_reason"]) == ("cancelled", "停诊 · the session was stopped")
    assert (await world.row("slot", slots[0]))["taken"] == 0
    assert await world.count("event", "type = 'booking:appointment:stopped'") == 2


async def test_who_cancels_after_checking_in_is_no_longer_in_the_queue(
    world: World, client: Client, clock: SetClock
) -> None:
    schedule, slots = await world.session(clock.now() + timedelta(hours=2), slots=1, capacity=3)
    going, staying = await booked(world, slots[0]), await booked(world, slots[0])
    for one in (going, staying):
        async with world.platform.transaction(world.citizen(one.patient_id)) as tx:
            await check_in(tx, world.organization_id, one.id)
    actor = world.citizen(going.patient_id)
    asks_the_desk = await post(world, client, actor, f"appointments/{going.id}/cancel", reason="不来了")
    assert asks_the_desk.json()["code"] == "wrong-state"
    desk = await post(world, client, world.staff(), f"appointments/{going.id}/cancel", reason="不来了")
    assert desk.json()["state"] == "cancelled"
    rows = await world.owner.fetch("SELECT appointment_id, state FROM queue_entry")
    assert {row["appointment_id"]: row["state"] for row in rows} == {going.id: "left", staying.id: "waiting"}
    assert await world.count("transition", "machine = 'queue_entry' AND to_state = 'left'") == 1
    await stop(world, client, schedule)  # now whoever waits may go without asking
    left = world.citizen(staying.patient_id)
    assert (await post(world, client, left, f"appointments/{staying.id}/cancel", reason="停诊")).status_code == 200
    assert await world.count("queue_entry", "state = 'left'") == 2


async def test_who_may_see_the_affected(world: World, client: Client) -> None:
    schedule, _ = await world.session(day(world, 2), slots=1)
    assert await affected(world, client, schedule) == []
    path = f"/api/schedules/{schedule}/affected?organization_id={world.organization_id}"
    citizen = await client.get(path, headers=world.headers(world.citizen(await world.patient())))
    assert citizen.json()["code"] == "forbidden"
    unknown = await client.get(
        f"/api/schedules/{new_id()}/affected?organization_id={world.organization_id}",
        headers=world.headers(world.staff(Role.SCHEDULER)),
    )
    assert unknown.json()["code"] == "not-found"


def _offers(rows: Sequence[Any]) -> list[int]:
    return sorted(row["offers"] for row in rows)


@pytest.mark.parametrize("protected", [True, False])
async def test_several_workers_offer_each_person_one_place(
    world: World, client: Client, database_url: str, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    schedule, slots = await world.session(day(world, 2), slots=1, capacity=6)
    for _ in range(6):
        await booked(world, slots[0])
    with monkeypatch.context() as held_back:
        held_back.setattr(rebooking, "_MOST_AT_ONCE", 0)
        await stop(world, client, schedule)
    for days in range(3, 9):
        await world.session(day(world, days), slots=1, capacity=5)
    if not protected:  # the control: without the row's lock two workers serve the same person
        bare = rebooking.WAITING.text.replace("FOR NO KEY UPDATE OF v SKIP LOCKED", "")
        monkeypatch.setattr(rebooking, "WAITING", rebooking.text(bare))
    workers = [open_platform(world.platform.settings, database_url, world.platform.clock) for _ in range(4)]
    await asyncio.gather(*(offer_due(one) for one in workers))
    for one in workers:
        await one.close()
    rows = await world.owner.fetch("SELECT count(*) AS offers FROM offer GROUP BY patient_id")
    if protected:
        assert _offers(rows) == [1] * 6
    else:
        assert max(_offers(rows)) > 1
    over = await world.owner.fetchval(
        "SELECT count(*) FROM slot AS s WHERE s.taken <> (SELECT count(*) FROM appointment AS a"
        " WHERE a.slot_id = s.id AND a.state NOT IN ('cancelled', 'expired'))"
    )
    assert over == 0
