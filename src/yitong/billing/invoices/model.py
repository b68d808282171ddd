"""Tables of invoices."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, hospital


class InvoiceSeries(Base):
    """Where the numbers of one invoice code stand; locked while the next one is given, so that none is left out."""

    __tablename__ = "invoice_series"
    organization_id: Mapped[UUID]
    code: Mapped[str]
    next_number: Mapped[int] = mapped_column(BigInteger)
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "code"),
        CheckConstraint("next_number > 0", name="next_number"),
        hospital(),
    )


class Invoice(Base):
    """One electronic invoice, or a red one that takes another back. What it says is sealed (``invoice.facts:<id>``)."""

    __tablename__ = "invoice"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    bill_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    ordinal: Mapped[int]  # of the bill's invoices, red ones among them
    code: Mapped[str]  # 票据代码
    number: Mapped[str]  # 票据号码
    check_code: Mapped[str]  # 校验码
    amount_fen: Mapped[int] = mapped_column(BigInteger)  # negative in a red one
    reverses_id: Mapped[UUID | None]
    issued_at: Mapped[datetime]
    issued_by: Mapped[UUID]
    event_id: Mapped[UUID]
    facts_sealed: Mapped[str]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "bill_id"], ["bill.organization_id", "bill.id"]),
        ForeignKeyConstraint(["organization_id", "reverses_id"], ["invoice.organization_id", "invoice.id"]),
        CheckConstraint("(reverses_id IS NULL) = (amount_fen > 0) AND amount_fen <> 0", name="amount"),
        # One valid invoice a bill: the next one follows the red one that took the last back.
        Index("uq_invoice_bill", "organization_id", "bill_id", "ordinal", unique=True),
        Index("uq_invoice_number", "organization_id", "code", "number", unique=True),
        Index(
            "uq_invoice_reverses",
            "organization_id",
            "reverses_id",
            unique=True,
            postgresql_where="reverses_id IS NOT NULL",
        ),
        Index("ix_invoice_patient", "patient_id", "issued_at"),
        Index("ix_invoice_code", "code", "number"),
        hospital(private=True, patient="patient_id", append_only=True),
    )
