"""The event log: written with the change, read in one order, and no commit skipped however late it comes."""

import contextlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from yitong.kernel.event_log import NOWHERE, Position, read_after, top
from yitong.kernel.events import EVENT_WORDS, Recorded, Subject, declare_events, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import SYSTEM_ACTOR, Grant
from yitong.kernel.platform import Platform
from yitong.kernel.transaction import Transaction


class LogEvent(StrEnum):
    HAPPENED = "test-log:thing:happened"
    UNDECLARED = "test-log:thing:undeclared"


declare_events({LogEvent.HAPPENED: ("发生 {n}", "{n} happened")})
GRANT = Grant("test:it:do", SYSTEM_ACTOR, None, None)
HERE = new_id()


async def happen(tx: Transaction, n: int, **payload: Any) -> UUID:
    return await record(tx, GRANT, LogEvent.HAPPENED, Subject("thing", new_id(), HERE), {"n": n, **payload})


async def read(platform: Platform, position: Position = NOWHERE, limit: int = 100) -> list[Recorded]:
    async with (await platform.database.raw()).acquire() as connection:
        return await read_after(connection, position, limit)


def numbers(events: list[Recorded]) -> list[int]:
    return [event.payload["n"] for event in events]


async def test_an_event_stands_and_falls_with_its_change(platform: Platform) -> None:
    async with platform.transaction() as tx:
        kept = await happen(tx, 1)
    with contextlib.suppress(RuntimeError):
        async with platform.transaction() as tx:
            await happen(tx, 2)
            raise RuntimeError
    events = await read(platform)
    assert [event.id for event in events] == [kept]
    assert (events[0].actor_kind, events[0].action, events[0].type) == ("system", "test:it:do", LogEvent.HAPPENED.value)


async def test_events_carry_ids_and_times_as_json(platform: Platform) -> None:
    some: Mapping[str, Any] = {"id": HERE, "at": platform.clock.now()}
    async with platform.transaction() as tx:
        await happen(tx, 1, **some)
    assert (await read(platform))[0].payload == {"n": 1, "id": str(HERE), "at": "2026-11-23T00:30:00Z"}


async def test_an_undeclared_event_is_not_written(platform: Platform) -> None:
    async with platform.transaction() as tx:
        with pytest.raises(ValueError, match="not declared"):
            await record(tx, GRANT, LogEvent.UNDECLARED, Subject("thing", new_id(), HERE))
    with pytest.raises(ValueError, match="declared twice"):
        declare_events({LogEvent.HAPPENED: ("又", "again")})
    assert EVENT_WORDS[LogEvent.HAPPENED.value].filled(n=3).en == "3 happened"


async def test_transactions_are_in_the_order_of_their_numbers(platform: Platform, database_url: str) -> None:
    """Not of their digits: 1000 comes after 999, also where a read ends between them."""
    owner = await asyncpg.connect(database_url)
    await owner.execute("SET session_replication_role = replica")  # the log takes no changes: its owner makes it young
    for n, xid in enumerate(("99", "100", "101", "5")):
        async with platform.transaction() as tx:
            event = await happen(tx, n)
        await owner.execute("UPDATE event SET xid = $1::text::xid8 WHERE id = $2", xid, event)
    await owner.close()
    assert numbers(await read(platform)) == [3, 0, 1, 2]
    first = await read(platform, limit=2)
    assert numbers(first) == [3, 0]
    assert numbers(await read(platform, Position(first[-1].xid, first[-1].position))) == [1, 2]


async def test_a_late_commit_is_not_skipped(platform: Platform) -> None:
    """The early transaction commits last; a reader that came by in between still gets its event, and in order."""
    async with platform.transaction() as early:
        await happen(early, 1)
        async with platform.transaction() as late:
            await happen(late, 2)
        # Committed is 2 only, but 1 has the lower place: the reader waits for it instead of passing it.
        assert numbers(await read(platform)) == []
        async with (await platform.database.raw()).acquire() as connection:
            assert await top(connection) == NOWHERE
        # Control: who goes by position alone sees 2 now, remembers its position, and never sees 1.
        async with platform.transaction() as tx:
            naive = await tx.session.execute(text("SELECT position, payload->>'n' AS n FROM event ORDER BY position"))
            seen = naive.all()
    assert [row.n for row in seen] == ["2"]
    async with platform.transaction() as tx:
        after = await tx.session.execute(
            text("SELECT payload->>'n' AS n FROM event WHERE position > :p"), {"p": seen[-1].position}
        )
        assert after.all() == [], "the control loses event 1"
    events = await read(platform)
    assert numbers(events) == [1, 2]


async def test_pages_continue_where_they_ended(platform: Platform) -> None:
    for n in range(7):
        async with platform.transaction() as tx:
            await happen(tx, 2 * n)
            await happen(tx, 2 * n + 1)
    position, got = NOWHERE, list[int]()
    while page := await read(platform, position, limit=3):
        got += numbers(page)
        position = Position(page[-1].xid, page[-1].position)
    assert got == list(range(14))
    async with (await platform.database.raw()).acquire() as connection:
        assert await top(connection) == position


@pytest.mark.parametrize("statement", ["UPDATE event SET type = 'x'", "DELETE FROM event"])
async def test_the_log_is_not_rewritten(platform: Platform, statement: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with platform.transaction() as tx:
            await tx.session.execute(text(statement))


async def test_the_feed_hands_out_what_happens_from_now_on(platform: Platform) -> None:
    async with platform.transaction() as tx:
        await happen(tx, 0)
    even = platform.feed.listen(lambda event: event.payload["n"] % 2 == 0)
    few = platform.feed.listen(lambda _: True, limit=2)
    async with even as evens, few as last:
        for n in range(1, 7):
            async with platform.transaction() as tx:
                await happen(tx, n)
        assert [(await evens.get()).payload["n"] for _ in range(3)] == [2, 4, 6]
        while not last.full():
            await evens.get()
        got = [last.get_nowait().payload["n"] for _ in range(2)]
        assert got == [5, 6], "whoever is slow loses the oldest"
