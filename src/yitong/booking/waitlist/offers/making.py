"""Write an offer: the held appointment, the offer's row and its event, in the transaction that has the place."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from yitong.booking.model import Appointment as AppointmentRow
from yitong.booking.states import APPOINTMENT, AppointmentState
from yitong.booking.waitlist.events import WaitlistEvent
from yitong.booking.waitlist.line import Place
from yitong.booking.waitlist.model import Offer as OfferRow
from yitong.booking.waitlist.states import OFFER, OfferState
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Grant
from yitong.kernel.states import record_move
from yitong.kernel.transaction import Transaction

CHANNEL = "system"


class OfferReason(StrEnum):
    """Why a place is offered."""

    WAITLIST = "waitlist"  # the next in a waiting list
    STOPPED = "stopped"  # the session of their appointment will not take place
    MOVED = "moved"  # their appointment is to be moved for another reason


@dataclass(frozen=True, slots=True)
class OfferMade:
    """An offer just made: the appointment that holds the place, until when, and the event that made it."""

    id: UUID
    organization_id: UUID
    appointment_id: UUID
    expires_at: datetime
    event_id: UUID


async def write(
    tx: Transaction,
    grant: Grant,
    place: Place,
    patient_id: UUID,
    reason: OfferReason,
    ends: datetime,
    *,
    entry_id: UUID | None = None,
    replaces: UUID | None = None,
) -> OfferMade | None:
    """Hold a place that the caller has taken out of the locked slot's free ones (or that is on its way back).

    None, and nothing is written, when the patient has booked elsewhere in the department for that day at this moment.
    """
    offer_id, appointment_id = new_id(), new_id()
    if not await _hold(tx, grant, place, patient_id, appointment_id, ends):
        return None
    of_list = reason is OfferReason.WAITLIST
    subject = Subject("offer", offer_id, place.organization_id, patient_id)
    event_id = await record(
        tx,
        grant,
        WaitlistEvent.OFFER_MADE if of_list else WaitlistEvent.REPLACEMENT_MADE,
        subject,
        {
            "appointment_id": appointment_id,
            "slot_id": place.slot_id,
            "schedule_id": place.schedule_id,
            "department_id": place.department_id,
            "start_at": place.start_at,
            "reason": reason.value,
            "expires_at": ends,
            "entry_id": entry_id,
            "replaces_appointment_id": replaces,
        },
    )
    held = Subject("appointment", appointment_id, place.organization_id, patient_id)
    await record_move(tx, grant, APPOINTMENT, held, None, AppointmentState.HELD, sequence=1, event_id=event_id)
    await tx.session.execute(
        insert(OfferRow).values(
            organization_id=place.organization_id,
            id=offer_id,
            patient_id=patient_id,
            entry_id=entry_id,
            department_id=place.department_id,
            slot_id=place.slot_id,
            appointment_id=appointment_id,
            replaces_appointment_id=replaces,
            reason=reason.value,
            state=OfferState.OPEN.value,
            version=1,
            made_at=tx.now,
            expires_at=ends,
        )
    )
    await record_move(tx, grant, OFFER, subject, None, OfferState.OPEN, sequence=1, event_id=event_id)
    return OfferMade(offer_id, place.organization_id, appointment_id, ends, event_id)


async def _hold(
    tx: Transaction, grant: Grant, place: Place, patient_id: UUID, appointment_id: UUID, ends: datetime
) -> bool:
    values: dict[str, Any] = {
        "organization_id": place.organization_id,
        "id": appointment_id,
        "slot_id": place.slot_id,
        "schedule_id": place.schedule_id,
        "department_id": place.department_id,
        "service_id": place.service_id,
        "practitioner_role_id": place.practitioner_role_id,
        "patient_id": patient_id,
        "day": place.day,
        "start_at": place.start_at,
        "end_at": place.end_at,
        "state": AppointmentState.HELD.value,
        "version": 1,
        "channel": CHANNEL,
        "fee_fen": place.fee_fen,
        "booked_by": grant.actor.id,
        "idempotency_key": new_id(),
        "hold_expires_at": ends,
        "created_at": tx.now,
        "offered": True,
    }
    row = insert(AppointmentRow).values(values).on_conflict_do_nothing().returning(AppointmentRow.id)
    return (await tx.session.execute(row)).first() is not None
