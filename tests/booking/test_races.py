"""Simultaneous requests on scarce places, and a control that oversells the same places without the protection."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Iterable
from typing import Any

import asyncpg
import pytest

from booking.world import World
from yitong.booking.schemas import Appointment, CancelRequest, HoldRequest, RescheduleRequest
from yitong.booking.service import cancel, confirm, hold, reschedule, sweep_holds
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.platform import Platform, open_platform
from yitong.kernel.problems import Problem

SERVERS = 3


@pytest.fixture
async def servers(world: World, database_url: str) -> AsyncGenerator[list[Platform]]:
    """Several server processes' worth of platforms on one database, each with a batcher of its own."""
    opened = [open_platform(world.platform.settings, database_url, world.platform.clock) for _ in range(SERVERS)]
    yield opened
    for one in opened:
        await one.close()


async def outcomes(work: Iterable[Awaitable[Appointment]]) -> list[Appointment | str]:
    """What each piece of work answered: the appointment or the problem's code; anything else fails the test."""
    found: list[Appointment | str] = []
    for one in await asyncio.gather(*work, return_exceptions=True):
        if isinstance(one, Problem):
            found.append(one.code)
        elif isinstance(one, BaseException):
            raise one
        else:
            found.append(one)
    return found


async def consistent(world: World, slot: UUID) -> Any:
    """The slot, whose count must be the number of those who sit in it and of the places on their way back."""
    found = await world.row("slot", slot)
    sitting = await world.count("appointment", "slot_id = $1 AND state NOT IN ('cancelled', 'expired')", slot)
    assert found["taken"] == sitting + await world.count("returning_place", "slot_id = $1 AND state = 'waiting'", slot)
    assert found["open"] == (found["taken"] < found["capacity"])
    return found


async def test_exactly_the_capacity_is_held(world: World, servers: list[Platform]) -> None:
    capacity, people = 20, 90
    _, slots = await world.session(slots=1, capacity=capacity)
    patients = [await world.patient() for _ in range(people)]
    got = await outcomes(
        hold(servers[i % SERVERS], world.citizen(p), HoldRequest(world.organization_id, slots[0], p), new_id())
        for i, p in enumerate(patients)
    )
    held = [one for one in got if isinstance(one, Appointment)]
    assert len(held) == capacity
    assert Counter(one for one in got if isinstance(one, str)) == {"slot-taken": people - capacity}
    assert (await consistent(world, slots[0]))["taken"] == capacity
    assert await world.count("appointment") == capacity == await world.count("event")
    booked = await outcomes(
        confirm(servers[i % SERVERS], world.citizen(a.patient_id), world.organization_id, a.id)
        for i, a in enumerate(held)
    )
    assert sorted(a.number or 0 for a in booked if isinstance(a, Appointment)) == list(range(1, capacity + 1))


