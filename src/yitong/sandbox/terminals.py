"""The terminals' host, and the terminals themselves as a page: whoever stands there taps a card or goes away."""

import hmac
import secrets
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from html import escape
from typing import Any

import msgspec
from litestar import HttpMethod, Request, Response, get, post, route
from litestar.datastructures import State
from litestar.params import FromPath

from yitong.gateways.sms import signature
from yitong.gateways.terminals.protocol import (
    KEY_ID,
    HostRefusal,
    RefundAsk,
    RefundTold,
    Sale,
    SaleFound,
    SettledLine,
    Settlement,
    TerminalKind,
    answer_signature,
)
from yitong.kernel.money import yuan_text
from yitong.kernel.text import Bilingual, Language
from yitong.sandbox import pages
from yitong.sandbox.channels import books
from yitong.sandbox.channels.books import Books, Refund, Refused, Trade

AnyRequest = Request[Any, Any, Any]
OLDEST_S = 300
RATE = {"card": Decimal("0.005"), "face": Decimal("0.006")}
_ACTS = {
    "card": Bilingual("插卡或挥卡，输入密码", "Insert or tap the card, enter the PIN"),
    "face": Bilingual("刷脸并确认", "Look at the camera and confirm"),
}


class TerminalDesk:
    """The host with its terminals; a terminal does one sale at a time."""

    def __init__(self, secret: str, kept: Books) -> None:
        self._secret = secret
        self.books = kept
        self.forge = False  # sign the next answer with nothing

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes, str]:
        """Status, body and signature of the answer to one question; ``path`` without our prefix."""
        nonce = headers.get("x-terminal-nonce", "")
        try:
            self._check(method, path, headers, body)
            said: Any = self._dispatch(method, path.removeprefix("/terminals").strip("/").split("/"), body)
            status = 200
        except Refused as refused:
            status, said = (404 if refused.reason == "unknown" else 409), HostRefusal(refused.reason)
        except (msgspec.MsgspecError, ValueError) as error:
            status, said = 400, HostRefusal("invalid", str(error))
        content = msgspec.json.encode(said)
        signed = answer_signature("nobody" if self.forge else self._secret, nonce, status, content)
        self.forge = False
        return status, content, signed

    def _check(self, method: str, path: str, headers: dict[str, str], body: bytes) -> None:
        stamp, nonce = headers.get("x-terminal-timestamp", ""), headers.get("x-terminal-nonce", "")
        expected = signature(self._secret, method, path, stamp, nonce, body)
        if headers.get("x-terminal-key") != KEY_ID or len(nonce) < 16:
            raise Refused("key-unknown")
        if not hmac.compare_digest(expected, headers.get("x-terminal-signature", "")):
            raise Refused("signature-invalid")
        if not stamp.isdigit() or abs(datetime.now(UTC).timestamp() - int(stamp)) > OLDEST_S:
            raise Refused("stale")

    def _dispatch(self, method: str, parts: list[str], body: bytes) -> Any:
        match method, parts:
            case "POST", ["sales"]:
                return self._sell(msgspec.json.decode(body, type=Sale))
            case "GET", ["sales", "card" | "face" as kind, number]:
                return self._told(self.books.trade(kind, number))
            case "POST", ["sales", "card" | "face" as kind, number, "close"]:
                return self._close(kind, number)
            case "POST", ["refunds", "card" | "face" as kind]:
                return self._refund(kind, msgspec.json.decode(body, type=RefundAsk))
            case "GET", ["refunds", "card" | "face" as kind, number]:
                return _told_refund(self.books.find_refund(kind, number))
            case "GET", ["settlements", "card" | "face" as kind, day]:
                return self._settlement(kind, date.fromisoformat(day))
            case _:
                raise Refused("unknown")

    def _sell(self, asked: Sale) -> SaleFound:
        if not asked.terminal_id or asked.amount < 1:
            raise Refused("invalid")
        waiting = self.waiting(asked.terminal_id)
        if waiting is not None and (waiting.channel, waiting.number) != (asked.kind, asked.number):
            raise Refused("busy")
        now = self.books.clock.now()
        trade = Trade(
            channel=asked.kind,
            number=asked.number,
            amount=asked.amount,
            subject=asked.subject,
            kind=asked.kind,
            opened_at=now,
            token=books.new_token("tm"),
            channel_no=f"{secrets.randbelow(10**12):012d}",
            expires_at=asked.expires_at,
            terminal_id=asked.terminal_id,
        )
        try:
            return self._told(self.books.open(trade))
        except Refused as refused:
            if refused.reason == "paid":
                return self._told(self.books.trade(asked.kind, asked.number))
            raise

    def waiting(self, terminal_id: str) -> Trade | None:
        """The sale that a terminal shows."""
        found = (one for one in self.books.trades() if one.terminal_id == terminal_id and one.state == "waiting")
        return next(found, None)

    def shown(self) -> dict[str, Trade | None]:
        """Every terminal that was ever used, with the sale it shows."""
        names = sorted({one.terminal_id for one in self.books.trades() if one.terminal_id})
        return {name: self.waiting(name) for name in names}

    def _told(self, trade: Trade) -> SaleFound:
        back = self.books.refunded(trade)
        return SaleFound(trade.number, trade.state, trade.amount, back, trade.channel_no, trade.paid_at, trade.payer)

    def _close(self, kind: TerminalKind, number: str) -> SaleFound:
        try:
            return self._told(self.books.close(kind, number))
        except Refused as refused:
            if refused.reason == "paid":
                return self._told(self.books.trade(kind, number))
            raise

    def _refund(self, kind: TerminalKind, asked: RefundAsk) -> RefundTold:
        if asked.amount < 1 or self.books.trade(kind, asked.number).amount != asked.total:
            raise Refused("different")
        refund = Refund(
            channel=kind,
            number=asked.refund_number,
            payment_no=asked.number,
            amount=asked.amount,
            channel_no=f"{secrets.randbelow(10**12):012d}",
            asked_at=self.books.clock.now(),
            reason=asked.reason,
        )
        return _told_refund(self.books.settle(self.books.refund(refund)))

    def _settlement(self, kind: TerminalKind, day: date) -> Settlement:
        paid = [
            SettledLine("payment", one.number, one.number, one.channel_no, one.amount, one.paid_at or one.opened_at,
                        _fee(kind, one.amount))
            for one in self.books.paid_on(kind, day)
        ]  # fmt: skip
        back = [
            SettledLine("refund", one.number, one.payment_no, one.channel_no, one.amount, one.done_at or one.asked_at,
                        -_fee(kind, one.amount))
            for one in self.books.refunded_on(kind, day)
        ]  # fmt: skip
        return Settlement(day, paid + back)


