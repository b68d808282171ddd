"""Who was affected by a stopped session, what each was offered, and where they stand now."""

from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import text

from yitong.booking.schedules.schemas import AffectedVisit, OfferedInstead
from yitong.booking.service.actions import SEE_PLAN
from yitong.kernel.crypto.masking import Masked, mask
from yitong.kernel.ids import UUID
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction

_AFFECTED = text("""
SELECT a.id, a.patient_id, a.number, a.start_at, a.state, a.rescheduled_to, v.next_try_at, p.name_sealed, o.zone,
    n.id AS new_id, n.state AS new_state, n.number AS new_number, n.start_at AS new_start, n.end_at AS new_end,
    n.hold_expires_at, e.name AS department_name, coalesce(q.name, m.name) AS practitioner_name
FROM stopped_visit AS v
JOIN appointment AS a ON a.organization_id = v.organization_id AND a.id = v.appointment_id
JOIN organization AS o ON o.id = v.organization_id
JOIN patient AS p ON p.id = v.patient_id
LEFT JOIN appointment AS n ON n.organization_id = v.organization_id AND n.id = v.offered_id
LEFT JOIN schedule AS d ON d.organization_id = n.organization_id AND d.id = n.schedule_id
LEFT JOIN department AS e ON e.organization_id = n.organization_id AND e.id = n.department_id
LEFT JOIN practitioner_role AS r ON r.organization_id = n.organization_id AND r.id = n.practitioner_role_id
LEFT JOIN practitioner AS q ON q.id = r.practitioner_id
LEFT JOIN care_team AS m ON m.organization_id = d.organization_id AND m.id = d.team_id
WHERE v.organization_id = :organization AND v.schedule_id = :id
ORDER BY a.start_at, a.number, a.id
""")
OfferState = Literal["open", "taken", "declined", "expired"]
Outcome = Literal["searching", "none", "offered", "moved", "cancelled", "keeps"]


async def affected(tx: Transaction, organization_id: UUID, schedule_id: UUID) -> list[AffectedVisit]:
    """The people of a stopped session in the order of their times; empty for one that was not stopped.

    Raises Problem ``not-found`` and those of the permission check.
    """
    SEE_PLAN.check(tx.actor, organization_id=organization_id)
    values = {"organization": organization_id, "id": schedule_id}
    known = await tx.session.execute(
        text("SELECT 1 FROM schedule WHERE organization_id = :organization AND id = :id"), values
    )
    if known.first() is None:
        raise NOT_FOUND()
    await tx.open_patient_index()
    rows = await tx.session.execute(_AFFECTED, values)
    return [_visit(tx, row) for row in rows.mappings()]


def _visit(tx: Transaction, row: Any) -> AffectedVisit:
    zone = ZoneInfo(row["zone"])
    offer = _offer(row, zone, tx.now)
    name = tx.platform.sealer.open(row["name_sealed"], f"patient.name:{row['patient_id']}")
    return AffectedVisit(
        appointment_id=row["id"],
        patient_id=row["patient_id"],
        patient_name=mask(Masked.NAME, name),
        number=row["number"],
        start_at=row["start_at"].astimezone(zone),
        state=row["state"],
        outcome=_outcome(row, offer.state if offer else None),
        offer=offer,
    )


def _offer(row: Any, zone: ZoneInfo, now: datetime) -> OfferedInstead | None:
    if row["new_id"] is None:
        return None
    return OfferedInstead(
        appointment_id=row["new_id"],
        state=_offer_state(row, now),
        start_at=row["new_start"].astimezone(zone),
        end_at=row["new_end"].astimezone(zone),
        department_name=row["department_name"],
        practitioner_name=row["practitioner_name"],
        expires_at=row["hold_expires_at"].astimezone(zone) if row["hold_expires_at"] else None,
    )


def _offer_state(row: Any, now: datetime) -> OfferState:
    """What became of an offer, seen from the appointment that it was: one that has a number was taken once."""
    match row["new_state"]:
        case "held":
            return "open" if row["hold_expires_at"] > now else "expired"
        case "expired":
            return "expired"
        case "cancelled" if row["new_number"] is None:
            return "declined"
        case _:
            return "taken"


def _outcome(row: Any, offer: OfferState | None) -> Outcome:
    if row["rescheduled_to"] is not None or offer == "taken":
        return "moved"
    if row["state"] == "cancelled":
        return "cancelled"
    if offer == "open":
        return "offered"
    if offer is not None:
        return "keeps"
    return "searching" if row["next_try_at"] is not None else "none"
