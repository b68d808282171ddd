"""Reading appointments: one, many, and the history of one."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import text

from yitong.kernel.ids import UUID
from yitong.kernel.text import Language
from yitong.kernel.transaction import Transaction

COLUMNS = """a.organization_id, a.id, a.slot_id, a.schedule_id, a.department_id, a.service_id, a.practitioner_role_id,
    a.patient_id, a.start_at, a.end_at, a.state, a.version, a.number, a.channel, a.fee_fen, a.hold_expires_at,
    a.created_at, a.cancelled_reason, a.rescheduled_to, a.offered, a.displaced, a.pay_by, a.based_on,
    d.location_id, d.team_id,
    d.day, d.stopped_at IS NOT NULL AS stopped, p.name_sealed"""
_FROM = """FROM appointment AS a
JOIN schedule AS d ON d.organization_id = a.organization_id AND d.id = a.schedule_id
LEFT JOIN patient AS p ON p.id = a.patient_id"""
When = Literal["upcoming", "past", "all"]
# Still expected and not over, seen from now: a hold that ran out and a day that passed belong to the past.
_EXPECTED = "(a.active OR a.displaced AND a.state IN ('booked','checked_in','called'))"
_UPCOMING = (
    f"({_EXPECTED} AND (a.state <> 'held' OR a.hold_expires_at > :now) AND a.end_at > :now - interval '12 hours')"
)


async def one(tx: Transaction, organization_id: UUID, appointment_id: UUID, *, lock: bool = False) -> Any | None:
    """The appointment with what is needed to show it, or None when there is none that the actor may see."""
    found = await tx.session.execute(
        text(
            f"SELECT {COLUMNS} {_FROM} WHERE a.organization_id = :organization AND a.id = :id"
            + (" FOR NO KEY UPDATE OF a" if lock else "")
        ),
        {"organization": organization_id, "id": appointment_id},
    )
    return found.mappings().one_or_none()


async def for_orders(tx: Transaction, organization_id: UUID, orders: Sequence[UUID]) -> list[Any]:
    """The appointments that one hospital's orders have, also those whose session was stopped."""
    found = await tx.session.execute(
        text(
            f"SELECT {COLUMNS} {_FROM} WHERE a.organization_id = :organization AND a.based_on = ANY (:orders)"
            " AND (a.active OR a.displaced AND a.state = 'booked') AND a.based_on IS NOT NULL"
        ),
        {"organization": organization_id, "orders": list(orders)},
    )
    return list(found.mappings())


async def of_patients(
    tx: Transaction, patients: Sequence[UUID], when: When, after: tuple[datetime, UUID] | None, limit: int
) -> list[Any]:
    """Appointments of these patients at all hospitals: upcoming ones soonest first, others latest first."""
    forward = when == "upcoming"
    where = {"upcoming": _UPCOMING, "past": f"NOT {_UPCOMING}", "all": "true"}[when]
    direction, beyond = ("ASC", ">") if forward else ("DESC", "<")
    values: dict[str, Any] = {"patients": list(patients), "now": tx.now, "limit": limit}
    if after:
        where += f" AND (a.start_at, a.id) {beyond} (:start, :id)"
        values |= {"start": after[0], "id": after[1]}
    statement = (
        f"SELECT {COLUMNS} {_FROM} WHERE a.patient_id = ANY (:patients) AND {where}"
        f" ORDER BY a.start_at {direction}, a.id {direction} LIMIT :limit"
    )
    return list((await tx.session.execute(text(statement), values)).mappings())


async def of_organization(
    tx: Transaction,
    organization_id: UUID,
    *,
    day: date | None,
    department_id: UUID | None,
    patient_id: UUID | None,
    states: Sequence[str],
    when: When,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Any]:
    """Appointments at one hospital in order of their start; past ones latest first."""
    where = ["a.organization_id = :organization"]
    values: dict[str, Any] = {"organization": organization_id, "limit": limit}
    direction, beyond = ("DESC", "<") if when == "past" else ("ASC", ">")
    if when != "all":
        where.append(_UPCOMING if when == "upcoming" else f"NOT {_UPCOMING}")
        values["now"] = tx.now
    for column, value in (("day", day), ("department_id", department_id), ("patient_id", patient_id)):
        if value is not None:
            where.append(f"a.{column} = :{column}")
            values[column] = value
    if states:
        where.append("a.state = ANY (:states)")
        values["states"] = list(states)
    if after:
        where.append(f"(a.start_at, a.id) {beyond} (:start, :id)")
        values |= {"start": after[0], "id": after[1]}
    statement = (
        f"SELECT {COLUMNS} {_FROM} WHERE {' AND '.join(where)}"
        f" ORDER BY a.start_at {direction}, a.id {direction} LIMIT :limit"
    )
    return list((await tx.session.execute(text(statement), values)).mappings())


_WHO = {
    "citizen": ("患者本人或家属", "the patient or family"),
    "staff": ("工作人员", "staff"),
    "terminal": ("自助设备", "a self-service device"),
    "system": ("系统", "the platform"),
}


async def history(tx: Transaction, organization_id: UUID, appointment_id: UUID) -> list[Any]:
    """Every move of an appointment with its moment, who made it and why, the first one first."""
    found = await tx.session.execute(
        text(
            "SELECT t.sequence, t.from_state, t.to_state, t.reason, e.at, e.actor_kind, s.name AS staff_name"
            " FROM transition AS t"
            " JOIN event AS e ON e.organization_id = t.organization_id AND e.id = t.event_id"
            " LEFT JOIN staff_account AS s ON s.id = e.actor_id"
            " WHERE t.organization_id = :organization AND t.subject_id = :id AND t.machine = 'appointment'"
            " ORDER BY t.sequence"
        ),
        {"organization": organization_id, "id": appointment_id},
    )
    return list(found.mappings())


def actor_text(row: Any, language: Language) -> str:
    """Who made a move, in words: a staff member's name, otherwise the sort of party."""
    zh, en = _WHO.get(row["actor_kind"], ("", ""))
    return row["staff_name"] or (en if language is Language.EN else zh)
