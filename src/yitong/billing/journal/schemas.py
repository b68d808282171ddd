"""What the journal answers."""

from datetime import date, datetime

import msgspec

from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual


class EntryLine(msgspec.Struct, frozen=True):
    """One side of an entry; fen, debit positive."""

    account: str
    amount_fen: int


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One balanced entry of the journal."""

    id: UUID
    at: datetime
    day: date
    kind: str
    source: str
    bill_id: UUID | None
    bill_no: str | None
    event_id: UUID
    lines: list[EntryLine]


class BalanceLine(msgspec.Struct, frozen=True, kw_only=True):
    """An account's or a kind of accounts' turnover and balance; fen, debit positive."""

    account: str
    text: Bilingual
    debit_fen: int
    credit_fen: int
    balance_fen: int


class TrialBalance(msgspec.Struct, frozen=True, kw_only=True):
    """Turnovers of a stretch of days and balances at its end; ``balanced`` when debits are credits in both."""

    organization_id: UUID
    from_day: date
    to_day: date
    entries: int
    accounts: list[BalanceLine]
    debit_fen: int
    credit_fen: int
    balance_fen: int
    balanced: bool
