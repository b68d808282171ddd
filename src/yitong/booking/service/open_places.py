"""The open places of some services over some days, for who plans several at once: what the actor's channel may take."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import text

from yitong.booking.channels.service import channel_for, window_of
from yitong.kernel.ids import UUID
from yitong.kernel.transaction import Transaction

_MOST = 4000
_PLACES = text("""
SELECT s.id AS slot_id, s.schedule_id, d.service_id, s.start_at, s.end_at,
    CASE WHEN s.open THEN s.capacity - s.taken WHEN s.reopens_at <= :now THEN 1 ELSE 0 END AS remaining,
    coalesce(l.name, '') AS place, coalesce(l.name_en, '') AS place_en,
    coalesce(l.building, '') AS building
FROM schedule AS d
JOIN slot AS s ON s.organization_id = d.organization_id AND s.schedule_id = d.id
LEFT JOIN location AS l ON l.organization_id = d.organization_id AND l.id = d.location_id
WHERE d.organization_id = :organization AND d.stopped_at IS NULL
    AND (d.service_id = ANY (:services) AND s.start_at >= :first AND s.start_at < :last
        AND (s.open OR s.reopens_at <= :now) AND s.pool = ANY (string_to_array(:pools, ','))
        OR s.id = ANY (:own))
ORDER BY s.start_at, s.id LIMIT :limit
""")


class OpenPlace(msgspec.Struct, frozen=True):
    """A slot with a place in it, and where it is."""

    slot_id: UUID
    schedule_id: UUID
    service_id: UUID
    start_at: datetime
    end_at: datetime
    remaining: int
    place: str
    place_en: str
    building: str


async def open_places(
    tx: Transaction,
    organization_id: UUID,
    services: Sequence[UUID],
    first: datetime,
    last: datetime,
    own: Sequence[UUID] = (),
) -> list[OpenPlace]:
    """Open places that start from ``first`` on and before ``last``, the earliest first; at most 4,000.

    The slots ``own`` are told of too, unless they were stopped, also when nothing of them remains. What the actor's
    channel has not been given, or not yet, is left out. The caller has checked an action. Raises Problem
    ``channel-foreign``.
    """
    channel = await channel_for(tx.platform, tx.actor, organization_id, None)
    window = await window_of(tx.platform, organization_id, channel, tx.now)
    values = {
        "organization": organization_id,
        "services": list(services),
        "first": max(first, tx.now, window.not_before),
        "last": min(last, window.opens_until),
        "now": tx.now,
        "pools": window.pools,
        "own": list(own),
        "limit": _MOST,
    }
    found = await tx.session.execute(_PLACES, values)
    return [OpenPlace(**row) for row in found.mappings()]
