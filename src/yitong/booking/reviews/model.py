"""Tables of reviews and favourites."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped

from yitong.booking.reviews.rules import ASPECTS
from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, hospital, local


class Review(Base):
    """What a patient says about one finished visit; one an appointment.

    Words are sealed (contexts ``review.text:<id>`` and ``review.reply:<id>``): what is held back may name people.
    """

    __tablename__ = "review"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    appointment_id: Mapped[UUID]
    encounter_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    department_id: Mapped[UUID]
    practitioner_role_id: Mapped[UUID | None]  # None: a clinic without a name on the door
    attitude: Mapped[int]
    explanation: Mapped[int]
    skill: Mapped[int]
    waiting: Mapped[int]
    environment: Mapped[int]
    total: Mapped[int]  # the five scores together
    text_sealed: Mapped[str | None]
    anonymous: Mapped[bool]
    state: Mapped[str]
    version: Mapped[int]
    held_reason: Mapped[str | None]
    hidden_reason: Mapped[str | None]
    visited_at: Mapped[datetime]
    written_at: Mapped[datetime]
    reply_sealed: Mapped[str | None]
    replied_at: Mapped[datetime | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "appointment_id"], ["appointment.organization_id", "appointment.id"]),
        ForeignKeyConstraint(
            ["organization_id", "practitioner_role_id"], ["practitioner_role.organization_id", "practitioner_role.id"]
        ),
        *(CheckConstraint(f"{aspect} BETWEEN 1 AND 5", name=aspect) for aspect in ASPECTS),
        CheckConstraint(f"total = {' + '.join(ASPECTS)}", name="total"),
        CheckConstraint("state IN ('pending','published','hidden','withdrawn')", name="state"),
        CheckConstraint("(state = 'hidden') = (hidden_reason IS NOT NULL)", name="hidden_reason"),
        CheckConstraint("state <> 'withdrawn' OR text_sealed IS NULL", name="withdrawn"),
        CheckConstraint("(reply_sealed IS NULL) = (replied_at IS NULL)", name="reply"),
        # One visit speaks once, however often it is sent.
        Index("uq_review_appointment", "organization_id", "appointment_id", unique=True),
        Index("ix_review_role", "organization_id", "practitioner_role_id", "written_at"),
        Index("ix_review_patient", "patient_id", "written_at"),
        hospital(private=True, patient="patient_id"),
    )


class Favourite(Base):
    """A doctor or a department that an account keeps at hand. Read by its own account only."""

    __tablename__ = "favourite"
    account_id: Mapped[UUID]
    kind: Mapped[str]
    organization_id: Mapped[UUID]
    target_id: Mapped[UUID]
    added_at: Mapped[datetime]
    __table_args__ = (
        PrimaryKeyConstraint("account_id", "kind", "organization_id", "target_id"),
        CheckConstraint("kind IN ('role','department')", name="kind"),
        local(),
    )
