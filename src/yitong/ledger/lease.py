"""Which process writes the blocks: the one that holds the lease and renews it; another takes it over when it ends.

A row instead of a session's lock, so that it also holds through a pooler that gives connections out a transaction at a
time. It decides who works, not what is right: every block is written under the lock of its transaction and after the
blocks of others, so that two writers at once could still not fork the chain.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from yitong.kernel.ids import UUID
from yitong.ledger.stored import Connection

_TAKE = """
INSERT INTO ledger_writer AS w (id, holder, since, until) VALUES (1, $1, clock_timestamp(), clock_timestamp() + $2)
ON CONFLICT (id) DO UPDATE SET holder = $1, until = clock_timestamp() + $2,
  since = CASE WHEN w.holder = $1 THEN w.since ELSE clock_timestamp() END
 WHERE w.holder = $1 OR w.until < clock_timestamp()
RETURNING 1"""


class Writer(NamedTuple):
    """Who writes blocks, since when, and until when without a renewal."""

    holder: UUID
    since: datetime
    until: datetime


async def take(connection: Connection, holder: UUID, length: timedelta) -> bool:
    """Take the lease or renew it; whether it is this holder's now."""
    return await connection.fetchval(_TAKE, holder, length) is not None


async def give_up(connection: Connection, holder: UUID) -> None:
    """Let the next one have it at once."""
    await connection.execute("DELETE FROM ledger_writer WHERE id = 1 AND holder = $1", holder)


async def writer(connection: Connection) -> Writer | None:
    """Who writes at present; None when nobody does."""
    row = await connection.fetchrow("SELECT holder, since, until FROM ledger_writer WHERE until >= clock_timestamp()")
    return None if row is None else Writer(row["holder"], row["since"], row["until"])
