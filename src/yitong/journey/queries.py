"""Reading visits: one appointment with its names, its session, its place in the queue and its encounter a row.

These functions trust their caller to have checked an action. A citizen's transaction sees its own rows only.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import structs
from sqlalchemy import text

from yitong.booking.queue import moves as queue_moves
from yitong.booking.queue import queries as queue_queries
from yitong.booking.queue import rows as queue_rows
from yitong.booking.queue.rules import number_text
from yitong.booking.states import AppointmentState, QueueState
from yitong.journey.facts import EncounterFacts, QueueFacts, VisitFacts
from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction
from yitong.visits.states import EncounterState

_VISIT = """
SELECT a.id AS appointment_id, a.organization_id, a.patient_id, a.schedule_id, a.state, a.start_at, a.end_at, a.number,
       a.hold_expires_at, a.cancelled_reason, a.rescheduled_to, o.zone, o.name AS organization_name,
       o.name_en AS organization_name_en, o.address, d.name AS department_name, d.name_en AS department_name_en,
       d.location_text, h.kind AS service_kind, p.name AS practitioner_name, s.stopped_at IS NOT NULL AS stopped,
       l.name AS room, l.name_en AS room_en, f.name AS floor, f.name_en AS floor_en, q.state AS queue_state,
       e.state AS encounter_state, e.finished_at, e.follow_up
  FROM appointment a
  JOIN organization o ON o.id = a.organization_id
  JOIN department d ON d.organization_id = a.organization_id AND d.id = a.department_id
  JOIN healthcare_service h ON h.organization_id = a.organization_id AND h.id = a.service_id
  JOIN schedule s ON s.organization_id = a.organization_id AND s.id = a.schedule_id
  LEFT JOIN practitioner_role r ON r.organization_id = a.organization_id AND r.id = a.practitioner_role_id
  LEFT JOIN practitioner p ON p.id = r.practitioner_id
  LEFT JOIN queue_entry q ON q.organization_id = a.organization_id AND q.appointment_id = a.id
  LEFT JOIN schedule w ON w.organization_id = a.organization_id AND w.id = coalesce(q.called_schedule_id, q.schedule_id)
  LEFT JOIN location l ON l.organization_id = a.organization_id AND l.id = coalesce(w.location_id, s.location_id)
  LEFT JOIN LATERAL (SELECT name, name_en FROM location WHERE organization_id = a.organization_id AND kind = 'floor'
                        AND building = l.building AND floor = l.floor ORDER BY id LIMIT 1) f ON true
  LEFT JOIN LATERAL (SELECT state, finished_at, follow_up FROM encounter WHERE organization_id = a.organization_id
                        AND appointment_id = a.id ORDER BY started_at DESC LIMIT 1) e ON true
"""
_BY_ID = text(_VISIT + " WHERE a.organization_id = :organization AND a.id = :id")
_OF_PATIENT = text(
    _VISIT + " WHERE a.patient_id = :patient AND a.start_at >= :since ORDER BY a.start_at, a.id LIMIT 50"
)
_EXPECTED = " AND a.state IN ('held','booked','checked_in')"
_OF_SCHEDULE = text(_VISIT + " WHERE a.organization_id = :organization AND a.schedule_id = :schedule" + _EXPECTED)
_TO_REMIND = text(
    _VISIT + " WHERE a.organization_id = :organization AND a.day = :day AND a.state = 'booked' AND s.stopped_at IS NULL"
    " AND NOT EXISTS (SELECT FROM message m WHERE m.patient_id = a.patient_id AND m.event_id = a.id"
    " AND m.kind = 'reminder') ORDER BY a.start_at, a.id LIMIT :limit"
)


async def visit(tx: Transaction, organization_id: UUID, appointment_id: UUID) -> VisitFacts | None:
    """One visit, or None when this transaction sees no such appointment."""
    rows = await tx.session.execute(_BY_ID, {"organization": organization_id, "id": appointment_id})
    row = rows.mappings().one_or_none()
    return facts_of(tx, row) if row is not None else None


async def visits_of_patient(tx: Transaction, patient_id: UUID, since: datetime) -> list[VisitFacts]:
    """A patient's visits that begin at ``since`` or later, in time order, at all hospitals."""
    rows = await tx.session.execute(_OF_PATIENT, {"patient": patient_id, "since": since})
    return [facts_of(tx, row) for row in rows.mappings()]


