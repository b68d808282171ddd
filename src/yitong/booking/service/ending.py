"""End an appointment before the visit: the one way in which a place is given up."""

from enum import StrEnum
from typing import Any

from sqlalchemy import text

from yitong.booking.queue.service import leave
from yitong.booking.service import places
from yitong.booking.states import APPOINTMENT, AppointmentState
from yitong.booking.waitlist.offers import outcomes
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Grant
from yitong.kernel.states import record_move
from yitong.kernel.transaction import Transaction


async def close(
    tx: Transaction, grant: Grant, row: Any, event: StrEnum, reason: str, moved_to: UUID | None = None
) -> UUID:
    """Cancel an appointment of a locked slot and give its place back; answers the event's id.

    ``row`` is the locked appointment with ``offered``; an offer that it was is declined under the same event. The
    caller then asks the waiting list (:func:`yitong.booking.waitlist.passing.pass_on`).
    """
    organization_id, appointment_id = row["organization_id"], row["id"]
    before = AppointmentState(row["state"])
    subject = Subject("appointment", appointment_id, organization_id, row["patient_id"])
    payload = {
        "appointment_id": appointment_id,
        "slot_id": row["slot_id"],
        "schedule_id": row["schedule_id"],
        "department_id": row["department_id"],
        "start_at": row["start_at"],
        "rescheduled_to": moved_to,
    }
    event_id = await record(tx, grant, event, subject, payload)
    await record_move(
        tx,
        grant,
        APPOINTMENT,
        subject,
        before,
        AppointmentState.CANCELLED,
        sequence=row["version"] + 1,
        event_id=event_id,
        reason=reason,
    )
    await tx.session.execute(
        text(
            "UPDATE appointment SET state = 'cancelled', version = version + 1, hold_expires_at = NULL,"
            " cancelled_reason = :reason, rescheduled_to = :moved_to"
            " WHERE organization_id = :organization AND id = :id"
        ),
        {"organization": organization_id, "id": appointment_id, "reason": reason, "moved_to": moved_to},
    )
    if before is AppointmentState.CHECKED_IN:
        await leave(tx, grant, organization_id, appointment_id, event_id)
    from_hold = before is AppointmentState.HELD
    await places.give_back(tx, organization_id, row["slot_id"], appointment_id, event_id, from_hold=from_hold)
    if from_hold and row["offered"]:
        await outcomes.declined(tx, grant, organization_id, row["department_id"], appointment_id, event_id)
    return event_id
