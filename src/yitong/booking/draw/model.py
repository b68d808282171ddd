"""Tables of the draw. Results and offers are append-only; what became of an offer is read from its appointment."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, hospital


class Draw(Base):
    """One draw: when requests are taken, what was committed to, and what was revealed."""

    __tablename__ = "draw"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    department_id: Mapped[UUID]
    title: Mapped[dict[str, Any]]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    claim_hours: Mapped[int]
    choices_max: Mapped[int]
    strata: Mapped[list[Any]]
    commitment: Mapped[str]  # SM3 of the seed, published from the first moment
    seed_sealed: Mapped[str]  # context "draw.seed:<id>"
    seed: Mapped[str | None]  # revealed when the draw is drawn
    beacon_source: Mapped[str | None]  # where the public value comes from; no such value is used without it
    beacon: Mapped[str | None]
    terms: Mapped[dict[str, Any] | None]  # fixed when the draw closed, as published
    requests_root: Mapped[str | None]
    requests: Mapped[int | None]
    state: Mapped[str]
    version: Mapped[int]
    closed_at: Mapped[datetime | None]
    drawn_at: Mapped[datetime | None]
    cancelled_reason: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "department_id"], ["department.organization_id", "department.id"]),
        CheckConstraint("state IN ('announced','open','closed','drawn','cancelled')", name="state"),
        CheckConstraint("opens_at < closes_at", name="times"),
        # The seed stays secret until everything it decides about is fixed.
        CheckConstraint("(state = 'drawn') = (seed IS NOT NULL)", name="seed_revealed"),
        CheckConstraint(
            "state NOT IN ('closed','drawn') OR (terms IS NOT NULL AND requests_root IS NOT NULL"
            " AND requests IS NOT NULL AND closed_at IS NOT NULL)",
            name="closed",
        ),
        CheckConstraint("beacon IS NULL OR (beacon_source IS NOT NULL AND closed_at IS NOT NULL)", name="beacon"),
        Index("ix_draw_id", "id"),
        Index("ix_draw_state", "state", "closes_at"),
        hospital(),
    )


class DrawSlot(Base):
    """A slot of the pool ``draw`` that a draw gives away; ``places`` is fixed when the draw closes."""

    __tablename__ = "draw_slot"
    organization_id: Mapped[UUID]
    draw_id: Mapped[UUID]
    slot_id: Mapped[UUID]
    places: Mapped[int | None]
    ended: Mapped[bool]  # the draw no longer gives places of this slot
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "draw_id", "slot_id"),
        ForeignKeyConstraint(["organization_id", "draw_id"], ["draw.organization_id", "draw.id"]),
        ForeignKeyConstraint(["organization_id", "slot_id"], ["slot.organization_id", "slot.id"]),
        Index("uq_draw_slot_running", "organization_id", "slot_id", unique=True, postgresql_where="NOT ended"),
        hospital(),
    )


class DrawRequest(Base):
    """Somebody's request; one a person and draw, by person and by identity document."""

    __tablename__ = "draw_request"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    draw_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    identity_hash: Mapped[bytes] = mapped_column(LargeBinary)  # of the document's keyed hash and the draw
    requested_by: Mapped[UUID]
    choices: Mapped[list[Any]]
    stratum: Mapped[str]
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    identity: Mapped[str]  # published: digest of salt and person
    leaf: Mapped[str]
    waitlist: Mapped[bool]  # whoever loses stands in the department's line for those days
    requested_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "draw_id"], ["draw.organization_id", "draw.id"]),
        Index(
            "uq_draw_request_patient",
            "organization_id",
            "draw_id",
            "patient_id",
            unique=True,
            postgresql_where="withdrawn_at IS NULL",
        ),
        Index(
            "uq_draw_request_identity",
            "organization_id",
            "draw_id",
            "identity_hash",
            unique=True,
            postgresql_where="withdrawn_at IS NULL",
        ),
        Index("ix_draw_request_patient", "patient_id"),
        hospital(private=True, patient="patient_id"),
    )


class DrawResult(Base):
    """A request's place in the order, and the slot it won."""

    __tablename__ = "draw_result"
    organization_id: Mapped[UUID]
    draw_id: Mapped[UUID]
    request_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    rank: Mapped[int]
    turn: Mapped[int]
    ticket: Mapped[str]
    slot_id: Mapped[UUID | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "draw_id", "request_id"),
        ForeignKeyConstraint(["organization_id", "request_id"], ["draw_request.organization_id", "draw_request.id"]),
        Index("uq_draw_result_rank", "organization_id", "draw_id", "rank", unique=True),
        hospital(private=True, patient="patient_id", append_only=True),
    )


class DrawOffer(Base):
    """A place offered to a request: to the winners first, then one after another as places are given up."""

    __tablename__ = "draw_offer"
    organization_id: Mapped[UUID]
    draw_id: Mapped[UUID]
    sequence: Mapped[int]
    request_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    slot_id: Mapped[UUID]
    after: Mapped[int | None]  # the offer whose place this is
    appointment_id: Mapped[UUID | None]  # none: the place could not be given to this person
    offered_at: Mapped[datetime]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "draw_id", "sequence"),
        ForeignKeyConstraint(["organization_id", "request_id"], ["draw_request.organization_id", "draw_request.id"]),
        ForeignKeyConstraint(["organization_id", "appointment_id"], ["appointment.organization_id", "appointment.id"]),
        # Nobody is offered twice, and a place that was given up is passed on once.
        Index("uq_draw_offer_request", "organization_id", "draw_id", "request_id", unique=True),
        Index("uq_draw_offer_after", "organization_id", "draw_id", "after", unique=True),
        hospital(private=True, patient="patient_id", append_only=True),
    )
