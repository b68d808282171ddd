"""Tables of waiting lists: entries, offers, places on their way back, and the rules of both."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, hospital, reference


class ReturnRule(Base):
    """How places return and how long offers last; the row of the nil id holds for the region, a hospital's own wins."""

    __tablename__ = "return_rule"
    organization_id: Mapped[UUID] = mapped_column(primary_key=True)
    cancelled_min_seconds: Mapped[int]  # a cancelled place returns after a random time between these two
    cancelled_max_seconds: Mapped[int]
    hold_min_seconds: Mapped[int]  # the same for a hold that ran out or was let go
    hold_max_seconds: Mapped[int]
    at_once_minutes: Mapped[int]  # this close to the start a place returns without delay
    offer_minutes: Mapped[int]  # how long somebody of the list has to answer
    replacement_minutes: Mapped[int]  # how long somebody whose clinic was stopped has to answer
    offer_least_minutes: Mapped[int]  # no offer is shorter; with less time left none is made
    night_from: Mapped[int]  # hours of the hospital's day between which the clock of an offer stands still
    night_until: Mapped[int]
    entries_most: Mapped[int]  # lists one patient may stand in at a time
    unanswered_most: Mapped[int]  # offers declined or run out after which an entry leaves the list
    __table_args__ = (
        CheckConstraint("0 <= cancelled_min_seconds AND cancelled_min_seconds <= cancelled_max_seconds", "cancelled"),
        CheckConstraint("0 <= hold_min_seconds AND hold_min_seconds <= hold_max_seconds", "hold"),
        CheckConstraint("0 <= at_once_minutes", "at_once"),
        CheckConstraint(
            "1 <= offer_least_minutes AND offer_least_minutes <= offer_minutes"
            " AND offer_least_minutes <= replacement_minutes",
            "offer",
        ),
        CheckConstraint("night_from BETWEEN 0 AND 24 AND night_until BETWEEN 0 AND 12", "night"),
        CheckConstraint("entries_most >= 1 AND unanswered_most >= 1", "most"),
        reference(),
    )


class WaitlistEntry(Base):
    """Somebody who wants a place of a department on certain days."""

    __tablename__ = "waitlist_entry"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    patient_id: Mapped[UUID]
    department_id: Mapped[UUID]
    practitioner_role_id: Mapped[UUID | None]
    service_kind: Mapped[str | None]
    from_day: Mapped[date]
    to_day: Mapped[date]
    period: Mapped[str]
    priority: Mapped[int]  # the lower goes first; the same for everybody but those a stopped clinic put here
    joined_at: Mapped[datetime]
    joined_by: Mapped[UUID]
    state: Mapped[str]
    version: Mapped[int]
    unanswered: Mapped[int]  # offers declined or run out
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "department_id"], ["department.organization_id", "department.id"]),
        ForeignKeyConstraint(
            ["organization_id", "practitioner_role_id"], ["practitioner_role.organization_id", "practitioner_role.id"]
        ),
        CheckConstraint("from_day <= to_day", "days"),
        CheckConstraint("period IN ('am','pm','any')", "period"),
        CheckConstraint("priority BETWEEN 0 AND 9", "priority"),
        CheckConstraint("state IN ('waiting','offered','booked','left','expired')", "state"),
        CheckConstraint("(state IN ('waiting','offered')) = (ended_at IS NULL)", "ended"),
        # One place in one department's line for one person.
        Index(
            "uq_waitlist_entry_active",
            "organization_id",
            "patient_id",
            "department_id",
            unique=True,
            postgresql_where="state IN ('waiting','offered')",
        ),
        Index(
            "ix_waitlist_entry_line",
            "organization_id",
            "department_id",
            "priority",
            "joined_at",
            "id",
            postgresql_where="state = 'waiting'",
        ),
        Index("ix_waitlist_entry_patient", "patient_id", "joined_at"),
        Index("ix_waitlist_entry_to_day", "to_day", postgresql_where="state = 'waiting'"),
        hospital(private=True, patient="patient_id"),
    )


class Offer(Base):
    """A place held for one person until a moment; ``appointment_id`` is the held appointment."""

    __tablename__ = "offer"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    patient_id: Mapped[UUID]
    entry_id: Mapped[UUID | None]
    department_id: Mapped[UUID]
    slot_id: Mapped[UUID]
    appointment_id: Mapped[UUID]
    replaces_appointment_id: Mapped[UUID | None]
    reason: Mapped[str]
    state: Mapped[str]
    version: Mapped[int]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "entry_id"], ["waitlist_entry.organization_id", "waitlist_entry.id"]),
        ForeignKeyConstraint(["organization_id", "slot_id"], ["slot.organization_id", "slot.id"]),
        ForeignKeyConstraint(["organization_id", "appointment_id"], ["appointment.organization_id", "appointment.id"]),
        ForeignKeyConstraint(
            ["organization_id", "replaces_appointment_id"], ["appointment.organization_id", "appointment.id"]
        ),
        CheckConstraint("reason IN ('waitlist','stopped','moved')", "reason"),
        CheckConstraint("state IN ('open','taken','declined','expired')", "state"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", "ended"),
        CheckConstraint("(reason = 'waitlist') = (entry_id IS NOT NULL)", "entry"),
        Index("uq_offer_appointment", "organization_id", "appointment_id", unique=True),
        # Nobody in a list is offered two places at a time, whoever offers them.
        Index("uq_offer_entry_open", "organization_id", "entry_id", unique=True, postgresql_where="state = 'open'"),
        Index("ix_offer_open", "expires_at", postgresql_where="state = 'open'"),
        Index("ix_offer_entry", "organization_id", "entry_id", "slot_id"),
        Index("ix_offer_department", "organization_id", "department_id", "made_at"),
        Index("ix_offer_patient", "patient_id", "made_at"),
        Index("ix_offer_replaces", "organization_id", "replaces_appointment_id"),
        hospital(private=True, patient="patient_id"),
    )


class ReturningPlace(Base):
    """A place that was given up and is still counted as taken, until the list or everybody gets it."""

    __tablename__ = "returning_place"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    slot_id: Mapped[UUID]
    appointment_id: Mapped[UUID]  # who sat in it
    cause: Mapped[str]
    returns_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]  # when nobody in the list wanted it
    state: Mapped[str]
    version: Mapped[int]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "slot_id"], ["slot.organization_id", "slot.id"]),
        ForeignKeyConstraint(["organization_id", "appointment_id"], ["appointment.organization_id", "appointment.id"]),
        CheckConstraint("cause IN ('cancelled','hold','offer')", "cause"),
        CheckConstraint("state IN ('waiting','offered','returned')", "state"),
        CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", "ended"),
        # A place is given up once.
        Index("uq_returning_place_appointment", "organization_id", "appointment_id", unique=True),
        Index("ix_returning_place_slot", "organization_id", "slot_id", postgresql_where="state = 'waiting'"),
        Index("ix_returning_place_due", "returns_at", postgresql_where="state = 'waiting'"),
        hospital(),
    )
