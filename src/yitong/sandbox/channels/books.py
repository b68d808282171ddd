"""The books of the sandbox's payment channels: trades and refunds, kept in a file so that a restart forgets nothing."""

import secrets
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from yitong.kernel.clock import Clock, day_of

Channel = Literal["wechat", "alipay", "card", "face"]
ZONE = "Asia/Shanghai"
BEIJING = ZoneInfo(ZONE)


class Refused(Exception):
    """What the books do not let happen; ``reason`` is one of the words below, which each channel says its own way.

    unknown, different, paid, closed, not-paid, too-much
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Trade(msgspec.Struct, kw_only=True):
    """One payment, from its opening to its end."""

    channel: Channel
    number: str  # the merchant's
    amount: int  # fen
    subject: str
    kind: str  # how it is paid, in the channel's word: JSAPI, NATIVE, QUICK_WAP_PAY, …
    opened_at: datetime
    token: str  # what the payer's device opens it by
    channel_no: str
    state: Literal["waiting", "paid", "closed"] = "waiting"
    expires_at: datetime | None = None
    paid_at: datetime | None = None
    payer: str = ""
    refused: bool = False  # the payer said no; may still pay until it is closed
    notify_url: str = ""
    return_url: str = ""
    attach: str = ""
    terminal_id: str = ""
    seen: bool = True  # Alipay makes some trades only when the payer comes


class Refund(msgspec.Struct, kw_only=True):
    """One refund; several may belong to one trade."""

    channel: Channel
    number: str
    payment_no: str
    amount: int
    channel_no: str
    asked_at: datetime
    state: Literal["processing", "done", "failed"] = "processing"
    done_at: datetime | None = None
    notify_url: str = ""
    reason: str = ""


class _Kept(msgspec.Struct):
    """One line of the file: the newest line of a number is the one that holds."""

    trade: Trade | None = None
    refund: Refund | None = None


class Books:
    """Trades and refunds of all channels, by channel and number."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self.clock = clock
        self._trades: dict[tuple[Channel, str], Trade] = {}
        self._refunds: dict[tuple[Channel, str], Refund] = {}
        self._by_token: dict[str, Trade] = {}
        self.next_refund_fails = False
        if path.exists():
            for line in path.read_bytes().splitlines():
                self._take(msgspec.json.decode(line, type=_Kept))

    def _take(self, kept: _Kept) -> None:
        if kept.trade is not None:
            self._trades[kept.trade.channel, kept.trade.number] = kept.trade
            self._by_token[kept.trade.token] = kept.trade
        if kept.refund is not None:
            self._refunds[kept.refund.channel, kept.refund.number] = kept.refund

    def _keep(self, *, trade: Trade | None = None, refund: Refund | None = None) -> None:
        kept = _Kept(trade, refund)
        self._take(kept)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            file.write(msgspec.json.encode(kept) + b"\n")

    def open(self, trade: Trade) -> Trade:
        """Open a trade; the same one again answers the one in the books. Raises Refused."""
        known = self._trades.get((trade.channel, trade.number))
        if known is None:
            self._keep(trade=trade)
            return trade
        self._expire(known)
        if known.state != "waiting":
            raise Refused(known.state)
        if (known.amount, known.subject) != (trade.amount, trade.subject):
            raise Refused("different")
        return known

    def trade(self, channel: Channel, number: str) -> Trade:
        """A trade as it stands. Raises Refused ``unknown``."""
        found = self._trades.get((channel, number))
        if found is None:
            raise Refused("unknown")
        self._expire(found)
        return found

    def by_token(self, token: str) -> Trade:
        """The trade that a payer's device opened. Raises Refused ``unknown``."""
        found = self._by_token.get(token)
        if found is None:
            raise Refused("unknown")
        self._expire(found)
        return found

    def _expire(self, trade: Trade) -> None:
        over = trade.expires_at is not None and self.clock.now() >= trade.expires_at
        if trade.state == "waiting" and over:
            trade.state = "closed"
            self._keep(trade=trade)

    def pay(self, trade: Trade, payer: str) -> Trade:
        """The payer pays. Raises Refused ``paid`` or ``closed``."""
        self._expire(trade)
        if trade.state != "waiting":
            raise Refused(trade.state)
        trade.state, trade.paid_at, trade.payer = "paid", self.clock.now(), payer
        trade.refused, trade.seen = False, True
        self._keep(trade=trade)
        return trade

    def look(self, trade: Trade) -> None:
        """The payer looks at it."""
        if not trade.seen:
            trade.seen = True
            self._keep(trade=trade)

    def refuse(self, trade: Trade) -> None:
        """The payer says no; the trade waits on until it is closed. Raises Refused when it does not wait."""
        if trade.state != "waiting":
            raise Refused(trade.state)
        trade.refused = True
        self._keep(trade=trade)

    def close(self, channel: Channel, number: str) -> Trade:
        """The merchant ends a trade. Raises Refused ``unknown`` or ``paid``; a closed one stays closed."""
        trade = self.trade(channel, number)
        if trade.state == "paid":
            raise Refused("paid")
        if trade.state == "waiting":
            trade.state = "closed"
            self._keep(trade=trade)
        return trade

    def refund(self, refund: Refund) -> Refund:
        """Give back a part; the same number again answers the one in the books.

        Raises Refused ``unknown``, ``not-paid``, ``different`` or ``too-much``.
        """
        trade = self.trade(refund.channel, refund.payment_no)
        known = self._refunds.get((refund.channel, refund.number))
        if known is not None:
            if (known.payment_no, known.amount) != (refund.payment_no, refund.amount):
                raise Refused("different")
            return known
        if trade.state != "paid":
            raise Refused("not-paid")
        if self.refunded(trade, pending=True) + refund.amount > trade.amount:
            raise Refused("too-much")
        self._keep(refund=refund)
        return refund

    def settle(self, refund: Refund) -> Refund:
        """Let a refund reach the payer, or fail when that was asked for."""
        if refund.state == "processing":
            refund.state = "failed" if self.next_refund_fails else "done"
            self.next_refund_fails = False
            refund.done_at = self.clock.now() if refund.state == "done" else None
            self._keep(refund=refund)
        return refund

    def find_refund(self, channel: Channel, number: str) -> Refund:
        """A refund as it stands. Raises Refused ``unknown``."""
        found = self._refunds.get((channel, number))
        if found is None:
            raise Refused("unknown")
        return found

    def refunded(self, trade: Trade, *, pending: bool = False) -> int:
        """How much of a trade went back; with ``pending`` also what is on its way."""
        counted = ("done", "processing") if pending else ("done",)
        return sum(one.amount for one in self.refunds_of(trade) if one.state in counted)

    def refunds_of(self, trade: Trade) -> Iterator[Refund]:
        """The refunds of a trade."""
        return (one for one in self._refunds.values() if (one.channel, one.payment_no) == (trade.channel, trade.number))

    def trades(self) -> list[Trade]:
        """All trades, the newest first."""
        for one in self._trades.values():
            self._expire(one)
        return sorted(self._trades.values(), key=lambda one: one.opened_at, reverse=True)

    def paid_on(self, channel: Channel, day: date) -> list[Trade]:
        """The payments of a day in Beijing, in order."""
        found = [
            one
            for one in self._trades.values()
            if one.channel == channel and one.paid_at is not None and day_of(one.paid_at, ZONE) == day
        ]
        return sorted(found, key=lambda one: (one.paid_at or one.opened_at, one.number))

    def refunded_on(self, channel: Channel, day: date) -> list[Refund]:
        """The refunds that reached their payer on a day in Beijing, in order."""
        found = [
            one
            for one in self._refunds.values()
            if one.channel == channel and one.done_at is not None and day_of(one.done_at, ZONE) == day
        ]
        return sorted(found, key=lambda one: (one.done_at or one.asked_at, one.number))


def new_number(prefix: str, moment: datetime, length: int = 28) -> str:
    """A number as channels give them: a prefix, the day, and digits."""
    return f"{prefix}{moment.astimezone(BEIJING):%Y%m%d}{secrets.randbelow(10**20):020d}"[:length]


def new_token(prefix: str = "") -> str:
    """What a payer's device opens a trade by."""
    return prefix + secrets.token_hex(16)
