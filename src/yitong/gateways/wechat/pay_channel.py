"""WeChat Pay as a payment channel: JSAPI, native, H5 and shown codes, queries, refunds and the bill of a day."""

import secrets
import time
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from wechatpayv3.async_ import WeChatPayType

from yitong.billing.ports import ChannelLine, ChannelName, PaymentAsk, PaymentFound, PaymentOpened, RefundFound
from yitong.gateways.wechat.pay import PARTY, WechatPay
from yitong.gateways.wechat.pay_bill import read_bill, unpacked
from yitong.gateways.wechat.pay_words import Refund, Transaction, payment_found, refund_found
from yitong.kernel.outside import GatewayRefused

_BEIJING = ZoneInfo("Asia/Shanghai")
_NEVER_HEARD = frozenset({"ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"})
_PAID = frozenset({"ORDERPAID", "ORDER_PAID"})
_CLOSED = frozenset({"ORDER_CLOSED", "ORDERCLOSED"})
_PAYING = frozenset({"USERPAYING", "USER_PAYING"})
_KINDS = {"jsapi": WeChatPayType.JSAPI, "native": WeChatPayType.NATIVE, "h5": WeChatPayType.H5}


class Opened(msgspec.Struct, frozen=True):
    """The answer to an order: one of the three, by its kind."""

    prepay_id: str = ""
    code_url: str = ""
    h5_url: str = ""


class BillAddress(msgspec.Struct, frozen=True):
    """Where a bill's file is, and the digest of its text."""

    download_url: str
    hash_type: str
    hash_value: str


class Nothing(msgspec.Struct, frozen=True):
    """An answer without content (204)."""


class WechatPayChannel:
    """Plays billing's part of the payment channel ``wechat``. ``device_address`` is ours, which orders have to name."""

    name: ChannelName = "wechat"

    def __init__(self, pay: WechatPay, device_address: str = "127.0.0.1") -> None:
        self._pay = pay
        self._device_address = device_address

    async def open(self, ask: PaymentAsk) -> PaymentOpened:
        """Open a payment; the same order again answers the same. Raises GatewayRefused, GatewayUnavailable."""
        try:
            if ask.scene == "code":
                return await self._open_code(ask)
            opened = await self._pay.ask(lambda: self._order(ask), Opened)
        except GatewayRefused as refused:
            if refused.reason in _PAID:
                return PaymentOpened({}, paid=True)
            raise
        if ask.scene == "jsapi":
            return PaymentOpened(self._invocation(opened.prepay_id))
        shown = {"code_url": opened.code_url} if ask.scene == "native" else {"h5_url": opened.h5_url}
        return PaymentOpened(shown)

    async def _order(self, ask: PaymentAsk) -> tuple[int, str | bytes]:
        if ask.scene not in _KINDS:
            raise GatewayRefused(PARTY, "scene-unknown", ask.scene)
        scene_info: dict[str, Any] = {"payer_client_ip": self._device_address}
        if ask.scene == "h5":
            scene_info["h5_info"] = {"type": "Wap"}
        return await self._pay.pay(
            ask.subject,
            ask.payment_no,
            {"total": ask.amount, "currency": "CNY"},
            payer={"openid": ask.payer} if ask.scene == "jsapi" else None,
            time_expire=ask.expires_at.astimezone(_BEIJING).isoformat(timespec="seconds"),
            attach=ask.attach or None,
            scene_info=scene_info,
            pay_type=_KINDS[ask.scene],
        )

    async def _open_code(self, ask: PaymentAsk) -> PaymentOpened:
        """Charge the code that the payer shows; a payer who has to type a password first makes us wait."""
        try:
            said = await self._pay.ask(
                lambda: self._pay.pay(
                    ask.subject,
                    ask.payment_no,
                    {"total": ask.amount, "currency": "CNY"},
                    payer={"auth_code": ask.payer},
                    attach=ask.attach or None,
                    scene_info={"device_ip": self._device_address},
                    pay_type=WeChatPayType.CODEPAY,
                ),
                Transaction,
            )
        except GatewayRefused as refused:
            if refused.reason in _PAYING:
                return PaymentOpened({})
            raise
        return PaymentOpened({}, paid=said.trade_state == "SUCCESS")

    def _invocation(self, prepay_id: str) -> dict[str, str]:
        """What the page in WeChat calls the payment with; signed over four of its values."""
        said = [self._pay.merchant.app_id, str(int(time.time())), secrets.token_hex(16), f"prepay_id={prepay_id}"]
        names = ("appId", "timeStamp", "nonceStr", "package")
        return {**dict(zip(names, said, strict=True)), "signType": "RSA", "paySign": self._pay.sign(said)}

    async def find(self, payment_no: str) -> PaymentFound | None:
        """What became of a payment. A partly refunded one is ``paid``: WeChat does not tell how much went back."""
        try:
            return payment_found(await self._pay.ask(lambda: self._pay.query(out_trade_no=payment_no), Transaction))
        except GatewayRefused as refused:
            if refused.reason in _NEVER_HEARD:
                return None
            raise

    async def close(self, payment_no: str) -> PaymentFound:
        """End a payment that was not made; what WeChat then says of it decides."""
        try:
            await self._pay.ask(lambda: self._pay.close(payment_no), Nothing)
        except GatewayRefused as refused:
            if refused.reason not in _PAID | _CLOSED | _NEVER_HEARD | _PAYING:
                raise
        return await self.find(payment_no) or PaymentFound(payment_no, "closed", 0)

    async def refund(self, payment_no: str, refund_no: str, amount: int, total: int, reason: str) -> RefundFound:
        """Give back a part; the same number again answers the same refund."""
        money = {"refund": amount, "total": total, "currency": "CNY"}
        return refund_found(
            await self._pay.ask(
                lambda: self._pay.refund(
                    refund_no,
                    money,
                    out_trade_no=payment_no,
                    reason=reason[:80] or None,
                    notify_url=self._pay.notify_url,
                ),
                Refund,
            )
        )

    async def find_refund(self, payment_no: str, refund_no: str) -> RefundFound | None:
        """What became of a refund."""
        try:
            return refund_found(await self._pay.ask(lambda: self._pay.query_refund(refund_no), Refund))
        except GatewayRefused as refused:
            if refused.reason in _NEVER_HEARD:
                return None
            raise

    async def lines(self, day: date) -> list[ChannelLine]:
        """WeChat's bill of a day (ready from ten in the morning of the next), whole by its digest.

        Raises GatewayUnavailable while the bill is being made, or when what came is not whole.
        """
        try:
            address = await self._pay.ask(lambda: self._pay.trade_bill(day.isoformat()), BillAddress)
        except GatewayRefused as refused:
            if refused.reason == "NO_STATEMENT_EXIST":
                return []
            raise
        packed = await self._pay.file(address.download_url)
        return read_bill(unpacked(packed, address.hash_value), self._pay.merchant)
