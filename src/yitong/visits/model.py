"""Tables of visits; FHIR's Encounter."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped

from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, hospital


class Encounter(Base):
    """One meeting of a patient with a doctor; opened by the call, closed when the doctor finishes.

    What the doctor writes is sealed (context ``encounter.<column>:<id>``): it is health data.
    """

    __tablename__ = "encounter"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    appointment_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    department_id: Mapped[UUID]
    practitioner_role_id: Mapped[UUID | None]
    state: Mapped[str]
    version: Mapped[int]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    chief_complaint_sealed: Mapped[str | None]
    diagnosis_sealed: Mapped[str | None]
    advice_sealed: Mapped[str | None]
    follow_up: Mapped[str]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "appointment_id"], ["appointment.organization_id", "appointment.id"]),
        CheckConstraint("state IN ('in_progress','finished','abandoned')", name="state"),
        CheckConstraint("(state = 'in_progress') = (finished_at IS NULL)", name="finished_at"),
        CheckConstraint("follow_up IN ('none','return_visit','observe')", name="follow_up"),
        Index(
            "uq_encounter_open",
            "organization_id",
            "appointment_id",
            unique=True,
            postgresql_where="state = 'in_progress'",
        ),
        Index("ix_encounter_patient", "patient_id", "started_at"),
        hospital(private=True, patient="patient_id"),
    )


class Diagnosis(Base):
    """One coded diagnosis of a visit, or of a stay at its beginning and end. Code and name are sealed
    (``diagnosis.coded:<id>``). Nothing is changed but ``withdrawn_at``."""

    __tablename__ = "diagnosis"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    encounter_id: Mapped[UUID]  # the visit or the stay
    patient_id: Mapped[UUID]
    phase: Mapped[str]
    position: Mapped[int]
    main: Mapped[bool]
    coded_sealed: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID]
    withdrawn_at: Mapped[datetime | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        CheckConstraint("phase IN ('visit','admission','discharge')", name="phase"),
        CheckConstraint("main = (position = 0)", name="main_first"),
        Index(
            "uq_diagnosis_position",
            "organization_id",
            "encounter_id",
            "phase",
            "position",
            unique=True,
            postgresql_where="withdrawn_at IS NULL",
        ),
        Index("ix_diagnosis_patient", "patient_id", "recorded_at"),
        hospital(private=True, patient="patient_id"),
    )
