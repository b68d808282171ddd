"""Alipay as a payment channel: trades in its app, on a web page, by a QR code or by a code that the payer shows."""

from datetime import date, datetime
from typing import Any

import msgspec

from yitong.billing.ports import (
    ChannelLine,
    ChannelName,
    PaymentAsk,
    PaymentFound,
    PaymentOpened,
    PaymentState,
    RefundFound,
)
from yitong.gateways.alipay.bill import read_bill
from yitong.gateways.alipay.gateway import BEIJING, PARTY, AlipayGateway, NoticeRefused, Said, beijing_time
from yitong.kernel.money import fen_from_yuan, yuan_text
from yitong.kernel.outside import GatewayRefused

_NEVER_HEARD = "ACQ.TRADE_NOT_EXIST"
_PAID = "ACQ.TRADE_HAS_SUCCESS"
_NO_BILL = frozenset({"isp.bill_not_exist", "BILL_NOT_EXIST", "isv.bill-not-exist"})
_STATES: dict[str, PaymentState] = {
    "WAIT_BUYER_PAY": "waiting",
    "TRADE_SUCCESS": "paid",
    "TRADE_FINISHED": "paid",
    "TRADE_CLOSED": "closed",  # not paid, or given back as a whole
}


class Trade(msgspec.Struct, frozen=True):
    """A trade, as the query tells it; amounts are yuan."""

    out_trade_no: str
    trade_status: str
    total_amount: str
    trade_no: str = ""
    buyer_user_id: str = ""
    buyer_open_id: str = ""
    send_pay_date: str = ""


class Created(msgspec.Struct, frozen=True):
    """The answers of create, precreate and pay: each tells one or the other."""

    trade_no: str = ""
    qr_code: str = ""
    code: str = ""


class Cancelled(msgspec.Struct, frozen=True):
    """The answer of cancel: whether it closed the trade or gave the money back."""

    action: str = ""


class Refunded(msgspec.Struct, frozen=True):
    """The answer of a refund; ``fund_change`` Y says that this very request moved the money."""

    out_trade_no: str
    trade_no: str = ""
    fund_change: str = ""


class RefundQuery(msgspec.Struct, frozen=True):
    """The answer of a refund's query; empty for a refund that was not made."""

    out_trade_no: str = ""
    out_request_no: str = ""
    refund_amount: str = ""
    refund_status: str = ""
    trade_no: str = ""
    gmt_refund_pay: str = ""


class BillAddress(msgspec.Struct, frozen=True):
    """Where a bill's file is, for half a minute."""

    bill_download_url: str


