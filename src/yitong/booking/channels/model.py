"""Tables of channels: who may book when, quotas, the flow of unused places, and what hospital systems booked."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from yitong.booking.channels.pools import CHANNELS
from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, hospital, reference

CHANNEL_SQL = f"channel IN ({','.join(repr(one) for one in CHANNELS)})"


class ChannelRuleRow(Base):
    """The rule of one channel at one organization; without an organization the region's."""

    __tablename__ = "channel_rule"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"))
    channel: Mapped[str]
    enabled: Mapped[bool]
    days_ahead: Mapped[int]
    release_time: Mapped[time]  # the clock on the hospital's wall
    jitter_seconds: Mapped[int]
    min_lead_minutes: Mapped[int]
    pools: Mapped[list[str]] = mapped_column(ARRAY(Text))
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID]
    __table_args__ = (
        CheckConstraint(CHANNEL_SQL, name="channel"),
        CheckConstraint("days_ahead BETWEEN 0 AND 366", name="days_ahead"),
        CheckConstraint("jitter_seconds BETWEEN 0 AND 3600", name="jitter"),
        CheckConstraint("min_lead_minutes BETWEEN -30 AND 10080", name="min_lead"),
        Index("uq_channel_rule_channel", "organization_id", "channel", unique=True, postgresql_nulls_not_distinct=True),
        reference(),
    )


class QuotaRule(Base):
    """How many places of each slot a pool keeps for itself; the narrowest rule that fits a session counts."""

    __tablename__ = "quota_rule"
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    id: Mapped[UUID]
    department_id: Mapped[UUID | None]
    service_id: Mapped[UUID | None]
    practitioner_role_id: Mapped[UUID | None]
    pool: Mapped[str]
    places: Mapped[int | None]
    share_percent: Mapped[int | None]
    flows_back_hours_before: Mapped[int | None]
    flows_to: Mapped[list[str]] = mapped_column(ARRAY(Text))
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "department_id"], ["department.organization_id", "department.id"]),
        ForeignKeyConstraint(
            ["organization_id", "service_id"], ["healthcare_service.organization_id", "healthcare_service.id"]
        ),
        ForeignKeyConstraint(
            ["organization_id", "practitioner_role_id"], ["practitioner_role.organization_id", "practitioner_role.id"]
        ),
        CheckConstraint("pool IN ('onsite','elderly','community','partner','draw')", name="pool"),
        CheckConstraint("(places IS NULL) <> (share_percent IS NULL)", name="places_or_share"),
        CheckConstraint("places BETWEEN 0 AND 200", name="places"),
        CheckConstraint("share_percent BETWEEN 0 AND 100", name="share"),
        CheckConstraint("flows_back_hours_before BETWEEN 0 AND 336", name="flows_back"),
        Index(
            "uq_quota_rule_scope",
            "organization_id",
            "pool",
            "department_id",
            "service_id",
            "practitioner_role_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        hospital(),
    )


class PoolFlow(Base):
    """Where the unused places of a pool's slot go, and from when on."""

    __tablename__ = "pool_flow"
    organization_id: Mapped[UUID]
    slot_id: Mapped[UUID]
    to_slot_id: Mapped[UUID]  # the same stretch of time in another pool
    due_at: Mapped[datetime]
    start_at: Mapped[datetime]
    moved: Mapped[int]  # places that have gone there so far
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "slot_id"),
        ForeignKeyConstraint(["organization_id", "slot_id"], ["slot.organization_id", "slot.id"]),
        ForeignKeyConstraint(["organization_id", "to_slot_id"], ["slot.organization_id", "slot.id"]),
        CheckConstraint("slot_id <> to_slot_id", name="elsewhere"),
        CheckConstraint("moved >= 0", name="moved"),
        Index("ix_pool_flow_due", "due_at"),
        hospital(),
    )


class ExternalBooking(Base):
    """Which appointment stands for a booking that a hospital's own system made, under that system's number."""

    __tablename__ = "external_booking"
    organization_id: Mapped[UUID]
    external_id: Mapped[str]
    appointment_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    received_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "external_id"),
        ForeignKeyConstraint(["organization_id", "appointment_id"], ["appointment.organization_id", "appointment.id"]),
        CheckConstraint("external_id <> ''", name="external_id"),
        Index("uq_external_booking_appointment", "organization_id", "appointment_id", unique=True),
        hospital(private=True, patient="patient_id"),
    )


class ChannelReconciliation(Base):
    """One comparison of a day's list of a hospital's own system with what is booked here."""

    __tablename__ = "channel_reconciliation"
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    id: Mapped[UUID]
    day: Mapped[date]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID]
    compared: Mapped[int]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        Index("ix_channel_reconciliation_made", "organization_id", "made_at"),
        hospital(private=True),
    )


class ChannelDifference(Base):
    """One difference that a comparison found, and what became of it."""

    __tablename__ = "channel_difference"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    reconciliation_id: Mapped[UUID]
    kind: Mapped[str]
    external_id: Mapped[str | None]
    appointment_id: Mapped[UUID | None]
    here: Mapped[dict[str, Any] | None]  # state, start and department as they are booked here
    there: Mapped[dict[str, Any] | None]  # the hospital's item, without names
    state: Mapped[str]
    version: Mapped[int]
    mend: Mapped[str | None]
    note: Mapped[str | None]
    mended_at: Mapped[datetime | None]
    mended_by: Mapped[UUID | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(
            ["organization_id", "reconciliation_id"],
            ["channel_reconciliation.organization_id", "channel_reconciliation.id"],
        ),
        CheckConstraint("kind IN ('missing_here','missing_there','state','time')", name="kind"),
        CheckConstraint("state IN ('open','mended','handed_over','accepted')", name="state"),
        CheckConstraint("(state = 'open') = (mended_at IS NULL)", name="mended_at"),
        Index("ix_channel_difference_reconciliation", "organization_id", "reconciliation_id"),
        hospital(private=True),
    )
