"""Reading the event log so that no commit is skipped.

Positions are handed out before commit, so a reader that only compares positions can pass one that is still open. Rows
are therefore ordered by (transaction id, position) and read only below the oldest transaction still running.
"""

from datetime import datetime
from typing import Any, NamedTuple

import asyncpg
import msgspec

from yitong.kernel.ids import UUID


class Recorded(msgspec.Struct, frozen=True):
    """An event as readers get it; ``payload`` holds ids, codes, states and numbers, never a person's identifiers."""

    id: UUID
    organization_id: UUID
    xid: str
    position: int
    at: datetime
    type: str
    actor_kind: str
    actor_id: UUID
    action: str
    subject_type: str
    subject_id: UUID
    patient_id: UUID | None
    payload: dict[str, Any]


class Position(NamedTuple):
    """How far somebody has read."""

    xid: str
    position: int


NOWHERE = Position("0", 0)
_COLUMNS = (
    "organization_id, id, xid::text AS xid, position, at, type, actor_kind, actor_id, action, subject_type, subject_id,"
    " patient_id, payload::text AS payload"
)
# Reading for the platform itself: the scope is opened for this statement's transaction only.
_WIDE = "SELECT set_config('yitong.region', 'on', true)"


async def read_after(
    connection: "asyncpg.pool.PoolConnectionProxy[asyncpg.Record] | asyncpg.Connection[asyncpg.Record]",
    position: Position,
    limit: int,
) -> list[Recorded]:
    """Up to ``limit`` committed events after ``position``, in the order every reader sees them."""
    async with connection.transaction():
        await connection.execute(_WIDE)
        rows = await connection.fetch(
            f"SELECT {_COLUMNS} FROM event"  # noqa: S608
            " WHERE (xid, position) > ($1::text::xid8, $2) AND xid < pg_snapshot_xmin(pg_current_snapshot())"
            " ORDER BY event.xid, event.position LIMIT $3",  # not the text of the same name: 999 comes before 1000
            position.xid,
            position.position,
            limit,
        )
    return [recorded(row) for row in rows]


async def top(
    connection: "asyncpg.pool.PoolConnectionProxy[asyncpg.Record] | asyncpg.Connection[asyncpg.Record]",
) -> Position:
    """The position after which only events that are not yet visible or not yet written remain."""
    async with connection.transaction():
        await connection.execute(_WIDE)
        row = await connection.fetchrow(
            "SELECT xid::text AS xid, position FROM event WHERE xid < pg_snapshot_xmin(pg_current_snapshot())"
            " ORDER BY event.xid DESC, position DESC LIMIT 1"
        )
    return Position(row["xid"], row["position"]) if row else NOWHERE


def recorded(row: Any) -> Recorded:
    """An event from a row that has the columns of the log."""
    values = dict(row)
    values["payload"] = msgspec.json.decode(values["payload"])
    return Recorded(**values)