async def visits_of_schedule(tx: Transaction, organization_id: UUID, schedule_id: UUID) -> list[VisitFacts]:
    """Everybody still expected at a session."""
    rows = await tx.session.execute(_OF_SCHEDULE, {"organization": organization_id, "schedule": schedule_id})
    return [facts_of(tx, row) for row in rows.mappings()]


async def visits_to_remind(tx: Transaction, organization_id: UUID, day: Any, limit: int) -> list[VisitFacts]:
    """Booked visits of a hospital on a day that nobody has been reminded of."""
    values = {"organization": organization_id, "day": day, "limit": limit}
    return [facts_of(tx, row) for row in (await tx.session.execute(_TO_REMIND, values)).mappings()]


async def with_places(tx: Transaction, visits: Sequence[VisitFacts]) -> list[VisitFacts]:
    """The same visits; those that wait know how many are before them. Opens the region, so it comes last."""
    placed: list[VisitFacts] = []
    for one in visits:
        if one.queue is None or one.queue.state is not QueueState.WAITING:
            placed.append(one)
            continue
        await tx.open_region()  # counting those before somebody needs their rows, none of which is handed on
        session = await queue_rows.session(tx, one.organization_id, one.schedule_id)
        if session is None:
            raise LookupError(f"session {one.schedule_id} of a queue went away")
        appointment = await queue_moves.seen_appointment(tx, one.organization_id, one.appointment_id)
        place = await queue_queries.place(tx, session, appointment)
        queue = QueueFacts(state=one.queue.state, ahead=place.ahead, expected_at=place.expected_at)
        placed.append(structs.replace(one, queue=queue))
    return placed


def facts_of(tx: Transaction, row: Mapping[Any, Any]) -> VisitFacts:
    """A row of the visit statement as facts."""
    settings = tx.platform.settings
    queue = QueueFacts(state=QueueState(row["queue_state"])) if row["queue_state"] else None
    encounter = None
    if row["encounter_state"]:
        state = EncounterState(row["encounter_state"])
        encounter = EncounterFacts(state=state, finished_at=row["finished_at"], follow_up=row["follow_up"])
    return VisitFacts(
        **{name: row[name] for name in _SAME},
        state=AppointmentState(row["state"]),
        organization=Bilingual(row["organization_name"], row["organization_name_en"]),
        department=Bilingual(row["department_name"], row["department_name_en"]),
        practitioner=row["practitioner_name"],
        place=_place(row),
        number_text="" if row["number"] is None else number_text(row["service_kind"], row["number"]),
        check_in_from=row["start_at"] - timedelta(minutes=settings.check_in_minutes_before),
        check_in_until=row["end_at"] + timedelta(minutes=settings.check_in_minutes_after),
        queue=queue,
        encounter=encounter,
    )


_SAME = (
    "appointment_id",
    "organization_id",
    "patient_id",
    "schedule_id",
    "start_at",
    "end_at",
    "zone",
    "address",
    "hold_expires_at",
    "stopped",
    "cancelled_reason",
    "rescheduled_to",
)


def _place(row: Mapping[Any, Any]) -> Bilingual:
    """Floor and room; the department's own description or name when the session has no room."""
    if row["room"]:
        zh, en = row["room"], row["room_en"]
        if row["floor"]:
            return Bilingual(f"{row['floor']} {zh}", f"{row['floor_en']}, {en}")
        return Bilingual(zh, en)
    known = row["location_text"] or row["department_name"]
    return Bilingual(known, row["location_text"] or row["department_name_en"])
