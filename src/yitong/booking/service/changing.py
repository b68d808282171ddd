"""Give an appointment up, or move it to another time of the same hospital."""

from typing import Any

from sqlalchemy.dialects.postgresql import insert

from yitong.booking import refusals
from yitong.booking.channels.opening import check_open
from yitong.booking.channels.service import channel_for
from yitong.booking.events import BookingEvent
from yitong.booking.limits.service import before_change
from yitong.booking.model import Appointment as AppointmentRow
from yitong.booking.queries import appointments
from yitong.booking.queue.moves import lock_session
from yitong.booking.rules import may_cancel, state_now
from yitong.booking.schemas import Appointment, CancelRequest, RescheduleRequest
from yitong.booking.service import ending, places
from yitong.booking.service.actions import CANCEL, RESCHEDULE
from yitong.booking.service.reading import worded
from yitong.booking.states import APPOINTMENT, AppointmentState
from yitong.booking.waitlist import passing
from yitong.kernel.events import Subject, record
from yitong.kernel.idempotency import once
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Action, ActorKind, Grant
from yitong.kernel.problems import NOT_FOUND, WRONG_STATE
from yitong.kernel.states import record_move
from yitong.kernel.transaction import Transaction

_MOVED = "改约 · rescheduled"


async def cancel(tx: Transaction, appointment_id: UUID, request: CancelRequest) -> Appointment:
    """Give a place back, with a reason. It goes to the waiting list first, and after a while to everybody.

    Raises Problem ``cancel-too-late`` (a citizen, less than ``cancel_minutes_before`` before the start),
    ``wrong-state``, ``hold-expired``, ``not-found`` and those of the permission check.
    """
    grant, row = await _own(tx, CANCEL, request.organization_id, appointment_id)
    await places.lock(tx, request.organization_id, [row["slot_id"]])
    await _lock_line(tx, row)
    row = await _changeable(tx, request.organization_id, appointment_id)
    await ending.close(tx, grant, row, BookingEvent.CANCELLED, request.reason)
    await passing.pass_on(tx, request.organization_id, row["slot_id"])
    return await _reread(tx, request.organization_id, appointment_id)


async def reschedule(tx: Transaction, appointment_id: UUID, request: RescheduleRequest, key: UUID) -> Appointment:
    """Book another time of the same hospital and give the old place back, both or neither.

    Raises what :func:`cancel` and a hold raise, and Problem ``same-slot`` or ``planned-together``. When the new time
    is taken the old appointment stays as it was.
    """
    _, row = await _own(tx, RESCHEDULE, request.organization_id, appointment_id)

    async def make() -> Appointment:
        return await _reschedule(tx, row, request, key)

    return await once(tx, key, request, Appointment, make)


async def _reschedule(tx: Transaction, row: Any, request: RescheduleRequest, key: UUID) -> Appointment:
    organization_id, patient_id = request.organization_id, row["patient_id"]
    grant = RESCHEDULE.check(tx.actor, organization_id=organization_id, patient_id=patient_id)
    if row["based_on"] is not None:
        raise refusals.PLANNED_TOGETHER()
    if row["slot_id"] == request.slot_id:
        raise refusals.SAME_SLOT()
    await places.lock(tx, organization_id, [row["slot_id"], request.slot_id])
    await _lock_line(tx, row)
    row = await _changeable(tx, organization_id, row["id"])
    chosen = await places.choose(tx, organization_id, request.slot_id, patient_id)
    if not row["displaced"]:  # who must move because the session was stopped has not moved too often
        await before_change(tx.platform, tx.actor, organization_id, patient_id)
    # Moving is booking: nobody reaches by it what their channel may not have.
    channel = await channel_for(tx.platform, tx.actor, organization_id, None)
    await check_open(tx, organization_id, request.slot_id, patient_id, channel)
    made = new_id()
    await ending.close(tx, grant, row, BookingEvent.RESCHEDULED, _MOVED, made)
    await places.make_way(tx, organization_id, patient_id, chosen)
    number = await places.next_number(tx, organization_id, chosen["schedule_id"])
    await _insert(tx, row, chosen, made, key, number)
    await places.occupy(tx, organization_id, request.slot_id)
    subject = Subject("appointment", made, organization_id, patient_id)
    event_id = await record(
        tx,
        grant,
        BookingEvent.BOOKED,
        subject,
        {
            "slot_id": request.slot_id,
            "schedule_id": chosen["schedule_id"],
            "department_id": chosen["department_id"],
            "start_at": chosen["start_at"],
            "number": number,
            "rescheduled_from": row["id"],
        },
    )
    await record_move(tx, grant, APPOINTMENT, subject, None, AppointmentState.BOOKED, sequence=1, event_id=event_id)
    await passing.pass_on(tx, organization_id, row["slot_id"])
    return await _reread(tx, organization_id, made)