def _fee(kind: TerminalKind, fen: int) -> int:
    return int((fen * RATE[kind]).quantize(Decimal(1), ROUND_HALF_UP))


def _told_refund(refund: Refund) -> RefundTold:
    return RefundTold(refund.payment_no, refund.number, refund.state, refund.amount, refund.channel_no, refund.done_at)


def payer_of(user: str) -> str:
    """How a terminal names a user's card or face: masked."""
    return f"621700******{int(user.removeprefix('u')):04d}"


@route("/terminals/{rest:path}", http_method=[HttpMethod.GET, HttpMethod.POST])
async def host(request: AnyRequest, rest: FromPath[str], state: State) -> Response[bytes]:
    """Every address of the host."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    desk: TerminalDesk = state.terminals
    status, content, signed = desk.answer(request.method, request.scope["path"], headers, await request.body())
    kind = "application/json; charset=utf-8"
    return Response(content, status_code=status, headers={"x-terminal-signature": signed}, media_type=kind)


@get("/terminals")
async def terminals_page(request: AnyRequest, state: State) -> Response[str]:
    """The terminals and what each shows."""
    language = Language.from_header(request.headers.get("accept-language"))

    def say(zh: str, en: str) -> str:
        return escape(Bilingual(zh, en).in_language(language))

    content = "".join(_terminal(name, trade, say) for name, trade in state.terminals.shown().items())
    content = content or f"<p class=empty>{say('还没有终端收过款。', 'No terminal was used yet.')}</p>"
    if request.headers.get("x-part"):
        return pages.part(content)
    title = say("支付终端", "Payment terminals")
    subtitle = say("窗口和自助机旁的刷卡与刷脸设备", "Card and face devices beside windows and kiosks")
    return pages.page(title, subtitle, content, language=language.value, live=True)


def _terminal(name: str, trade: Trade | None, say: Any) -> str:
    head = f"<div class=meta><span>{escape(name)}</span></div>"
    if trade is None:
        return f"<article class=card>{head}<p class=text>{say('空闲', 'Idle')}</p></article>"
    act = _ACTS[trade.channel]
    amount = f"<p class=amount><span>¥</span>{yuan_text(trade.amount)}</p>"
    return (
        f"<article class=card>{head}<p class=text>{escape(trade.subject)}</p>{amount}"
        f'<form method=post action="/pay/{escape(trade.token)}"><input type=hidden name=user value=u001>'
        f"<button name=action value=pay>{say(act.zh, act.en)}</button>"
        f"<button class=plain name=action value=refuse>{say('取消', 'Cancel')}</button></form></article>"
    )


@post("/terminals-forge", status_code=204)
async def forge(state: State) -> None:
    """Let the next answer carry a signature that does not fit."""
    state.terminals.forge = True


ROUTES = [host, terminals_page, forge]
