"""Tables of limits and risk: rules as data, bans, counters, signals and what was refused."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, hospital, local, of_patient


class LimitRule(Base):
    """A rule that differs from its default: the commission's rows hold for the region, a hospital's for itself."""

    __tablename__ = "limit_rule"
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    code: Mapped[str]
    enabled: Mapped[bool]
    window_seconds: Mapped[int]
    value: Mapped[int]
    weight: Mapped[int]
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "code"),
        CheckConstraint("window_seconds >= 0 AND value >= 0 AND weight BETWEEN 0 AND 100", name="numbers"),
        hospital(),
    )


class BookingBan(Base):
    """Until when somebody cannot book online, and what became of the appeal. A lifted ban's ``until`` is its lifting.

    A ban is in force while ``until`` lies ahead; nothing else has to be asked.
    """

    __tablename__ = "booking_ban"
    patient_id: Mapped[UUID]
    id: Mapped[UUID]
    organization_id: Mapped[UUID]  # whose visit was missed last; its staff decide an appeal
    made_at: Mapped[datetime]
    until: Mapped[datetime]
    reason: Mapped[str]
    counted: Mapped[int]  # missed visits when it was made
    appeal_sealed: Mapped[str | None]  # what the person wrote; "booking_ban.appeal:<id>"
    appealed_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    lifted: Mapped[bool | None]
    decision: Mapped[str | None]
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        CheckConstraint("reason IN ('no_show')", name="reason"),
        CheckConstraint("(appealed_at IS NULL) = (appeal_sealed IS NULL)", name="appeal"),
        CheckConstraint("(decided_at IS NULL) = (lifted IS NULL)", name="decision"),
        Index("ix_booking_ban_until", "patient_id", "until"),
        Index("ix_booking_ban_organization", "organization_id", "made_at"),
        of_patient(),
    )


class RiskCounter(Base):
    """How often something happened to a subject since its window opened; ``over`` says that the rule is reached.

    ``subject`` is an id's or a keyed hash's bytes, never a number or an address that could be read.
    """

    __tablename__ = "risk_counter"
    rule: Mapped[str]
    subject: Mapped[bytes] = mapped_column(LargeBinary)
    count: Mapped[int]
    ends_at: Mapped[datetime]
    over: Mapped[bool]
    __table_args__ = (
        PrimaryKeyConstraint("rule", "subject"),
        Index("ix_risk_counter_over", "ends_at", postgresql_where='"over"'),
        Index("ix_risk_counter_ends", "ends_at"),
        local(),
    )


class RiskSignal(Base):
    """Something an account did that people rarely do; the sum of an account's signals is its score."""

    __tablename__ = "risk_signal"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    at: Mapped[datetime]
    kind: Mapped[str]  # the rule's code
    weight: Mapped[int]
    account_id: Mapped[UUID]
    patient_id: Mapped[UUID | None]
    appointment_id: Mapped[UUID | None]
    detail: Mapped[dict[str, Any]]  # counts and codes, no identifiers
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        Index("ix_risk_signal_account", "account_id", "at"),
        Index("ix_risk_signal_at", "organization_id", "at"),
        hospital(private=True),
    )


class RiskScore(Base):
    """An account's score as its last signal left it; holds until ``until`` and is then summed up again."""

    __tablename__ = "risk_score"
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    score: Mapped[int]
    level: Mapped[str]
    reasons: Mapped[list[Any]]  # rule codes, the heaviest first
    at: Mapped[datetime]
    until: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("level IN ('ok','challenge','code','refuse')", name="level"),
        Index("ix_risk_score_level", "until", postgresql_where="level <> 'ok'"),
        Index("ix_risk_score_until", "until"),
        local(),
    )


class RiskOutcome(Base):
    """How often a rule spoke in an hour, by what it led to."""

    __tablename__ = "risk_outcome"
    organization_id: Mapped[UUID]
    hour: Mapped[datetime]
    rule: Mapped[str]
    outcome: Mapped[str]
    count: Mapped[int]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "rule", "outcome", "hour"),
        CheckConstraint("outcome IN ('refused','challenged','code_asked','passed','warned')", name="outcome"),
        hospital(),
    )


class RiskCancel(Base):
    """A visit that somebody gave up lately: what a hand-over would begin with."""

    __tablename__ = "risk_cancel"
    organization_id: Mapped[UUID]
    appointment_id: Mapped[UUID]
    slot_id: Mapped[UUID]
    schedule_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    account_id: Mapped[UUID]
    at: Mapped[datetime]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "appointment_id"),
        Index("ix_risk_cancel_schedule", "organization_id", "schedule_id", "at"),
        Index("ix_risk_cancel_at", "at"),
        hospital(),
    )


class RiskHandover(Base):
    """One person gave a place up and another took it soon after; ``via`` says what ties the two, if anything."""

    __tablename__ = "risk_handover"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    at: Mapped[datetime]
    schedule_id: Mapped[UUID]
    from_account: Mapped[UUID]
    to_account: Mapped[UUID]
    from_patient: Mapped[UUID]
    to_patient: Mapped[UUID]
    from_appointment: Mapped[UUID]
    to_appointment: Mapped[UUID | None]  # none when it was refused before a place was held
    via: Mapped[str]
    refused: Mapped[bool]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        CheckConstraint("via IN ('account','device','block','pair','none')", name="via"),
        Index("ix_risk_handover_at", "organization_id", "at"),
        Index("ix_risk_handover_pair", "from_account", "to_account", "at"),
        hospital(private=True),
    )


class RiskPass(Base):
    """A suspicious session that did what was asked before one confirmation; a proof serves one appointment."""

    __tablename__ = "risk_pass"
    appointment_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    level: Mapped[str]
    proof_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("level IN ('challenge','code')", name="level"),
        Index("ix_risk_pass_at", "at"),
        local(),
    )


class RiskBarred(Base):
    """A held place that was beyond a limit or handed on, noticed after the hold: it is not confirmed any more."""

    __tablename__ = "risk_barred"
    appointment_id: Mapped[UUID] = mapped_column(primary_key=True)
    rule: Mapped[str]
    at: Mapped[datetime]
    __table_args__ = (Index("ix_risk_barred_at", "at"), local())
