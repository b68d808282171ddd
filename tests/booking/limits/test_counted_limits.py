"""Limits counted from the event log: each with a legal and an illegal case, and never counted twice."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from booking.limits.scene import HEADERS, account, book, counted, give_up, known, refusal, rule, take
from booking.world import World
from yitong.booking.limits.counting import NAME, count_all, count_batch
from yitong.booking.limits.service import before_change, before_hold
from yitong.booking.schemas import HoldRequest, RescheduleRequest
from yitong.booking.service import hold, reschedule
from yitong.kernel.client import CLIENT, Client
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor

DEVICE, BLOCK = b"d" * 32, b"b" * 32


async def _slots(world: World, count: int) -> list[UUID]:
    """A slot each in as many departments, so that only the rule under test stands in the way."""
    found: list[UUID] = []
    for _ in range(count):
        department, service = new_id(), new_id()
        await world.clinic(world.organization_id, department, service)
        _, slots = await world.session(department_id=department, service_id=service, role=False, slots=1, capacity=20)
        found += slots
    return found


async def _counted(world: World, code: str, subject: bytes) -> int | None:
    return await world.owner.fetchval("SELECT count FROM risk_counter WHERE rule = $1 AND subject = $2", code, subject)


async def _quiet(world: World, *codes: str) -> None:
    for code in codes:
        await rule(world, code, enabled=False)


async def test_account_burst(world: World, clock: SetClock) -> None:
    await rule(world, "account-burst", value=2)
    await _quiet(world, "risk-burst")
    patient, slots = await world.patient(), await _slots(world, 4)
    actor = await account(world, patient)
    await take(world, actor, slots[0], patient)
    await known(world)
    await take(world, actor, slots[1], patient)
    await known(world)
    problem = await refusal(take(world, actor, slots[2], patient))
    assert (problem.code, problem.members["extra"]["rule"]) == ("limit-reached", "account-burst")
    clock.advance(minutes=10)
    await known(world)
    assert (await take(world, actor, slots[2], patient)).state == "held"


@pytest.mark.parametrize("code", ["device-day", "block-hour", "phone-day"])
async def test_what_several_accounts_share(world: World, code: str) -> None:
    await rule(world, code, value=2)
    slots, patients = await _slots(world, 3), [await world.patient() for _ in range(4)]
    phone = b"p" * 32
    await world.owner.execute("UPDATE patient SET phone_hash = $1 WHERE id = ANY($2)", phone, patients[:3])
    share: dict[str, Any] = {"device-day": {"device": DEVICE}, "block-hour": {"block": BLOCK}}.get(code, {})
    actors = [await account(world, patient, **share) for patient in patients[:3]]
    stranger = await account(world, patients[3], device=b"e" * 32, block=b"c" * 32)
    client = Client(**share)
    CLIENT.set(client)
    await take(world, actors[0], slots[0], patients[0])
    await known(world)
    await take(world, actors[1], slots[1], patients[1])
    await known(world)
    problem = await refusal(take(world, actors[2], slots[2], patients[2]))
    assert problem.members["extra"]["rule"] == code
    CLIENT.set(Client(device=b"e" * 32, block=b"c" * 32))
    assert (await take(world, stranger, slots[2], patients[3])).state == "held"
    if code == "device-day":  # another device in the header does not help an account that signed in on this one
        assert (await refusal(take(world, actors[2], slots[2], patients[2]))).code == "limit-reached"
    CLIENT.set(Client())


async def test_person_department_week(world: World, clock: SetClock) -> None:
    await rule(world, "person-department-week", value=1)
    patient, other = await world.patient(), await _slots(world, 1)
    actor = await account(world, patient)
    now = clock.now()
    _, today = await world.session(now + timedelta(hours=3))
    _, tomorrow = await world.session(now + timedelta(days=1))
    await take(world, actor, today[0], patient)
    await known(world)
    assert (await refusal(take(world, actor, tomorrow[0], patient))).members["extra"][
        "rule"
    ] == "person-department-week"
    assert (await take(world, actor, other[0], patient)).state == "held", "another department is another matter"


async def test_cancels_and_changes_of_a_month(world: World, clock: SetClock) -> None:
    await rule(world, "cancels-month", value=2)
    await rule(world, "changes-month", value=1)
    await _quiet(world, "transfer", "risk-cancels")
    patient, slots = await world.patient(), await _slots(world, 5)
    actor = await account(world, patient)
    unconfirmed = await take(world, actor, slots[0], patient)
    await give_up(world, actor, unconfirmed.id)
    for slot in slots[:2]:
        held = await take(world, actor, slot, patient)
        await book(world, actor, held.id)
        await known(world)
        assert (await take(world, actor, slots[3], patient)).state == "held"
        await give_up(world, actor, (await world.owner.fetchval(_HELD, slots[3])))
        await give_up(world, actor, held.id)
    await known(world)
    assert await _counted(world, "cancels-month", patient.bytes) == 2, "a hold given up is no cancelled visit"
    assert (await refusal(take(world, actor, slots[3], patient))).members["extra"]["rule"] == "cancels-month"

    mover, person = await world.patient(), await account(world)
    _, times = await world.session(slots=4)
    person = Actor(person.kind, person.id, person.roles, (mover,), person.session_id)
    held = await take(world, person, times[0], mover)
    await book(world, person, held.id)
    await known(world)
    await before_change(world.platform, person, world.organization_id, mover)
    async with world.platform.transaction(person) as tx:
        await reschedule(tx, held.id, RescheduleRequest(world.organization_id, times[1]), new_id())
    await known(world)
    problem = await refusal(before_change(world.platform, person, world.organization_id, mover))
    assert problem.members["extra"]["rule"] == "changes-month"
    await before_change(world.platform, world.staff(), world.organization_id, mover)
    clock.advance(days=31)
    await known(world)
    await before_change(world.platform, person, world.organization_id, mover)


_HELD = "SELECT id FROM appointment WHERE slot_id = $1 AND state = 'held'"


async def test_a_stopped_clinic_is_nobodys_cancel(world: World) -> None:
    patient = await world.patient()
    schedule, slots = await world.session()
    actor = await account(world, patient)
    held = await take(world, actor, slots[0], patient)
    await book(world, actor, held.id)
    await world.owner.execute("UPDATE schedule SET stopped_at = now(), stopped_reason = 'x' WHERE id = $1", schedule)
    await give_up(world, actor, held.id)
    await known(world)
    assert await _counted(world, "cancels-month", patient.bytes) is None


async def test_places_held_beyond_a_limit_before_it_was_known_are_not_confirmed(world: World) -> None:
    await rule(world, "device-day", value=2)
    slots, patients = await _slots(world, 3), [await world.patient() for _ in range(3)]
    actors = [await account(world, patient, device=DEVICE) for patient in patients]
    held = [await take(world, a, s, p) for a, s, p in zip(actors, slots, patients, strict=True)]
    await known(world)
    for actor, one in list(zip(actors, held, strict=True))[:2]:
        assert (await book(world, actor, one.id)).state == "booked"
    problem = await refusal(book(world, actors[2], held[2].id))
    assert problem.members["extra"]["rule"] == "device-day"


async def test_staff_are_not_counted(world: World) -> None:
    await rule(world, "person-department-week", value=1)
    patient = await world.patient()
    _, slots = await world.session()
    desk = world.staff()
    await take(world, desk, slots[0], patient)
    await known(world)
    assert await world.count("risk_counter") == 0


async def test_an_event_counts_once_whoever_counts(world: World) -> None:
    patients, slots = [await world.patient() for _ in range(6)], await _slots(world, 6)
    actors = [await account(world, patient, device=DEVICE) for patient in patients]
    for actor, slot, patient in zip(actors, slots, patients, strict=True):
        await take(world, actor, slot, patient)
    await asyncio.gather(*(count_all(world.platform) for _ in range(4)))
    await counted(world)
    assert await _counted(world, "device-day", DEVICE) == 6
    assert await count_batch(world.platform) == 0
    # The control: without its position the same log is counted again.
    await world.owner.execute("DELETE FROM reactor_position WHERE name = $1", NAME)
    await counted(world)
    assert await _counted(world, "device-day", DEVICE) == 12


async def test_switched_off_nothing_is_refused(world: World) -> None:
    import msgspec

    await rule(world, "account-burst", value=1)
    patient, slots = await world.patient(), await _slots(world, 2)
    actor = await account(world, patient)
    await take(world, actor, slots[0], patient)
    await known(world)
    assert (await refusal(take(world, actor, slots[1], patient))).code == "limit-reached"
    world.platform.settings = msgspec.structs.replace(world.platform.settings, risk_checks=False)
    assert (await take(world, actor, slots[1], patient)).state == "held"


async def test_a_log_that_is_read_late_does_not_fill_todays_windows(world: World, clock: SetClock) -> None:
    patients, slots = [await world.patient() for _ in range(2)], await _slots(world, 2)
    actors = [await account(world, patient, device=DEVICE) for patient in patients]
    await take(world, actors[0], slots[0], patients[0])
    clock.advance(days=2)
    _, later = await world.session(clock.now() + timedelta(days=1))
    await take(world, actors[1], later[0], patients[1])
    await counted(world)
    assert await _counted(world, "device-day", DEVICE) == 1


async def test_repeating_the_last_hold_allowed_is_no_further_hold(world: World) -> None:
    await rule(world, "account-burst", value=1)
    patient, slots = await world.patient(), await _slots(world, 2)
    actor, key = await account(world, patient), new_id()
    request = HoldRequest(world.organization_id, slots[0], patient)
    held = await hold(world.platform, actor, request, key)
    await known(world)
    await before_hold(world.platform, actor, request, HEADERS, key)
    assert (await hold(world.platform, actor, request, key)).id == held.id
    for other, with_key in ((request, new_id()), (HoldRequest(world.organization_id, slots[1], patient), key)):
        problem = await refusal(before_hold(world.platform, actor, other, HEADERS, with_key))
        assert problem.code == "limit-reached"
