"""The queue's rows: sessions with their names, entries, the people in them.

These functions trust their caller to have checked an action. Statements stay inside one organization, so that they run
on the machine that holds it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import text

from yitong.booking.queue import rules
from yitong.booking.queue.rules import Priority, Turn, Waiting
from yitong.booking.states import QueueState
from yitong.kernel.clock import day_bounds
from yitong.kernel.crypto.masking import Masked, mask
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Actor, Role
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

IN_ROOM = (QueueState.CALLED, QueueState.IN_CONSULTATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A session with the names of its places and people."""

    id: UUID
    organization_id: UUID
    organization_name: str
    organization_name_en: str
    zone: str
    department_id: UUID
    department_name: str
    department_name_en: str
    practitioner_role_id: UUID | None
    practitioner_id: UUID | None
    team: list[UUID]  # the people of the team that holds the session instead of one doctor
    practitioner_name: str | None
    title: str | None
    service_kind: str
    room: str
    room_en: str
    day: date
    start_at: datetime
    end_at: datetime
    stopped_at: datetime | None
    fee_fen: int
    planned_s: float  # seconds planned for one patient
    group_id: UUID | None
    group_name: str | None
    group_name_en: str | None
    members: list[UUID]  # the sessions that share the line, this one among them
    paused_reason: str | None
    paused_at: datetime | None
    paused_until: datetime | None
    booked: int
    waiting: int
    finished: int

    @property
    def line(self) -> UUID:
        """What tells one line from another: the group, or the session that has a line of its own."""
        return self.group_id or self.id

    def is_of(self, actor: Actor) -> bool:
        """Whether the session is the actor's own: named after them or their team, or nameless in their department."""
        if self.team:
            return actor.practitioner_id in self.team
        if self.practitioner_id is not None:
            return self.practitioner_id == actor.practitioner_id
        return self.in_department_of(actor)

    def in_department_of(self, actor: Actor) -> bool:
        """Whether the actor is a doctor of the session's department; a role without department is for all of them."""
        return any(
            r.role is Role.DOCTOR
            and r.organization_id == self.organization_id
            and r.department_id in (None, self.department_id)
            for r in actor.roles
        )

    @property
    def room_words(self) -> Bilingual:
        return Bilingual(self.room, self.room_en)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """Somebody in a queue."""

    organization_id: UUID
    id: UUID
    schedule_id: UUID
    appointment_id: UUID
    patient_id: UUID
    number: int
    priority: Priority
    due_at: datetime
    state: QueueState
    version: int
    checked_in_at: datetime
    called_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    calls: int
    encounter_id: UUID | None
    turn_rank: int
    turn_number: int
    turn_behind: int
    turn_at: datetime
    bound: bool
    called_schedule_id: UUID | None
    results_expected: bool
    transferred_from: UUID | None
    slot_start_at: datetime

    @property
    def waiting(self) -> Waiting:
        """What the order goes by."""
        turn = Turn(self.turn_rank, self.turn_number, self.turn_behind, self.turn_at)
        return Waiting(self.id, self.priority, self.due_at, self.number, turn)

    @property
    def room_of(self) -> UUID:
        """The session whose room it is about: the one that called, else the one waited for."""
        return self.called_schedule_id or self.schedule_id

    @property
    def bound_to(self) -> UUID | None:
        """The only session whose room may call, when there is one."""
        return self.schedule_id if self.bound else None


@dataclass(frozen=True, slots=True)
class Person:
    """What a queue needs to know of a patient."""

    name: str
    sex: Literal["male", "female"]
    birth_date: date

    @property
    def name_masked(self) -> str:
        return mask(Masked.NAME, self.name)


