"""Tables of the resource pool; FHIR's Schedule, Slot and Appointment, and the queue."""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, Computed, ForeignKey, ForeignKeyConstraint, Index, PrimaryKeyConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from yitong.booking.schedules.periods import once_at_a_time
from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, hospital

# Free room in each page keeps an update of a count or a state on its page, without touching the indexes.
_ROOMY = {"postgresql_with": {"fillfactor": 80}}
# An appointment is confirmed seconds after it was held: each page keeps room for a second version of all its rows.
_FOR_TWO = {"postgresql_with": {"fillfactor": 45}}
# Whom places may be kept for; anybody may take one of ``common``.
POOLS = ("common", "onsite", "elderly", "community", "partner", "extra", "draw")
ACTIVE_SQL = "state IN ('held','booked','checked_in','called','in_consultation') AND NOT displaced"


class ScheduleTemplate(Base):
    """The weekly rule that sessions are made from."""

    __tablename__ = "schedule_template"
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    id: Mapped[UUID]
    department_id: Mapped[UUID]
    service_id: Mapped[UUID]
    practitioner_role_id: Mapped[UUID | None]
    team_id: Mapped[UUID | None]  # instead of one doctor
    location_id: Mapped[UUID | None]
    weekday: Mapped[int]  # ISO: Monday is 1
    start_time: Mapped[time]  # the clock on the hospital's wall
    end_time: Mapped[time]
    slot_minutes: Mapped[int]
    capacity_per_slot: Mapped[int]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    active: Mapped[bool]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "department_id"], ["department.organization_id", "department.id"]),
        ForeignKeyConstraint(
            ["organization_id", "service_id"], ["healthcare_service.organization_id", "healthcare_service.id"]
        ),
        ForeignKeyConstraint(
            ["organization_id", "practitioner_role_id"], ["practitioner_role.organization_id", "practitioner_role.id"]
        ),
        ForeignKeyConstraint(["organization_id", "location_id"], ["location.organization_id", "location.id"]),
        ForeignKeyConstraint(["organization_id", "team_id"], ["care_team.organization_id", "care_team.id"]),
        CheckConstraint("practitioner_role_id IS NULL OR team_id IS NULL", name="doctor_or_team"),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("slot_minutes BETWEEN 1 AND 30", name="slot_minutes"),
        CheckConstraint("capacity_per_slot BETWEEN 1 AND 200", name="capacity"),
        CheckConstraint("start_time < end_time", name="times"),
        *(once_at_a_time("schedule_template", one) for one in ("practitioner_role_id", "location_id", "team_id")),
        hospital(),
    )


class ScheduleException(Base):
    """A day on which a template does not hold: stopped, changed, or an extra session."""

    __tablename__ = "schedule_exception"
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    id: Mapped[UUID]
    template_id: Mapped[UUID]
    day: Mapped[date]
    kind: Mapped[str]
    start_time: Mapped[time | None]
    end_time: Mapped[time | None]
    practitioner_role_id: Mapped[UUID | None]
    location_id: Mapped[UUID | None]
    capacity_per_slot: Mapped[int | None]
    reason: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(
            ["organization_id", "template_id"], ["schedule_template.organization_id", "schedule_template.id"]
        ),
        CheckConstraint("kind IN ('stop','change','extra')", name="kind"),
        Index("ix_schedule_exception_day", "organization_id", "template_id", "day"),
        # The same extra session twice is a slip of the hand.
        Index(
            "uq_schedule_exception_extra",
            *("organization_id", "template_id", "day", "start_time", "end_time", "practitioner_role_id", "location_id"),
            unique=True,
            postgresql_where="kind = 'extra'",
            postgresql_nulls_not_distinct=True,
        ),
        hospital(),
    )


