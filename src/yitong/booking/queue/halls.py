"""The waiting hall's board: who is called where, and who waits for which room, with names a public screen may show."""

from datetime import datetime, timedelta
from hashlib import sha256

import msgspec
from sqlalchemy import text

from yitong.booking.queue import rows, voice
from yitong.booking.queue.pauses import pause_of
from yitong.booking.queue.policy import policy_of, words_of
from yitong.booking.queue.rows import EntryRow, Person, SessionRow
from yitong.booking.queue.ruling import priority_rules
from yitong.booking.queue.schemas import HallBoard, HallCall, HallName, HallRoom
from yitong.booking.states import QueueState
from yitong.kernel.clock import day_of
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Role, Scope, action
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction

_AT = Scope.ORGANIZATION
SEE_HALL = action(
    "queue:hall:see",
    "查看候诊大屏",
    "See a waiting hall's board",
    {
        Role.HALL: _AT,
        Role.KIOSK: _AT,
        Role.DOCTOR: _AT,
        Role.NURSE: _AT,
        Role.REGISTRAR: _AT,
        Role.HOSPITAL_ADMIN: _AT,
    },
)
NAMES_SHOWN = 8
CATCH_UP = timedelta(minutes=30)  # how far back a screen that was offline is told of calls
BEFORE = timedelta(minutes=120)  # a room appears this long before its session begins

# A hall serves the rooms inside it; a hall without rooms of its own serves the rooms of its department.
_ROOMS = """
SELECT s.id FROM schedule s
  JOIN location h ON h.organization_id = s.organization_id AND h.id = :hall
  LEFT JOIN location l ON l.organization_id = s.organization_id AND l.id = s.location_id
 WHERE s.organization_id = :organization AND s.day = :day AND s.stopped_at IS NULL
   AND CASE WHEN EXISTS (SELECT 1 FROM location i WHERE i.organization_id = :organization AND i.parent_id = h.id)
            THEN l.parent_id = h.id
            ELSE s.department_id = h.department_id END"""


async def hall(tx: Transaction, organization_id: UUID, location_id: UUID, since: datetime | None = None) -> HallBoard:
    """The board of a hall now; ``since`` is when the screen last knew, for the calls that it missed.

    Raises Problem ``forbidden`` or ``not-found``.
    """
    SEE_HALL.check(tx.actor, organization_id=organization_id)
    found = await tx.session.execute(
        text(
            "SELECT l.name, l.name_en, o.name AS organization_name, o.name_en AS organization_name_en, o.zone"
            " FROM location l JOIN organization o ON o.id = l.organization_id"
            " WHERE l.organization_id = :organization AND l.id = :id AND l.kind = 'hall'"
        ),
        {"organization": organization_id, "id": location_id},
    )
    place = found.mappings().one_or_none()
    if place is None:
        raise NOT_FOUND()
    sessions = await _sessions(tx, organization_id, location_id, place["zone"])
    members = sorted({member for one in sessions.values() for member in one.members})
    everybody = await rows.entries(tx, organization_id, members)
    await tx.open_patient_index()
    people = await rows.people(tx, [row.patient_id for row in everybody])
    # The line may hold people of a room outside of this hall; a number is made from its own session's kind.
    known = sessions | {
        one.id: one for one in await rows.sessions(tx, organization_id, [m for m in members if m not in sessions])
    }
    board = _Board(known, people)
    called = sorted(
        (r for r in everybody if r.called_at is not None and r.room_of in sessions), key=lambda r: r.called_at or tx.now
    )
    horizon = max(since, tx.now - CATCH_UP) if since is not None else tx.now
    shown = HallBoard(
        location_id=location_id,
        name=place["name"],
        name_en=place["name_en"],
        organization_name=place["organization_name"],
        organization_name_en=place["organization_name_en"],
        calling=[board.call(r) for r in reversed(called) if r.state is QueueState.CALLED],
        rooms=[board.room(one, everybody) for one in sessions.values()],
        server_time=tx.now,
        recent=[board.call(r) for r in called if r.called_at is not None and r.called_at > horizon],
        priorities=priority_rules(await policy_of(tx, organization_id)),
        revision="",
    )
    shown.revision = _revision(shown)
    return shown


def _revision(board: HallBoard) -> str:
    """A digest of everything on the board save the time and what depends on the question."""
    content = [board.calling, board.rooms, board.priorities]
    return sha256(msgspec.json.encode(content)).hexdigest()[:16]


async def _sessions(tx: Transaction, organization_id: UUID, hall_id: UUID, zone: str) -> dict[UUID, SessionRow]:
    """The hall's sessions that are running, about to begin, or not yet through with their patients."""
    day = day_of(tx.now, zone)
    chosen = await tx.session.execute(text(_ROOMS), {"organization": organization_id, "hall": hall_id, "day": day})
    here = set(chosen.scalars())
    return {
        one.id: one
        for one in await rows.sessions_of_day(tx, organization_id, day)
        if one.id in here and one.start_at - BEFORE <= tx.now and (tx.now < one.end_at or one.waiting)
    }


class _Board:
    """Puts entries on the board: with the names that the public may read."""

    def __init__(self, sessions: dict[UUID, SessionRow], people: dict[UUID, Person]) -> None:
        self._sessions = sessions
        self._people = people

    def call(self, row: EntryRow) -> HallCall:
        one = self._sessions[row.room_of]
        number, name = self._number(row), self._people[row.patient_id].name_masked
        return HallCall(
            number_text=number,
            name_masked=name,
            room=one.room,
            department_name=one.department_name,
            department_name_en=one.department_name_en,
            called_at=row.called_at or row.checked_in_at,
            calls=row.calls,
            room_en=one.room_en,
            speech=voice.call(number, name, one.room_words, row.calls),
            call_id=f"{row.id}:{(row.called_at or row.checked_in_at).timestamp():.0f}:{row.calls}",
            state=row.state,
        )

    def room(self, one: SessionRow, everybody: list[EntryRow]) -> HallRoom:
        here = [row for row in everybody if row.schedule_id in one.members and row.bound_to in (None, one.id)]
        waiting = [row for row in here if row.state is QueueState.WAITING]
        skipped = [row for row in here if row.state is QueueState.SKIPPED and row.room_of == one.id]
        serving = next((row for row in everybody if row.state in rows.IN_ROOM and row.room_of == one.id), None)
        return HallRoom(
            schedule_id=one.id,
            room=one.room,
            department_name=one.department_name,
            department_name_en=one.department_name_en,
            practitioner_name=one.practitioner_name,
            title=one.title,
            now_serving=self._number(serving) if serving is not None else None,
            waiting=[self._name(row) for row in waiting[:NAMES_SHOWN]],
            waiting_count=len(waiting),
            room_en=one.room_en,
            paused=pause_of(one),
            group_id=one.group_id,
            group_name=one.group_name,
            skipped=[self._name(row) for row in skipped[:NAMES_SHOWN]],
        )

    def _number(self, row: EntryRow) -> str:
        return rows.number_of(self._sessions.get(row.schedule_id) or self._sessions[row.room_of], row.number)

    def _name(self, row: EntryRow) -> HallName:
        masked = self._people[row.patient_id].name_masked
        return HallName(self._number(row), masked, row.priority, words_of(row.priority))
