"""Reading waiting lists and offers. These functions trust their caller to have checked an action."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from yitong.booking.desk import desk_of
from yitong.booking.queries import appointments
from yitong.booking.service.reading import worded
from yitong.booking.waitlist.schemas import OfferView, WaitlistEntry
from yitong.booking.waitlist.states import EntryState, OfferState
from yitong.kernel.ids import UUID
from yitong.kernel.transaction import Transaction

_ENTRY = """
SELECT w.*, p.name_sealed, f.id AS offer_id,
    (SELECT count(*) FROM offer AS e WHERE e.organization_id = w.organization_id AND e.entry_id = w.id) AS offers
FROM waitlist_entry AS w
LEFT JOIN patient AS p ON p.id = w.patient_id
LEFT JOIN offer AS f ON f.organization_id = w.organization_id AND f.entry_id = w.id AND f.state = 'open'
    AND f.expires_at > :now
"""
_MOST = 200
# Those before somebody who want what they want: on a day of theirs, in the same half of it, by the same doctor.
_LINE = text("""
SELECT w.id,
    (SELECT count(*) FROM waitlist_entry AS b
     WHERE b.organization_id = w.organization_id AND b.department_id = w.department_id AND b.state = 'waiting'
        AND (b.priority, b.joined_at, b.id) < (w.priority, w.joined_at, w.id)
        AND b.from_day <= w.to_day AND b.to_day >= w.from_day
        AND (b.period = 'any' OR w.period = 'any' OR b.period = w.period)
        AND (b.practitioner_role_id IS NULL OR w.practitioner_role_id IS NULL
            OR b.practitioner_role_id = w.practitioner_role_id)
        AND (b.service_kind IS NULL OR w.service_kind IS NULL OR b.service_kind = w.service_kind)) AS ahead,
    (SELECT count(*) FROM offer AS f
     WHERE f.organization_id = w.organization_id AND f.department_id = w.department_id AND f.reason = 'waitlist'
        AND f.made_at > :since) AS offered
FROM waitlist_entry AS w
WHERE w.organization_id = ANY (:organizations) AND w.id = ANY (:ids)
""")
_OFFER = f"""
SELECT {appointments.COLUMNS}, f.id AS offer_id, f.entry_id, f.reason, f.state AS offer_state, f.made_at,
    f.expires_at, f.ended_at, f.replaces_appointment_id, f.patient_id AS offered_to
