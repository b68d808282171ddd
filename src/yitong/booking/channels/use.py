"""How a hospital's pools were used: places and bookings by pool and channel, a day."""

from datetime import date

from sqlalchemy import text

from yitong.booking.channels.actions import SEE_CHANNELS
from yitong.booking.channels.schemas import ChannelUse
from yitong.kernel.ids import UUID
from yitong.kernel.problems import VALIDATION_FAILED, FieldError
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

MOST_DAYS = 92
_USE = text("""
WITH place AS (
    SELECT d.day, s.pool, sum(s.capacity)::integer AS capacity
    FROM schedule AS d JOIN slot AS s ON s.organization_id = d.organization_id AND s.schedule_id = d.id
    WHERE d.organization_id = :organization AND d.day BETWEEN :first AND :last AND d.stopped_at IS NULL
    GROUP BY d.day, s.pool
), person AS (
    SELECT a.day, s.pool, a.channel, count(*)::integer AS people
    FROM appointment AS a JOIN slot AS s ON s.organization_id = a.organization_id AND s.id = a.slot_id
    WHERE a.organization_id = :organization AND a.day BETWEEN :first AND :last
        AND a.state NOT IN ('cancelled', 'expired') AND (a.state <> 'held' OR a.hold_expires_at > :now)
    GROUP BY a.day, s.pool, a.channel
)
SELECT coalesce(p.day, n.day) AS day, coalesce(p.pool, n.pool) AS pool, coalesce(p.capacity, 0) AS capacity,
    coalesce(n.people, 0) AS people, coalesce(n.by_channel, '{}'::jsonb) AS by_channel
FROM place AS p
FULL JOIN (
    SELECT day, pool, sum(people)::integer AS people, jsonb_object_agg(channel, people) AS by_channel
    FROM person GROUP BY day, pool
) AS n ON n.day = p.day AND n.pool = p.pool
ORDER BY 1, 2
""")


async def channel_use(tx: Transaction, organization_id: UUID, first: date, last: date) -> list[ChannelUse]:
    """Every pool of every day from ``first`` to ``last`` (both included); a hold that runs counts as a booking.

    Raises Problem ``validation-failed`` when the days are in the wrong order or more than 92, and those of the
    permission check.
    """
    SEE_CHANNELS.check(tx.actor, organization_id=organization_id)
    if last < first or (last - first).days >= MOST_DAYS:
        wrong = Bilingual(f"日期范围应为 1 至 {MOST_DAYS} 天。", f"Choose between 1 and {MOST_DAYS} days.")
        raise VALIDATION_FAILED(errors=[FieldError("to", "range", wrong)])
    rows = await tx.session.execute(
        _USE, {"organization": organization_id, "first": first, "last": last, "now": tx.now}
    )
    return [
        ChannelUse(row["day"], row["pool"], row["capacity"], row["people"], dict(row["by_channel"]))
        for row in rows.mappings()
    ]
