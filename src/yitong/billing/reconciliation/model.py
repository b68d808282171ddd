"""Tables of the reconciliation: comparisons of a day, and the differences of that day with what became of them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, hospital

_FIRST = "replaces_id IS NULL"


class DayComparison(Base):
    """One comparison of a day; the latest counts."""

    __tablename__ = "reconciliation"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    day: Mapped[date]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID]
    complete: Mapped[bool]  # every party answered, for the days around it as well
    compared: Mapped[int]
    agreed: Mapped[int]
    found: Mapped[int]
    parties: Mapped[list[Any]]  # sums of each party, see schemas.PartyTotals
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id"], ["organization.id"]),
        CheckConstraint("0 <= agreed AND agreed <= compared", name="agreed"),
        Index("ix_reconciliation_day", "organization_id", "day", "made_at"),
        hospital(private=True, append_only=True),
    )


class DayDifference(Base):
    """One difference of a day. ``gap_fen`` is what its correction booked to the party's account, debit positive."""

    __tablename__ = "reconciliation_difference"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    reconciliation_id: Mapped[UUID]  # the comparison that found it first
    day: Mapped[date]
    party: Mapped[str]
    line_kind: Mapped[str]
    number: Mapped[str]
    kind: Mapped[str]
    fen: Mapped[int] = mapped_column(BigInteger)  # money in question
    here: Mapped[dict[str, Any] | None]
    there: Mapped[dict[str, Any] | None]
    listed_here: Mapped[int]
    listed_there: Mapped[int]
    state: Mapped[str]
    version: Mapped[int]
    found_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]  # when the other side was last asked again because of it
    answer: Mapped[dict[str, Any] | None]  # and what it said, see schemas.Answer
    correction: Mapped[str | None]
    reason: Mapped[str | None]
    proposed_by: Mapped[UUID | None]
    proposed_at: Mapped[datetime | None]
    signed_by: Mapped[UUID | None]
    note: Mapped[str | None]  # of whoever signed it or sent it back
    ended_at: Mapped[datetime | None]
    gap_fen: Mapped[int] = mapped_column(BigInteger)
    entry_id: Mapped[UUID | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(
            ["organization_id", "reconciliation_id"], ["reconciliation.organization_id", "reconciliation.id"]
        ),
        ForeignKeyConstraint(["organization_id", "entry_id"], ["journal_entry.organization_id", "journal_entry.id"]),
        CheckConstraint(
            "line_kind IN ('payment','refund','settlement','reversal','claim','cancellation','count')", name="line_kind"
        ),
        CheckConstraint("kind IN ('missing_here','missing_there','amount','state','date')", name="kind"),
        CheckConstraint("state IN ('open','proposed','signed','vanished')", name="state"),
        CheckConstraint("correction IN ('book','suspend','adjust','hand_over','carry','accept')", name="correction"),
        CheckConstraint("here IS NOT NULL OR there IS NOT NULL", name="sides"),
        CheckConstraint("(state IN ('signed','vanished')) = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint("state NOT IN ('proposed','signed') OR correction IS NOT NULL", name="proposed"),
        CheckConstraint("(correction IS NULL) = (proposed_by IS NULL)", name="proposer"),
        # Four eyes: nobody signs what they proposed themselves.
        CheckConstraint("(state = 'signed') = (signed_by IS NOT NULL) AND signed_by <> proposed_by", name="four_eyes"),
        CheckConstraint("(gap_fen <> 0) = (entry_id IS NOT NULL)", name="booked"),
        CheckConstraint("entry_id IS NULL OR state = 'signed'", name="booked_signed"),
        Index(
            "uq_reconciliation_difference_standing",
            "organization_id",
            "day",
            "party",
            "line_kind",
            "number",
            "kind",
            unique=True,
            postgresql_where="state IN ('open','proposed')",
        ),
        Index("ix_reconciliation_difference_day", "organization_id", "day", "state"),
        Index("ix_reconciliation_difference_number", "organization_id", "number"),
        hospital(private=True),
    )


class CashCount(Base):
    """What a cashier counted in the till of a window since the count before. A recount replaces it; both stay."""

    __tablename__ = "cash_count"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    till: Mapped[str]  # the window
    shift: Mapped[str]  # what the hospital calls the shift that ends
    since: Mapped[datetime | None]  # the count before; none: since the beginning
    until: Mapped[datetime]
    counted_fen: Mapped[int] = mapped_column(BigInteger)  # without the float; negative when more was given out
    counted_by: Mapped[UUID]
    counted_at: Mapped[datetime]
    note: Mapped[str | None]
    replaces_id: Mapped[UUID | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id"], ["organization.id"]),
        ForeignKeyConstraint(["organization_id", "replaces_id"], ["cash_count.organization_id", "cash_count.id"]),
        CheckConstraint("since < until", name="span"),
        # A till is counted once up to a moment, and a count replaced once.
        Index("uq_cash_count_until", "organization_id", "till", "until", unique=True, postgresql_where=_FIRST),
        Index("uq_cash_count_replaces", "organization_id", "replaces_id", unique=True),
        Index("ix_cash_count_until", "organization_id", "until"),
        hospital(private=True, append_only=True),
    )