class Schedule(Base):
    """One session: a service, a room and usually a doctor on one day (FHIR Schedule)."""

    __tablename__ = "schedule"
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    id: Mapped[UUID]
    template_id: Mapped[UUID | None]
    exception_id: Mapped[UUID | None]
    department_id: Mapped[UUID]
    specialty_code: Mapped[str | None]
    service_id: Mapped[UUID]
    practitioner_role_id: Mapped[UUID | None]
    team_id: Mapped[UUID | None]  # instead of one doctor: any member may see the patients
    location_id: Mapped[UUID | None]
    day: Mapped[date]
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    stopped_reason: Mapped[str | None]
    next_number: Mapped[int]  # the queue number the next confirmed appointment of this session gets
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "department_id"], ["department.organization_id", "department.id"]),
        ForeignKeyConstraint(
            ["organization_id", "service_id"], ["healthcare_service.organization_id", "healthcare_service.id"]
        ),
        ForeignKeyConstraint(
            ["organization_id", "practitioner_role_id"], ["practitioner_role.organization_id", "practitioner_role.id"]
        ),
        ForeignKeyConstraint(["organization_id", "location_id"], ["location.organization_id", "location.id"]),
        ForeignKeyConstraint(
            ["organization_id", "template_id"], ["schedule_template.organization_id", "schedule_template.id"]
        ),
        ForeignKeyConstraint(["organization_id", "team_id"], ["care_team.organization_id", "care_team.id"]),
        CheckConstraint("practitioner_role_id IS NULL OR team_id IS NULL", name="doctor_or_team"),
        *(once_at_a_time("schedule", one) for one in ("practitioner_role_id", "location_id", "team_id")),
        CheckConstraint("start_at < end_at", name="times"),
        CheckConstraint("(stopped_at IS NULL) = (stopped_reason IS NULL)", name="stopped_at_reason"),
        # Making the same days twice makes them once.
        Index(
            "uq_schedule_template_day",
            "organization_id",
            "template_id",
            "day",
            unique=True,
            postgresql_where="exception_id IS NULL",
        ),
        Index("ix_schedule_department_day", "organization_id", "department_id", "day"),
        Index("ix_schedule_role_day", "organization_id", "practitioner_role_id", "day"),
        Index("ix_schedule_service_day", "organization_id", "service_id", "day"),
        hospital() | _ROOMY,
    )


class Slot(Base):
    """A stretch of at most thirty minutes of a session with room for some patients (FHIR Slot).

    ``taken`` counts occupying appointments, running holds among them. ``open`` changes only when the slot fills or
    frees, so counting stays a heap-only update. A slot that is full with holds in it says in ``reopens_at`` when the
    first of them runs out: from then on readers see a place in it although no job has run.

    A stretch of time of which some places are kept for somebody (``pool``) is several slots, one a pool: the limit that
    protects a slot thereby protects every quota.
    """

    __tablename__ = "slot"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    schedule_id: Mapped[UUID]
    department_id: Mapped[UUID]
    specialty_code: Mapped[str | None]
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    capacity: Mapped[int]
    taken: Mapped[int]
    open: Mapped[bool]
    pool: Mapped[str] = mapped_column(server_default="common")  # whom these places are kept for
    reopens_at: Mapped[datetime | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "schedule_id"], ["schedule.organization_id", "schedule.id"]),
        CheckConstraint("start_at < end_at AND end_at <= start_at + interval '30 minutes'", name="times"),
        CheckConstraint("taken BETWEEN 0 AND capacity", name="never_oversold"),
        CheckConstraint(f"pool IN {POOLS}", name="pool"),
        Index("ix_slot_schedule", "organization_id", "schedule_id", "start_at"),
        Index(
            "ix_slot_open",
            "specialty_code",
            "start_at",
            postgresql_where="open AND pool = 'common'",
            postgresql_include=["organization_id", "id", "schedule_id", "department_id"],
        ),
        # The nearest hospitals' places first: one short read a hospital.
        Index(
            "ix_slot_open_nearby",
            "specialty_code",
            "organization_id",
            "start_at",
            postgresql_where="open AND pool = 'common'",
            postgresql_include=["id", "schedule_id", "department_id"],
        ),
        Index(
            "ix_slot_reopens",
            "specialty_code",
            "reopens_at",
            postgresql_where="NOT open AND reopens_at IS NOT NULL AND pool = 'common'",
        ),
        hospital() | _ROOMY,
    )


