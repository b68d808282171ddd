"""How a chosen slot becomes an offer: the joins and columns that every search shares."""

from typing import Any
from zoneinfo import ZoneInfo

from yitong.booking.schemas import SlotOffer

# A slot that is full with holds in it has a place again as soon as the first of them runs out.
REMAINING = "CASE WHEN s.open THEN s.capacity - s.taken WHEN s.reopens_at <= $1 THEN 1 ELSE 0 END"
FREE = "(s.open OR s.reopens_at <= $1)"
# Great-circle distance on a sphere of the earth's mean radius, 6,371,009 m (IUGG).
DISTANCE = (
    "2 * 6371009 * asin(sqrt(least(1, power(sin(radians(o.latitude - {latitude}) / 2), 2)"
    " + cos(radians({latitude})) * cos(radians(o.latitude)) * power(sin(radians(o.longitude - {longitude}) / 2), 2))))"
)


def dressed(chosen: str, order: str) -> str:
    """The statement that turns ``chosen`` (organization_id, id, distance_m) into offers; ``$1`` is now."""
    return f"""
SELECT s.id AS slot_id, s.organization_id, o.name AS organization_name, o.name_en AS organization_name_en, o.grade,
    o.district, o.zone, c.distance_m, s.department_id, e.name AS department_name, e.name_en AS department_name_en,
    s.schedule_id, d.practitioner_role_id, coalesce(n.name, m.name) AS practitioner_name, r.title,
    v.kind AS service_kind,
    v.name AS service_name, v.name_en AS service_name_en, v.fee_fen, s.start_at, s.end_at, {REMAINING} AS remaining
FROM ({chosen}) AS c
JOIN slot AS s ON s.organization_id = c.organization_id AND s.id = c.id
JOIN schedule AS d ON d.organization_id = s.organization_id AND d.id = s.schedule_id
JOIN healthcare_service AS v ON v.organization_id = d.organization_id AND v.id = d.service_id
JOIN department AS e ON e.organization_id = s.organization_id AND e.id = s.department_id
JOIN organization AS o ON o.id = s.organization_id
LEFT JOIN practitioner_role AS r ON r.organization_id = d.organization_id AND r.id = d.practitioner_role_id
LEFT JOIN practitioner AS n ON n.id = r.practitioner_id
LEFT JOIN care_team AS m ON m.organization_id = d.organization_id AND m.id = d.team_id
ORDER BY {order}
"""  # noqa: S608


_zones: dict[str, ZoneInfo] = {}


def offer_of(row: Any) -> SlotOffer:
    """An offer from a row of :func:`dressed`, its times in the hospital's zone."""
    zone = _zones.get(row["zone"]) or _zones.setdefault(row["zone"], ZoneInfo(row["zone"]))
    distance = row["distance_m"]
    return SlotOffer(
        row["slot_id"],
        row["organization_id"],
        row["organization_name"],
        row["organization_name_en"],
        row["grade"],
        row["district"],
        round(distance) if distance is not None else None,
        row["department_id"],
        row["department_name"],
        row["department_name_en"],
        row["schedule_id"],
        row["practitioner_role_id"],
        row["practitioner_name"],
        row["title"],
        row["service_kind"],
        row["service_name"],
        row["service_name_en"],
        row["fee_fen"],
        row["start_at"].astimezone(zone),
        row["end_at"].astimezone(zone),
        row["remaining"],
    )
