"""Whoever listens for the patient: each event of a visit that concerns them becomes a message."""

from enum import StrEnum

from yitong.booking.draw.events import DrawEvent
from yitong.booking.events import BookingEvent
from yitong.booking.limits.events import LimitEvent
from yitong.booking.queue.events import QueueEvent
from yitong.booking.states import AppointmentState
from yitong.booking.waitlist.events import WaitlistEvent
from yitong.journey import news, queries
from yitong.journey.notices import NoticeKind
from yitong.journey.service.messages import say, tell
from yitong.kernel.events import Recorded
from yitong.kernel.ids import UUID
from yitong.kernel.reactors import reactor
from yitong.kernel.transaction import Transaction

TOLD_OF: dict[StrEnum, NoticeKind] = {
    BookingEvent.BOOKED: NoticeKind.BOOKED,  # also what a moved booking becomes
    BookingEvent.CANCELLED: NoticeKind.CANCELLED,
    BookingEvent.PAYMENT_ASKED: NoticeKind.PAYMENT_ASKED,
    BookingEvent.LAPSED: NoticeKind.LAPSED,
    BookingEvent.NO_SHOW: NoticeKind.NO_SHOW,
    WaitlistEvent.OFFER_MADE: NoticeKind.OFFERED,
    WaitlistEvent.REPLACEMENT_MADE: NoticeKind.REPLACEMENT_OFFERED,
    WaitlistEvent.OFFER_EXPIRED: NoticeKind.OFFER_EXPIRED,
    DrawEvent.OFFERED: NoticeKind.DRAW_WON,
    DrawEvent.LAPSED: NoticeKind.OFFER_EXPIRED,
    QueueEvent.CHECKED_IN: NoticeKind.CHECKED_IN,
    QueueEvent.CALLED: NoticeKind.CALLED,
    QueueEvent.RECALLED: NoticeKind.CALLED,
    QueueEvent.TRANSFERRED: NoticeKind.HANDED_OVER,
    QueueEvent.SKIPPED: NoticeKind.MISSED,
    QueueEvent.FINISHED: NoticeKind.FINISHED,
}
WITHOUT_VISIT = (DrawEvent.LOST, DrawEvent.BLOCKED, DrawEvent.CANCELLED, LimitEvent.BANNED, LimitEvent.DECIDED)
"""What concerns somebody who has no visit for it: a lost draw, a ban."""
_KINDS = {event.value: kind for event, kind in TOLD_OF.items()}

_WITHOUT_VISIT = {event.value for event in WITHOUT_VISIT}


@reactor("journey.messages", *TOLD_OF, BookingEvent.STOPPED, *WITHOUT_VISIT)
async def tell_patient(tx: Transaction, event: Recorded) -> None:
    """Write the message that an event calls for. An event about a session tells everybody expected there."""
    if event.type in _WITHOUT_VISIT:
        for kind, said in await news.of(tx, event):
            await say(tx, event.id, kind, said)
        return
    if event.type == BookingEvent.STOPPED.value:
        for visit in await queries.visits_of_schedule(tx, event.organization_id, event.subject_id):
            if visit.state is not AppointmentState.HELD:
                await tell(tx, event.id, NoticeKind.CLINIC_STOPPED, visit)
        return
    appointment_id = UUID(event.payload.get("appointment_id") or str(event.subject_id))
    visit = await queries.visit(tx, event.organization_id, appointment_id)
    if visit is not None:
        await tell(tx, event.id, _KINDS[event.type], visit)