async def _own(tx: Transaction, action: Action, organization_id: UUID, appointment_id: UUID) -> tuple[Grant, Any]:
    """The appointment when the actor may do ``action`` with it. Somebody else's is not found."""
    await tx.open_patient_index()
    row = await appointments.one(tx, organization_id, appointment_id)
    if row is None:
        raise NOT_FOUND()
    return action.check(tx.actor, organization_id=organization_id, patient_id=row["patient_id"]), row


async def _lock_line(tx: Transaction, row: Any) -> None:
    """Who gives up a visit they had checked in for leaves a queue: locked before the appointment, as who calls does."""
    if row["state"] == AppointmentState.CHECKED_IN:
        await lock_session(tx, row["organization_id"], row["schedule_id"])


async def _changeable(tx: Transaction, organization_id: UUID, appointment_id: UUID) -> Any:
    """The locked appointment. Raises the problem that says why it can no longer be given up."""
    row = await appointments.one(tx, organization_id, appointment_id, lock=True)
    if row is None:
        raise NOT_FOUND()
    settings = tx.platform.settings
    state = AppointmentState(row["state"])
    if state_now(state, row["hold_expires_at"], tx.now) is AppointmentState.EXPIRED:
        raise refusals.HOLD_EXPIRED()
    if not may_cancel(state, tx.actor.kind, row["start_at"], tx.now, settings, stopped=row["stopped"]):
        if tx.actor.kind is ActorKind.CITIZEN and state is AppointmentState.BOOKED:
            raise refusals.CANCEL_TOO_LATE(minutes=settings.cancel_minutes_before)
        raise _wrong_state(state)
    return row


def _wrong_state(state: AppointmentState) -> Exception:
    zh, en = APPOINTMENT.words[state]
    return WRONG_STATE(state=en, state_zh=zh)


async def _insert(tx: Transaction, old: Any, chosen: Any, made: UUID, key: UUID, number: int) -> None:
    """The new appointment's row. Raises Problem ``duplicate-booking`` when another one came first."""
    values = {
        "organization_id": old["organization_id"],
        "id": made,
        "slot_id": chosen["id"],
        "schedule_id": chosen["schedule_id"],
        "department_id": chosen["department_id"],
        "service_id": chosen["service_id"],
        "practitioner_role_id": chosen["practitioner_role_id"],
        "patient_id": old["patient_id"],
        "day": chosen["day"],
        "start_at": chosen["start_at"],
        "end_at": chosen["end_at"],
        "state": AppointmentState.BOOKED.value,
        "version": 1,
        "number": number,
        "channel": old["channel"],
        "fee_fen": chosen["fee_fen"],
        "booked_by": tx.actor.id,
        "idempotency_key": key,
        "created_at": tx.now,
    }
    row = insert(AppointmentRow).values(values).on_conflict_do_nothing().returning(AppointmentRow.id)
    if (await tx.session.execute(row)).first() is None:
        raise places.duplicate(None)


async def _reread(tx: Transaction, organization_id: UUID, appointment_id: UUID) -> Appointment:
    row = await appointments.one(tx, organization_id, appointment_id)
    if row is None:
        raise NOT_FOUND()
    return await worded(tx, row)
