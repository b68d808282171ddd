"""Two clicks on "call next" at one moment: one person is called; a control shows two when the protection is off."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from worlds import World
from yitong.booking.queue import arrivals, moves
from yitong.kernel.ids import UUID
from yitong.kernel.problems import Problem
from yitong.kernel.transaction import Transaction
from yitong.visits import service as visits

CLICKS = 2


async def waiting_room(town: World, people: int) -> None:
    for n in range(people):
        patient = await town.patient(f"人{n}")
        appointment = await town.book(patient)
        async with town.platform.transaction(town.citizen(patient)) as tx:
            await arrivals.check_in(tx, town.hospital_id, appointment)


async def click(town: World) -> str:
    """One doctor's click: ``called`` or the code of the refusal."""
    try:
        async with town.platform.transaction(town.doctor) as tx:
            await visits.call_next(tx, town.hospital_id, town.session.id)
    except Problem as refused:
        return refused.code
    return "called"


async def in_room(town: World) -> int:
    return (await town.one("SELECT count(*) FROM queue_entry WHERE state IN ('called','in_consultation')"))[0]


def let_both_look_first() -> Callable[[Transaction, UUID, UUID], Awaitable[None]]:
    """In place of the session's lock: nobody goes on before everybody has come this far and sees an empty room."""
    barrier = asyncio.Barrier(CLICKS)

    async def no_lock(_: Transaction, __: UUID, ___: UUID) -> None:
        await barrier.wait()

    return no_lock


async def all_at_once(town: World) -> list[str]:
    return sorted(await asyncio.gather(*(click(town) for _ in range(CLICKS))))


async def test_two_clicks_call_one_person(town: World) -> None:
    await waiting_room(town, 4)
    assert await all_at_once(town) == ["called", "room-occupied"]
    assert await in_room(town) == 1
    assert (await town.one("SELECT count(*) FROM encounter"))[0] == 1


async def test_without_the_lock_the_index_still_refuses_the_second(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await waiting_room(town, 4)
    monkeypatch.setattr(moves, "lock_session", let_both_look_first())
    assert await all_at_once(town) == ["called", "room-occupied"]
    assert await in_room(town) == 1
    assert (await town.one("SELECT count(*) FROM event WHERE type = 'queue:entry:called'"))[0] == 1


async def test_control_without_lock_and_index_two_people_are_called(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await waiting_room(town, 4)
    monkeypatch.setattr(moves, "lock_session", let_both_look_first())
    owner = await town.platform.database.connect_as_owner()
    try:
        await owner.execute("DROP INDEX uq_queue_entry_in_room")
    finally:
        await owner.close()
    assert await all_at_once(town) == ["called", "called"]
    assert await in_room(town) == 2, "the race is real: without protection two people stand at one door"
