"""Tables of bills: a header, and the priced lines under it."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, hospital

KINDS = ("registration", "outpatient", "pharmacy", "inpatient", "parking", "meal", "delivery", "deposit")


class Bill(Base):
    """What belongs together when it is paid. Its sums are the view ``bill_sum`` over lines and journal.

    A bill takes lines until it is closed: when it is paid, or while somebody pays it.
    """

    __tablename__ = "bill"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    bill_no: Mapped[str]
    patient_id: Mapped[UUID]
    kind: Mapped[str]
    encounter_id: Mapped[UUID | None]
    appointment_id: Mapped[UUID | None]
    insutype: Mapped[str | None]  # the insurance it is to be settled with; None: none, or not yet said
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    pay_token: Mapped[str]  # random; whoever holds the QR code that carries it may pay, and sees little else
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint("closed_at >= opened_at", name="times"),
        Index("uq_bill_no", "organization_id", "bill_no", unique=True),
        Index("uq_bill_pay_token", "pay_token", "organization_id", unique=True),
        # Two lines of one visit opened at the same moment go on one bill.
        Index(
            "uq_bill_open",
            "organization_id",
            "encounter_id",
            "kind",
            unique=True,
            postgresql_where="closed_at IS NULL AND encounter_id IS NOT NULL AND kind <> 'deposit'",
        ),
        Index(
            "uq_bill_registration",
            "organization_id",
            "appointment_id",
            unique=True,
            postgresql_where="kind = 'registration'",
        ),
        Index("ix_bill_patient", "patient_id", "opened_at"),
        Index("ix_bill_opened", "organization_id", "opened_at"),
        hospital(private=True, patient="patient_id"),
    )


class Charge(Base):
    """One priced step. A line that is taken back gets a second one with the opposite amount that names it."""

    __tablename__ = "charge"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    bill_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    source_type: Mapped[str]  # what was priced: appointment, order, drug_order, desk, deposit, bed_day, remainder …
    source_id: Mapped[UUID]
    source_line: Mapped[int]
    price_code: Mapped[str]
    price_version: Mapped[date]  # price_item.valid_from, or the day on which the drug's price was read
    name: Mapped[str]
    category: Mapped[str]
    med_list_codg: Mapped[str]  # the insurance catalogue's code; empty: not insured
    insurance_class: Mapped[str]  # 甲, 乙, 自费; empty: as the insurer's catalogue says
    cnt_milli: Mapped[int] = mapped_column(BigInteger)  # thousandths; negative in a countering line
    unit_price_fen: Mapped[int] = mapped_column(BigInteger)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    counters_id: Mapped[UUID | None]
    reason: Mapped[str | None]  # why it was taken back
    at: Mapped[datetime]
    department_id: Mapped[UUID | None]
    practitioner_role_id: Mapped[UUID | None]
    charged_by: Mapped[UUID]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "bill_id"], ["bill.organization_id", "bill.id"]),
        ForeignKeyConstraint(["organization_id", "counters_id"], ["charge.organization_id", "charge.id"]),
        CheckConstraint("unit_price_fen >= 0", name="price_not_negative"),
        CheckConstraint("abs(amount_fen * 1000 - cnt_milli * unit_price_fen) <= 500", name="amount"),
        CheckConstraint("(counters_id IS NULL) = (cnt_milli > 0) AND cnt_milli <> 0", name="countering"),
        CheckConstraint("(counters_id IS NULL) = (reason IS NULL)", name="reason"),
        # A step is charged once, and a line is taken back once.
        Index(
            "uq_charge_source",
            "organization_id",
            "source_type",
            "source_id",
            "source_line",
            unique=True,
            postgresql_where="counters_id IS NULL",
        ),
        Index(
            "uq_charge_counters",
            "organization_id",
            "counters_id",
            unique=True,
            postgresql_where="counters_id IS NOT NULL",
        ),
        Index("ix_charge_bill", "organization_id", "bill_id"),
        hospital(private=True, patient="patient_id", append_only=True),
    )