# One session a row. ``waiting`` counts whom this room may call: the session's own, or those of the line it shares.
# The counts use ix_appointment_schedule and ix_queue_entry_schedule.
_SESSION = """
SELECT s.id, s.organization_id, o.name AS organization_name, o.name_en AS organization_name_en, o.zone,
       s.department_id, d.name AS department_name, d.name_en AS department_name_en,
       s.practitioner_role_id, r.practitioner_id, coalesce(p.name, w.name) AS practitioner_name, r.title,
       h.kind AS service_kind, ARRAY(SELECT x.practitioner_id FROM care_team_member y
           JOIN practitioner_role x ON x.organization_id = y.organization_id AND x.id = y.practitioner_role_id
          WHERE y.organization_id = s.organization_id AND y.team_id = s.team_id) AS team,
       coalesce(l.name, nullif(d.location_text, ''), '诊室') AS room,
       coalesce(l.name_en, nullif(d.location_text, ''), 'the consulting room') AS room_en,
       s.day, s.start_at, s.end_at, s.stopped_at, h.fee_fen,
       coalesce(t.planned_s, h.slot_minutes * 60)::float AS planned_s,
       g.id AS group_id, g.name AS group_name, g.name_en AS group_name_en, m.members,
       z.reason AS paused_reason, z.paused_at, z.until_at AS paused_until, a.booked, q.waiting, q.finished
  FROM schedule s
  JOIN organization o ON o.id = s.organization_id
  JOIN department d ON d.organization_id = s.organization_id AND d.id = s.department_id
  JOIN healthcare_service h ON h.organization_id = s.organization_id AND h.id = s.service_id
  LEFT JOIN practitioner_role r ON r.organization_id = s.organization_id AND r.id = s.practitioner_role_id
  LEFT JOIN practitioner p ON p.id = r.practitioner_id
  LEFT JOIN care_team w ON w.organization_id = s.organization_id AND w.id = s.team_id
  LEFT JOIN location l ON l.organization_id = s.organization_id AND l.id = s.location_id
  LEFT JOIN queue_group_session k ON k.organization_id = s.organization_id AND k.schedule_id = s.id
  LEFT JOIN queue_group g ON g.organization_id = s.organization_id AND g.id = k.group_id
  LEFT JOIN room_pause z ON z.organization_id = s.organization_id AND z.schedule_id = s.id AND z.resumed_at IS NULL
  CROSS JOIN LATERAL (SELECT coalesce(array_agg(schedule_id ORDER BY schedule_id), ARRAY[s.id]) AS members
                        FROM queue_group_session
                       WHERE organization_id = s.organization_id AND group_id = k.group_id) m
  CROSS JOIN LATERAL (SELECT extract(epoch FROM sum(end_at - start_at)) / nullif(sum(capacity), 0) AS planned_s
                        FROM slot WHERE organization_id = s.organization_id AND schedule_id = s.id) t
  CROSS JOIN LATERAL (SELECT count(*) AS booked FROM appointment
                       WHERE organization_id = s.organization_id AND schedule_id = s.id
                         AND state IN ('booked','checked_in','called','in_consultation','fulfilled','no_show')) a
  CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE e.state = 'waiting' AND b.state IN ('checked_in','fulfilled')
                                                AND (NOT e.bound OR e.schedule_id = s.id)) AS waiting,
                             count(*) FILTER (WHERE e.state = 'finished'
                                                AND coalesce(e.called_schedule_id, e.schedule_id) = s.id) AS finished
                        FROM queue_entry e
                        JOIN appointment b ON b.organization_id = e.organization_id AND b.id = e.appointment_id
                       WHERE e.organization_id = s.organization_id AND e.schedule_id = ANY (m.members)) q
 WHERE s.organization_id = :organization"""

_ENTRY = """
SELECT e.organization_id, e.id, e.schedule_id, e.appointment_id, e.patient_id, e.number, e.priority, e.due_at, e.state,
       e.version, e.checked_in_at, e.called_at, e.started_at, e.finished_at, e.calls, e.encounter_id,
       e.turn_rank, e.turn_number, e.turn_behind, e.turn_at, e.bound, e.called_schedule_id, e.results_expected,
       e.transferred_from, a.start_at AS slot_start_at
  FROM queue_entry e
  JOIN appointment a ON a.organization_id = e.organization_id AND a.id = e.appointment_id
 WHERE e.organization_id = :organization"""

# Who waits or was skipped is here while the appointment says so; fulfilled ones are back with results.
_STILL_HERE = "e.state <> 'left' AND (e.state NOT IN ('waiting','skipped') OR a.state IN ('checked_in','fulfilled'))"
# Somebody in a room of these sessions belongs here even when the line that they came from is another one by now.
_OF_SESSIONS = (
    "e.schedule_id = ANY (:schedules)"
    " OR e.called_schedule_id = ANY (:schedules) AND e.state IN ('called','in_consultation')"
)
# How long consultations took: of this session today, of its doctor today, and of its doctor on this weekday before.
_TODAY = """
SELECT ended_at - began_at AS took FROM consultation
 WHERE organization_id = :organization AND ended_at >= :dawn
   AND (schedule_id = :schedule OR (practitioner_role_id = :role AND weekday = :weekday))
 ORDER BY ended_at DESC LIMIT :last"""
_BEFORE = """
SELECT ended_at - began_at AS took FROM consultation
 WHERE organization_id = :organization AND practitioner_role_id = :role AND weekday = :weekday
   AND ended_at < :dawn AND ended_at >= :since
 ORDER BY ended_at DESC LIMIT :last"""


async def session(tx: Transaction, organization_id: UUID, schedule_id: UUID) -> SessionRow | None:
    """One session of an organization."""
    rows = await tx.session.execute(
        text(f"{_SESSION} AND s.id = :schedule"),
        {"organization": organization_id, "schedule": schedule_id},
    )
    row = rows.mappings().one_or_none()
    return SessionRow(**row) if row is not None else None


