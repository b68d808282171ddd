"""What the three sides say of one movement of money: the hospital (payments and journal), a channel, the insurer."""

from datetime import datetime
from typing import Literal

import msgspec

from yitong.billing.commercial import CoverMovement
from yitong.billing.journal import accounts
from yitong.billing.ports import ChannelLine, InsurerTotal
from yitong.kernel.ids import UUID

INSURER = "insurer"
CASH = "cash"
LineKind = Literal["payment", "refund", "settlement", "reversal", "claim", "cancellation", "count"]
HereState = Literal["done", "pending", "failed"]


class Key(msgspec.Struct, frozen=True, order=True):
    """What a movement is called on both sides.

    ``number`` is ours: payment_no, refund_no, medins_setl_id. A reversal at the insurer goes under the setl_id that it
    takes back: a settlement is reversed once and as a whole; so is a commercial claim, under its claim_no. A till's
    count goes under its window and the moment at which it was counted.
    """

    party: str  # a channel's name, ``insurer``, or ``commercial:<insurer>``
    kind: LineKind
    number: str


class Here(msgspec.Struct, frozen=True, kw_only=True):
    """One movement as the hospital has it; amounts are fen and never negative, but for what a till gave out.

    ``amount`` is what the payment or refund is for; ``booked`` what the journal has of it, None when it has nothing.
    ``pending`` has not ended, ``failed`` moved nothing. For the insurer ``amount`` is fund and personal account,
    ``fund`` the fund's share of it and ``medfee`` the settled total.
    """

    key: Key
    state: HereState
    at: datetime
    amount: int
    booked: int | None
    fund: int = 0
    medfee: int = 0
    part_id: UUID | None = None  # the payment part or refund part that ``ask again`` is about
    order_id: UUID | None = None
    bill_id: UUID | None = None
    patient_id: UUID | None = None
    corrected: bool = False  # ``booked`` holds a signed correction
    about: str = ""  # the payment_no that a refund is of
    account: str = ""  # the journal's account of the other party; empty when nothing says which


class There(msgspec.Struct, frozen=True, kw_only=True):
    """One movement as the channel or the insurer has it; amounts are fen and never negative."""

    key: Key
    at: datetime
    amount: int
    channel_no: str
    fund: int = 0
    medfee: int = 0
    fee: int = 0
    about: str = ""  # the payment_no that a refund is of


def channel_side(party: str, lines: list[ChannelLine]) -> list[There]:
    """A channel's bill as one side of the comparison."""
    return [
        There(
            key=Key(party, line.kind, line.number),
            at=line.at,
            amount=abs(line.amount),
            channel_no=line.channel_no,
            fee=line.fee,
            about=line.payment_no,
        )
        for line in lines
    ]


def insurer_side(totals: list[InsurerTotal]) -> list[There]:
    """The insurer's account as one side of the comparison; reversals may come with negative amounts or positive."""
    return [
        There(
            key=Key(INSURER, "reversal", one.reverses)
            if one.reverses
            else Key(INSURER, "settlement", one.medins_setl_id),
            at=one.setl_time,
            amount=abs(one.fund_pay_sumamt + one.acct_pay),
            channel_no=one.setl_id,
            fund=abs(one.fund_pay_sumamt),
            medfee=abs(one.medfee_sumamt),
        )
        for one in totals
    ]


def cover_party(insurer: str) -> str:
    """A commercial insurer as a party; the journal's account of it has the same name."""
    return accounts.commercial(insurer)


def cover_side(insurer: str, movements: list[CoverMovement]) -> list[There]:
    """A commercial insurer's account as one side of the comparison."""
    return [
        There(
            key=Key(cover_party(insurer), one.kind, one.claim_no),
            at=one.at,
            amount=one.amount,
            channel_no=one.insurer_no,
        )
        for one in movements
    ]


def effect(key: Key, amount: int) -> int:
    """By how much a movement raises what the other party holds for us or owes us; negative when it lowers it."""
    return -amount if key.kind in ("refund", "reversal", "cancellation") else amount
