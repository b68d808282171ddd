"""What a queue looks like to those who may see it: in numbers, with names for the staff, and from one's own place.

These functions trust their caller to have checked an action; names are opened only for views that show them.
"""

from datetime import datetime, timedelta
from typing import Any

from yitong.booking.queue import rows, rules
from yitong.booking.queue.moves import AppointmentRow
from yitong.booking.queue.rows import EntryRow, Person, SessionRow
from yitong.booking.queue.schemas import Queue, QueueEntryView, QueuePlace, QueueSummary
from yitong.booking.states import APPOINTMENT, AppointmentState, QueueState
from yitong.kernel.clock import age_in_years, day_bounds, day_of
from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction


def session_state(one: SessionRow, now: datetime) -> str:
    """``stopped``, ``upcoming``, ``running`` or ``over``; a session with people waiting is never over."""
    if one.stopped_at is not None:
        return "stopped"
    if now < one.start_at:
        return "upcoming"
    return "running" if now < one.end_at or one.waiting else "over"


def summary(one: SessionRow, tx: Transaction) -> QueueSummary:
    """The session's queue in numbers, as this transaction's actor sees it."""
    return QueueSummary(**_summary(one, tx))


def _summary(one: SessionRow, tx: Transaction) -> dict[str, Any]:
    noon = day_bounds(one.day, one.zone)[0] + timedelta(hours=12)
    return {
        "schedule_id": one.id,
        "organization_id": one.organization_id,
        "department_id": one.department_id,
        "department_name": one.department_name,
        "department_name_en": one.department_name_en,
        "practitioner_name": one.practitioner_name,
        "title": one.title,
        "room": one.room,
        "period": "am" if one.start_at < noon else "pm",
        "start_at": one.start_at,
        "end_at": one.end_at,
        "state": session_state(one, tx.now),
        "booked": one.booked,
        "waiting": one.waiting,
        "finished": one.finished,
        "mine": one.is_of(tx.actor),
    }


async def queue(tx: Transaction, one: SessionRow) -> Queue:
    """The whole queue of a session with names; opens the patient index."""
    found = await rows.entries(tx, one.organization_id, [one.id])
    await tx.open_patient_index()
    known = await rows.people(tx, [row.patient_id for row in found])
    views = [view(one, row, known[row.patient_id], tx.now) for row in found]
    current = views[0] if found and found[0].state in rows.IN_ROOM else None
    return Queue(**_summary(one, tx), entries=views, current=current)


async def entry_view(tx: Transaction, one: SessionRow, entry_id: UUID) -> QueueEntryView:
    """One entry as the staff sees it; opens the patient index."""
    row = await rows.entry(tx, one.organization_id, entry_id)
    if row is None:
        raise LookupError(f"queue entry {entry_id} went away within its own transaction")
    await tx.open_patient_index()
    known = await rows.people(tx, [row.patient_id])
    return view(one, row, known[row.patient_id], tx.now)


def view(one: SessionRow, row: EntryRow, person: Person, now: datetime) -> QueueEntryView:
    """An entry as the staff sees it; waiting ends with the call."""
    waited = (row.called_at if row.called_at and row.state is not QueueState.WAITING else now) - row.checked_in_at
    return QueueEntryView(
        id=row.id,
        appointment_id=row.appointment_id,
        patient_id=row.patient_id,
        patient_name=person.name,
        sex=person.sex,
        age_years=age_in_years(person.birth_date, day_of(now, one.zone)),
        number_text=rows.number_of(one, row.number),
        priority=row.priority,
        state=row.state,
        slot_start_at=row.slot_start_at,
        checked_in_at=row.checked_in_at,
        waiting_minutes=max(int(waited.total_seconds() // 60), 0),
        called_at=row.called_at,
        calls=row.calls,
        encounter_id=row.encounter_id,
    )


async def place(tx: Transaction, one: SessionRow, appointment: AppointmentRow) -> QueuePlace:
    """Where an appointment stands in its session. Counts people of any scope, so the caller has opened the region."""
    found = await rows.entries(tx, one.organization_id, [one.id])
    mine = next((row for row in found if row.appointment_id == appointment.id), None)
    in_room = found[0] if found and found[0].state in rows.IN_ROOM else None
    queue_now = [row for row in found if row.state is QueueState.WAITING]
    state = mine.state if mine is not None else None
    ahead, when = 0, None
    if mine is not None and state is QueueState.WAITING:
        ahead = queue_now.index(mine)
        each = rules.pace(await rows.last_consultations(tx, one), timedelta(seconds=one.planned_s))
        since = (in_room.started_at or in_room.called_at) if in_room is not None else None
        when = rules.expected_at(ahead, tx.now, one.start_at, each, since)
    elif appointment.state is AppointmentState.BOOKED:
        ahead = sum(row.due_at <= appointment.start_at for row in queue_now)
        when = max(appointment.start_at, tx.now)
    minutes = None if when is None else -int((tx.now - when).total_seconds() // 60)
    return QueuePlace(
        appointment_id=appointment.id,
        organization_id=one.organization_id,
        schedule_id=one.id,
        state=state.value if state is not None else "not_checked_in",
        number_text=rows.number_of(one, appointment.number),
        ahead=ahead,
        expected_at=when,
        expected_minutes=minutes,
        room=one.room,
        department_name=one.department_name,
        department_name_en=one.department_name_en,
        practitioner_name=one.practitioner_name,
        now_serving=rows.number_of(one, in_room.number) if in_room is not None else None,
        hint=_hint(tx, one, appointment, state, ahead, minutes),
        updated_at=tx.now,
    )


def _hint(
    tx: Transaction,
    one: SessionRow,
    appointment: AppointmentRow,
    state: QueueState | None,
    ahead: int,
    minutes: int | None,
) -> Bilingual:
    if state is None and appointment.state is not AppointmentState.BOOKED:
        zh, en = APPOINTMENT.words[appointment.state]
        return Bilingual(f"这个预约{zh}。", f"This appointment: {en}.")
    opens = appointment.start_at - timedelta(minutes=tx.platform.settings.check_in_minutes_before)
    today = day_of(appointment.start_at, one.zone) == day_of(tx.now, one.zone)
    return rules.hint(state, ahead, minutes, one.room_words, window_open=today and tx.now >= opens)
