"""What we say to the terminals' host and what it answers; both directions are signed.

No published interface covers card readers and face terminals of several makers, so this one is ours: JSON over HTTP,
HMAC-SHA256 as for text messages, the answer signed together with the nonce of its question, so that no answer can be
used twice. A maker's own protocol is spoken by a small adapter that offers this interface.
"""

import hmac
from datetime import date, datetime
from hashlib import sha256
from typing import Literal

import msgspec

KEY_ID = "yitong"
TerminalKind = Literal["card", "face"]
SaleState = Literal["waiting", "paid", "closed"]


class Sale(msgspec.Struct, frozen=True):
    """A sale that a terminal is to make; the same number is the same sale."""

    number: str
    kind: TerminalKind
    terminal_id: str
    amount: int  # fen
    subject: str
    expires_at: datetime


class SaleFound(msgspec.Struct, frozen=True):
    """A sale as it stands."""

    number: str
    state: SaleState
    amount: int
    refunded: int = 0
    trace_no: str = ""  # the acquirer's reference number
    paid_at: datetime | None = None
    payer: str = ""  # masked


class RefundAsk(msgspec.Struct, frozen=True):
    """A part that is to go back to the card or account that paid."""

    number: str
    refund_number: str
    amount: int
    total: int
    reason: str = ""


class RefundTold(msgspec.Struct, frozen=True):
    """A refund as it stands."""

    number: str
    refund_number: str
    state: Literal["processing", "done", "failed"]
    amount: int
    trace_no: str = ""
    done_at: datetime | None = None


class SettledLine(msgspec.Struct, frozen=True):
    """One line of the day's settlement of a kind of terminals."""

    kind: Literal["payment", "refund"]
    number: str
    payment_no: str
    trace_no: str
    amount: int
    at: datetime
    fee: int = 0


class Settlement(msgspec.Struct, frozen=True):
    """The settlement of a day."""

    day: date
    lines: list[SettledLine]


class HostRefusal(msgspec.Struct, frozen=True):
    """How the host says no."""

    code: str
    message: str = ""


def answer_signature(secret: str, nonce: str, status: int, body: bytes) -> str:
    """The signature of an answer to the question with this nonce, hexadecimal."""
    signed = "\n".join((nonce, str(status), sha256(body).hexdigest()))
    return hmac.new(secret.encode(), signed.encode(), sha256).hexdigest()