FROM offer AS f
JOIN appointment AS a ON a.organization_id = f.organization_id AND a.id = f.appointment_id
JOIN schedule AS d ON d.organization_id = a.organization_id AND d.id = a.schedule_id
LEFT JOIN patient AS p ON p.id = a.patient_id
"""  # noqa: S608


async def entry(tx: Transaction, organization_id: UUID, entry_id: UUID) -> Any | None:
    """One entry, or None when there is none that the actor may see."""
    found = await tx.session.execute(
        text(_ENTRY + "WHERE w.organization_id = :organization AND w.id = :id"),
        {"organization": organization_id, "id": entry_id, "now": tx.now},
    )
    return found.mappings().one_or_none()


async def entries(
    tx: Transaction,
    patients: Sequence[UUID],
    organization_id: UUID | None,
    department_id: UUID | None,
    *,
    past: bool,
) -> list[Any]:
    """Entries that still wait in the order of their lines, or those that are over, latest first; at most 200."""
    where = ["w.state IN ('left','booked','expired')" if past else "w.state IN ('waiting','offered')"]
    values: dict[str, Any] = {"now": tx.now, "limit": _MOST}
    if patients:
        where.append("w.patient_id = ANY (:patients)")
        values["patients"] = list(patients)
    for name, value in (("organization_id", organization_id), ("department_id", department_id)):
        if value is not None:
            where.append(f"w.{name} = :{name}")
            values[name] = value
    if not patients and organization_id is None:
        return []
    order = "w.ended_at DESC, w.id" if past else "w.department_id, w.priority, w.joined_at, w.id"
    statement = f"{_ENTRY}WHERE {' AND '.join(where)} ORDER BY {order} LIMIT :limit"
    return list((await tx.session.execute(text(statement), values)).mappings())


async def worded_entries(tx: Transaction, rows: Sequence[Any]) -> list[WaitlistEntry]:
    """Rows of entries with names and their places in line. Opens the region: the others of the line are counted."""
    if not rows:
        return []
    await tx.open_region()
    counted = await tx.session.execute(
        _LINE,
        {
            "organizations": list({row["organization_id"] for row in rows}),
            "ids": [row["id"] for row in rows],
            "since": tx.now - timedelta(days=7),
        },
    )
    places = {row.id: row for row in counted}
    return [await _entry_of(tx, row, places[row["id"]]) for row in rows]


async def _entry_of(tx: Transaction, row: Any, place: Any) -> WaitlistEntry:
    desk = desk_of(tx.platform)
    names = await desk.names.of(row["organization_id"])
    department = names.departments.get(row["department_id"], ("", ""))
    role_id = row["practitioner_role_id"]
    role = names.roles.get(role_id) if role_id is not None else None
    sealed = row["name_sealed"]
    state = EntryState(row["state"])
    return WaitlistEntry(
        id=row["id"],
        organization_id=row["organization_id"],
        organization_name=names.name,
        organization_name_en=names.name_en,
        department_id=row["department_id"],
        department_name=department[0],
        department_name_en=department[1],
        practitioner_role_id=role_id,
        practitioner_name=role.name if role else None,
        title=role.title if role else None,
        service_kind=row["service_kind"],
        patient_id=row["patient_id"],
        patient_name=desk.names.patient_name(sealed, row["patient_id"]) if sealed else "",
        from_day=row["from_day"],
        to_day=row["to_day"],
        period=row["period"],
        priority=row["priority"],
        state=state,
        joined_at=row["joined_at"].astimezone(names.zone),
        ended_at=row["ended_at"].astimezone(names.zone) if row["ended_at"] else None,
        unanswered=row["unanswered"],
        offer_id=row["offer_id"],
        ahead=place.ahead if state is EntryState.WAITING else None,
        offered_last_week=place.offered,
    )


async def offers(tx: Transaction, patients: Sequence[UUID], organization_id: UUID | None) -> list[OfferView]:
    """Offers to these patients, or of a hospital: open ones first, then the latest; at most 200."""
    where: list[str] = []
    values: dict[str, Any] = {"now": tx.now, "limit": _MOST}
    if patients:
        where.append("f.patient_id = ANY (:patients)")
        values["patients"] = list(patients)
    if organization_id is not None:
        where.append("f.organization_id = :organization")
        values["organization"] = organization_id
    if not where:
        return []
    statement = (
        f"{_OFFER}WHERE {' AND '.join(where)}"
        " ORDER BY a.state = 'held' AND a.hold_expires_at > :now DESC, f.made_at DESC, f.id LIMIT :limit"
    )
    rows = (await tx.session.execute(text(statement), values)).mappings().all()
    return [await _offer_of(tx, row) for row in rows]


async def offer(tx: Transaction, organization_id: UUID, offer_id: UUID) -> OfferView | None:
    """One offer, or None when there is none that the actor may see."""
    found = await tx.session.execute(
        text(_OFFER + "WHERE f.organization_id = :organization AND f.id = :id"),
        {"organization": organization_id, "id": offer_id},
    )
    row = found.mappings().one_or_none()
    return await _offer_of(tx, row) if row is not None else None


async def _offer_of(tx: Transaction, row: Any) -> OfferView:
    appointment = await worded(tx, row)
    zone = appointment.start_at.tzinfo
    return OfferView(
        id=row["offer_id"],
        organization_id=row["organization_id"],
        patient_id=row["offered_to"],
        entry_id=row["entry_id"],
        reason=row["reason"],
        state=state_now(row["offer_state"], appointment.state, row["number"]),
        made_at=row["made_at"].astimezone(zone),
        expires_at=row["expires_at"].astimezone(zone),
        ended_at=row["ended_at"].astimezone(zone) if row["ended_at"] else None,
        replaces_appointment_id=row["replaces_appointment_id"],
        appointment=appointment,
    )


def state_now(kept: str, appointment: str, number: int | None) -> OfferState:
    """What an offer is, although nobody has written that yet: its appointment says so (its state as people see it)."""
    if kept != OfferState.OPEN or appointment == "held":
        return OfferState(kept)
    if appointment == "expired":
        return OfferState.EXPIRED
    return OfferState.DECLINED if appointment == "cancelled" and number is None else OfferState.TAKEN
