"""What a queue looks like to those who may see it: in numbers, with names for the staff, and from one's own place.

These functions trust their caller to have checked an action; names are opened only for views that show them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from yitong.booking.queue import rows, rules, voice
from yitong.booking.queue.forecast import Forecast, forecast
from yitong.booking.queue.moves import AppointmentRow
from yitong.booking.queue.pauses import pause_of
from yitong.booking.queue.policy import Policy, policy_of, reason_of, words_of
from yitong.booking.queue.rows import EntryRow, Person, SessionRow
from yitong.booking.queue.rules import Priority
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
        "paused": pause_of(one),
        "group_id": one.group_id,
        "group_name": one.group_name,
        "group_name_en": one.group_name_en,
    }


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it stands: its sessions, everybody in the order of their turn, the rules, and what to expect."""

    sessions: Mapping[UUID, SessionRow]
    everybody: Sequence[EntryRow]
    policy: Policy
    ahead_of: Forecast

    def in_room(self, schedule_id: UUID) -> EntryRow | None:
        """Who is called to or in a session's room."""
        return next((r for r in self.everybody if r.state in rows.IN_ROOM and r.room_of == schedule_id), None)


async def line_of(tx: Transaction, one: SessionRow) -> Line:
    """The line that a session calls from."""
    sessions = await rows.line(tx, one)
    everybody = await rows.entries(tx, one.organization_id, one.members)
    policy = await policy_of(tx, one.organization_id)
    return Line({s.id: s for s in sessions}, everybody, policy, await forecast(tx, sessions, everybody, policy))


async def queue(tx: Transaction, one: SessionRow) -> Queue:
    """The whole line of a session with names; opens the patient index."""
    line = await line_of(tx, one)
    await tx.open_patient_index()
    known = await rows.people(tx, [row.patient_id for row in line.everybody])
    came_from = await _rooms_handed_over(tx, one.organization_id, line.everybody)
    views = [view(one, line, row, known[row.patient_id], tx.now, came_from) for row in line.everybody]
    here = line.in_room(one.id)
    current = next((v for v in views if here is not None and v.id == here.id), None)
    each = line.ahead_of.each[one.id].total_seconds() / 60
    return Queue(**_summary(one, tx), pace_minutes=round(each, 1), entries=views, current=current)


async def _rooms_handed_over(
    tx: Transaction, organization_id: UUID, everybody: Sequence[EntryRow]
) -> dict[UUID, SessionRow]:
    ids = {row.transferred_from for row in everybody if row.transferred_from is not None}
    return {s.id: s for s in await rows.sessions(tx, organization_id, list(ids))} if ids else {}


async def entry_view(tx: Transaction, one: SessionRow, entry_id: UUID) -> QueueEntryView:
    """One entry as the staff sees it; opens the patient index."""
    row = await rows.entry(tx, one.organization_id, entry_id)
    if row is None:
        raise LookupError(f"queue entry {entry_id} went away within its own transaction")
    line = await line_of(tx, one)
    await tx.open_patient_index()
    known = await rows.people(tx, [row.patient_id])
    came_from = await _rooms_handed_over(tx, one.organization_id, [row])
    return view(one, line, row, known[row.patient_id], tx.now, came_from)


