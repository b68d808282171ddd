"""Make an offer and bring it to its end. An offer is an appointment that is held for one person until a moment."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Grant
from yitong.kernel.transaction import Transaction


class OfferReason(StrEnum):
    """Why a place is offered."""

    WAITLIST = "waitlist"  # the next in a waiting list
    STOPPED = "stopped"  # the session of their appointment will not take place
    MOVED = "moved"  # their appointment is to be moved for another reason


@dataclass(frozen=True, slots=True)
class OfferMade:
    """An offer just made: the appointment that holds the place, and until when."""

    id: UUID
    organization_id: UUID
    appointment_id: UUID
    expires_at: datetime


async def offer_place(
    tx: Transaction,
    grant: Grant,
    slot_id: UUID,
    patient_id: UUID,
    reason: OfferReason,
    replaces_appointment_id: UUID | None = None,
) -> OfferMade:
    """Hold a free place of ``grant``'s organization for a patient and tell them.

    Confirming the appointment takes the offer; the appointment it replaces is then cancelled and points to the new
    one. Raises Problem ``slot-taken``, ``slot-past`` (also when too little time is left to answer), ``slot-stopped``,
    ``slot-not-found``, ``specialty-unsuitable`` or ``duplicate-booking``.
    """
    raise NotImplementedError
