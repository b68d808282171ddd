"""Card and face terminals as payment channels: the sale is sent to a terminal, the person acts there, we ask."""

import hmac
import secrets
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

import httpx
import msgspec

from yitong.billing.ports import ChannelLine, ChannelName, PaymentAsk, PaymentFound, PaymentOpened, RefundFound
from yitong.gateways.http import Caller
from yitong.gateways.sms import signature
from yitong.gateways.terminals.protocol import (
    KEY_ID,
    HostRefusal,
    RefundAsk,
    RefundTold,
    Sale,
    SaleFound,
    Settlement,
    TerminalKind,
    answer_signature,
)
from yitong.kernel.clock import SystemClock
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.text import Bilingual

PARTY = Bilingual("支付终端", "The payment terminal")
_CLOCK = SystemClock()
T = TypeVar("T", bound=msgspec.Struct)


class TerminalHost:
    """The host that drives the terminals. ``now`` is the real time even when the platform's own clock is moved."""

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        now: Callable[[], datetime] = _CLOCK.now,
        timeout_s: float = 5.0,
        pause_s: float = 0.2,
    ) -> None:
        self._url = url.rstrip("/")
        self._secret = secret
        self._now = now
        self._caller = Caller(PARTY, timeout_s=timeout_s, pause_s=pause_s)

    async def ask(self, method: str, path: str, body: Any, answer: type[T]) -> T:
        """One question; every one of them is safe to repeat by its numbers.

        Raises GatewayUnavailable, also for an answer that the host did not sign, and GatewayRefused with its code.
        """
        content, url = msgspec.json.encode(body) if body is not None else b"", httpx.URL(self._url + path)
        nonces: list[str] = []

        def request() -> httpx.Request:
            stamp, nonce = str(int(self._now().timestamp())), secrets.token_hex(16)
            nonces.append(nonce)
            headers = {
                "content-type": "application/json",
                "x-terminal-key": KEY_ID,
                "x-terminal-timestamp": stamp,
                "x-terminal-nonce": nonce,
                "x-terminal-signature": signature(self._secret, method, url.path, stamp, nonce, content),
            }
            return httpx.Request(method, url, headers=headers, content=content)

        said = await self._caller.call(request, idempotent=True)
        expected = answer_signature(self._secret, nonces[-1], said.status_code, said.content)
        if not hmac.compare_digest(expected, said.headers.get("x-terminal-signature", "")):
            raise GatewayUnavailable(PARTY, "signature-invalid")
        try:
            if said.status_code >= 400:
                refusal = msgspec.json.decode(said.content, type=HostRefusal)
                raise GatewayRefused(PARTY, refusal.code, refusal.message)
            return msgspec.json.decode(said.content or b"{}", type=answer)
        except msgspec.MsgspecError as error:
            raise GatewayUnavailable(PARTY, f"status {said.status_code} without a readable answer") from error

    async def close(self) -> None:
        """Close the kept connections."""
        await self._caller.close()


class TerminalChannel:
    """Plays billing's part of the payment channel ``card`` or ``face``; ``payer`` of a payment is the terminal."""

    def __init__(self, host: TerminalHost, kind: TerminalKind) -> None:
        self.name: ChannelName = kind
        self._kind: TerminalKind = kind
        self._host = host

    async def open(self, ask: PaymentAsk) -> PaymentOpened:
        """Send the sale to the terminal. Raises GatewayRefused when it is not there or busy."""
        sale = Sale(ask.payment_no, self._kind, ask.payer, ask.amount, ask.subject, ask.expires_at)
        said = await self._host.ask("POST", "/sales", sale, SaleFound)
        return PaymentOpened({}, paid=said.state == "paid")

    async def find(self, payment_no: str) -> PaymentFound | None:
        """What became of a sale."""
        try:
            return _found(await self._host.ask("GET", f"/sales/{self._kind}/{payment_no}", None, SaleFound))
        except GatewayRefused as refused:
            if refused.reason == "unknown":
                return None
            raise

    async def close(self, payment_no: str) -> PaymentFound:
        """Take the sale from the terminal; one that was paid meanwhile stays paid."""
        try:
            return _found(await self._host.ask("POST", f"/sales/{self._kind}/{payment_no}/close", None, SaleFound))
        except GatewayRefused as refused:
            if refused.reason == "unknown":
                return PaymentFound(payment_no, "closed", 0)
            raise

    async def refund(self, payment_no: str, refund_no: str, amount: int, total: int, reason: str) -> RefundFound:
        """Give back a part to what paid."""
        body = RefundAsk(payment_no, refund_no, amount, total, reason)
        return _refund(await self._host.ask("POST", f"/refunds/{self._kind}", body, RefundTold))

    async def find_refund(self, payment_no: str, refund_no: str) -> RefundFound | None:
        """What became of a refund."""
        try:
            return _refund(await self._host.ask("GET", f"/refunds/{self._kind}/{refund_no}", None, RefundTold))
        except GatewayRefused as refused:
            if refused.reason == "unknown":
                return None
            raise

    async def lines(self, day: date) -> list[ChannelLine]:
        """The settlement of a day."""
        said = await self._host.ask("GET", f"/settlements/{self._kind}/{day.isoformat()}", None, Settlement)
        return [
            ChannelLine(one.kind, one.number, one.payment_no, one.trace_no, one.amount, one.at, one.fee)
            for one in said.lines
        ]


def _found(said: SaleFound) -> PaymentFound:
    state = "refunded" if said.state == "paid" and said.refunded == said.amount else said.state
    return PaymentFound(said.number, state, said.amount, said.refunded, said.trace_no, said.paid_at, said.payer)


def _refund(said: RefundTold) -> RefundFound:
    return RefundFound(said.refund_number, said.number, said.state, said.amount, said.trace_no, said.done_at)
