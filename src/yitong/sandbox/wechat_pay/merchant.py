"""The merchant's one door at WeChat Pay: every signed request, and the notices that follow from what payers do."""

import re
import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs

import httpx
import msgspec

from yitong.gateways.sandbox_keys import WECHAT_MERCHANT_ID
from yitong.kernel.clock import day_of
from yitong.kernel.settings import Settings
from yitong.sandbox.asking import USERS
from yitong.sandbox.channels.books import BEIJING, ZONE, Books, Refund, Trade
from yitong.sandbox.channels.notices import Message, Notifier, Trouble
from yitong.sandbox.wechat import Wechat
from yitong.sandbox.wechat_pay import bill
from yitong.sandbox.wechat_pay.mixed import Mixed, MixedOrders
from yitong.sandbox.wechat_pay.orders import Orders, Refusal, param_error
from yitong.sandbox.wechat_pay.signing import NotSigned, Signing

PAUSES = (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600)
MIXED_PAUSES = (5, 10, 15)  # such notices are not sent for longer
PREFIX = "/wechat/pay"
Work = Callable[[str], dict[str, Any] | bytes | None]


class Answer(msgspec.Struct, frozen=True):
    """What goes back to the merchant."""

    status: int
    body: bytes
    headers: dict[str, str]


class WechatPayDesk:
    """WeChat Pay as one merchant sees it."""

    def __init__(self, settings: Settings, books: Books, notifier: Notifier, wechat: Wechat) -> None:
        self.signing = Signing(settings)
        self.orders = Orders(books, {wechat.openid(user): name for user, name in USERS})
        self.mixed = MixedOrders(settings.data_path / "sandbox" / "mixed.jsonl", self.orders)
        self._books = books
        self._notifier = notifier
        self._files: dict[str, bytes] = {}
        self.forge = False  # sign the next answer with somebody else's key

    def answer(self, method: str, path: str, query: str, headers: dict[str, str], body: str, origin: str) -> Answer:
        """The signed answer to a request; ``path`` without our prefix."""
        try:
            whole = f"{path}?{query}" if query else path
            self.signing.check(headers.get("authorization", ""), method, whole, body)
            self.signing.wanted = headers.get("wechatpay-serial", "")
            params = {name: values[0] for name, values in parse_qs(query).items()}
            content = self._dispatch(method, path, params, headers, body, origin)
        except NotSigned as error:
            return self._signed(401, {"code": "SIGN_ERROR", "message": str(error)})
        except Refusal as refusal:
            return self._signed(refusal.status, {"code": refusal.code, "message": refusal.message})
        if isinstance(content, bytes):
            return Answer(200, content, {"content-type": "application/octet-stream"})
        return self._signed(204 if content is None else 200, content)

    def _signed(self, status: int, content: dict[str, Any] | None) -> Answer:
        text = msgspec.json.encode(content).decode() if content is not None else ""
        signed = self.signing.headers(text, forged=self.forge)
        self.forge = False
        return Answer(status, text.encode(), {**signed, "Request-ID": secrets.token_hex(12)})

    def _dispatch(
        self, method: str, path: str, params: dict[str, str], headers: dict[str, str], body: str, origin: str
    ) -> dict[str, Any] | bytes | None:
        ways: tuple[tuple[str, str, Work], ...] = (
            ("POST", r"/v3/pay/transactions/(jsapi|native|h5|codepay)", lambda way: self._open(way, body, origin)),
            ("GET", r"/v3/pay/transactions/out-trade-no/([^/]+)", lambda no: self._find(no, params)),
            ("POST", r"/v3/pay/transactions/out-trade-no/([^/]+)/close", self.orders.close),
            ("POST", r"/v3/refund/domestic/refunds()", lambda _: self._refund(body)),
            ("GET", r"/v3/refund/domestic/refunds/([^/]+)", self.orders.find_refund),
            ("GET", r"/v3/bill/tradebill()", lambda _: self._bill(params, origin)),
            ("GET", r"/v3/billdownload/file()", lambda _: self._file(params)),
            ("GET", r"/v3/certificates()", lambda _: {"data": self.signing.listed()}),
            ("POST", r"/v3/med-ins/orders()", lambda _: self._open_mixed(body, headers, origin)),
            (
                "GET",
                r"/v3/med-ins/orders/(?:out|mix)-trade-no/([^/]+)",
                lambda no: self.mixed.told(self.mixed.find(no)),
            ),
            (
                "POST",
                r"/v3/med-ins/refunds/notify()",
                lambda _: self.mixed.tell_refund(params.get("mix_trade_no", ""), body),
            ),
        )
        for verb, pattern, work in ways:
            found = re.fullmatch(pattern, path)
            if found and verb == method:
                return work(found[1])
        raise Refusal(404, "NOT_FOUND", "接口不存在")

    def _open(self, way: str, body: str, origin: str) -> dict[str, Any]:
        trade, said = self.orders.open(way, body, origin)
        if trade.state == "paid":
            self.tell(trade)
        return said

    def _find(self, number: str, params: dict[str, str]) -> dict[str, Any]:
        if params.get("mchid") != WECHAT_MERCHANT_ID:
            raise param_error("mchid")
        return self.orders.find(number)

    def _open_mixed(self, body: str, headers: dict[str, str], origin: str) -> dict[str, Any]:
        return self.mixed.open(body, self.signing.key_of(headers.get("wechatpay-serial", "")), origin)

    def _refund(self, body: str) -> dict[str, Any]:
        refund, said = self.orders.refund(body)
        if refund.state == "processing":
            # It reaches the payer a moment later: the answer still says that it is on its way.
            self._books.settle(refund)
            self.tell_refund(refund)
        return said

    def _bill(self, params: dict[str, str], origin: str) -> dict[str, Any]:
        try:
            day = date.fromisoformat(params.get("bill_date", ""))
        except ValueError as error:
            raise param_error("bill_date") from error
        # The real one has only days that are over; a demo wants to see today's, too.
        if day > day_of(self._books.clock.now(), ZONE):
            raise param_error("bill_date")
        packed, digest = bill.packed(bill.written(self._books, day))
        token = secrets.token_urlsafe(24)
        self._files[token] = packed
        address = f"{origin}{PREFIX}/v3/billdownload/file?token={token}"
        return {"download_url": address, "hash_type": "SHA1", "hash_value": digest}

    def _file(self, params: dict[str, str]) -> bytes:
        found = self._files.get(params.get("token", ""))
        if found is None:
            raise param_error("token")
        return found

    def tell(self, trade: Trade) -> None:
        """Send the notice of a payment."""
        self._send(
            trade.number, trade.notify_url, "TRANSACTION.SUCCESS", "transaction", lambda: self.orders.told(trade)
        )

    def tell_refund(self, refund: Refund) -> None:
        """Send the notice of a refund."""
        event = "REFUND.SUCCESS" if refund.state == "done" else "REFUND.ABNORMAL"
        self._send(
            refund.number, refund.notify_url, event, "refund", lambda: self.orders.told_refund(refund, notice=True)
        )

    def tell_mixed(self, order: Mixed) -> None:
        """Send the notice of a mixed order."""
        number, url = order.body.out_trade_no, order.body.callback_url
        self._send(number, url, "MEDICAL_INSURANCE.SUCCESS", "medins", lambda: self.mixed.told(order), MIXED_PAUSES)

    def _send(
        self,
        about: str,
        url: str,
        event: str,
        associated: str,
        told: Callable[[], dict[str, Any]],
        pauses: tuple[float, ...] = PAUSES,
    ) -> None:
        if not url:
            return
        notice_id, created = secrets.token_hex(16), datetime.now(UTC)

        def make(trouble: Trouble | None) -> Message:
            content = _wrong(told(), trouble)
            body = {
                "id": notice_id,
                "create_time": created.astimezone(BEIJING).isoformat(timespec="seconds"),
                "event_type": event,
                "resource_type": "encrypt-resource",
                "summary": "",
                "resource": {
                    "original_type": associated,
                    **self.signing.sealed(msgspec.json.encode(content).decode(), associated),
                },
            }
            text = msgspec.json.encode(body).decode()
            signed = self.signing.headers(
                text,
                age_s=600 if trouble is Trouble.STALE else 0,
                serial="7" * 40 if trouble is Trouble.UNKNOWN_SERIAL else "",
                forged=trouble is Trouble.FORGED,
                prefix="WECHATPAY/SIGNTEST/" if trouble is Trouble.PROBE else "",
            )
            return Message(url, {**signed, "Content-Type": "application/json"}, text.encode())

        self._notifier.send("wechat", about, make, _taken, pauses)


def _taken(answer: httpx.Response) -> bool:
    return answer.status_code in (200, 204)


def _wrong(content: dict[str, Any], trouble: Trouble | None) -> dict[str, Any]:
    if trouble is Trouble.WRONG_MERCHANT:
        return {**content, "mchid": "1900000002", "appid": "wx0000000000000002"}
    if trouble is Trouble.WRONG_AMOUNT and "amount" in content:
        amount = content["amount"]
        more = {name: value + 1 for name, value in amount.items() if isinstance(value, int)}
        return {**content, "amount": {**amount, **more}}
    if trouble is Trouble.WRONG_AMOUNT and "total_fee" in content:
        return {**content, "total_fee": content["total_fee"] + 1}
    return content
