"""The journal's table: one row an entry, its accounts and amounts side by side."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, hospital


class JournalEntry(Base):
    """One balanced entry; debits are positive fen. The view ``posting`` gives a row an account.

    Accounts: see :mod:`yitong.billing.journal.accounts`.
    """

    __tablename__ = "journal_entry"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    at: Mapped[datetime]
    day: Mapped[date]  # the hospital's day
    kind: Mapped[str]
    source: Mapped[str]  # what is booked, such as ``charge:<event>``: nothing is booked twice
    bill_id: Mapped[UUID | None]
    patient_id: Mapped[UUID | None]
    event_id: Mapped[UUID]
    accounts: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    amounts: Mapped[list[int]] = mapped_column(ARRAY(BigInteger()))
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "bill_id"], ["bill.organization_id", "bill.id"]),
        CheckConstraint("cardinality(accounts) = cardinality(amounts) AND cardinality(accounts) >= 2", name="sides"),
        CheckConstraint("journal_sum(amounts) IS NOT DISTINCT FROM 0", name="balanced"),
        Index("uq_journal_entry_source", "organization_id", "source", unique=True),
        Index("ix_journal_entry_bill", "organization_id", "bill_id"),
        Index("ix_journal_entry_day", "organization_id", "day", "kind"),
        hospital(private=True, patient="patient_id", append_only=True),
    )
