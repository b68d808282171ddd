"""Extra places (加号): a doctor or a scheduler makes room for one person beyond the plan, with a reason and a trace.

An extra place is a slot of the pool ``extra`` that has exactly as many places as people in it: nobody can search or
hold it, and it is gone when its person gives it up.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, text
from sqlalchemy.dialects.postgresql import insert as insert_unless

from yitong.booking import refusals
from yitong.booking.events import BookingEvent
from yitong.booking.model import Appointment as AppointmentRow
from yitong.booking.queries import appointments
from yitong.booking.schedules.events import ScheduleEvent
from yitong.booking.schedules.model import ExtraPlace as ExtraPlaceRow
from yitong.booking.schedules.schemas import ExtraPlaceItem, ExtraPlaceMade, ExtraPlaceRequest, ExtraPlaces
from yitong.booking.service import places
from yitong.booking.service.actions import SEE_PLAN
from yitong.booking.service.reading import worded
from yitong.booking.states import APPOINTMENT, AppointmentState
from yitong.kernel.crypto.masking import Masked, mask
from yitong.kernel.events import Subject, record
from yitong.kernel.idempotency import once
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Grant, Role, Scope, action
from yitong.kernel.problems import FORBIDDEN, NOT_FOUND, problem_kind
from yitong.kernel.states import record_move
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

ADD_EXTRA = action(
    "booking:place:add",
    "加号",
    "Add a place beyond the plan for one person",
    {Role.DOCTOR: Scope.ORGANIZATION, Role.SCHEDULER: Scope.ORGANIZATION, Role.HOSPITAL_ADMIN: Scope.ORGANIZATION},
)
_PLANNERS = (Role.SCHEDULER, Role.HOSPITAL_ADMIN)
EXTRA_PLACES_FULL = problem_kind(
    "extra-places-full",
    409,
    Bilingual("该班次最多加 {most} 个号，已经加满。", "A session takes {most} extra places; all of them are taken."),
    Bilingual("请安排到其他班次，或请患者候补。", "Use another session, or the waiting list."),
)
_SESSION = text("""
SELECT d.id, d.department_id, d.specialty_code, d.stopped_at, r.practitioner_id,
    d.practitioner_role_id IS NULL AND d.team_id IS NULL AS anybody, o.zone,
    ARRAY(SELECT x.practitioner_id FROM care_team_member AS m
        JOIN practitioner_role AS x ON x.organization_id = m.organization_id AND x.id = m.practitioner_role_id
        WHERE m.organization_id = d.organization_id AND m.team_id = d.team_id) AS team
FROM schedule AS d
JOIN organization AS o ON o.id = d.organization_id
LEFT JOIN practitioner_role AS r ON r.organization_id = d.organization_id AND r.id = d.practitioner_role_id
WHERE d.organization_id = :organization AND d.id = :id
""")
_LIST = text("""
SELECT x.appointment_id, x.patient_id, x.reason, x.added_at, a.number, a.start_at, a.state, p.name_sealed,
    coalesce(w.name, '') AS added_by_name
