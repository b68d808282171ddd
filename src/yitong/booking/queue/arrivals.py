"""Arriving: check-in by phone, at the desk, or by showing one's card to a kiosk."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from yitong.booking.queue import moves, numbers, queries, rows, rules
from yitong.booking.queue.events import QueueEvent
from yitong.booking.queue.moves import AppointmentRow
from yitong.booking.queue.policy import policy_of
from yitong.booking.queue.rows import EntryRow, SessionRow
from yitong.booking.queue.rules import Priority, Window
from yitong.booking.queue.schemas import QueuePlace
from yitong.booking.queue.service import put_back, put_back_with_results
from yitong.booking.states import APPOINTMENT, AppointmentState, QueueState
from yitong.kernel.clock import age_in_years, day_of
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import ActorKind, Grant, Role, Scope, action
from yitong.kernel.problems import NOT_FOUND, problem_kind
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

_AT = Scope.ORGANIZATION
CHECK_IN = action(
    "queue:appointment:check-in",
    "签到",
    "Check in for an appointment",
    {Role.PATIENT: Scope.OWN, Role.REGISTRAR: _AT, Role.NURSE: _AT, Role.DOCTOR: _AT, Role.KIOSK: _AT},
)
TOO_EARLY = problem_kind(
    "too-early",
    409,
    Bilingual("还没到签到时间，{opens} 起可以签到。", "Check-in is not open yet; it opens at {opens}."),
    Bilingual("请到时再签到。", "Come back then."),
)
TOO_LATE = problem_kind(
    "too-late",
    409,
    Bilingual("已超过签到时间（{closed} 截止）。", "Check-in closed at {closed}."),
    Bilingual("请到挂号窗口请工作人员办理。", "Please ask at the registration desk."),
)
NOT_TODAY = problem_kind(
    "not-today",
    409,
    Bilingual("这是 {day} 的预约，今天不能签到。", "This appointment is on {day}; it cannot be checked in today."),
    Bilingual("请在就诊当天签到。", "Check in on the day of the visit."),
)
PRESENT = (AppointmentState.CHECKED_IN, AppointmentState.CALLED, AppointmentState.IN_CONSULTATION)


async def check_in(tx: Transaction, organization_id: UUID, appointment_id: UUID) -> QueuePlace:
    """Put an appointment into its session's queue and answer the place. Doing it twice is harmless.

    Somebody who missed the call, or whom the doctor sent for results, gets back into the queue this way. Staff may
    check in outside of the window, on the day. Raises Problem ``too-early``, ``too-late``, ``not-today``,
    ``wrong-state``, ``not-found``, ``forbidden``.
    """
    seen = await moves.seen_appointment(tx, organization_id, appointment_id)
    grant = CHECK_IN.check(tx.actor, organization_id=organization_id, patient_id=seen.patient_id)
    # From here on this person's place among all others is decided; nothing of the others is handed out.
    await tx.open_region()
    appointment, entry = await locked(tx, organization_id, appointment_id)
    session = await session_of(tx, appointment, entry)
    refuse_outside(tx, session, appointment, expected_back=awaited(appointment, entry))
    return await arrive(tx, grant, session, appointment, entry)


async def locked(
    tx: Transaction, organization_id: UUID, appointment_id: UUID
) -> tuple[AppointmentRow, EntryRow | None]:
    """An appointment and its entry with their line, locked in the order that everybody keeps."""
    entry = await rows.entry_of(tx, organization_id, appointment_id)
    seen = await moves.seen_appointment(tx, organization_id, appointment_id)
    await moves.lock_session(tx, organization_id, entry.schedule_id if entry is not None else seen.schedule_id)
    appointment = await moves.locked_appointment(tx, organization_id, appointment_id)
    return appointment, await rows.entry_of(tx, organization_id, appointment_id, lock=True)


def awaited(appointment: AppointmentRow, entry: EntryRow | None) -> bool:
    """Whether the doctor has seen somebody and waits for their results."""
    return entry is not None and entry.results_expected and entry.state is QueueState.FINISHED


async def arrive(
    tx: Transaction, grant: Grant, session: SessionRow, appointment: AppointmentRow, entry: EntryRow | None
) -> QueuePlace:
    """Check in a locked appointment that may be; the caller has opened the region. Raises Problem ``wrong-state``."""
    if entry is not None and awaited(appointment, entry):
        await put_back_with_results(tx, grant, session, entry)
    elif appointment.state not in PRESENT or entry is None:
        APPOINTMENT.check(appointment.state, AppointmentState.CHECKED_IN)
        await _enter(tx, grant, session, appointment)
    elif entry.state is QueueState.SKIPPED:
        await put_back(tx, grant, session, entry)
    return await queries.place(tx, session, appointment)


async def _enter(tx: Transaction, grant: Grant, session: SessionRow, appointment: AppointmentRow) -> None:
    line = await rows.line(tx, session)
    others = await rows.entries(tx, session.organization_id, session.members)
    before = appointment.number
    await numbers.give(tx, appointment, line, others)
    place = await _placed(tx, session, appointment, others)
    subject = Subject("queue_entry", new_id(), appointment.organization_id, appointment.patient_id)
    said = moves.payload(session, appointment.id, place, number_before=before, bound_to=None)
    event_id = await record(tx, grant, QueueEvent.CHECKED_IN, subject, said)
    await moves.insert_entry(tx, grant, appointment, subject, place, event_id)
    await moves.move_appointment(tx, grant, appointment, AppointmentState.CHECKED_IN, event_id)


async def _placed(
    tx: Transaction, session: SessionRow, appointment: AppointmentRow, others: list[EntryRow]
) -> rules.Waiting:
    """Where somebody who checks in stands, by the rules of the hospital. Their number has been given."""
    policy = await policy_of(tx, session.organization_id)
    people = await rows.people(tx, [appointment.patient_id])
    priority, due_at = rules.placed(
        slot_start=appointment.start_at,
        slot_end=appointment.end_at,
        now=tx.now,
        emergency=session.service_kind == "emergency",
        age_years=age_in_years(people[appointment.patient_id].birth_date, session.day),
        elderly_from=policy.elderly_age if policy.elderly_enabled else None,
        grace=timedelta(minutes=policy.late_after_minutes),
    )
    if priority is Priority.LATE:
        waiting = [one.waiting for one in others if one.state is QueueState.WAITING]
        due_at = rules.placed_late(due_at, waiting, behind=policy.late_penalty)
    return rules.Waiting(appointment.id, priority, due_at, appointment.number or 0)


def where(tx: Transaction, zone: str, start_at: datetime, end_at: datetime) -> Window:
    """Where this moment lies about the check-in window of a slot."""
    limits = tx.platform.settings
    return rules.window(
        start_at,
        end_at,
        tx.now,
        zone,
        minutes_before=limits.check_in_minutes_before,
        minutes_after=limits.check_in_minutes_after,
    )


def refuse_outside(
    tx: Transaction, session: SessionRow, appointment: AppointmentRow, *, expected_back: bool = False
) -> None:
    """Raises Problem ``not-today``, or for those who are not staff ``too-early`` or ``too-late``.

    Somebody who is expected back with results may come at any hour of the day.
    """
    lies = where(tx, session.zone, appointment.start_at, appointment.end_at)
    if lies is Window.OTHER_DAY:
        raise NOT_TODAY(**window_words(tx, session.zone, appointment.start_at, appointment.end_at))
    if lies is not Window.OPEN and not expected_back and tx.actor.kind is not ActorKind.STAFF:
        kind = TOO_EARLY if lies is Window.TOO_EARLY else TOO_LATE
        raise kind(**window_words(tx, session.zone, appointment.start_at, appointment.end_at))


def window_words(tx: Transaction, zone: str, start_at: datetime, end_at: datetime) -> dict[str, str]:
    """Day and times of a check-in window, as the hospital's wall shows them."""
    limits, wall = tx.platform.settings, ZoneInfo(zone)
    opens = start_at - timedelta(minutes=limits.check_in_minutes_before)
    closes = end_at + timedelta(minutes=limits.check_in_minutes_after)
    return {
        "day": day_of(start_at, zone).isoformat(),
        "opens": f"{opens.astimezone(wall):%H:%M}",
        "closed": f"{closes.astimezone(wall):%H:%M}",
    }


async def session_of(tx: Transaction, appointment: AppointmentRow, entry: EntryRow | None = None) -> SessionRow:
    """The session somebody waits for: the booked one, or the one they were handed to. Raises Problem ``not-found``."""
    wanted = entry.schedule_id if entry is not None else appointment.schedule_id
    session = await rows.session(tx, appointment.organization_id, wanted)
    if session is None:
        raise NOT_FOUND()
    return session
