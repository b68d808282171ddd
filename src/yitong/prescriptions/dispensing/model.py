"""Tables of dispensing: receipts, packages by trace code, deliveries, reminders."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, hospital, local, of_patient


class DispenseReceipt(Base):
    """What a pharmacy did with a part it held, signed by its pharmacist: goods out, custody closed, goods back.

    The exact signed bytes are in ``statement_sealed`` (``dispense_receipt.statement:<id>``); FHIR's MedicationDispense.
    """

    __tablename__ = "dispense_receipt"
    organization_id: Mapped[UUID]  # the pharmacy
    id: Mapped[UUID]
    hospital_id: Mapped[UUID]
    part_id: Mapped[UUID]
    prescription_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    kind: Mapped[str]
    at: Mapped[datetime]
    amount_fen: Mapped[int]
    practitioner_id: Mapped[UUID]
    key_id: Mapped[UUID]
    digest: Mapped[str]
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    statement_sealed: Mapped[str]
    event_id: Mapped[UUID]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        CheckConstraint("kind IN ('dispense','close','return')", name="kind"),
        CheckConstraint("octet_length(signature) = 64", name="signature"),
        Index("ix_dispense_receipt_part", "hospital_id", "part_id", "at"),
        Index("ix_dispense_receipt_patient", "patient_id", "at"),
        hospital(private=True, patient="patient_id", append_only=True),
    )


class TraceCode(Base):
    """How much of a package, named by its trace code, is out at present. One row a code in the whole region.

    A package of which everything is out cannot go out again; what comes back frees it.
    """

    __tablename__ = "trace_code"
    code: Mapped[str] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID]  # the pharmacy it went out from
    drug_code: Mapped[str] = mapped_column(ForeignKey("drug.code"))
    units_out: Mapped[int]
    size: Mapped[int]
    batch: Mapped[str]
    expires_on: Mapped[date | None]
    at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("code ~ '^[0-9]{20}$'", name="code"),
        CheckConstraint("units_out BETWEEN 0 AND size", name="units"),
        Index("ix_trace_code_batch", "drug_code", "batch"),
        local(),
    )


class DispensedPackage(Base):
    """Which patient has how much of which package: negative units came back. What a recall looks through."""

    __tablename__ = "dispensed_package"
    organization_id: Mapped[UUID]
    receipt_id: Mapped[UUID]
    line: Mapped[int]
    code: Mapped[str]
    patient_id: Mapped[UUID]
    drug_code: Mapped[str] = mapped_column(ForeignKey("drug.code"))
    batch: Mapped[str]
    units: Mapped[int]
    at: Mapped[datetime]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "receipt_id", "line", "code"),
        ForeignKeyConstraint(
            ["organization_id", "receipt_id"], ["dispense_receipt.organization_id", "dispense_receipt.id"]
        ),
        Index("ix_dispensed_package_batch", "drug_code", "batch"),
        Index("ix_dispensed_package_code", "code"),
        hospital(private=True, patient="patient_id", append_only=True),
    )


class Delivery(Base):
    """The way of a part to its patient. Address and courier are sealed (``delivery.address:<id>``,
    ``delivery.courier:<id>``), so is the hand-over code (``delivery.code:<id>:<attempt>``)."""

    __tablename__ = "drug_delivery"
    organization_id: Mapped[UUID]  # the pharmacy
    id: Mapped[UUID]
    hospital_id: Mapped[UUID]
    part_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    state: Mapped[str]
    version: Mapped[int]
    attempt: Mapped[int]
    tries: Mapped[int]
    sent_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address_sealed: Mapped[str]
    courier_sealed: Mapped[str]
    code_sealed: Mapped[str]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        CheckConstraint("state IN ('sent','arrived','failed')", name="state"),
        CheckConstraint("(state = 'sent') = (ended_at IS NULL)", name="ended"),
        Index("uq_drug_delivery_part", "organization_id", "hospital_id", "part_id", unique=True),
        hospital(private=True, patient="patient_id"),
    )


class DrugSettlement(Base):
    """A pharmacy's settlement of a part with the insurer, written as asked before the insurer is, so that an answer
    that was lost is asked for again under the same number. ``sale_sealed`` (``drug_settlement.sale:<id>``) is what was
    asked.
    """

    __tablename__ = "drug_settlement"
    organization_id: Mapped[UUID]  # the pharmacy
    id: Mapped[UUID]
    hospital_id: Mapped[UUID]
    part_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    state: Mapped[str]
    version: Mapped[int]
    asked_at: Mapped[datetime]
    setl_id: Mapped[str | None]
    total_fen: Mapped[int]
    fund_fen: Mapped[int]
    account_fen: Mapped[int]
    cash_fen: Mapped[int]
    sale_sealed: Mapped[str]
    settled_sealed: Mapped[str | None]  # ``drug_settlement.settled:<id>``
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        CheckConstraint("state IN ('asked','settled','refused','reversed')", name="state"),
        CheckConstraint("fund_fen + account_fen + cash_fen = total_fen", name="adds_up"),
        CheckConstraint("(state IN ('settled','reversed')) = (setl_id IS NOT NULL)", name="settled"),
        Index(
            "uq_drug_settlement_live",
            "organization_id",
            "hospital_id",
            "part_id",
            unique=True,
            postgresql_where="state IN ('asked','settled')",
        ),
        hospital(private=True, patient="patient_id"),
    )


class MedicationReminder(Base):
    """When a patient is reminded of a dispensed line; ``told_until`` is up to when they were."""

    __tablename__ = "medication_reminder"
    patient_id: Mapped[UUID]
    receipt_id: Mapped[UUID]
    line: Mapped[int]
    pharmacy_id: Mapped[UUID]
    times: Mapped[list[Any]]  # HH:MM on the wall of the region
    zone: Mapped[str]
    from_day: Mapped[date]
    until_day: Mapped[date]
    every_days: Mapped[int]
    active: Mapped[bool]
    version: Mapped[int]
    told_until: Mapped[datetime]
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "receipt_id", "line"),
        CheckConstraint("every_days > 0", name="every_days"),
        Index("ix_medication_reminder_due", "until_day", postgresql_where="active"),
        of_patient(),
    )
