"""Two clicks on "call next" at one moment: one person is called; a control shows two when the protection is off."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from worlds import Session, World
from yitong.booking.events import BookingEvent
from yitong.booking.queue import arrivals, groups, moves, rows, service
from yitong.booking.queue.schemas import GroupRequest
from yitong.booking.service.actions import CANCEL
from yitong.kernel.events import record
from yitong.kernel.ids import UUID, new_id
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


async def two_doors(town: World, people: int) -> list[Session]:
    """Two rooms that share a line in which people wait; the second one has no doctor's name on its door."""
    other = await town.open_session()
    sessions = [town.session, other]
    async with town.platform.transaction(town.nurse) as tx:
        day = town.session.day
        request = GroupRequest(town.hospital_id, town.department_id, day, "一条队伍", [one.id for one in sessions])
        await groups.make_group(tx, request, new_id())
    await waiting_room(town, people)
    return sessions


async def click_at(town: World, session: Session) -> str:
    """One room's click: whose number was called, or the code of the refusal."""
    try:
        async with town.platform.transaction(town.nurse) as tx:
            called = await visits.call_next(tx, town.hospital_id, session.id)
    except Problem as refused:
        return refused.code
    return called.entry.number_text


async def test_two_rooms_of_a_line_never_call_the_same_person(town: World) -> None:
    sessions = await two_doors(town, 4)
    for _ in range(2):
        called = await asyncio.gather(*(click_at(town, one) for one in sessions))
        assert len(set(called)) == 2
        async with town.platform.transaction(town.nurse) as tx:
            for row in await rows.entries(tx, town.hospital_id, [one.id for one in sessions]):
                if row.state in rows.IN_ROOM:
                    await service.finish(tx, town.hospital_id, row.appointment_id)
    assert (await town.one("SELECT count(*) FROM queue_entry WHERE state = 'finished'"))[0] == 4
    assert (await town.one("SELECT count(DISTINCT subject_id) FROM event WHERE type = 'queue:entry:called'"))[0] == 4


async def test_control_without_the_lines_lock_two_rooms_reach_for_one_person(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both look at the same first person; the history's key lets one of the two win, the other calls nobody."""
    sessions = await two_doors(town, 4)
    barrier = asyncio.Barrier(CLICKS)
    unlocked = rows.entry

    async def both_looked(tx: Transaction, organization_id: UUID, entry_id: UUID, *, lock: bool = False) -> object:
        found = await unlocked(tx, organization_id, entry_id)
        if lock:
            await barrier.wait()
        return found

    async def no_lock(_: Transaction, __: UUID, *___: UUID) -> None:
        return None

    monkeypatch.setattr(moves, "lock_session", no_lock)
    monkeypatch.setattr(moves, "entry_row", both_looked)
    monkeypatch.setattr(moves, "locked_appointment", moves.seen_appointment)
    outcomes = await asyncio.gather(*(click_at(town, one) for one in sessions))
    assert sorted(outcomes) == ["A001", "room-occupied"], "a doctor is refused although three people wait"
    called = await town.rows("SELECT payload->>'number_text' FROM event WHERE type = 'queue:entry:called'")
    assert [row[0] for row in called] == ["A001"], "the key of the history still keeps one person from two doors"


async def until_somebody_waits_for_a_lock(town: World) -> None:
    """Until another connection of this database waits for a row."""
    owner = await town.platform.database.connect_as_owner()
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    try:
        async with asyncio.timeout(30):
            while not await owner.fetch(waiting):  # noqa: ASYNC110 - the database tells it to whoever asks only
                await asyncio.sleep(0.02)
    finally:
        await owner.close()


async def test_cancelling_and_calling_at_one_moment_wait_for_each_other_and_not_for_ever(town: World) -> None:
    """Whoever cancels has the appointment before the entry; the call must not take them the other way round."""
    await waiting_room(town, 2)
    first = (await town.one("SELECT appointment_id FROM queue_entry ORDER BY number LIMIT 1"))[0]
    async with town.platform.transaction(town.registrar) as tx:
        appointment = await moves.locked_appointment(tx, town.hospital_id, first)
        calling = asyncio.create_task(click(town))
        await until_somebody_waits_for_a_lock(town)
        grant = CANCEL.check(tx.actor, organization_id=town.hospital_id, patient_id=appointment.patient_id)
        event_id = await record(tx, grant, BookingEvent.CANCELLED, appointment.subject, {})
        assert await service.leave(tx, grant, town.hospital_id, first, event_id)
    assert await calling == "called"
    called = await town.one("SELECT number FROM queue_entry WHERE state = 'called'")
    assert called[0] == 2, "the next one, not the one who left"