def view(
    one: SessionRow, line: Line, row: EntryRow, person: Person, now: datetime, came_from: Mapping[UUID, SessionRow]
) -> QueueEntryView:
    """An entry as the staff sees it; waiting ends with the call."""
    waited = (row.called_at if row.called_at and row.state is not QueueState.WAITING else now) - row.checked_in_at
    own, room = line.sessions.get(row.schedule_id, one), line.sessions.get(row.room_of, one)
    number = rows.number_of(own, row.number)
    handed = came_from.get(row.transferred_from) if row.transferred_from is not None else None
    called = row.state is QueueState.CALLED
    return QueueEntryView(
        id=row.id,
        appointment_id=row.appointment_id,
        patient_id=row.patient_id,
        patient_name=person.name,
        sex=person.sex,
        age_years=age_in_years(person.birth_date, day_of(now, one.zone)),
        number_text=number,
        priority=row.priority,
        state=row.state,
        slot_start_at=row.slot_start_at,
        checked_in_at=row.checked_in_at,
        waiting_minutes=max(int(waited.total_seconds() // 60), 0),
        called_at=row.called_at,
        calls=row.calls,
        encounter_id=row.encounter_id,
        schedule_id=row.schedule_id,
        room=room.room,
        priority_text=words_of(row.priority),
        priority_reason=reason_of(row.priority, line.policy) if row.priority is not Priority.NORMAL else None,
        expected_at=line.ahead_of.moments.get(row.id),
        transferred_from=handed.room if handed is not None else None,
        spoken=voice.call(number, person.name_masked, room.room_words, row.calls) if called else None,
        bound=row.bound,
        results_expected=row.results_expected,
        can_return=row.state is QueueState.SKIPPED or row.state is QueueState.FINISHED,
    )


async def place(tx: Transaction, one: SessionRow, appointment: AppointmentRow) -> QueuePlace:
    """Where an appointment stands in its line. Counts people of any scope, so the caller has opened the region.

    ``one`` is the booked session; somebody who was handed over is shown in the line that they wait in.
    """
    mine = await rows.entry_of(tx, one.organization_id, appointment.id)
    if mine is not None and mine.schedule_id != one.id:
        one = await rows.session(tx, one.organization_id, mine.schedule_id) or one
    line = await line_of(tx, one)
    queue_now = [row for row in line.everybody if row.state is QueueState.WAITING]
    state = mine.state if mine is not None else None
    ahead, when = 0, None
    if mine is not None and state is QueueState.WAITING:
        ahead = _ahead(mine, queue_now)
        when = line.ahead_of.moments.get(mine.id)
    elif appointment.state is AppointmentState.BOOKED:
        ahead = sum(row.due_at <= appointment.start_at for row in queue_now)
        when = max(appointment.start_at, tx.now)
    minutes = None if when is None else -int((tx.now - when).total_seconds() // 60)
    door = _door(one, line, mine)
    room = line.sessions.get(mine.room_of, one) if mine is not None else one
    serving = line.in_room(room.id)
    shown = mine.priority if mine is not None else None
    return QueuePlace(
        appointment_id=appointment.id,
        organization_id=one.organization_id,
        schedule_id=one.id,
        state=state.value if state is not None else "not_checked_in",
        number_text=rows.number_of(one, mine.number if mine is not None else appointment.number),
        ahead=ahead,
        expected_at=when,
        expected_minutes=minutes,
        room=door.zh,
        department_name=one.department_name,
        department_name_en=one.department_name_en,
        practitioner_name=room.practitioner_name if one.group_id is None or room is not one else None,
        now_serving=_number_in(line, serving) if serving is not None else None,
        hint=_hint(tx, one, appointment, mine, ahead, minutes, door),
        updated_at=tx.now,
        room_en=door.en,
        rooms=[s.room for s in line.sessions.values()],
        group_name=one.group_name,
        paused=pause_of(room),
        priority=shown,
        priority_text=words_of(shown) if shown is not None else None,
        priority_reason=reason_of(shown, line.policy) if shown is not None else None,
    )


def _ahead(mine: EntryRow, waiting: Sequence[EntryRow]) -> int:
    """How many are called before; whoever waits for one other room only is not in the way of who waits for this one."""
    before = takewhile(lambda row: row.id != mine.id, waiting)
    return sum(mine.bound_to is None or row.bound_to in (None, mine.bound_to) for row in before)


def _number_in(line: Line, row: EntryRow) -> str:
    session = line.sessions.get(row.schedule_id) or line.sessions[row.room_of]
    return rows.number_of(session, row.number)


def _door(one: SessionRow, line: Line, mine: EntryRow | None) -> Bilingual:
    """Where to go or to wait: the room that called, the only room there is, or the rooms of the line."""
    alone = len(line.sessions) == 1 or (mine is not None and (mine.bound or mine.state in rows.IN_ROOM))
    if alone:
        room = line.sessions.get(mine.room_of, one) if mine is not None else one
        return room.room_words
    return Bilingual(
        "、".join(dict.fromkeys(s.room for s in line.sessions.values())),
        ", ".join(dict.fromkeys(s.room_en for s in line.sessions.values())),
    )


def _hint(
    tx: Transaction,
    one: SessionRow,
    appointment: AppointmentRow,
    mine: EntryRow | None,
    ahead: int,
    minutes: int | None,
    door: Bilingual,
) -> Bilingual:
    state = mine.state if mine is not None else None
    if state is None and appointment.state is not AppointmentState.BOOKED:
        zh, en = APPOINTMENT.words[appointment.state]
        return Bilingual(f"这个预约{zh}。", f"This appointment: {en}.")
    opens = appointment.start_at - timedelta(minutes=tx.platform.settings.check_in_minutes_before)
    today = day_of(appointment.start_at, one.zone) == day_of(tx.now, one.zone)
    said = rules.hint(
        state,
        ahead,
        minutes,
        door,
        window_open=today and tx.now >= opens,
        results_expected=mine is not None and mine.results_expected,
    )
    paused = pause_of(one)
    if paused is None or state is not QueueState.WAITING or len(one.members) > 1:
        return said
    return Bilingual(
        f"{door.zh}暂停叫号（{paused.reason}）。{said.zh}", f"{door.en} is paused ({paused.reason_en}). {said.en}"
    )