async def test_control_without_protection_oversells(world: World, database_url: str) -> None:
    """Check, then insert, as it is often written: ten people look before any of them sits down on five places."""
    capacity, people, at_once = 25, 50, 10
    await world.owner.execute("CREATE TABLE bare_slot (id int, capacity int); CREATE TABLE bare_place (slot int)")
    await world.owner.execute(f"INSERT INTO bare_slot VALUES (1, {capacity})")
    pool = await asyncpg.create_pool(database_url, min_size=at_once, max_size=at_once)
    looked = asyncio.Barrier(at_once)

    async def take() -> None:
        async with pool.acquire() as connection, connection.transaction():
            taken = await connection.fetchval("SELECT count(*) FROM bare_place WHERE slot = 1")
            room = taken < await connection.fetchval("SELECT capacity FROM bare_slot WHERE id = 1")
            await looked.wait()
            if room:
                await connection.execute("INSERT INTO bare_place VALUES (1)")

    for _ in range(people // at_once):
        await asyncio.gather(*(take() for _ in range(at_once)))
    sold = await world.owner.fetchval("SELECT count(*) FROM bare_place")
    await pool.close()
    assert sold > capacity


async def test_one_key_at_once_makes_one_appointment(world: World, servers: list[Platform]) -> None:
    _, slots = await world.session(slots=1, capacity=5)
    patient = await world.patient()
    actor, key = world.citizen(patient), new_id()
    request = HoldRequest(world.organization_id, slots[0], patient)
    got = await outcomes(hold(servers[i % SERVERS], actor, request, key) for i in range(30))
    assert len({one.id for one in got if isinstance(one, Appointment)}) == 1
    assert not [one for one in got if isinstance(one, str)]
    assert (await consistent(world, slots[0]))["taken"] == 1


async def test_one_patient_at_once_gets_one_place(world: World, servers: list[Platform]) -> None:
    _, slots = await world.session(slots=7, capacity=5)
    patient = await world.patient()
    actor = world.citizen(patient)
    got = await outcomes(
        hold(servers[i % SERVERS], actor, HoldRequest(world.organization_id, slots[i % 7], patient), new_id())
        for i in range(42)
    )
    assert len([one for one in got if isinstance(one, Appointment)]) == 1
    assert Counter(one for one in got if isinstance(one, str)) == {"duplicate-booking": 41}
    assert [(await consistent(world, slot))["taken"] for slot in slots].count(1) == 1


async def test_last_place_goes_to_one(world: World, servers: list[Platform]) -> None:
    for _ in range(10):
        _, slots = await world.session(slots=1, capacity=1)
        first, second = await world.patient(), await world.patient()
        got = await outcomes(
            hold(server, world.citizen(p), HoldRequest(world.organization_id, slots[0], p), new_id())
            for server, p in zip(servers, (first, second), strict=False)
        )
        assert sorted(isinstance(one, Appointment) for one in got) == [False, True]
        await consistent(world, slots[0])
        await world.owner.execute(
            "UPDATE appointment SET state = 'cancelled', cancelled_reason = 'x', hold_expires_at = NULL"
        )
        await world.owner.execute("UPDATE slot SET taken = 0, open = true")


async def test_expiry_confirmation_and_the_next_patient(world: World, servers: list[Platform], clock: SetClock) -> None:
    """At the moment holds run out, their owners confirm, others take the places and the sweep runs: all at once."""
    await world.return_after(0)
    capacity = 6
    _, slots = await world.session(slots=1, capacity=capacity)
    early = [await world.patient() for _ in range(capacity)]
    held = [
        await hold(servers[0], world.citizen(p), HoldRequest(world.organization_id, slots[0], p), new_id())
        for p in early
    ]
    clock.advance(seconds=world.platform.settings.hold_seconds - 1)
    late = [await world.patient() for _ in range(10)]
    confirming = [confirm(servers[1], world.citizen(a.patient_id), world.organization_id, a.id) for a in held[:3]]
    got = await outcomes(confirming)
    clock.advance(seconds=1)
    waiting = [confirm(servers[2], world.citizen(a.patient_id), world.organization_id, a.id) for a in held[3:]]
    taking = [
        hold(servers[i % SERVERS], world.citizen(p), HoldRequest(world.organization_id, slots[0], p), new_id())
        for i, p in enumerate(late)
    ]
    both, _ = await asyncio.gather(outcomes([*waiting, *taking]), sweep_holds(servers[0]))
    assert [one.state for one in got if isinstance(one, Appointment)] == ["booked"] * 3
    assert both[:3] == ["hold-expired"] * 3
    assert len([one for one in both[3:] if isinstance(one, Appointment)]) == 3
    assert (await consistent(world, slots[0]))["taken"] == capacity


async def test_moving_towards_each_other_loses_nobody(world: World, servers: list[Platform]) -> None:
    """Two full slots with one place each and two people who want to swap and two more who want in."""
    _, slots = await world.session(slots=2, capacity=2)
    people = [await world.patient() for _ in range(3)]
    booked: list[Appointment] = []
    for person, slot in zip(people, (slots[0], slots[0], slots[1]), strict=True):
        actor = world.citizen(person)
        held = await hold(servers[0], actor, HoldRequest(world.organization_id, slot, person), new_id())
        booked.append(await confirm(servers[0], actor, world.organization_id, held.id))

    async def move(server: Platform, old: Appointment, to: UUID) -> Appointment:
        async with server.transaction(world.citizen(old.patient_id)) as tx:
            return await reschedule(tx, old.id, RescheduleRequest(world.organization_id, to), new_id())

    got = await outcomes(
        move(server, old, to) for server, old, to in zip(servers, booked, (slots[1], slots[1], slots[0]), strict=True)
    )
    assert all(isinstance(one, Appointment) or one == "slot-taken" for one in got)
    assert await world.count("appointment", "active") == 3
    for person in people:
        assert await world.count("appointment", "active AND patient_id = $1", person) == 1
    for slot in slots:
        await consistent(world, slot)


async def test_cancelling_twice_at_once_frees_one_place(world: World, servers: list[Platform]) -> None:
    _, slots = await world.session(slots=1, capacity=2)
    patient = await world.patient()
    actor = world.citizen(patient)
    held = await hold(servers[0], actor, HoldRequest(world.organization_id, slots[0], patient), new_id())

    async def give_up(server: Platform) -> Appointment:
        async with server.transaction(actor) as tx:
            return await cancel(tx, held.id, CancelRequest(world.organization_id, "计划有变"))

    got = await outcomes(give_up(server) for server in servers)
    assert sorted(one if isinstance(one, str) else one.state for one in got) == [
        "cancelled",
        "wrong-state",
        "wrong-state",
    ]
    assert await world.count("returning_place", "slot_id = $1", slots[0]) == 1
    assert (await consistent(world, slots[0]))["taken"] == 1


async def test_a_lost_connection_and_a_lost_waiter_harm_nobody(world: World) -> None:
    _, slots = await world.session(slots=1, capacity=50)
    patients = [await world.patient() for _ in range(12)]
    first = await hold(
        world.platform, world.citizen(patients[0]), HoldRequest(world.organization_id, slots[0], patients[0]), new_id()
    )
    assert first.state == "held"
    await world.owner.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'yitong yitong_booking'"
        " AND datname = current_database()"
    )
    tasks = [
        asyncio.create_task(
            hold(world.platform, world.citizen(p), HoldRequest(world.organization_id, slots[0], p), new_id())
        )
        for p in patients[1:]
    ]
    await asyncio.sleep(0)
    tasks[0].cancel()
    got = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(got[0], asyncio.CancelledError)
    assert all(isinstance(one, Appointment) for one in got[1:])
    assert (await consistent(world, slots[0]))["taken"] >= 11
