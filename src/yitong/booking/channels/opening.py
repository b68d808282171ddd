"""Whether a channel may take a place that is asked for one at a time: its pool, its day, its lead, the patient's age.

A hold is judged by the same rules inside the database, together with the capacity.
"""

from typing import Any

from sqlalchemy import text

from yitong.booking import refusals
from yitong.booking.channels.pools import Channel
from yitong.booking.channels.service import release_of, window_of
from yitong.kernel.clock import day_of
from yitong.kernel.ids import UUID
from yitong.kernel.transaction import Transaction

_SLOT = text("""
SELECT s.pool, s.start_at, o.zone,
    s.pool = 'elderly' AND d.day < p.birth_date + make_interval(years => :elderly) AS young
FROM slot AS s
JOIN schedule AS d ON d.organization_id = s.organization_id AND d.id = s.schedule_id
JOIN organization AS o ON o.id = s.organization_id
LEFT JOIN patient AS p ON p.id = :patient
WHERE s.organization_id = :organization AND s.id = :slot
""")


async def check_open(tx: Transaction, organization_id: UUID, slot_id: UUID, patient_id: UUID, channel: Channel) -> None:
    """Raises Problem ``slot-not-found``, ``channel-not-open``, ``not-released`` or ``booking-closed``.

    The caller has opened the patient index.
    """
    window = await window_of(tx.platform, organization_id, channel, tx.now)
    found = await tx.session.execute(
        _SLOT,
        {
            "organization": organization_id,
            "slot": slot_id,
            "patient": patient_id,
            "elderly": tx.platform.settings.elderly_pool_from,
        },
    )
    row: Any = found.mappings().one_or_none()
    if row is None:
        raise refusals.SLOT_NOT_FOUND()
    if row["pool"] not in window.pools.split(",") or row["young"]:
        raise refusals.CHANNEL_NOT_OPEN()
    if row["start_at"] > window.opens_until:
        span = await release_of(tx.platform, organization_id, channel, day_of(row["start_at"], row["zone"]))
        opens = {"opens_at": span.opens_at, "opens_by": span.opens_by} if span is not None else {}
        raise refusals.NOT_RELEASED(extra={"released_until": window.opens_until, **opens})
    if row["start_at"] < window.not_before:
        raise refusals.BOOKING_CLOSED()
