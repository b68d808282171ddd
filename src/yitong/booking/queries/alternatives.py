"""What to offer somebody whose wish is taken: near in time, near in place, or another doctor."""

from typing import Any

from yitong.booking.names import NameBoard
from yitong.booking.queries.offers import DISTANCE, FREE, dressed, offers_of
from yitong.booking.schemas import SlotOffer
from yitong.kernel.ids import UUID
from yitong.kernel.platform import Platform

_MOST = 3
# Each part is a short read: the same session, the same department around that day, the nearest hospitals of the
# specialty. ``part`` and ``far`` say where an alternative comes from and how far from the wish it lies.
_CHOSEN = f"""
WITH wish AS (
    SELECT s.*, d.day, h.latitude, h.longitude
    FROM slot AS s
    JOIN schedule AS d ON d.organization_id = s.organization_id AND d.id = s.schedule_id
    JOIN organization AS h ON h.id = s.organization_id
    WHERE s.organization_id = $2 AND s.id = $3
)
SELECT * FROM (
    (SELECT 1 AS part, abs(extract(epoch FROM s.start_at - w.start_at)) AS far, s.organization_id, s.id,
        NULL::float AS distance_m
     FROM wish AS w
     JOIN slot AS s ON s.organization_id = w.organization_id AND s.schedule_id = w.schedule_id
     WHERE {FREE} AND s.pool IN ('common', w.pool) AND s.start_at > $1 AND s.id <> w.id ORDER BY far LIMIT 3)
    UNION ALL
    (SELECT 2, abs(extract(epoch FROM s.start_at - w.start_at)) AS far, s.organization_id, s.id, NULL
     FROM wish AS w
     JOIN schedule AS d ON d.organization_id = w.organization_id AND d.department_id = w.department_id
        AND d.day BETWEEN w.day - 7 AND w.day + 7 AND d.id <> w.schedule_id
     JOIN slot AS s ON s.organization_id = d.organization_id AND s.schedule_id = d.id
     WHERE {FREE} AND s.pool = 'common' AND s.start_at > $1 ORDER BY far LIMIT 3)
    UNION ALL
    (SELECT 3, o.far + extract(epoch FROM p.start_at - o.start_at), o.id, p.id, o.distance_m
     FROM (SELECT o.id, w.specialty_code, w.start_at, {DISTANCE.format(latitude="w.latitude", longitude="w.longitude")}
            AS distance_m, 0 AS far FROM wish AS w JOIN organization AS o ON o.id <> w.organization_id AND o.active
           ORDER BY distance_m NULLS LAST LIMIT 20) AS o
     CROSS JOIN LATERAL (
        SELECT s.id, s.start_at FROM slot AS s
        WHERE s.open AND s.pool = 'common' AND s.specialty_code = o.specialty_code AND s.organization_id = o.id
            AND s.start_at > greatest($1, o.start_at - interval '1 day')
        ORDER BY s.start_at LIMIT 1) AS p
     ORDER BY o.distance_m, p.start_at LIMIT 3)
) AS found
"""  # noqa: S608
_STATEMENT = dressed(_CHOSEN, "c.part, c.far, s.id").replace("SELECT s.id AS slot_id", "SELECT c.part, s.id AS slot_id")


async def read_alternatives(
    platform: Platform, board: NameBoard, organization_id: UUID, slot_id: UUID
) -> list[SlotOffer]:
    """Up to three free places for somebody who wanted this slot: one of each sort first, then the nearest in time."""
    async with (await platform.database.raw(as_written=True)).acquire() as connection:
        rows: list[Any] = await connection.fetch(_STATEMENT, platform.clock.now(), organization_id, slot_id)
    return await offers_of(board, _mixed(rows))


def _mixed(rows: list[Any]) -> list[Any]:
    """The first of each part, then the rest in order, no slot twice; in the order of the parts."""
    firsts: dict[int, Any] = {}
    for row in rows:
        firsts.setdefault(row["part"], row)
    chosen = list(firsts.values())
    chosen += [row for row in rows if row not in chosen]
    unique = {row["slot_id"]: row for row in chosen[:_MOST]}
    return sorted(unique.values(), key=lambda row: (row["part"], row["start_at"]))
