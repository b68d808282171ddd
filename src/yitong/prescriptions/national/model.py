"""The table of prescriptions at the national platform."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped

from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, hospital


class NationalPrescription(Base):
    """Where an insured prescription stands at the national platform; ``next_at`` is when a job asks there next."""

    __tablename__ = "national_prescription"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    prescription_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    state: Mapped[str]
    version: Mapped[int]
    attempts: Mapped[int]
    made_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    rxno: Mapped[str | None]  # hiRxno: 30 characters
    trace_code: Mapped[str | None]  # rxTraceCode
    reason: Mapped[str | None]  # the platform's own words of a refusal
    fetched_at: Mapped[datetime | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(
            ["organization_id", "prescription_id"], ["prescription.organization_id", "prescription.id"]
        ),
        CheckConstraint("state IN ('waiting','uploaded','refused','undoing','undone')", name="state"),
        CheckConstraint("state NOT IN ('uploaded','undoing') OR rxno IS NOT NULL", name="numbered"),
        Index("uq_national_prescription", "organization_id", "prescription_id", unique=True),
        Index("ix_national_prescription_due", "next_at", postgresql_where="next_at IS NOT NULL"),
        hospital(private=True, patient="patient_id"),
    )
