"""Tables of examinations: orders (FHIR ServiceRequest), reports, versions of the rules, and what is done on what."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped

from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, hospital


class ServiceRequest(Base):
    """One examination that a doctor ordered. Why, and what stands against it, is sealed
    (``service_request.clinical:<id>``): it is health data."""

    __tablename__ = "service_request"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    patient_id: Mapped[UUID]
    encounter_id: Mapped[UUID | None]
    item_code: Mapped[str]
    item_name: Mapped[str]  # as it was called when it was ordered
    item_name_en: Mapped[str]
    state: Mapped[str]
    version: Mapped[int]
    urgency: Mapped[str]
    clinical_sealed: Mapped[str]
    wanted_until: Mapped[datetime | None]  # the return visit: the report is wanted before
    ordered_by: Mapped[UUID]
    ordered_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    recognised_organization_id: Mapped[UUID | None]
    recognised_report_id: Mapped[UUID | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        CheckConstraint("state IN ('active','completed','revoked','recognised')", name="state"),
        CheckConstraint("urgency IN ('routine','urgent')", name="urgency"),
        CheckConstraint("(state = 'active') = (closed_at IS NULL)", name="closed_at"),
        CheckConstraint("(state = 'recognised') = (recognised_report_id IS NOT NULL)", name="recognised"),
        Index("ix_service_request_patient", "patient_id", "ordered_at"),
        Index("ix_service_request_open", "organization_id", "ordered_at", postgresql_where="state = 'active'"),
        hospital(private=True, patient="patient_id"),
    )


class DiagnosticReport(Base):
    """The result of an examination. Its words are sealed (``diagnostic_report.conclusion:<id>``)."""

    __tablename__ = "diagnostic_report"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    request_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    item_code: Mapped[str]
    item_name: Mapped[str]
    item_name_en: Mapped[str]
    conclusion_sealed: Mapped[str]
    recognised_by_others: Mapped[bool]  # made so that other hospitals may rely on it
    issued_at: Mapped[datetime]
    issued_by: Mapped[UUID]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(
            ["organization_id", "request_id"], ["service_request.organization_id", "service_request.id"]
        ),
        Index("uq_diagnostic_report_request", "organization_id", "request_id", unique=True),
        Index("ix_diagnostic_report_patient", "patient_id", "item_code", "issued_at"),
        hospital(private=True, patient="patient_id"),
    )


class ExamRules(Base):
    """A version of a hospital's rules for examinations, with the examples that it has to keep."""

    __tablename__ = "exam_rules"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    number: Mapped[int]
    state: Mapped[str]
    version: Mapped[int]
    content: Mapped[dict[str, Any]]
    examples: Mapped[list[Any]]
    note: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID]
    published_at: Mapped[datetime | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        CheckConstraint("state IN ('draft','published','retired','discarded')", name="state"),
        Index("uq_exam_rules_number", "organization_id", "number", unique=True),
        Index("uq_exam_rules_draft", "organization_id", unique=True, postgresql_where="state = 'draft'"),
        Index("uq_exam_rules_published", "organization_id", unique=True, postgresql_where="state = 'published'"),
        hospital(),
    )


class ExamService(Base):
    """What kind of device the sessions of a service stand for: the places that an examination may be booked in."""

    __tablename__ = "exam_service"
    organization_id: Mapped[UUID]
    service_id: Mapped[UUID]
    device_class: Mapped[str]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "service_id"),
        ForeignKeyConstraint(
            ["organization_id", "service_id"], ["healthcare_service.organization_id", "healthcare_service.id"]
        ),
        Index("ix_exam_service_class", "organization_id", "device_class"),
        hospital(),
    )
