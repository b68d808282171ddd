"""Tables of prescriptions; FHIR's MedicationRequest. What doctors and pharmacists write is health data and sealed."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, hospital, local


class Prescription(Base):
    """One sheet of a visit. Its present wording is sealed (``prescription.sheet:<id>``).

    ``revision`` counts signed wordings, ``round`` the times it was put before the pharmacists.
    """

    __tablename__ = "prescription"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    number: Mapped[str]
    encounter_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    department_id: Mapped[UUID]
    practitioner_id: Mapped[UUID]
    practitioner_role_id: Mapped[UUID]
    paper: Mapped[str]
    state: Mapped[str]
    version: Mapped[int]
    revision: Mapped[int]
    round: Mapped[int]
    edited: Mapped[bool]  # since it was last signed
    level: Mapped[str]  # what the rules said at worst when it was signed
    created_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    supply_until: Mapped[date | None]  # the last day that the drugs last
    verify_token: Mapped[str]
    sheet_sealed: Mapped[str]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "encounter_id"], ["encounter.organization_id", "encounter.id"]),
        CheckConstraint(
            "state IN ('draft','discarded','signed','refused','resubmitted','countersigned','approved','released',"
            "'dispensing','dispensed','withdrawn','expired')",
            name="state",
        ),
        CheckConstraint("paper IN ('ordinary','emergency','paediatric','narcotic','psychotropic2')", name="paper"),
        CheckConstraint("level IN ('pass','warn','pharmacist')", name="level"),
        CheckConstraint("(revision = 0) = (signed_at IS NULL) AND round >= revision", name="signed"),
        Index("uq_prescription_number", "organization_id", "number", unique=True),
        Index("uq_prescription_verify_token", "verify_token", "organization_id", unique=True),
        Index("ix_prescription_encounter", "organization_id", "encounter_id"),
        Index("ix_prescription_patient", "patient_id", "created_at"),
        Index(
            "ix_prescription_waiting",
            "organization_id",
            "submitted_at",
            postgresql_where="state IN ('signed','resubmitted','countersigned')",
        ),
        Index(
            "ix_prescription_valid",
            "valid_until",
            postgresql_where="state IN ('signed','refused','resubmitted','countersigned','approved','released')",
        ),
        hospital(private=True, patient="patient_id"),
    )


class PrescriptionSeries(Base):
    """Where the numbers of a hospital's day stand."""

    __tablename__ = "prescription_series"
    organization_id: Mapped[UUID]
    day: Mapped[date]
    next_number: Mapped[int]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "day"),
        CheckConstraint("next_number > 0", name="next_number"),
        hospital(),
    )


class PrescriptionSignature(Base):
    """One signature about a prescription over the exact bytes of ``statement`` (sealed
    ``prescription_signature.statement:<prescription id>:<ordinal>``).

    A prescriber's statement is the sheet, a pharmacist's the decision, a countersignature the reason to insist.
    """

    __tablename__ = "prescription_signature"
    organization_id: Mapped[UUID]
    prescription_id: Mapped[UUID]
    ordinal: Mapped[int]
    patient_id: Mapped[UUID]
    kind: Mapped[str]
    revision: Mapped[int]
    round: Mapped[int]
    decision: Mapped[str | None]
    practitioner_id: Mapped[UUID]
    key_id: Mapped[UUID]
    digest: Mapped[str]  # SM3 of the statement, hexadecimal
    signature: Mapped[bytes] = mapped_column(LargeBinary)  # r ‖ s
    signed_at: Mapped[datetime]
    event_id: Mapped[UUID]
    statement_sealed: Mapped[str]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "prescription_id", "ordinal"),
        ForeignKeyConstraint(
            ["organization_id", "prescription_id"], ["prescription.organization_id", "prescription.id"]
        ),
        CheckConstraint("kind IN ('prescriber','pharmacist','countersign')", name="kind"),
        CheckConstraint("(kind = 'pharmacist') = (decision IS NOT NULL)", name="decided"),
        CheckConstraint("decision IN ('approve','refuse')", name="decision"),
        CheckConstraint("octet_length(signature) = 64", name="signature"),
        # One decision a round, whoever comes first.
        Index(
            "uq_prescription_signature_decision",
            "organization_id",
            "prescription_id",
            "round",
            unique=True,
            postgresql_where="kind = 'pharmacist'",
        ),
        hospital(private=True, patient="patient_id", append_only=True),
    )


class PractitionerKey(Base):
    """An SM2 key pair a practitioner signs with; the secret is sealed (``practitioner_key.secret:<id>``)."""

    __tablename__ = "practitioner_key"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    practitioner_id: Mapped[UUID] = mapped_column(ForeignKey("practitioner.id"))
    public_key: Mapped[bytes] = mapped_column(LargeBinary)  # x ‖ y
    secret_sealed: Mapped[str]
    made_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("octet_length(public_key) = 64", name="public_key"),
        Index("uq_practitioner_key_present", "practitioner_id", unique=True, postgresql_where="retired_at IS NULL"),
        local(),
    )


class PrescribingRight(Base):
    """A right beyond the title that a hospital has given to one of its doctors."""

    __tablename__ = "prescribing_right"
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    practitioner_id: Mapped[UUID] = mapped_column(ForeignKey("practitioner.id"))
    kind: Mapped[str]
    given_at: Mapped[datetime]
    given_by: Mapped[UUID]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "practitioner_id", "kind"),
        CheckConstraint("kind IN ('narcotic','antibacterial_restricted','antibacterial_special','tcm')", name="kind"),
        hospital(),
    )


class DrugStock(Base):
    """What a hospital's or a shop's pharmacy has of a drug, in single units, and its own price if it differs."""

    __tablename__ = "drug_stock"
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    drug_code: Mapped[str] = mapped_column(ForeignKey("drug.code"))
    units: Mapped[int] = mapped_column(BigInteger)
    price_fen: Mapped[int | None]
    version: Mapped[int]
    updated_at: Mapped[datetime]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "drug_code"),
        CheckConstraint("units >= 0", name="units"),
        CheckConstraint("price_fen >= 0", name="price_not_negative"),
        Index("ix_drug_stock_drug", "drug_code"),
        hospital(),
    )