FROM extra_place AS x
JOIN appointment AS a ON a.organization_id = x.organization_id AND a.id = x.appointment_id
JOIN patient AS p ON p.id = x.patient_id
LEFT JOIN staff_account AS w ON w.id = x.added_by
WHERE x.organization_id = :organization AND x.schedule_id = :id
ORDER BY x.added_at, x.appointment_id
""")


async def extra_places(tx: Transaction, organization_id: UUID, schedule_id: UUID) -> ExtraPlaces:
    """The extra places of a session. Raises Problem ``not-found`` and those of the permission check."""
    SEE_PLAN.check(tx.actor, organization_id=organization_id)
    await tx.open_patient_index()
    session = await _session(tx, organization_id, schedule_id)
    zone, opened = ZoneInfo(session["zone"]), tx.platform.sealer.open
    rows = await tx.session.execute(_LIST, {"organization": organization_id, "id": schedule_id})
    items = [
        ExtraPlaceItem(
            appointment_id=row["appointment_id"],
            patient_name=mask(Masked.NAME, opened(row["name_sealed"], f"patient.name:{row['patient_id']}")),
            number=row["number"],
            start_at=row["start_at"].astimezone(zone),
            state=row["state"],
            reason=row["reason"],
            added_by_name=row["added_by_name"],
            added_at=row["added_at"].astimezone(zone),
        )
        for row in rows.mappings()
    ]
    most = tx.platform.settings.extra_places_most
    left = max(0, most - await _used(tx, organization_id, schedule_id))
    return ExtraPlaces(items=items, most=most, left=left)


async def add_extra_place(tx: Transaction, schedule_id: UUID, request: ExtraPlaceRequest, key: UUID) -> ExtraPlaceMade:
    """Make one place more than planned and book it for a patient, both or neither.

    Raises Problem ``extra-places-full`` (the setting ``extra_places_most``), ``slot-stopped``, ``slot-past``,
    ``slot-not-found`` (no stretch begins at ``start_at``), ``specialty-unsuitable``, ``duplicate-booking``,
    ``not-found`` and those of the permission check; ``forbidden`` also for a doctor of another session.
    """

    async def add() -> ExtraPlaceMade:
        return await _add(tx, schedule_id, request, key)

    return await once(tx, key, request, ExtraPlaceMade, add)


async def _add(tx: Transaction, schedule_id: UUID, request: ExtraPlaceRequest, key: UUID) -> ExtraPlaceMade:
    organization_id, patient_id = request.organization_id, request.patient_id
    grant = ADD_EXTRA.check(tx.actor, organization_id=organization_id)
    await tx.open_patient_index()
    session = await _session(tx, organization_id, schedule_id)
    _refuse_stranger(tx, organization_id, session)
    await lock_slots(tx, organization_id, schedule_id)
    most = tx.platform.settings.extra_places_most
    used = await _used(tx, organization_id, schedule_id)
    if used >= most:
        raise EXTRA_PLACES_FULL(most=most)
    slot_id = await _one_more(tx, organization_id, session, request.start_at)
    chosen = await places.choose(tx, organization_id, slot_id, patient_id)
    await places.make_way(tx, organization_id, patient_id, chosen)
    number = await places.next_number(tx, organization_id, schedule_id)
    appointment_id = await _book(tx, request, chosen, key, number)
    await places.occupy(tx, organization_id, slot_id)
    await _trace(tx, grant, request, chosen, appointment_id, number)
    row = await appointments.one(tx, organization_id, appointment_id)
    return ExtraPlaceMade(appointment=await worded(tx, row), left=most - used - 1)


async def _session(tx: Transaction, organization_id: UUID, schedule_id: UUID) -> Any:
    found = await tx.session.execute(_SESSION, {"organization": organization_id, "id": schedule_id})
    session = found.mappings().one_or_none()
    if session is None:
        raise NOT_FOUND()
    return session


def _refuse_stranger(tx: Transaction, organization_id: UUID, session: Any) -> None:
    """Planners add to every session, doctors to their own, their team's, and those of their department without a name.

    Raises Problem ``forbidden``.
    """
    actor = tx.actor
    if any(actor.has(role, organization_id) for role in _PLANNERS):
        return
    if actor.practitioner_id is not None and actor.practitioner_id in (session["practitioner_id"], *session["team"]):
        return
    in_department = any(
        held.role is Role.DOCTOR
        and held.organization_id == organization_id
        and held.department_id in (None, session["department_id"])
        for held in actor.roles
    )
    if not (session["anybody"] and in_department):
        raise FORBIDDEN()


async def lock_slots(tx: Transaction, organization_id: UUID, schedule_id: UUID) -> None:
    """Lock all slots of a session: who adds places to it does so one after the other."""
    await tx.session.execute(
        text(
            "SELECT 1 FROM slot WHERE organization_id = :organization AND schedule_id = :id"
            " ORDER BY organization_id, id FOR NO KEY UPDATE"
        ),
        {"organization": organization_id, "id": schedule_id},
    )


async def _used(tx: Transaction, organization_id: UUID, schedule_id: UUID) -> int:
    """How many people sit in extra places of a session."""
    found = await tx.session.execute(
        text(
            "SELECT coalesce(sum(taken), 0)::int FROM slot"
            " WHERE organization_id = :organization AND schedule_id = :id AND pool = 'extra'"
        ),
        {"organization": organization_id, "id": schedule_id},
    )
    return found.scalar_one()


async def _one_more(tx: Transaction, organization_id: UUID, session: Any, start_at: datetime | None) -> UUID:
    """The slot of the pool ``extra`` beside the wanted stretch, with one place more than it had; answers its id.

    Raises Problem ``slot-not-found``.
    """
    values = {"organization": organization_id, "schedule": session["id"], "start": start_at}
    found = await tx.session.execute(
        text(
            "SELECT start_at, end_at, max(id::text) FILTER (WHERE pool = 'extra') AS extra FROM slot"
            " WHERE organization_id = :organization AND schedule_id = :schedule"
            " AND (CAST(:start AS timestamptz) IS NULL OR start_at = CAST(:start AS timestamptz))"
            " GROUP BY start_at, end_at ORDER BY start_at DESC LIMIT 1"
        ),
        values,
    )
    stretch = found.mappings().one_or_none()
    if stretch is None:
        raise refusals.SLOT_NOT_FOUND()
    if stretch["extra"] is not None:
        await tx.session.execute(
            text("UPDATE slot SET capacity = capacity + 1 WHERE organization_id = :organization AND id = :id"),
            {"organization": organization_id, "id": UUID(stretch["extra"])},
        )
        return UUID(stretch["extra"])
    slot_id = new_id()
    await tx.session.execute(
        text(
            "INSERT INTO slot (organization_id, id, schedule_id, department_id, specialty_code, start_at, end_at,"
            " capacity, taken, open, pool) VALUES (:organization, :id, :schedule, :department, :specialty, :start,"
            " :end, 1, 0, false, 'extra')"
        ),
        {
            "organization": organization_id,
            "id": slot_id,
            "schedule": session["id"],
            "department": session["department_id"],
            "specialty": session["specialty_code"],
            "start": stretch["start_at"],
            "end": stretch["end_at"],
        },
    )
    return slot_id


async def _book(tx: Transaction, request: ExtraPlaceRequest, chosen: Any, key: UUID, number: int) -> UUID:
    """The appointment's row. Raises Problem ``duplicate-booking`` when another one came first."""
    appointment_id = new_id()
    row = (
        insert_unless(AppointmentRow)
        .values(
            organization_id=request.organization_id,
            id=appointment_id,
            slot_id=chosen["id"],
            schedule_id=chosen["schedule_id"],
            department_id=chosen["department_id"],
            service_id=chosen["service_id"],
            practitioner_role_id=chosen["practitioner_role_id"],
            patient_id=request.patient_id,
            day=chosen["day"],
            start_at=chosen["start_at"],
            end_at=chosen["end_at"],
            state=AppointmentState.BOOKED.value,
            version=1,
            number=number,
            channel="doctor" if tx.actor.has(Role.DOCTOR, request.organization_id) else "window",
            fee_fen=chosen["fee_fen"],
            booked_by=tx.actor.id,
            idempotency_key=key,
            created_at=tx.now,
        )
        .on_conflict_do_nothing()
        .returning(AppointmentRow.id)
    )
    if (await tx.session.execute(row)).first() is None:
        raise places.duplicate(None)
    return appointment_id


