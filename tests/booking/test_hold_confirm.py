"""One place from hold to booking: answers, refusals and replays."""

from datetime import date, timedelta

import pytest

from booking.world import World
from yitong.booking.schemas import HoldRequest
from yitong.booking.service import confirm, hold
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Role
from yitong.kernel.problems import Problem


async def _refused(world: World, slot: UUID, patient: UUID, code: str) -> Problem:
    with pytest.raises(Problem) as caught:
        await hold(world.platform, world.citizen(patient), HoldRequest(world.organization_id, slot, patient), new_id())
    assert caught.value.code == code
    return caught.value


async def test_hold_then_confirm(world: World, clock: SetClock) -> None:
    schedule, slots = await world.session()
    patient = await world.patient()
    actor = world.citizen(patient)
    held = await hold(world.platform, actor, HoldRequest(world.organization_id, slots[0], patient, "wechat"), new_id())
    assert (held.state, held.number, held.schedule_id, held.patient_name) == ("held", None, schedule, "张三")
    assert (held.organization_name, held.department_name, held.service_name) == ("演示医院", "心血管内科", "专家门诊")
    assert (held.practitioner_name, held.title, held.room, held.fee_fen) == ("王医生", "主任医师", "201 诊室", 5000)
    assert held.hold_expires_at == clock.now() + timedelta(seconds=world.platform.settings.hold_seconds)
    assert held.start_at.utcoffset() == timedelta(hours=8)
    booked = await confirm(world.platform, actor, world.organization_id, held.id)
    assert (booked.state, booked.number, booked.hold_expires_at, booked.id) == ("booked", 1, None, held.id)
    assert await confirm(world.platform, actor, world.organization_id, held.id) == booked
    slot = await world.row("slot", slots[0])
    assert (slot["taken"], slot["open"], slot["reopens_at"]) == (1, True, None)
    moves = await world.owner.fetch("SELECT from_state, to_state FROM transition ORDER BY sequence")
    assert [tuple(m) for m in moves] == [("new", "held"), ("held", "booked")]
    events = await world.owner.fetch("SELECT type, actor_id, patient_id, subject_id FROM event ORDER BY position")
    assert [e["type"] for e in events] == ["booking:appointment:held", "booking:appointment:booked"]
    assert {(e["actor_id"], e["patient_id"], e["subject_id"]) for e in events} == {(actor.id, patient, held.id)}


async def test_same_key_answers_the_same(world: World) -> None:
    _, slots = await world.session()
    patient = await world.patient()
    actor, key = world.citizen(patient), new_id()
    request = HoldRequest(world.organization_id, slots[0], patient)
    first = await hold(world.platform, actor, request, key)
    assert await hold(world.platform, actor, request, key) == first
    with pytest.raises(Problem) as caught:
        await hold(world.platform, actor, HoldRequest(world.organization_id, slots[1], patient), key)
    assert caught.value.code == "idempotency-key-reused"
    assert (await world.row("slot", slots[0]))["taken"] == 1


async def test_full_slot_names_the_conflict_and_three_alternatives(world: World) -> None:
    _, slots = await world.session(capacity=1)
    elsewhere, department, service = new_id(), new_id(), new_id()
    await world.hospital(elsewhere, "邻近医院", (39.91, 116.41))
    await world.clinic(elsewhere, department, service)
    await world.session(organization_id=elsewhere, department_id=department, service_id=service, role=False)
    first, second = await world.patient(), await world.patient()
    await hold(world.platform, world.citizen(first), HoldRequest(world.organization_id, slots[2], first), new_id())
    problem = await _refused(world, slots[2], second, "slot-taken")
    assert problem.members["conflict"].id == str(slots[2])
    offers = problem.members["alternatives"]
    assert len(offers) == 3
    assert {offer.organization_id for offer in offers} == {world.organization_id, elsewhere}
    assert offers[0].slot_id in (slots[1], slots[3])
    slot = await world.row("slot", slots[2])
    assert (slot["taken"], slot["open"]) == (1, False)


async def test_hold_that_ran_out_gives_its_place_to_the_next(world: World, clock: SetClock) -> None:
    await world.return_after(0)
    _, slots = await world.session(capacity=1)
    first, second = await world.patient(), await world.patient()
    held = await hold(
        world.platform, world.citizen(first), HoldRequest(world.organization_id, slots[0], first), new_id()
    )
    assert (await world.row("slot", slots[0]))["reopens_at"] == held.hold_expires_at
    clock.advance(seconds=world.platform.settings.hold_seconds)
    got = await hold(
        world.platform, world.citizen(second), HoldRequest(world.organization_id, slots[0], second), new_id()
    )
    assert got.state == "held"
    assert (await world.row("appointment", held.id))["state"] == "expired"
    with pytest.raises(Problem) as caught:
        await confirm(world.platform, world.citizen(first), world.organization_id, held.id)
    assert caught.value.code == "hold-expired"
    assert await world.count("event", "type = 'booking:appointment:expired'") == 1
    assert (await world.row("slot", slots[0]))["taken"] == 1


