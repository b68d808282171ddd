"""What goes over the wire about reconciliations."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from yitong.billing.reconciliation.comparing import DifferenceKind
from yitong.billing.reconciliation.corrections import Correction
from yitong.billing.reconciliation.sides import HereState, LineKind
from yitong.billing.reconciliation.states import DifferenceState
from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual

Verdict = Literal["not_compared", "incomplete", "agrees", "open", "closed"]
_Words = Annotated[str, Meta(max_length=500)]


class CompareRequest(msgspec.Struct, frozen=True):
    """Which day of which hospital."""

    organization_id: UUID
    day: date


class ProposeRequest(msgspec.Struct, frozen=True):
    """How a difference is to be mended, and why."""

    organization_id: UUID
    correction: Correction
    reason: Annotated[str, Meta(min_length=1, max_length=500)]


class SignRequest(msgspec.Struct, frozen=True):
    """Whether the proposal is agreed to; with ``agreed`` false it goes back and needs a note."""

    organization_id: UUID
    agreed: bool
    note: _Words = ""


class AskAgainRequest(msgspec.Struct, frozen=True):
    """Whose difference it is."""

    organization_id: UUID


class CountRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted in a till since the count before, without its float; ``replaces``: it was miscounted."""

    organization_id: UUID
    window: Annotated[str, Meta(min_length=1, max_length=40, pattern="^[^/]*$")]
    shift: Annotated[str, Meta(min_length=1, max_length=40)]
    counted_fen: Annotated[int, Meta(ge=-(10**12), le=10**12)]
    note: _Words = ""
    replaces: UUID | None = None


class CashCountView(msgspec.Struct, frozen=True, kw_only=True):
    """A count with what the journal has of the same stretch; ``difference_fen`` above zero is too much cash."""

    id: UUID
    window: str
    shift: str
    since: datetime | None
    until: datetime
    counted_fen: int
    booked_fen: int
    difference_fen: int
    counted_by: UUID
    counted_by_name: str | None
    counted_at: datetime
    note: str | None
    replaces_id: UUID | None


class PartyTotals(msgspec.Struct, frozen=True, kw_only=True):
    """A party's sums of a day in fen, signed: money in minus money back. ``corrected`` counts corrections.

    ``answered``: the party gave its list of the day; without it nothing of it was compared. ``whole``: also those of
    the days around it.
    """

    party: str
    name: Bilingual
    answered: bool
    whole: bool
    booked: int
    corrected: int
    listed: int
    fees: int
    movements_here: int
    movements_there: int
    differences: int
    reason: str = ""  # why it did not answer


class HereView(msgspec.Struct, frozen=True, kw_only=True):
    """A movement as the hospital has it."""

    state: HereState
    at: datetime
    amount: int
    booked: int | None
    fund: int
    medfee: int
    order_id: UUID | None
    bill_id: UUID | None
    patient_id: UUID | None


class ThereView(msgspec.Struct, frozen=True, kw_only=True):
    """A movement as the channel or insurer lists it."""

    at: datetime
    amount: int
    channel_no: str
    fund: int
    medfee: int
    fee: int


class CorrectionLine(msgspec.Struct, frozen=True):
    """One side of the entry that a correction books; debit positive."""

    account: str
    fen: int


class Choice(msgspec.Struct, frozen=True):
    """A correction that suits, in words, with what it would book."""

    correction: Correction
    name: Bilingual
    postings: list[CorrectionLine]


class Answer(msgspec.Struct, frozen=True):
    """What the other side said when it was asked again; ``unknown``: it never heard of the number."""

    state: Literal["done", "pending", "failed", "unknown", "unanswered"]
    amount: int = 0
    channel_no: str = ""


class MoneyDifference(msgspec.Struct, frozen=True, kw_only=True):
    """One difference and what became of it. ``choices`` are what can be proposed, the likeliest first."""

    id: UUID
    day: date
    party: str
    party_name: Bilingual
    line_kind: LineKind
    line_name: Bilingual
    number: str
    kind: DifferenceKind
    explanation: Bilingual
    fen: int
    here: HereView | None
    there: ThereView | None
    listed_here: int
    listed_there: int
    state: DifferenceState
    found_at: datetime
    asked_at: datetime | None
    answer: Answer | None
    can_ask: bool
    choices: list[Choice]
    correction: Correction | None
    correction_name: Bilingual | None
    reason: str | None
    proposed_by: UUID | None
    proposed_by_name: str | None
    proposed_at: datetime | None
    signed_by: UUID | None
    signed_by_name: str | None
    note: str | None
    ended_at: datetime | None
    postings: list[CorrectionLine]
    entry_id: UUID | None
    can_sign: bool


class DayReconciliation(msgspec.Struct, frozen=True, kw_only=True):
    """A day's latest comparison with all differences of the day, open ones first: the report of the day."""

    organization_id: UUID
    organization_name: str
    organization_name_en: str
    day: date
    id: UUID | None
    made_at: datetime | None
    complete: bool
    compared: int
    agreed: int
    parties: list[PartyTotals]
    differences: list[MoneyDifference]
    verdict: Verdict


class ReconciledDay(msgspec.Struct, frozen=True, kw_only=True):
    """A day in the list: its latest comparison in figures."""

    day: date
    made_at: datetime
    complete: bool
    compared: int
    agreed: int
    differences: int
    open: int
    proposed: int
    fen_open: int
    by_kind: dict[str, int]
    parties: list[PartyTotals]