async def sessions_of_day(
    tx: Transaction, organization_id: UUID, day: date, department_id: UUID | None = None
) -> list[SessionRow]:
    """All sessions of a day of an organization, in the order of their start."""
    rows = await tx.session.execute(
        text(
            f"{_SESSION} AND s.day = :day AND (CAST(:department AS uuid) IS NULL OR s.department_id = :department)"
            " ORDER BY s.start_at, d.code, s.id"
        ),
        {"organization": organization_id, "day": day, "department": department_id},
    )
    return [SessionRow(**row) for row in rows.mappings()]


async def sessions(tx: Transaction, organization_id: UUID, ids: Sequence[UUID]) -> list[SessionRow]:
    """Several sessions of an organization, in the order of their start; unknown ids are left out."""
    rows = await tx.session.execute(
        text(f"{_SESSION} AND s.id = ANY (:ids) ORDER BY s.start_at, l.name, s.id"),
        {"organization": organization_id, "ids": list(ids)},
    )
    return [SessionRow(**row) for row in rows.mappings()]


async def line(tx: Transaction, one: SessionRow) -> list[SessionRow]:
    """The sessions that call from a session's line; often only itself."""
    return [one] if one.group_id is None else await sessions(tx, one.organization_id, one.members)


async def entry(tx: Transaction, organization_id: UUID, entry_id: UUID, *, lock: bool = False) -> EntryRow | None:
    """One entry; ``lock`` keeps others from changing it before this transaction ends."""
    found = await _entries(tx, " AND e.id = :id", {"organization": organization_id, "id": entry_id}, lock=lock)
    return found[0] if found else None


async def entry_of(
    tx: Transaction, organization_id: UUID, appointment_id: UUID, *, lock: bool = False
) -> EntryRow | None:
    """The entry of an appointment, when it has one."""
    values = {"organization": organization_id, "id": appointment_id}
    found = await _entries(tx, " AND e.appointment_id = :id", values, lock=lock)
    return found[0] if found else None


async def entries(tx: Transaction, organization_id: UUID, schedule_ids: Sequence[UUID]) -> list[EntryRow]:
    """Everybody in these sessions: who is in the room, then the waiting in their order, the skipped, the finished.

    Whoever cancelled after checking in, or did not wait, is no longer in it: the appointment's state says so.
    """
    values = {"organization": organization_id, "schedules": list(schedule_ids)}
    found = await _entries(tx, f" AND ({_OF_SESSIONS}) AND {_STILL_HERE}", values)
    return sorted(found, key=_shown_order)


_GROUPS = (QueueState.IN_CONSULTATION, QueueState.CALLED, QueueState.WAITING, QueueState.SKIPPED, QueueState.FINISHED)


def _shown_order(one: EntryRow) -> Any:
    return _GROUPS.index(one.state), rules.order_key(one.waiting)


async def _entries(tx: Transaction, where: str, values: dict[str, Any], *, lock: bool = False) -> list[EntryRow]:
    rows = await tx.session.execute(text(_ENTRY + where + (" FOR UPDATE OF e" if lock else "")), values)
    return [_entry(dict(row)) for row in rows.mappings()]


def _entry(row: dict[str, Any]) -> EntryRow:
    row["priority"], row["state"] = Priority(row["priority"]), QueueState(row["state"])
    return EntryRow(**row)


async def people(tx: Transaction, patient_ids: Sequence[UUID]) -> dict[UUID, Person]:
    """Name, sex and birth date of patients; the caller has opened the patient index where the actor needs it."""
    rows = await tx.session.execute(
        text("SELECT id, name_sealed, sex, birth_date FROM patient WHERE id = ANY (:ids)"), {"ids": list(patient_ids)}
    )
    opened = tx.platform.sealer.open
    return {r.id: Person(opened(r.name_sealed, f"patient.name:{r.id}"), r.sex, r.birth_date) for r in rows}


async def consultations(
    tx: Transaction, one: SessionRow, *, last: int, weeks: int
) -> tuple[list[timedelta], list[timedelta]]:
    """How long a session's doctor took: today, and on this weekday in the weeks before; both newest first."""
    dawn = day_bounds(one.day, one.zone)[0]
    values = {
        "organization": one.organization_id,
        "schedule": one.id,
        "role": one.practitioner_role_id,
        "weekday": one.day.isoweekday(),
        "dawn": dawn,
        "since": dawn - timedelta(weeks=weeks),
        "last": last,
    }
    today = await tx.session.execute(text(_TODAY), values)
    before = await tx.session.execute(text(_BEFORE), values)
    return [row.took for row in today], [row.took for row in before]


def number_of(one: SessionRow, number: int | None) -> str:
    """A number of this session as it is shown; empty for somebody without one."""
    return rules.number_text(one.service_kind, number) if number is not None else ""