async def _trace(
    tx: Transaction, grant: Grant, request: ExtraPlaceRequest, chosen: Any, appointment_id: UUID, number: int
) -> None:
    """Who made the place and why, beside the booking's own event."""
    organization_id, patient_id = request.organization_id, request.patient_id
    await tx.session.execute(
        insert(ExtraPlaceRow).values(
            organization_id=organization_id,
            appointment_id=appointment_id,
            schedule_id=chosen["schedule_id"],
            patient_id=patient_id,
            reason=request.reason,
            added_by=tx.actor.id,
            added_at=tx.now,
        )
    )
    said = {
        "slot_id": chosen["id"],
        "schedule_id": chosen["schedule_id"],
        "department_id": chosen["department_id"],
        "start_at": chosen["start_at"],
        "number": number,
    }
    subject = Subject("appointment", appointment_id, organization_id, patient_id)
    event_id = await record(tx, grant, BookingEvent.BOOKED, subject, {**said, "extra": True})
    await record_move(tx, grant, APPOINTMENT, subject, None, AppointmentState.BOOKED, sequence=1, event_id=event_id)
    session = Subject("schedule", chosen["schedule_id"], organization_id)
    reason = {"reason": request.reason, "appointment_id": appointment_id}
    await record(tx, grant, ScheduleEvent.EXTRA_ADDED, session, {**said, **reason})
