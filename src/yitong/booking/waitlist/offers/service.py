"""Offer a place, decline one, and bring an offer to the end that its appointment has come to.

An offer is an appointment held for one person until a moment; confirming that appointment takes it.
"""

from typing import Any

from sqlalchemy import text

from yitong.booking import refusals
from yitong.booking.events import BookingEvent
from yitong.booking.queries import appointments
from yitong.booking.rules import CANCELLABLE
from yitong.booking.service import ending, places
from yitong.booking.states import AppointmentState
from yitong.booking.waitlist import line, passing, rules
from yitong.booking.waitlist.actions import DECLINE, OFFER
from yitong.booking.waitlist.events import WaitlistEvent
from yitong.booking.waitlist.offers import making, outcomes
from yitong.booking.waitlist.offers.making import OfferMade, OfferReason
from yitong.booking.waitlist.problems import OFFER_OVER
from yitong.booking.waitlist.states import OfferState
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import SYSTEM_ACTOR, Grant
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction

__all__ = ["OfferMade", "OfferReason", "decline", "offer_place", "settle"]
_REPLACED = "停诊改约 · offered another place"
_TAKEN = "接受改约 · another place was taken"
_DECLINED = "谢绝号源 · declined"
_ENDS = {
    OfferState.TAKEN: WaitlistEvent.OFFER_TAKEN,
    OfferState.EXPIRED: WaitlistEvent.OFFER_EXPIRED,
    OfferState.DECLINED: WaitlistEvent.OFFER_DECLINED,
}


async def offer_place(
    tx: Transaction,
    grant: Grant,
    slot_id: UUID,
    patient_id: UUID,
    reason: OfferReason,
    replaces_appointment_id: UUID | None = None,
) -> OfferMade:
    """Hold a free place of ``grant``'s organization for a patient and tell them; for somebody who has the right to.

    Confirming the appointment takes the offer; the appointment it replaces is then cancelled and points to the new
    one. Where both are in one department on one day, which nobody may have twice, an appointment of a stopped session
    is cancelled when the offer is made. Opens the region. Raises Problem ``slot-taken``, ``slot-past`` (also when too
    little time is left to answer), ``slot-stopped``, ``slot-not-found``, ``specialty-unsuitable`` or
    ``duplicate-booking``; ValueError for a grant without organization or the reason ``waitlist``.
    """
    organization_id = grant.organization_id
    if organization_id is None or reason is OfferReason.WAITLIST:
        raise ValueError("a place is offered at a hospital, and the list is served by passing.pass_on")
    await tx.open_region()
    await tx.open_patient_index()
    old = await _replaced(tx, organization_id, replaces_appointment_id)
    await places.lock(tx, organization_id, {slot_id, *([old["slot_id"]] if old else [])})
    chosen = await places.choose(tx, organization_id, slot_id, patient_id)
    place = await line.place_of(tx, organization_id, slot_id)
    if place is None:
        raise refusals.SLOT_NOT_FOUND()
    rule = line.offer_rule(await line.rule_row(tx, organization_id), replacement=True)
    ends = rules.offer_ends(tx.now, place.start_at, place.zone, rule)
    if ends is None:
        raise refusals.SLOT_PAST()
    old = await appointments.one(tx, organization_id, old["id"], lock=True) if old else None
    clash = old is not None and await _same_line(tx, old, chosen)
    if clash and old is not None:
        await ending.close(tx, grant, old, BookingEvent.RESCHEDULED, _REPLACED)
    await places.make_way(tx, organization_id, patient_id, chosen)
    made = await making.write(tx, grant, place, patient_id, reason, ends, replaces=replaces_appointment_id)
    if made is None:
        raise places.duplicate(None)
    await places.occupy(tx, organization_id, slot_id)
    if clash and old is not None:
        await _point(tx, organization_id, old["id"], made.appointment_id)
    return made


async def decline(tx: Transaction, organization_id: UUID, offer_id: UUID) -> None:
    """Give an offered place up: it goes to the next. The appointment that it was to replace stays as it is.

    Declining again changes nothing. Raises Problem ``offer-over`` (taken or run out), ``not-found`` and those of the
    permission check.
    """
    await tx.open_patient_index()
    offer = await _offer(tx, organization_id, offer_id)
    grant = DECLINE.check(tx.actor, organization_id=organization_id, patient_id=offer["patient_id"])
    await places.lock(tx, organization_id, [offer["slot_id"]])
    row = await appointments.one(tx, organization_id, offer["appointment_id"], lock=True)
    state = _truth(tx, row)
    if state is OfferState.DECLINED:
        return
    if state is not OfferState.OPEN:
        raise OFFER_OVER()
    await ending.close(tx, grant, row, WaitlistEvent.OFFER_DECLINED, _DECLINED)
    await passing.pass_on(tx, organization_id, offer["slot_id"])


