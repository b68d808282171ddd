"""Moving the two rows that a visit is waiting on, the queue entry and its appointment, each with its history row.

Locks are always taken in one order: line, appointment, entry. So two people who act on one line wait for each other and
never for ever, and neither do they with somebody who cancels, who has the appointment before the entry.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, text, update

from yitong.booking.queue.model import QueueEntry
from yitong.booking.queue.rows import EntryRow, SessionRow, number_of
from yitong.booking.queue.rows import entry as entry_row
from yitong.booking.queue.rules import Waiting, turn_of
from yitong.booking.states import APPOINTMENT, QUEUE, AppointmentState, QueueState
from yitong.kernel.events import Subject
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Grant
from yitong.kernel.problems import NOT_FOUND, WRONG_STATE, Problem
from yitong.kernel.states import record_move
from yitong.kernel.transaction import Transaction


def subject_of(one: EntryRow) -> Subject:
    """The entry, for events and history rows."""
    return Subject("queue_entry", one.id, one.organization_id, one.patient_id)


@dataclass(slots=True, kw_only=True)
class AppointmentRow:
    """What the queue needs to know of an appointment; ``state`` and ``version`` follow its moves."""

    organization_id: UUID
    id: UUID
    schedule_id: UUID
    department_id: UUID
    practitioner_role_id: UUID | None
    patient_id: UUID
    start_at: datetime
    end_at: datetime
    state: AppointmentState
    version: int
    number: int | None

    @property
    def subject(self) -> Subject:
        """The appointment, for events and history rows."""
        return Subject("appointment", self.id, self.organization_id, self.patient_id)


_APPOINTMENT = (
    "SELECT organization_id, id, schedule_id, department_id, practitioner_role_id, patient_id, start_at, end_at, state,"
    " version, number FROM appointment WHERE organization_id = :organization"
)


async def locked_appointment(tx: Transaction, organization_id: UUID, appointment_id: UUID) -> AppointmentRow:
    """The appointment, locked. Raises Problem ``not-found``, also for one that the actor may not see."""
    found = await tx.session.execute(
        text(f"{_APPOINTMENT} AND id = :id FOR UPDATE"),
        {"organization": organization_id, "id": appointment_id},
    )
    return _row(found.mappings().one_or_none())


async def seen_appointment(tx: Transaction, organization_id: UUID, appointment_id: UUID) -> AppointmentRow:
    """The appointment, not locked. Raises Problem ``not-found``, also for one that the actor may not see."""
    found = await tx.session.execute(
        text(f"{_APPOINTMENT} AND id = :id"),
        {"organization": organization_id, "id": appointment_id},
    )
    return _row(found.mappings().one_or_none())


def _row(found: Any) -> AppointmentRow:
    if found is None:
        raise NOT_FOUND()
    values: dict[str, Any] = dict(found)
    values["state"] = AppointmentState(values["state"])
    return AppointmentRow(**values)


async def locked(tx: Transaction, seen: EntryRow) -> tuple[EntryRow, AppointmentRow]:
    """An entry and its appointment, locked after the line, the appointment first. Raises Problem ``not-found``."""
    appointment = await locked_appointment(tx, seen.organization_id, seen.appointment_id)
    entry = await entry_row(tx, seen.organization_id, seen.id, lock=True)
    if entry is None:
        raise NOT_FOUND()
    return entry, appointment


def wrong(state: QueueState) -> Problem:
    """The refusal of a step that an entry in this state cannot take."""
    zh, en = QUEUE.words[state]
    return WRONG_STATE(state=en, state_zh=zh)


_LINE = (
    "SELECT y.schedule_id FROM queue_group_session x JOIN queue_group_session y"
    " ON y.organization_id = x.organization_id AND y.group_id = x.group_id"
    " WHERE x.organization_id = :organization AND x.schedule_id = ANY (:ids)"
)


async def lock_session(tx: Transaction, organization_id: UUID, *schedule_ids: UUID) -> None:
    """Take the lines of these sessions for this transaction: who calls, skips or returns in one does so in turn.

    All sessions of a line are locked, in the order of their ids, so that two rooms of one line wait for each other and
    never for ever. NO KEY UPDATE, because checking in refers to the session by foreign key and need not wait.
    """
    await tx.session.execute(
        text(
            f"SELECT 1 FROM schedule WHERE organization_id = :organization"  # noqa: S608
            f" AND (id = ANY (:ids) OR id IN ({_LINE})) ORDER BY id FOR NO KEY UPDATE"
        ),
        {"organization": organization_id, "ids": list(schedule_ids)},
    )


async def move_appointment(
    tx: Transaction, grant: Grant, one: AppointmentRow, after: AppointmentState, event_id: UUID
) -> None:
    """Move a locked appointment. Raises Problem ``wrong-state``."""
    await record_move(
        tx, grant, APPOINTMENT, one.subject, one.state, after, sequence=one.version + 1, event_id=event_id
    )
    one.state, one.version = after, one.version + 1
    await tx.session.execute(
        text(
            "UPDATE appointment SET state = :state, version = :version"
            " WHERE organization_id = :organization AND id = :id"
        ),
        {"state": after.value, "version": one.version, "organization": one.organization_id, "id": one.id},
    )


async def move_entry(
    tx: Transaction,
    grant: Grant,
    one: EntryRow,
    after: QueueState,
    event_id: UUID,
    *,
    sequence: int | None = None,
    before: QueueState | None = None,
    **columns: Any,
) -> None:
    """Move a locked entry and set other columns of it in the same statement. Raises Problem ``wrong-state``.

    ``before`` and ``sequence`` are given by an action that makes two moves at once.
    """
    number = sequence or one.version + 1
    await record_move(tx, grant, QUEUE, subject_of(one), before or one.state, after, sequence=number, event_id=event_id)
    await tx.session.execute(
        update(QueueEntry)
        .where(QueueEntry.organization_id == one.organization_id, QueueEntry.id == one.id)
        .values(state=after.value, version=number, **columns)
    )


async def insert_entry(
    tx: Transaction,
    grant: Grant,
    appointment: AppointmentRow,
    subject: Subject,
    place: Waiting,
    event_id: UUID,
) -> None:
    """Put a numbered appointment into its session's queue as waiting, with the first row of the entry's history."""
    await tx.session.execute(
        insert(QueueEntry).values(
            organization_id=appointment.organization_id,
            id=subject.id,
            schedule_id=appointment.schedule_id,
            appointment_id=appointment.id,
            patient_id=appointment.patient_id,
            number=appointment.number,
            state=QueueState.WAITING.value,
            version=1,
            checked_in_at=tx.now,
            calls=0,
            bound=False,
            results_expected=False,
            **place_columns(place, tx.now),
        )
    )
    await record_move(tx, grant, QUEUE, subject, None, QueueState.WAITING, sequence=1, event_id=event_id)


def place_columns(place: Waiting, now: datetime) -> dict[str, Any]:
    """A place in the order as columns of an entry."""
    turn = turn_of(place)
    return {
        "priority": place.priority.value,
        "due_at": place.due_at,
        "turn_rank": turn.rank,
        "turn_number": turn.number,
        "turn_behind": turn.behind,
        "turn_at": turn.at or now,
    }


def payload(
    one: SessionRow,
    appointment_id: UUID,
    place: Waiting,
    calls: int = 0,
    encounter_id: UUID | None = None,
    **more: Any,
) -> dict[str, Any]:
    """What every event of the queue says: ids, the number, the room, the class and the place in the order; never who.

    The place makes the log enough to check afterwards that nobody was called before their turn.
    """
    turn = turn_of(place)
    return {
        "appointment_id": appointment_id,
        "schedule_id": one.id,
        "line": one.line,
        "department_id": one.department_id,
        "number": place.number,
        "number_text": number_of(one, place.number),
        "room": one.room,
        "room_en": one.room_en,
        "priority": place.priority.value,
        "due_at": place.due_at,
        "turn": [turn.rank, turn.number, turn.behind, turn.at],
        "calls": calls,
        "encounter_id": encounter_id,
        **more,
    }