class AlipayChannel:
    """Plays billing's part of the payment channel ``alipay``. ``return_url`` is where the web page leads back to."""

    name: ChannelName = "alipay"

    def __init__(self, gateway: AlipayGateway, notify_url: str, return_url: str, seller_id: str = "") -> None:
        self._gateway = gateway
        self._notify_url = notify_url
        self._return_url = return_url
        self._seller_id = seller_id

    async def open(self, ask: PaymentAsk) -> PaymentOpened:
        """Open a payment; the same again answers the same. Raises GatewayRefused, GatewayUnavailable.

        A QR code and a web page make the trade only when the payer comes: until then nobody has heard of it.
        """
        content = self._content(ask)
        try:
            match ask.scene:
                case "jsapi":
                    made = await self._make("alipay.trade.create", {**content, "buyer_id": ask.payer})
                    return PaymentOpened({"trade_no": made.trade_no})
                case "native":
                    made = await self._make("alipay.trade.precreate", content)
                    return PaymentOpened({"code_url": made.qr_code})
                case "h5":
                    page = {**content, "product_code": "QUICK_WAP_WAY", "quit_url": self._return_url}
                    signed = self._gateway.signed(
                        "alipay.trade.wap.pay", page, notify_url=self._notify_url, return_url=self._return_url
                    )
                    return PaymentOpened({"h5_url": f"{self._gateway.url}?{signed}"})
                case "code":
                    shown = {"scene": "bar_code", "auth_code": ask.payer, "product_code": "FACE_TO_FACE_PAYMENT"}
                    made = await self._make("alipay.trade.pay", {**content, **shown})
                    return PaymentOpened({}, paid=made.code == "10000")
                case other:
                    raise GatewayRefused(PARTY, "scene-unknown", other)
        except GatewayRefused as refused:
            if refused.reason == _PAID:
                return PaymentOpened({}, paid=True)
            raise

    def _content(self, ask: PaymentAsk) -> dict[str, Any]:
        return {
            "out_trade_no": ask.payment_no,
            "total_amount": yuan_text(ask.amount),
            "subject": ask.subject,
            "time_expire": f"{ask.expires_at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}",
            "passback_params": ask.attach,
        }

    async def _make(self, method: str, content: dict[str, Any]) -> Created:
        return await self._gateway.execute(method, content, Created, notify_url=self._notify_url)

    async def find(self, payment_no: str) -> PaymentFound | None:
        """What became of a payment; None also while nobody came to the QR code or the page."""
        try:
            said = await self._gateway.execute("alipay.trade.query", {"out_trade_no": payment_no}, Trade)
        except GatewayRefused as refused:
            if refused.reason == _NEVER_HEARD:
                return None
            raise
        return PaymentFound(
            payment_no=said.out_trade_no,
            state=_STATES.get(said.trade_status, "unknown"),
            amount=fen_from_yuan(said.total_amount),
            channel_no=said.trade_no,
            paid_at=_moment(said.send_pay_date),
            payer=said.buyer_user_id or said.buyer_open_id,
        )

    async def close(self, payment_no: str) -> PaymentFound:
        """End a payment that was not made.

        A trade that nobody came to yet cannot be closed, yet its QR code would stay good: it is cancelled, which gives
        the money back should somebody have paid in that very moment.
        """
        try:
            await self._gateway.execute("alipay.trade.close", {"out_trade_no": payment_no}, Said)
        except GatewayRefused as refused:
            if refused.reason == _NEVER_HEARD:
                return await self._cancel(payment_no)
            found = await self.find(payment_no)
            if found is None or found.state == "waiting":
                raise
            return found
        return await self.find(payment_no) or PaymentFound(payment_no, "closed", 0)

    async def _cancel(self, payment_no: str) -> PaymentFound:
        said = await self._gateway.execute("alipay.trade.cancel", {"out_trade_no": payment_no}, Cancelled)
        found = await self.find(payment_no)
        if found is None:
            return PaymentFound(payment_no, "closed", 0)
        if said.action == "refund":
            return msgspec.structs.replace(found, state="refunded", refunded=found.amount)
        return found

    async def refund(self, payment_no: str, refund_no: str, amount: int, total: int, reason: str) -> RefundFound:
        """Give back a part; the same number again answers the same refund."""
        content = {
            "out_trade_no": payment_no,
            "out_request_no": refund_no,
            "refund_amount": yuan_text(amount),
            "refund_reason": reason[:128],
        }
        said = await self._gateway.execute("alipay.trade.refund", content, Refunded)
        if said.fund_change == "Y":
            return RefundFound(refund_no, payment_no, "done", amount, said.trade_no)
        # N says that this request moved nothing: an earlier one did, or none; the query tells which.
        found = await self.find_refund(payment_no, refund_no)
        return found or RefundFound(refund_no, payment_no, "processing", amount, said.trade_no)

    async def find_refund(self, payment_no: str, refund_no: str) -> RefundFound | None:
        """What became of a refund."""
        content = {"out_trade_no": payment_no, "out_request_no": refund_no, "query_options": ["gmt_refund_pay"]}
        try:
            said = await self._gateway.execute("alipay.trade.fastpay.refund.query", content, RefundQuery)
        except GatewayRefused as refused:
            if refused.reason == _NEVER_HEARD:
                return None
            raise
        if not said.refund_amount:
            return None
        state = "done" if said.refund_status in ("", "REFUND_SUCCESS") else "processing"
        done_at = _moment(said.gmt_refund_pay)
        return RefundFound(refund_no, payment_no, state, fen_from_yuan(said.refund_amount), said.trade_no, done_at)

    async def lines(self, day: date) -> list[ChannelLine]:
        """Alipay's bill of a day, ready on the next morning. Raises GatewayUnavailable."""
        content = {"bill_type": "trade", "bill_date": day.isoformat()}
        try:
            address = await self._gateway.execute(
                "alipay.data.dataservice.bill.downloadurl.query", content, BillAddress
            )
        except GatewayRefused as refused:
            if refused.reason in _NO_BILL:
                return []
            raise
        return read_bill(await self._gateway.file(address.bill_download_url))

    def read_notice(self, form: dict[str, str]) -> PaymentFound:
        """What a notice says of a payment. Raises NoticeRefused for any that is not to be believed."""
        self._gateway.check_notice(form)
        if self._seller_id and form.get("seller_id") != self._seller_id:
            raise NoticeRefused("merchant-unknown")
        try:
            amount, refunded = fen_from_yuan(form["total_amount"]), fen_from_yuan(form.get("refund_fee") or "0")
            paid_at = _moment(form.get("gmt_payment", ""))
        except (KeyError, ValueError) as error:
            raise NoticeRefused("body-unreadable") from error
        state = _STATES.get(form.get("trade_status", ""), "unknown")
        if state == "closed" and paid_at is not None:
            state = "refunded"
        number = form.get("out_trade_no", "")
        payer = form.get("buyer_id") or form.get("buyer_open_id", "")
        return PaymentFound(number, state, amount, refunded, form.get("trade_no", ""), paid_at, payer)


def _moment(text: str) -> datetime | None:
    return beijing_time(text) if text else None
