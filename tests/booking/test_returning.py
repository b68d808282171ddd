"""Places that were given up: counted until they return, after a random while that nobody gains from."""

from datetime import timedelta

import pytest

from booking.test_races import consistent
from booking.waiting import book, give_up
from booking.world import World
from yitong.booking.schemas import CancelRequest, HoldRequest
from yitong.booking.service import cancel, hold, sweep_holds
from yitong.booking.waitlist.jobs import tend_lists
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.problems import Problem


async def attempt(world: World, slot: UUID) -> str:
    """Somebody else tries to get a place."""
    patient = await world.patient()
    try:
        return (
            await hold(
                world.platform, world.citizen(patient), HoldRequest(world.organization_id, slot, patient), new_id()
            )
        ).state
    except Problem as problem:
        return problem.code


async def returns_in(world: World, slot: UUID) -> timedelta:
    row = await world.owner.fetchrow("SELECT returns_at, created_at FROM returning_place WHERE slot_id = $1", slot)
    return row["returns_at"] - row["created_at"]


async def test_a_cancelled_place_returns_later_without_any_job(world: World, clock: SetClock) -> None:
    _, slots = await world.session(slots=1, capacity=1)
    booked = await book(world, slots[0])
    await give_up(world, booked)
    delay = await returns_in(world, slots[0])
    assert timedelta(minutes=1) <= delay <= timedelta(minutes=20)
    assert await attempt(world, slots[0]) == "slot-taken"
    slot = await consistent(world, slots[0])
    assert (slot["taken"], slot["open"], slot["reopens_at"]) == (1, False, clock.now() + delay)
    clock.advance(seconds=delay.total_seconds() - 1)
    assert await attempt(world, slots[0]) == "slot-taken"
    clock.advance(seconds=1)
    assert await attempt(world, slots[0]) == "held"
    assert await world.count("event", "type = 'booking:place:returned'") == 1
    await consistent(world, slots[0])


async def test_a_hold_gives_its_holder_no_moment_to_aim_at(world: World, clock: SetClock) -> None:
    """Run out or let go: the place comes back after a while of its own, not at the hold's known end."""
    _, slots = await world.session(slots=2, capacity=1)
    for slot in slots:
        assert await attempt(world, slot) == "held"
    mine = await world.owner.fetchrow("SELECT * FROM appointment WHERE slot_id = $1", slots[1])
    async with world.platform.transaction(world.citizen(mine["patient_id"])) as tx:
        await cancel(tx, mine["id"], CancelRequest(world.organization_id, "换一个"))
    assert timedelta(seconds=30) <= await returns_in(world, slots[1]) <= timedelta(minutes=5)
    clock.advance(seconds=world.platform.settings.hold_seconds)
    assert await attempt(world, slots[0]) == "slot-taken"
    assert await sweep_holds(world.platform) == 0
    clock.advance(minutes=5)
    assert await attempt(world, slots[0]) == "held"
    assert await attempt(world, slots[1]) == "held"


async def test_delays_differ_and_keep_within_the_rule(world: World) -> None:
    await world.owner.execute("UPDATE return_rule SET cancelled_min_seconds = 100, cancelled_max_seconds = 400")
    _, slots = await world.session(slots=1, capacity=12)
    for booked in [await book(world, slots[0]) for _ in range(12)]:
        await give_up(world, booked)
    found = await world.owner.fetch("SELECT extract(epoch FROM returns_at - created_at) AS s FROM returning_place")
    delays = {float(row["s"]) for row in found}
    assert all(100 <= one <= 400 for one in delays)
    assert len(delays) > 8


async def test_close_to_the_start_a_place_returns_at_once(world: World, clock: SetClock) -> None:
    _, slots = await world.session(clock.now() + timedelta(minutes=100), slots=1, capacity=1)
    await give_up(world, await book(world, slots[0]))
    assert await attempt(world, slots[0]) == "held"


async def test_no_delay_reaches_into_the_last_two_hours(world: World, clock: SetClock) -> None:
    _, slots = await world.session(clock.now() + timedelta(minutes=125), slots=1, capacity=1)
    await world.return_after(1200)
    await give_up(world, await book(world, slots[0]))
    assert await returns_in(world, slots[0]) == timedelta(minutes=5)


async def test_a_place_cancelled_at_the_window_does_not_return_silently(world: World) -> None:
    _, slots = await world.session(slots=1, capacity=1)
    booked = await book(world, slots[0])
    await give_up(world, booked, world.staff())
    assert await attempt(world, slots[0]) == "slot-taken"
    moves = await world.owner.fetch("SELECT from_state, to_state FROM transition WHERE machine = 'returning_place'")
    assert [tuple(move) for move in moves] == [("new", "waiting")]


@pytest.mark.parametrize("pool", ["onsite", "draw"])
async def test_pools_kept_for_somebody_get_their_places_at_once(world: World, pool: str) -> None:
    _, slots = await world.session(slots=1, capacity=1)
    booked = await book(world, slots[0])
    await world.owner.execute("UPDATE slot SET pool = $1", pool)
    await give_up(world, booked)
    assert await world.count("returning_place") == 0
    assert (await consistent(world, slots[0]))["taken"] == 0


async def test_places_of_a_stopped_session_do_not_return(world: World, clock: SetClock) -> None:
    schedule, slots = await world.session(slots=1, capacity=2)
    first, second = await book(world, slots[0]), await book(world, slots[0])
    await give_up(world, first)
    await world.owner.execute("UPDATE schedule SET stopped_at = now(), stopped_reason = 'x' WHERE id = $1", schedule)
    await world.owner.execute("UPDATE slot SET open = false, reopens_at = NULL")
    await give_up(world, second)
    clock.advance(minutes=30)
    await tend_lists(world.platform)
    slot = await world.row("slot", slots[0])
    assert (slot["taken"], slot["open"], slot["reopens_at"]) == (0, False, None)
    assert await attempt(world, slots[0]) == "slot-stopped"
