"""Arriving: check-in by phone, at the desk, or by showing one's card to a kiosk."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text

from yitong.booking.queue import moves, queries, rows, rules
from yitong.booking.queue.events import QueueEvent
from yitong.booking.queue.moves import AppointmentRow
from yitong.booking.queue.rows import SessionRow
from yitong.booking.queue.rules import Window
from yitong.booking.queue.schemas import QueuePlace
from yitong.booking.queue.service import put_back
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

    Somebody who missed the call gets back into the queue this way. Staff may check in outside of the window, on the
    day. Raises Problem ``too-early``, ``too-late``, ``not-today``, ``wrong-state``, ``not-found``, ``forbidden``.
    """
    appointment = await moves.locked_appointment(tx, organization_id, appointment_id)
    grant = CHECK_IN.check(tx.actor, organization_id=organization_id, patient_id=appointment.patient_id)
    # From here on this person's place among all others is decided; nothing of the others is handed out.
    await tx.open_region()
    session = await session_of(tx, appointment)
    refuse_outside(tx, session, appointment)
    return await arrive(tx, grant, session, appointment)


async def arrive(tx: Transaction, grant: Grant, session: SessionRow, appointment: AppointmentRow) -> QueuePlace:
    """Check in a locked appointment that may be; the caller has opened the region. Raises Problem ``wrong-state``."""
    entry = await rows.entry_of(tx, appointment.organization_id, appointment.id)
    if appointment.state not in PRESENT or entry is None:
        APPOINTMENT.check(appointment.state, AppointmentState.CHECKED_IN)
        await _enter(tx, grant, session, appointment)
    elif entry.state is QueueState.SKIPPED:
        await put_back(tx, grant, session, entry)
    return await queries.place(tx, session, appointment)


async def _enter(tx: Transaction, grant: Grant, session: SessionRow, appointment: AppointmentRow) -> None:
    if appointment.number is None:
        appointment.number = await _draw_number(tx, appointment)
    people = await rows.people(tx, [appointment.patient_id])
    priority, due_at = rules.placed(
        slot_start=appointment.start_at,
        slot_end=appointment.end_at,
        now=tx.now,
        emergency=session.service_kind == "emergency",
        age_years=age_in_years(people[appointment.patient_id].birth_date, session.day),
        elderly_from=tx.platform.settings.queue_elderly_from,
    )
    subject = Subject("queue_entry", new_id(), appointment.organization_id, appointment.patient_id)
    said = moves.payload(session, appointment.id, appointment.number, priority.value)
    event_id = await record(tx, grant, QueueEvent.CHECKED_IN, subject, said)
    await moves.insert_entry(tx, grant, appointment, subject, priority.value, due_at, event_id)
    await moves.move_appointment(tx, grant, appointment, AppointmentState.CHECKED_IN, event_id)


async def _draw_number(tx: Transaction, appointment: AppointmentRow) -> int:
    """The next number of the session, for an appointment that came without one from another system."""
    drawn = await tx.session.execute(
        text(
            "UPDATE schedule SET next_number = next_number + 1 WHERE organization_id = :organization AND id = :schedule"
            " RETURNING next_number - 1 AS number"
        ),
        {"organization": appointment.organization_id, "schedule": appointment.schedule_id},
    )
    number = int(drawn.scalar_one())
    await tx.session.execute(
        text("UPDATE appointment SET number = :number WHERE organization_id = :organization AND id = :id"),
        {"number": number, "organization": appointment.organization_id, "id": appointment.id},
    )
    return number


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


def refuse_outside(tx: Transaction, session: SessionRow, appointment: AppointmentRow) -> None:
    """Raises Problem ``not-today``, or for those who are not staff ``too-early`` or ``too-late``."""
    lies = where(tx, session.zone, appointment.start_at, appointment.end_at)
    if lies is Window.OTHER_DAY:
        raise NOT_TODAY(**window_words(tx, session.zone, appointment.start_at, appointment.end_at))
    if lies is not Window.OPEN and tx.actor.kind is not ActorKind.STAFF:
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


async def session_of(tx: Transaction, appointment: AppointmentRow) -> SessionRow:
    """The session of an appointment. Raises Problem ``not-found``."""
    session = await rows.session(tx, appointment.organization_id, appointment.schedule_id)
    if session is None:
        raise NOT_FOUND()
    return session