async def settle(tx: Transaction, organization_id: UUID, offer_id: UUID) -> OfferState:
    """Bring an offer to where its appointment is: taken, declined or run out; what ran out goes to the next.

    Runs for the platform. Raises Problem ``not-found``.
    """
    grant = OFFER.check(SYSTEM_ACTOR, organization_id=organization_id)
    await tx.open_region()
    offer = await _offer(tx, organization_id, offer_id)
    old = await _replaced(tx, organization_id, offer["replaces_appointment_id"])
    slots = {offer["slot_id"], *([old["slot_id"]] if old else [])}
    await places.lock(tx, organization_id, slots)
    await places.reclaim(tx, organization_id, offer["slot_id"])
    await line.lock(tx, organization_id, {offer["department_id"], *([old["department_id"]] if old else [])})
    locked = await outcomes.locked_open(tx, organization_id, offer_id)
    state = _truth(tx, await appointments.one(tx, organization_id, offer["appointment_id"]))
    if locked is None or state is OfferState.OPEN:
        return state
    subject = Subject("offer", offer_id, organization_id, offer["patient_id"])
    payload = {"appointment_id": offer["appointment_id"], "entry_id": offer["entry_id"], "reason": offer["reason"]}
    event_id = await record(tx, grant, _ENDS[state], subject, payload)
    await outcomes.end(tx, grant, locked, state, event_id)
    if state is OfferState.TAKEN and old is not None:
        await _give_up_old(tx, grant, organization_id, old["id"], offer["appointment_id"])
    for slot in sorted(slots):
        await passing.pass_on(tx, organization_id, slot)
    return state


async def _offer(tx: Transaction, organization_id: UUID, offer_id: UUID) -> Any:
    found = await tx.session.execute(
        text("SELECT * FROM offer WHERE organization_id = :organization AND id = :id"),
        {"organization": organization_id, "id": offer_id},
    )
    row = found.mappings().one_or_none()
    if row is None:
        raise NOT_FOUND()
    return row


async def _replaced(tx: Transaction, organization_id: UUID, appointment_id: UUID | None) -> Any | None:
    if appointment_id is None:
        return None
    row = await appointments.one(tx, organization_id, appointment_id)
    if row is None:
        raise NOT_FOUND()
    return row


def _truth(tx: Transaction, row: Any) -> OfferState:
    """What an offer is, seen from its appointment and the time."""
    match AppointmentState(row["state"]):
        case AppointmentState.HELD:
            return OfferState.OPEN if row["hold_expires_at"] > tx.now else OfferState.EXPIRED
        case AppointmentState.EXPIRED:
            return OfferState.EXPIRED
        case AppointmentState.CANCELLED if row["number"] is None:
            return OfferState.DECLINED
        case _:
            return OfferState.TAKEN


async def _same_line(tx: Transaction, old: Any, chosen: Any) -> bool:
    """Whether the appointment of a stopped session would forbid the new one: one department on one day."""
    if old["displaced"]:
        return False  # it no longer counts as the visit of that day: its owner may refuse and keep it
    if old["department_id"] != chosen["department_id"] or AppointmentState(old["state"]) not in CANCELLABLE:
        return False
    found = await tx.session.execute(
        text("SELECT day, stopped_at FROM schedule WHERE organization_id = :organization AND id = :id"),
        {"organization": old["organization_id"], "id": old["schedule_id"]},
    )
    session = found.one()
    return session.stopped_at is not None and session.day == chosen["day"]


async def _give_up_old(
    tx: Transaction, grant: Grant, organization_id: UUID, appointment_id: UUID, moved_to: UUID
) -> None:
    """Cancel what a taken offer replaces, unless its owner or the day has ended it. Its slot is locked."""
    row = await appointments.one(tx, organization_id, appointment_id, lock=True)
    if row is not None and AppointmentState(row["state"]) in CANCELLABLE:
        await ending.close(tx, grant, row, BookingEvent.RESCHEDULED, _TAKEN, moved_to)


async def _point(tx: Transaction, organization_id: UUID, appointment_id: UUID, moved_to: UUID) -> None:
    await tx.session.execute(
        text("UPDATE appointment SET rescheduled_to = :moved_to WHERE organization_id = :organization AND id = :id"),
        {"organization": organization_id, "id": appointment_id, "moved_to": moved_to},
    )
