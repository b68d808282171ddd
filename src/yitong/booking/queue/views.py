"""What people may look at in a queue: their own place, the queues of a day, one queue with its names."""

from datetime import date

import msgspec
from sqlalchemy import text

from yitong.booking.queue import arrivals, auditing, moves, queries, rows
from yitong.booking.queue.schemas import Queue, QueueAudit, QueuePlace, QueueSummary
from yitong.kernel.clock import day_of
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Role, Scope, action
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction

_AT = Scope.ORGANIZATION
SEE_PLACE = action(
    "queue:place:see",
    "查看候诊位置",
    "See a place in the queue",
    {
        Role.PATIENT: Scope.OWN,
        Role.DOCTOR: _AT,
        Role.NURSE: _AT,
        Role.REGISTRAR: _AT,
        Role.HOSPITAL_ADMIN: _AT,
        Role.KIOSK: _AT,
    },
)
SEE_QUEUE = action(
    "queue:session:see",
    "查看候诊队列",
    "See the queues of a hospital",
    {Role.DOCTOR: _AT, Role.NURSE: _AT, Role.REGISTRAR: _AT, Role.HOSPITAL_ADMIN: _AT},
)


async def queue_place(tx: Transaction, organization_id: UUID, appointment_id: UUID) -> QueuePlace:
    """Where an appointment stands. Raises Problem ``not-found``, ``forbidden`` or ``unauthenticated``."""
    appointment = await moves.seen_appointment(tx, organization_id, appointment_id)
    SEE_PLACE.check(tx.actor, organization_id=organization_id, patient_id=appointment.patient_id)
    # The people ahead are counted, not shown.
    await tx.open_region()
    entry = await rows.entry_of(tx, organization_id, appointment_id)
    session = await arrivals.session_of(tx, appointment, entry)
    return await queries.place(tx, session, appointment)


async def queues(
    tx: Transaction, organization_id: UUID, day: date | None, department_id: UUID | None
) -> list[QueueSummary]:
    """The queues of a day, the hospital's today when none is given. Raises Problem ``forbidden`` or ``not-found``."""
    SEE_QUEUE.check(tx.actor, organization_id=organization_id)
    zone = await zone_of(tx, organization_id)
    sessions = await rows.sessions_of_day(tx, organization_id, day or day_of(tx.now, zone), department_id)
    return [queries.summary(one, tx) for one in sessions]


async def queue(tx: Transaction, organization_id: UUID, schedule_id: UUID) -> Queue:
    """One session's queue with names. Raises Problem ``forbidden`` or ``not-found``."""
    SEE_QUEUE.check(tx.actor, organization_id=organization_id)
    one = await rows.session(tx, organization_id, schedule_id)
    if one is None:
        raise NOT_FOUND()
    return await queries.queue(tx, one)


async def zone_of(tx: Transaction, organization_id: UUID) -> str:
    """The time zone of an organization. Raises Problem ``not-found``."""
    found = await tx.session.execute(text("SELECT zone FROM organization WHERE id = :id"), {"id": organization_id})
    zone = found.scalar_one_or_none()
    if zone is None:
        raise NOT_FOUND()
    return zone


AUDIT = action(
    "queue:session:audit",
    "核查叫号顺序",
    "Check a queue against the event log",
    {Role.NURSE: _AT, Role.HOSPITAL_ADMIN: _AT, Role.REGULATOR: Scope.REGION, Role.PLATFORM_ADMIN: Scope.REGION},
)


async def audit(tx: Transaction, organization_id: UUID, schedule_id: UUID) -> QueueAudit:
    """What the event log says about a session's line. Raises Problem ``forbidden`` or ``not-found``."""
    AUDIT.check(tx.actor, organization_id=organization_id)
    one = await rows.session(tx, organization_id, schedule_id)
    if one is None:
        raise NOT_FOUND()
    return await auditing.audit(tx, one)


class LineIds(msgspec.Struct):
    """What events of a line name: its sessions and its group."""

    ids: set[str]


async def line_ids(tx: Transaction, organization_id: UUID, schedule_id: UUID) -> LineIds:
    """The names of a session's line in events; for callers that have been shown the queue already."""
    one = await rows.session(tx, organization_id, schedule_id)
    return LineIds({str(schedule_id)} if one is None else {str(one.line), *(str(member) for member in one.members)})
