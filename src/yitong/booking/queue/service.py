"""What people do in a queue: arrive, call, recall, skip, come back, begin and finish.

Each function runs in the transaction it is given, checks its action, moves entry and appointment through their machines
and writes one event. The visit's own room (``yitong.visits``) calls :func:`call_next`, :func:`skip`, :func:`start` and
:func:`finish`, because the encounter opens and closes with them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from yitong.booking.queue import moves, rows
from yitong.booking.queue.events import QueueEvent
from yitong.booking.queue.model import Consultation
from yitong.booking.queue.moves import AppointmentRow
from yitong.booking.queue.policy import policy_of
from yitong.booking.queue.queries import entry_view
from yitong.booking.queue.returning import put_back, put_back_with_results
from yitong.booking.queue.rows import EntryRow, SessionRow
from yitong.booking.queue.rules import Priority
from yitong.booking.queue.schemas import QueueEntryView
from yitong.booking.states import QUEUE, AppointmentState, QueueState
from yitong.kernel.events import record
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Grant, Role, Scope, action
from yitong.kernel.problems import FORBIDDEN, NOT_FOUND, Conflict, problem_kind
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

__all__ = [
    "Moved",
    "QueueEntryView",
    "call_next",
    "entry_view",
    "expect_results",
    "finish",
    "leave",
    "recall",
    "return_to_queue",
    "session_of_appointment_to_run",
    "session_to_run",
    "skip",
    "start",
]

_AT = Scope.ORGANIZATION
RUN = action(
    "queue:session:run",
    "叫号、过号、开始和结束就诊",
    "Call, skip, begin and finish",
    {Role.DOCTOR: _AT, Role.NURSE: _AT},
)
RETURN = action(
    "queue:entry:return",
    "过号患者重新排队",
    "Put somebody who missed the call back into the queue",
    {Role.DOCTOR: _AT, Role.NURSE: _AT, Role.REGISTRAR: _AT},
)
NOTHING_TO_CALL = problem_kind(
    "nothing-to-call",
    404,
    Bilingual("现在没有候诊的患者。", "Nobody is waiting at the moment."),
    Bilingual("有患者签到后会自动出现在列表里。", "Whoever checks in appears in the list by itself."),
)
ROOM_OCCUPIED = problem_kind(
    "room-occupied",
    409,
    Bilingual("诊室里还有一位患者，不能同时叫下一位。", "Somebody is still called or being seen in this room."),
    Bilingual("请先结束当前就诊，或对未到的患者点“过号”。", "Finish with that patient first, or skip them if absent."),
)
ROOM_PAUSED = problem_kind(
    "room-paused",
    409,
    Bilingual("{room_zh}已暂停叫号（{reason}）。", "{room} is paused ({reason})."),
    Bilingual("请先恢复叫号。", "Resume it first."),
)
CALL_LIMIT = problem_kind(
    "call-limit",
    409,
    Bilingual("已叫号 {calls} 次，患者仍未到。", "This patient has been called {calls} times already."),
    Bilingual("请点“过号”，患者返回后会重新排队。", "Skip them; whoever comes back gets into the queue again."),
)


@dataclass(frozen=True, slots=True)
class Moved:
    """What an action did: the rows it moved, the one event it wrote, and the grant it ran under."""

    session: SessionRow
    entry: EntryRow
    appointment: AppointmentRow
    event_id: UUID
    grant: Grant


async def session_to_run(tx: Transaction, organization_id: UUID, schedule_id: UUID) -> tuple[Grant, SessionRow]:
    """The session, for somebody who runs it: a nurse of the hospital, or a doctor of that session or department.

    Raises Problem ``forbidden`` or ``not-found``.
    """
    grant = RUN.check(tx.actor, organization_id=organization_id)
    one = await rows.session(tx, organization_id, schedule_id)
    if one is None:
        raise NOT_FOUND()
    nurse = tx.actor.has(Role.NURSE, organization_id)
    if not (nurse or one.is_of(tx.actor) or one.in_department_of(tx.actor)):
        raise FORBIDDEN()
    return grant, one


async def session_of_appointment_to_run(tx: Transaction, organization_id: UUID, appointment_id: UUID) -> SessionRow:
    """The session of an appointment, for somebody who runs it. Raises Problem ``forbidden`` or ``not-found``."""
    appointment = await moves.seen_appointment(tx, organization_id, appointment_id)
    entry = await rows.entry_of(tx, organization_id, appointment_id)
    room = entry.room_of if entry is not None else appointment.schedule_id
    return (await session_to_run(tx, organization_id, room))[1]


async def call_next(tx: Transaction, organization_id: UUID, schedule_id: UUID, encounter_id: UUID) -> Moved:
    """Call whoever is first in the line into the room; ``encounter_id`` is the visit that the caller opens with it.

    Two clicks at one moment call one person: the line is locked, and uq_queue_entry_in_room would refuse a second one
    even if it were not. Two rooms of one line never call the same person. Raises Problem ``nothing-to-call``,
    ``room-occupied``, ``room-paused``, ``forbidden`` or ``not-found``.
    """
    await session_to_run(tx, organization_id, schedule_id)
    await moves.lock_session(tx, organization_id, schedule_id)
    # Read again under the lock: the room may have been paused, or joined a line, a moment ago.
    grant, session = await session_to_run(tx, organization_id, schedule_id)
    if session.paused_at is not None:
        raise ROOM_PAUSED(room=session.room_en, room_zh=session.room, reason=session.paused_reason)
    everybody = await rows.entries(tx, organization_id, session.members)
    in_room = next((one for one in everybody if one.state in rows.IN_ROOM and one.room_of == schedule_id), None)
    if in_room is not None:
        raise ROOM_OCCUPIED(conflict=_in_the_way(session, in_room))
    for candidate in everybody:
        if candidate.state is not QueueState.WAITING or candidate.bound_to not in (None, schedule_id):
            continue
        entry, appointment = await moves.locked(tx, candidate)
        # Somebody who cancelled since the queue was read is passed over.
        if entry.state is QueueState.WAITING and _may_be_called(entry, appointment):
            return await _call(tx, grant, session, entry, appointment, encounter_id)
    raise NOTHING_TO_CALL()


def _may_be_called(entry: EntryRow, appointment: AppointmentRow) -> bool:
    back = entry.priority is Priority.RESULT and appointment.state is AppointmentState.FULFILLED
    return back or appointment.state is AppointmentState.CHECKED_IN


async def _call(
    tx: Transaction, grant: Grant, one: SessionRow, entry: EntryRow, appointment: AppointmentRow, encounter_id: UUID
) -> Moved:
    said = moves.payload(one, appointment.id, entry.waiting, 1, encounter_id)
    event_id = await record(tx, grant, QueueEvent.CALLED, moves.subject_of(entry), said)
    try:
        await moves.move_entry(
            tx,
            grant,
            entry,
            QueueState.CALLED,
            event_id,
            called_at=tx.now,
            calls=1,
            encounter_id=encounter_id,
            called_schedule_id=one.id,
        )
    except IntegrityError as error:
        raise ROOM_OCCUPIED() from error
    if appointment.state is AppointmentState.CHECKED_IN:
        await moves.move_appointment(tx, grant, appointment, AppointmentState.CALLED, event_id)
    return Moved(one, entry, appointment, event_id, grant)


async def recall(tx: Transaction, organization_id: UUID, entry_id: UUID) -> QueueEntryView:
    """Call the same person again.

    Raises Problem ``wrong-state`` unless they are called and not yet in, ``call-limit`` after the last allowed call.
    """
    grant, session, entry, _ = await _to_run(tx, organization_id, entry_id)
    if entry.state is not QueueState.CALLED:
        raise moves.wrong(entry.state)
    if entry.calls >= (await policy_of(tx, organization_id)).max_calls:
        raise CALL_LIMIT(calls=entry.calls)
    await record(tx, grant, QueueEvent.RECALLED, moves.subject_of(entry), _said(session, entry, entry.calls + 1))
    await tx.session.execute(
        text("UPDATE queue_entry SET calls = calls + 1 WHERE organization_id = :organization AND id = :id"),
        {"organization": organization_id, "id": entry_id},
    )
    return await entry_view(tx, session, entry_id)


async def skip(tx: Transaction, organization_id: UUID, entry_id: UUID) -> Moved:
    """Somebody is not there: called or waiting, they are skipped until they return.

    Raises Problem ``wrong-state``, ``forbidden`` or ``not-found``.
    """
    grant, session, entry, appointment = await _to_run(tx, organization_id, entry_id)
    QUEUE.check(entry.state, QueueState.SKIPPED)
    event_id = await record(tx, grant, QueueEvent.SKIPPED, moves.subject_of(entry), _said(session, entry, entry.calls))
    await moves.move_entry(tx, grant, entry, QueueState.SKIPPED, event_id)
    if appointment.state is AppointmentState.CALLED:
        await moves.move_appointment(tx, grant, appointment, AppointmentState.CHECKED_IN, event_id)
    return Moved(session, entry, appointment, event_id, grant)


async def return_to_queue(tx: Transaction, organization_id: UUID, entry_id: UUID) -> QueueEntryView:
    """Somebody who was skipped is back, or somebody who has been seen today comes back with results.

    Raises Problem ``wrong-state``, ``forbidden`` or ``not-found``.
    """
    grant = RETURN.check(tx.actor, organization_id=organization_id)
    seen = await rows.entry(tx, organization_id, entry_id)
    session = await rows.session(tx, organization_id, seen.schedule_id) if seen is not None else None
    if seen is None or session is None:
        raise NOT_FOUND()
    if seen.state is QueueState.FINISHED:
        await put_back_with_results(tx, grant, session, seen)
    else:
        await put_back(tx, grant, session, seen)
    return await entry_view(tx, session, entry_id)


async def expect_results(tx: Transaction, organization_id: UUID, entry_id: UUID) -> QueueEntryView:
    """The doctor wants to see somebody once more today, with results: then a check-in puts them back by themselves.

    Raises Problem ``wrong-state`` unless they are with the doctor or have been, ``forbidden`` or ``not-found``.
    """
    grant, session, entry, _ = await _to_run(tx, organization_id, entry_id)
    if entry.state not in (QueueState.IN_CONSULTATION, QueueState.FINISHED):
        raise moves.wrong(entry.state)
    if not entry.results_expected:
        said = _said(session, entry, entry.calls)
        await record(tx, grant, QueueEvent.RESULTS_EXPECTED, moves.subject_of(entry), said)
        await tx.session.execute(
            text("UPDATE queue_entry SET results_expected = true WHERE organization_id = :organization AND id = :id"),
            {"organization": organization_id, "id": entry_id},
        )
    return await entry_view(tx, session, entry_id)


async def leave(tx: Transaction, grant: Grant, organization_id: UUID, appointment_id: UUID, event_id: UUID) -> bool:
    """Take a cancelled appointment's entry out of its queue, under the event of the cancellation.

    Called by whoever cancels, in the same transaction and after the appointment was locked. Answers whether there was
    one; somebody who is called or being seen is not taken out (Problem ``wrong-state``).
    """
    entry = await rows.entry_of(tx, organization_id, appointment_id, lock=True)
    if entry is None or entry.state in (QueueState.LEFT, QueueState.FINISHED):
        return False
    await moves.move_entry(tx, grant, entry, QueueState.LEFT, event_id)
    return True


async def start(tx: Transaction, organization_id: UUID, entry_id: UUID) -> Moved:
    """The person called has come in. Raises Problem ``wrong-state``, ``forbidden`` or ``not-found``."""
    grant, session, entry, appointment = await _to_run(tx, organization_id, entry_id)
    QUEUE.check(entry.state, QueueState.IN_CONSULTATION)
    event_id = await record(tx, grant, QueueEvent.STARTED, moves.subject_of(entry), _said(session, entry, entry.calls))
    await moves.move_entry(tx, grant, entry, QueueState.IN_CONSULTATION, event_id, started_at=tx.now)
    if appointment.state is AppointmentState.CALLED:
        await moves.move_appointment(tx, grant, appointment, AppointmentState.IN_CONSULTATION, event_id)
    return Moved(session, entry, appointment, event_id, grant)


async def finish(tx: Transaction, organization_id: UUID, appointment_id: UUID) -> Moved:
    """The consultation of an appointment is over.

    A doctor who never said that it had begun still finishes it: then both moves are written under the one event.
    Raises Problem ``wrong-state``, ``forbidden`` or ``not-found``.
    """
    seen = await rows.entry_of(tx, organization_id, appointment_id)
    if seen is None:
        raise NOT_FOUND()
    grant, session, entry, appointment = await _to_run(tx, organization_id, seen.id)
    began = entry.state is not QueueState.CALLED
    if began:
        QUEUE.check(entry.state, QueueState.FINISHED)
    event_id = await record(tx, grant, QueueEvent.FINISHED, moves.subject_of(entry), _said(session, entry, entry.calls))
    number, before = entry.version + 1, entry.state
    begin = entry.started_at if began and entry.started_at is not None else entry.called_at or tx.now
    if not began:
        await moves.move_entry(tx, grant, entry, QueueState.IN_CONSULTATION, event_id, started_at=begin)
        number, before = number + 1, QueueState.IN_CONSULTATION
    if appointment.state is AppointmentState.CALLED:
        await moves.move_appointment(tx, grant, appointment, AppointmentState.IN_CONSULTATION, event_id)
    await moves.move_entry(
        tx, grant, entry, QueueState.FINISHED, event_id, sequence=number, before=before, finished_at=tx.now
    )
    if appointment.state is AppointmentState.IN_CONSULTATION:
        await moves.move_appointment(tx, grant, appointment, AppointmentState.FULFILLED, event_id)
    await _remember_pace(tx, session, entry, event_id, begin)
    return Moved(session, entry, appointment, event_id, grant)


async def _remember_pace(tx: Transaction, one: SessionRow, entry: EntryRow, event_id: UUID, begin: datetime) -> None:
    """Keep how long it took, under the event's id; what the doctor's pace is learned from."""
    await tx.session.execute(
        insert(Consultation).values(
            organization_id=one.organization_id,
            id=event_id,
            schedule_id=one.id,
            practitioner_role_id=one.practitioner_role_id,
            weekday=one.day.isoweekday(),
            began_at=min(begin, tx.now),
            ended_at=tx.now,
            again=entry.priority is Priority.RESULT,
        )
    )


async def _to_run(
    tx: Transaction, organization_id: UUID, entry_id: UUID
) -> tuple[Grant, SessionRow, EntryRow, AppointmentRow]:
    RUN.check(tx.actor, organization_id=organization_id)
    seen = await rows.entry(tx, organization_id, entry_id)
    if seen is None:
        raise NOT_FOUND()
    grant, session = await session_to_run(tx, organization_id, seen.room_of)
    await moves.lock_session(tx, organization_id, seen.schedule_id, seen.room_of)
    entry, appointment = await moves.locked(tx, seen)
    return grant, session, entry, appointment


def _said(session: SessionRow, entry: EntryRow, calls: int) -> dict[str, Any]:
    return moves.payload(session, entry.appointment_id, entry.waiting, calls, entry.encounter_id)


def _in_the_way(session: SessionRow, one: EntryRow) -> Conflict:
    number = rows.number_of(session, one.number)
    zh, en = QUEUE.words[one.state]
    return Conflict("queue_entry", str(one.id), Bilingual(f"{number} 号（{zh}）", f"{number} ({en})"))