async def test_own_hold_that_ran_out_does_not_stand_in_the_way(world: World, clock: SetClock) -> None:
    await world.return_after(0)
    _, slots = await world.session(capacity=1)
    patient = await world.patient()
    actor = world.citizen(patient)
    await hold(world.platform, actor, HoldRequest(world.organization_id, slots[0], patient), new_id())
    clock.advance(seconds=world.platform.settings.hold_seconds + 1)
    again = await hold(world.platform, actor, HoldRequest(world.organization_id, slots[1], patient), new_id())
    assert again.state == "held"
    freed = await world.row("slot", slots[0])
    assert (freed["taken"], freed["open"], freed["reopens_at"]) == (0, True, None)


async def test_second_booking_of_the_day_names_the_first(world: World) -> None:
    _, slots = await world.session()
    patient = await world.patient()
    held = await hold(
        world.platform, world.citizen(patient), HoldRequest(world.organization_id, slots[0], patient), new_id()
    )
    problem = await _refused(world, slots[1], patient, "duplicate-booking")
    assert problem.members["conflict"].id == str(held.id)


async def test_what_cannot_be_booked(world: World, clock: SetClock) -> None:
    schedule, slots = await world.session()
    patient = await world.patient()
    await _refused(world, new_id(), patient, "slot-not-found")
    _, past = await world.session(clock.now() - timedelta(minutes=45), slots=2)
    await _refused(world, past[0], patient, "slot-past")
    running = await hold(
        world.platform, world.staff(), HoldRequest(world.organization_id, past[1], patient, "window"), new_id()
    )
    assert running.state == "held"
    await world.owner.execute("UPDATE schedule SET stopped_at = now(), stopped_reason = 'x' WHERE id = $1", schedule)
    await _refused(world, slots[0], patient, "slot-stopped")


async def test_specialty_limits(world: World) -> None:
    department, service = new_id(), new_id()
    await world.clinic(world.organization_id, department, service, specialty="05")
    _, slots = await world.session(department_id=department, service_id=service, specialty="05", role=False)
    await _refused(world, slots[0], await world.patient("male"), "specialty-unsuitable")
    await _refused(world, slots[0], await world.patient("female", date(2020, 1, 1)), "specialty-unsuitable")
    woman = await world.patient("female")
    held = await hold(
        world.platform, world.citizen(woman), HoldRequest(world.organization_id, slots[0], woman), new_id()
    )
    assert held.state == "held"


async def test_who_may_hold_and_confirm(world: World) -> None:
    _, slots = await world.session()
    patient, stranger = await world.patient(), await world.patient()
    request = HoldRequest(world.organization_id, slots[0], patient)
    for actor, code in (
        (world.citizen(stranger), "foreign-patient"),
        (world.staff(Role.REGISTRAR, new_id()), "forbidden"),
        (world.staff(Role.REGULATOR), "forbidden"),
    ):
        with pytest.raises(Problem) as caught:
            await hold(world.platform, actor, request, new_id())
        assert caught.value.code == code
    held = await hold(world.platform, world.citizen(patient), request, new_id())
    with pytest.raises(Problem) as caught:
        await confirm(world.platform, world.citizen(stranger), world.organization_id, held.id)
    assert caught.value.code == "foreign-patient"
    with pytest.raises(Problem) as caught:
        await confirm(world.platform, world.citizen(patient), new_id(), held.id)
    assert caught.value.code == "not-found"
    assert (await confirm(world.platform, world.staff(), world.organization_id, held.id)).state == "booked"


async def test_booking_role_has_its_functions_and_nothing_else(world: World) -> None:
    for table in await world.owner.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    ):
        name = table["relname"]
        assert not await world.owner.fetchval(
            "SELECT has_table_privilege('yitong_booking', $1, 'SELECT,INSERT,UPDATE,DELETE')", name
        )
    functions = await world.owner.fetch(
        "SELECT proname FROM pg_proc WHERE proname LIKE 'booking%'"
        " AND has_function_privilege('yitong_booking', oid, 'EXECUTE')"
    )
    assert {f["proname"] for f in functions} == {"booking_hold_batch", "booking_confirm_batch"}
    assert not await world.owner.fetchval(
        "SELECT bool_or(has_function_privilege('yitong_app', oid, 'EXECUTE')) FROM pg_proc"
        " WHERE proname LIKE 'booking%batch'"
    )
