"""Places that come free at one moment: each is offered once and in order; a control without the lock shows the race."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterable
from datetime import timedelta

import pytest
from sqlalchemy import text

from booking.test_races import consistent, outcomes
from booking.waiting import book, join
from booking.world import World
from yitong.booking.schemas import Appointment, CancelRequest, HoldRequest
from yitong.booking.service import cancel, confirm, hold, sweep_holds
from yitong.booking.waitlist import line
from yitong.booking.waitlist.jobs import tend_lists
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.platform import Platform, open_platform
from yitong.kernel.transaction import Transaction

WORKERS = 4


@pytest.fixture
async def workers(world: World, database_url: str) -> AsyncGenerator[list[Platform]]:
    """Several processes' worth of platforms on one database."""
    opened = [open_platform(world.platform.settings, database_url, world.platform.clock) for _ in range(WORKERS)]
    yield opened
    for one in opened:
        await one.close()


async def stand_in_line(world: World, clock: SetClock, people: int) -> list[UUID]:
    """So many people, one after the other."""
    line_up: list[UUID] = []
    for _ in range(people):
        line_up.append((await join(world)).patient_id)
        clock.advance(seconds=1)
    return line_up


async def give_up(server: Platform, world: World, one: Appointment) -> Appointment:
    async with server.transaction(world.citizen(one.patient_id)) as tx:
        return await cancel(tx, one.id, CancelRequest(world.organization_id, "计划有变"))


async def offered(world: World) -> list[UUID]:
    """To whom places were offered."""
    return [row["patient_id"] for row in await world.owner.fetch("SELECT patient_id FROM offer")]


async def all_consistent(world: World, slots: Iterable[UUID]) -> None:
    for slot in slots:
        await consistent(world, slot)


async def test_two_places_given_up_at_once_go_to_the_first_two(
    world: World, workers: list[Platform], clock: SetClock
) -> None:
    _, slots = await world.session(slots=2, capacity=1)
    booked = [await book(world, slot) for slot in slots]
    people = await stand_in_line(world, clock, 3)
    work = [give_up(server, world, one) for server, one in zip(workers, booked, strict=False)]
    await asyncio.gather(*work, *(tend_lists(server) for server in workers))
    assert sorted(await offered(world)) == sorted(people[:2])
    assert await world.count("returning_place", "state = 'offered'") == 2
    await all_consistent(world, slots)


async def test_workers_at_once_offer_each_place_once(world: World, workers: list[Platform], clock: SetClock) -> None:
    """Two holds run out, every worker notices at once: both places are offered once, to the first two of three."""
    _, slots = await world.session(slots=2, capacity=1)
    for slot in slots:
        holder = await world.patient()
        request = HoldRequest(world.organization_id, slot, holder)
        await hold(world.platform, world.citizen(holder), request, new_id())
    people = await stand_in_line(world, clock, 3)
    clock.advance(seconds=world.platform.settings.hold_seconds)
    await asyncio.gather(*(sweep_holds(server) for server in workers))
    assert await offered(world) == []
    await asyncio.gather(*(tend_lists(server) for server in workers))
    assert sorted(await offered(world)) == sorted(people[:2])
    await all_consistent(world, slots)


async def test_control_without_the_lock_offers_one_person_twice(
    world: World, workers: list[Platform], clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two places of two days, with the line's lock and the two indexes behind it taken away: both go to the first."""
    _, slots = await world.session(slots=1, capacity=1)
    _, next_day = await world.session(clock.now() + timedelta(days=2), slots=1, capacity=1)
    booked = [await book(world, slot) for slot in (slots[0], next_day[0])]
    people = await stand_in_line(world, clock, 3)
    await world.owner.execute("DROP INDEX uq_offer_entry_open; ALTER TABLE transition DROP CONSTRAINT pk_transition")
    barrier = asyncio.Barrier(2)
    seen = line.next_for

    async def no_lock(_: Transaction, __: UUID, ___: Iterable[UUID]) -> None:
        return None

    async def look_together(tx: Transaction, *which: object) -> object:
        found = await seen(tx, *which)  # type: ignore[arg-type]
        await barrier.wait()
        return found

    monkeypatch.setattr(line, "lock", no_lock)
    monkeypatch.setattr(line, "next_for", look_together)
    monkeypatch.setattr(line, "NEXT", text(line.NEXT.text.replace("FOR UPDATE OF w", "")))
    await asyncio.gather(*(give_up(server, world, one) for server, one in zip(workers, booked, strict=False)))
    assert Counter(await offered(world)) == {people[0]: 2}


async def test_taking_declining_and_running_out_at_once(world: World, workers: list[Platform], clock: SetClock) -> None:
    """At the end of an offer its owner confirms, two workers settle and a stranger tries: one of them has the place."""
    await world.return_after(0)
    for early in (1, 0):
        _, slots = await world.session(slots=1, capacity=1)
        booked = await book(world, slots[0])
        first, second, stranger = [(await join(world)).patient_id for _ in range(2)] + [await world.patient()]
        await give_up(workers[0], world, booked)
        made = await world.owner.fetchrow("SELECT * FROM offer WHERE state = 'open'")
        clock.moment = made["expires_at"]
        clock.advance(seconds=-early)
        actor = world.citizen(made["patient_id"])
        request = HoldRequest(world.organization_id, slots[0], stranger)
        got, _ = await asyncio.gather(
            outcomes(
                [
                    confirm(workers[1], actor, world.organization_id, made["appointment_id"]),
                    hold(workers[2], world.citizen(stranger), request, new_id()),
                ]
            ),
            asyncio.gather(*(tend_lists(server) for server in workers)),
        )
        assert isinstance(got[0], Appointment) == bool(early)
        assert got[1] == "slot-taken"
        await tend_lists(world.platform)
        sitting = await world.owner.fetch(
            "SELECT patient_id FROM appointment WHERE slot_id = $1 AND active AND offered", slots[0]
        )
        others = {first, second} - {made["patient_id"]}
        assert [row["patient_id"] for row in sitting] == ([made["patient_id"]] if early else list(others))
        await consistent(world, slots[0])
        await world.owner.execute("UPDATE waitlist_entry SET state = 'left', ended_at = now() WHERE ended_at IS NULL")
        await world.owner.execute("UPDATE offer SET state = 'declined', ended_at = now() WHERE ended_at IS NULL")
        clock.advance(days=1)
        while clock.now().hour != 1:  # nine in the morning
            clock.advance(hours=1)
