"""Whoever listens for the patient: each event of a visit that concerns them becomes a message."""

from enum import StrEnum

from yitong.booking.states import AppointmentState
from yitong.journey import queries
from yitong.journey.notices import NoticeKind
from yitong.journey.service.messages import tell
from yitong.kernel.events import Recorded
from yitong.kernel.reactors import reactor
from yitong.kernel.transaction import Transaction


class Heard(StrEnum):
    """The events of the lower floors that the journey acts on."""

    BOOKED = "booking:appointment:booked"
    RESCHEDULED = "booking:appointment:rescheduled"
    CANCELLED = "booking:appointment:cancelled"
    NO_SHOW = "booking:appointment:no_show"
    STOPPED = "booking:schedule:stopped"
    CHECKED_IN = "queue:appointment:checked-in"
    CALLED = "queue:appointment:called"
    RECALLED = "queue:appointment:recalled"
    SKIPPED = "queue:appointment:skipped"
    FINISHED = "queue:appointment:finished"


TOLD_OF: dict[str, NoticeKind] = {
    Heard.BOOKED: NoticeKind.BOOKED,
    Heard.RESCHEDULED: NoticeKind.RESCHEDULED,
    Heard.CANCELLED: NoticeKind.CANCELLED,
    Heard.NO_SHOW: NoticeKind.NO_SHOW,
    Heard.CHECKED_IN: NoticeKind.CHECKED_IN,
    Heard.CALLED: NoticeKind.CALLED,
    Heard.RECALLED: NoticeKind.CALLED,
    Heard.SKIPPED: NoticeKind.MISSED,
    Heard.FINISHED: NoticeKind.FINISHED,
}


@reactor("journey.messages", *Heard)
async def tell_patient(tx: Transaction, event: Recorded) -> None:
    """Write the message that an event calls for. An event about a session tells everybody expected there."""
    if event.type == Heard.STOPPED:
        for visit in await queries.visits_of_schedule(tx, event.organization_id, event.subject_id):
            if visit.state is not AppointmentState.HELD:
                await tell(tx, event.id, NoticeKind.CLINIC_STOPPED, visit)
        return
    visit = await queries.visit(tx, event.organization_id, event.subject_id)
    if visit is not None:
        await tell(tx, event.id, TOLD_OF[event.type], visit)
