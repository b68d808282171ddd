"""The queue's tables; the entry itself stands with the other tables of the pool because it refers to them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from yitong.booking.model import QueueEntry
from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, hospital

__all__ = ["Consultation", "QueueEntry", "QueueGroup", "QueueGroupSession", "QueueRule", "RoomPause"]


class QueueGroup(Base):
    """One line in front of several rooms: sessions of one department on one day that call from it together."""

    __tablename__ = "queue_group"
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    id: Mapped[UUID]
    department_id: Mapped[UUID]
    day: Mapped[date]
    name: Mapped[str]
    name_en: Mapped[str]
    created_at: Mapped[datetime]
    repeats_weekly: Mapped[bool]  # a week later the sessions of the same weekly rules share a line again
    template_ids: Mapped[list[Any]]  # these rules, kept for a week in which none of them has a session
    repeats_id: Mapped[UUID | None]  # the group of the week before
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "department_id"], ["department.organization_id", "department.id"]),
        Index("ix_queue_group_day", "organization_id", "day"),
        # A group is repeated once, however many workers try.
        Index(
            "uq_queue_group_repeats",
            "organization_id",
            "repeats_id",
            unique=True,
            postgresql_where="repeats_id IS NOT NULL",
        ),
        hospital(),
    )


class QueueGroupSession(Base):
    """That a session calls from a group's line; from at most one, by the primary key."""

    __tablename__ = "queue_group_session"
    organization_id: Mapped[UUID]
    schedule_id: Mapped[UUID]
    group_id: Mapped[UUID]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "schedule_id"),
        ForeignKeyConstraint(["organization_id", "schedule_id"], ["schedule.organization_id", "schedule.id"]),
        ForeignKeyConstraint(["organization_id", "group_id"], ["queue_group.organization_id", "queue_group.id"]),
        Index("ix_queue_group_session_group", "organization_id", "group_id"),
        hospital(),
    )


class RoomPause(Base):
    """A time in which a session's room calls nobody, with the reason everybody may read."""

    __tablename__ = "room_pause"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    schedule_id: Mapped[UUID]
    reason: Mapped[str]
    paused_at: Mapped[datetime]
    until_at: Mapped[datetime | None]  # when the room expects to go on; nothing goes on by itself
    paused_by: Mapped[UUID]
    resumed_at: Mapped[datetime | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "schedule_id"], ["schedule.organization_id", "schedule.id"]),
        CheckConstraint("resumed_at >= paused_at", name="times"),
        # A room that is paused cannot be paused again.
        Index(
            "uq_room_pause_running",
            "organization_id",
            "schedule_id",
            unique=True,
            postgresql_where="resumed_at IS NULL",
        ),
        hospital(),
    )


class QueueRule(Base):
    """A number of the queue's rules that an organization, or the commission for the region, has set."""

    __tablename__ = "queue_rule"
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    code: Mapped[str]
    value: Mapped[int]
    changed_at: Mapped[datetime]
    __table_args__ = (PrimaryKeyConstraint("organization_id", "code"), hospital())


class Consultation(Base):
    """How long one person was with a doctor; what the pace is learned from. It does not say who it was."""

    __tablename__ = "consultation"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    schedule_id: Mapped[UUID]
    practitioner_role_id: Mapped[UUID | None]
    weekday: Mapped[int]  # ISO: Monday is 1
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    again: Mapped[bool]  # the second time that day, with results
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "schedule_id"], ["schedule.organization_id", "schedule.id"]),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("ended_at >= began_at", name="times"),
        Index("ix_consultation_role", "organization_id", "practitioner_role_id", "weekday", "ended_at"),
        Index("ix_consultation_schedule", "organization_id", "schedule_id", "ended_at"),
        hospital(append_only=True),
    )
