"""How a chosen slot becomes an offer: the columns and names that every search shares."""

from collections.abc import Sequence
from typing import Any

from yitong.booking.names import NameBoard, Names
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
    """The statement that turns ``chosen`` (organization_id, id, distance_m) into rows for :func:`offers_of`.

    ``$1`` is now. Price and places are read; names are not, because they are kept in the process.
    """
    return f"""
SELECT s.id AS slot_id, s.organization_id, c.distance_m, s.department_id, s.schedule_id, d.practitioner_role_id,
    d.team_id, v.kind AS service_kind, v.name AS service_name, v.name_en AS service_name_en, v.fee_fen, s.start_at,
    s.end_at, {REMAINING} AS remaining
FROM ({chosen}) AS c
JOIN slot AS s ON s.organization_id = c.organization_id AND s.id = c.id
JOIN schedule AS d ON d.organization_id = s.organization_id AND d.id = s.schedule_id
JOIN healthcare_service AS v ON v.organization_id = d.organization_id AND v.id = d.service_id
ORDER BY {order}
"""  # noqa: S608


async def offers_of(board: NameBoard, rows: Sequence[Any]) -> list[SlotOffer]:
    """Offers from rows of :func:`dressed`, with their names, and their times in the hospital's zone."""
    shown = await board.shown({row["organization_id"] for row in rows})
    try:
        return [_offer_of(row, shown[row["organization_id"]]) for row in rows]
    except KeyError:  # a department, doctor or team that is new since the names were read
        again = {row["organization_id"] for row in rows if not _named(shown[row["organization_id"]], row)}
        shown |= {organization_id: await board.again(organization_id) for organization_id in again}
        return [_offer_of(row, shown[row["organization_id"]]) for row in rows]


def _named(names: Names, row: Any) -> bool:
    role, team = row["practitioner_role_id"], row["team_id"]
    return (
        row["department_id"] in names.departments
        and (role is None or role in names.roles)
        and (team is None or team in names.teams)
    )


def _offer_of(row: Any, names: Names) -> SlotOffer:
    """The offer. Raises KeyError for a department, doctor or team without a name."""
    distance, role_id, team_id = row["distance_m"], row["practitioner_role_id"], row["team_id"]
    department = names.departments[row["department_id"]]
    role = names.roles[role_id] if role_id is not None else None
    team = names.teams[team_id] if team_id is not None else None
    return SlotOffer(
        row["slot_id"],
        row["organization_id"],
        names.name,
        names.name_en,
        names.grade,
        names.district,
        round(distance) if distance is not None else None,
        row["department_id"],
        department[0],
        department[1],
        row["schedule_id"],
        role_id,
        role.name if role else team,
        role.title if role else None,
        row["service_kind"],
        row["service_name"],
        row["service_name_en"],
        row["fee_fen"],
        row["start_at"].astimezone(names.zone),
        row["end_at"].astimezone(names.zone),
        row["remaining"],
    )
