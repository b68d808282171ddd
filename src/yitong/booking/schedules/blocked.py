"""Sessions that the rules ask for and that could not be made, because their doctor, team or place is taken."""

from datetime import date
from typing import Any

from sqlalchemy import text

from yitong.booking.schedules.planned import PLANNED
from yitong.kernel.ids import UUID
from yitong.kernel.problems import Conflict
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

_MOST = 100
_BLOCKED = text(f"""
{PLANNED}
SELECT p.day, p.begins, p.ends, v.name AS service_name, v.name_en AS service_name_en, d.id,
    d.location_id = p.location AS same_place, n.name AS practitioner_name, m.name AS team_name,
    m.name_en AS team_name_en, l.name AS place, l.name_en AS place_en
FROM planned AS p
JOIN organization AS o ON o.id = p.organization_id
JOIN healthcare_service AS v ON v.organization_id = p.organization_id AND v.id = p.service_id
JOIN LATERAL (
    SELECT s.* FROM schedule AS s
    WHERE s.organization_id = p.organization_id AND s.day = p.day AND s.stopped_at IS NULL
        AND (s.practitioner_role_id = p.role OR s.team_id = p.team OR s.location_id = p.location)
        AND s.start_at < (p.day + p.ends) AT TIME ZONE o.zone AND s.end_at > (p.day + p.begins) AT TIME ZONE o.zone
    ORDER BY s.start_at LIMIT 1
) AS d ON true
LEFT JOIN practitioner_role AS r ON r.organization_id = d.organization_id AND r.id = d.practitioner_role_id
LEFT JOIN practitioner AS n ON n.id = r.practitioner_id
LEFT JOIN care_team AS m ON m.organization_id = d.organization_id AND m.id = d.team_id
LEFT JOIN location AS l ON l.organization_id = d.organization_id AND l.id = d.location_id
ORDER BY p.day, p.begins, p.template_id LIMIT :most
""")  # noqa: S608


async def blocked(tx: Transaction, organization_id: UUID, first: date, last: date) -> list[Conflict]:
    """What stood in the way of sessions of these days, one entry a session that is missing; at most 100.

    ``id`` of an entry is the session in the way.
    """
    rows = await tx.session.execute(
        _BLOCKED, {"organization": organization_id, "first": first, "last": last, "most": _MOST}
    )
    return [_worded(row) for row in rows.mappings()]


def _worded(row: Any) -> Conflict:
    who = row["place"] if row["same_place"] else row["practitioner_name"] or row["team_name"]
    who_en = row["place_en"] if row["same_place"] else row["practitioner_name"] or row["team_name_en"]
    when = f"{row['day']} {row['begins']:%H:%M}-{row['ends']:%H:%M}"
    return Conflict(
        "schedule",
        str(row["id"]),
        Bilingual(
            f"{when} {row['service_name']}未生成：{who}已有班次。",
            f"{when} {row['service_name_en']} was not made: {who_en} is taken.",
        ),
    )