class Appointment(Base):
    """A patient's place in a slot, from the hold to the end of the visit (FHIR Appointment).

    No index names ``state`` or what changes with it, save ``active``, which changes once: a move is a heap-only update.
    """

    __tablename__ = "appointment"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    slot_id: Mapped[UUID]
    schedule_id: Mapped[UUID]
    department_id: Mapped[UUID]
    service_id: Mapped[UUID]
    practitioner_role_id: Mapped[UUID | None]
    patient_id: Mapped[UUID]
    day: Mapped[date]
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    state: Mapped[str]
    # The session was stopped under it: no longer the visit expected that day, so another may be booked beside it.
    displaced: Mapped[bool] = mapped_column(server_default=text("false"))
    active: Mapped[bool] = mapped_column(Computed(ACTIVE_SQL, persisted=True))  # the visit is still expected
    version: Mapped[int]  # moves made so far; the sequence of the last history row
    number: Mapped[int | None]  # queue number within the session, given at confirmation
    channel: Mapped[str]
    fee_fen: Mapped[int]
    booked_by: Mapped[UUID]
    idempotency_key: Mapped[UUID]
    hold_expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    cancelled_reason: Mapped[str | None]
    rescheduled_to: Mapped[UUID | None]
    offered: Mapped[bool] = mapped_column(server_default="false")  # a hold that was offered, not asked for
    pay_by: Mapped[datetime | None]  # the fee is to be paid until then; None: nothing is, or it was paid
    based_on: Mapped[UUID | None]  # the order that the place is for: an exam, of which there may be several a day
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "slot_id"], ["slot.organization_id", "slot.id"]),
        CheckConstraint("(state = 'held') = (hold_expires_at IS NOT NULL)", name="hold_expires"),
        CheckConstraint("state <> 'cancelled' OR cancelled_reason IS NOT NULL", name="cancelled_reason"),
        CheckConstraint("fee_fen >= 0", name="fee_not_negative"),
        # One expected visit a person, department and day: the same person cannot hoard a clinic.
        Index(
            "uq_appointment_active",
            "organization_id",
            "patient_id",
            "department_id",
            "day",
            unique=True,
            postgresql_where="active AND based_on IS NULL",
        ),
        # An order is booked once.
        Index(
            "uq_appointment_based_on",
            "organization_id",
            "based_on",
            unique=True,
            postgresql_where="active AND based_on IS NOT NULL",
        ),
        # Led by the account: the places one account took lately are counted along it.
        Index("uq_appointment_key", "booked_by", "idempotency_key", "organization_id", unique=True),
        Index("ix_appointment_slot", "organization_id", "slot_id"),
        Index("ix_appointment_patient", "patient_id", "start_at"),
        Index("ix_appointment_schedule", "organization_id", "schedule_id"),
        Index("ix_appointment_day", "organization_id", "day"),
        # Rows lie in the order they were made; lets the sweep read the last hours only.
        Index("ix_appointment_created", "created_at", postgresql_using="brin"),
        Index("ix_appointment_pay_by", "pay_by", postgresql_where="pay_by IS NOT NULL"),
        hospital(private=True, patient="patient_id") | _FOR_TWO,
    )


class QueueEntry(Base):
    """Somebody who has checked in and waits for a session's room."""

    __tablename__ = "queue_entry"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    schedule_id: Mapped[UUID]
    appointment_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    number: Mapped[int]
    priority: Mapped[str]
    due_at: Mapped[datetime]  # what the order within a priority goes by: the slot's start, later for late comers
    state: Mapped[str]
    version: Mapped[int]
    checked_in_at: Mapped[datetime]
    called_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    calls: Mapped[int]
    encounter_id: Mapped[UUID | None]  # what the last call opened
    # The place in the order beside ``due_at``, written down when it was given: a changed rule moves nobody who waits.
    turn_rank: Mapped[int]
    turn_number: Mapped[int]
    turn_behind: Mapped[int]  # 1: put in right behind whoever has this rank and number
    turn_at: Mapped[datetime]
    bound: Mapped[bool]  # only this session's room may call, although others share the line
    called_schedule_id: Mapped[UUID | None]  # the session whose room called
    results_expected: Mapped[bool]  # the doctor wants to see the patient again today, with results
    transferred_from: Mapped[UUID | None]  # the session that handed the person over
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "appointment_id"], ["appointment.organization_id", "appointment.id"]),
        ForeignKeyConstraint(["organization_id", "schedule_id"], ["schedule.organization_id", "schedule.id"]),
        CheckConstraint(
            "priority IN ('emergency','privileged','elderly','normal','result','returner','late')", name="priority"
        ),
        CheckConstraint("state IN ('waiting','called','skipped','in_consultation','finished','left')", name="state"),
        CheckConstraint(
            "state NOT IN ('called','in_consultation') OR called_schedule_id IS NOT NULL", name="called_schedule"
        ),
        Index("uq_queue_entry_appointment", "organization_id", "appointment_id", unique=True),
        # One person in the room: whoever calls at the same moment as somebody else loses on this index.
        Index(
            "uq_queue_entry_in_room",
            "organization_id",
            "called_schedule_id",
            unique=True,
            postgresql_where="state IN ('called','in_consultation')",
        ),
        Index("ix_queue_entry_schedule", "organization_id", "schedule_id", "state"),
        hospital(private=True, patient="patient_id"),
    )
