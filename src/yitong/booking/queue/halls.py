"""The waiting hall's board: who is called where, and who waits for which room, with names a public screen may show."""

from datetime import timedelta

from sqlalchemy import text

from yitong.booking.queue import rows
from yitong.booking.queue.rows import EntryRow, Person, SessionRow
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


async def hall(tx: Transaction, organization_id: UUID, location_id: UUID) -> HallBoard:
    """The board of a hall now. Raises Problem ``forbidden`` or ``not-found``."""
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
    found = await rows.entries(tx, organization_id, list(sessions))
    await tx.open_patient_index()
    shown = [row for row in found if row.state in (QueueState.WAITING, *rows.IN_ROOM)]
    people = await rows.people(tx, [row.patient_id for row in shown])
    rooms = [_room(one, [r for r in shown if r.schedule_id == one.id], people) for one in sessions.values()]
    called = sorted((r for r in shown if r.state is QueueState.CALLED), key=lambda r: r.called_at or tx.now)
    return HallBoard(
        location_id=location_id,
        name=place["name"],
        name_en=place["name_en"],
        organization_name=place["organization_name"],
        organization_name_en=place["organization_name_en"],
        calling=[_call(sessions[r.schedule_id], r, people[r.patient_id]) for r in reversed(called)],
        rooms=rooms,
        server_time=tx.now,
    )


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


def _call(one: SessionRow, row: EntryRow, person: Person) -> HallCall:
    return HallCall(
        number_text=rows.number_of(one, row.number),
        name_masked=person.name_masked,
        room=one.room,
        department_name=one.department_name,
        department_name_en=one.department_name_en,
        called_at=row.called_at or row.checked_in_at,
        calls=row.calls,
    )


def _room(one: SessionRow, here: list[EntryRow], people: dict[UUID, Person]) -> HallRoom:
    waiting = [row for row in here if row.state is QueueState.WAITING]
    serving = next((row for row in here if row.state in rows.IN_ROOM), None)
    names = [
        HallName(rows.number_of(one, row.number), people[row.patient_id].name_masked) for row in waiting[:NAMES_SHOWN]
    ]
    return HallRoom(
        schedule_id=one.id,
        room=one.room,
        department_name=one.department_name,
        department_name_en=one.department_name_en,
        practitioner_name=one.practitioner_name,
        title=one.title,
        now_serving=rows.number_of(one, serving.number) if serving is not None else None,
        waiting=names,
        waiting_count=len(waiting),
    )
