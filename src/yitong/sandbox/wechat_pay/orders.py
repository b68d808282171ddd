"""WeChat Pay's orders and refunds over the sandbox's books, with its own codes of refusal."""

import re
from datetime import datetime
from typing import Any

import msgspec

from yitong.gateways.sandbox_keys import APP_ID, WECHAT_MERCHANT_ID
from yitong.sandbox.asking import USERS
from yitong.sandbox.channels import books
from yitong.sandbox.channels.books import BEIJING, Books, Refund, Trade

_NUMBER = re.compile(r"[0-9A-Za-z_\-*|@]{6,32}")
_REFUND_NUMBER = re.compile(r"[0-9A-Za-z_\-*|@]{1,64}")
_SHOWN_CODE = re.compile(r"1[0-5]\d{16}")
NO_PASSWORD_FEN = 100_000  # a shown code over more than this makes the payer type a password
_PATHS = {"jsapi": "JSAPI", "native": "NATIVE", "h5": "MWEB", "codepay": "MICROPAY"}
_WORDS = {
    "unknown": (404, "ORDER_NOT_EXIST", "订单不存在"),
    "different": (403, "OUT_TRADE_NO_USED", "商户订单号重复"),
    "paid": (400, "ORDERPAID", "该订单已支付"),
    "closed": (400, "ORDER_CLOSED", "该订单已关闭"),
    "not-paid": (403, "INVALID_REQUEST", "订单未支付，不能退款"),
    "too-much": (403, "NOT_ENOUGH", "订单金额或退款金额与之前请求不一致，或退款总额超过订单金额"),
}


class Refusal(Exception):
    """WeChat Pay says no: a status, a code and a sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message


def param_error(message: str) -> Refusal:
    """A parameter is missing or wrong."""
    return Refusal(400, "PARAM_ERROR", message)


def said_no(refused: books.Refused) -> Refusal:
    """The books' refusal in WeChat Pay's words."""
    return Refusal(*_WORDS[refused.reason])


class _Amount(msgspec.Struct):
    total: int
    currency: str = "CNY"
    refund: int = 0


class _Payer(msgspec.Struct):
    openid: str = ""
    auth_code: str = ""


class OrderBody(msgspec.Struct):
    """What an order has to carry; the other fields are let through."""

    appid: str
    mchid: str
    description: str
    out_trade_no: str
    amount: _Amount
    notify_url: str = ""
    time_expire: datetime | None = None
    attach: str = ""
    payer: _Payer = msgspec.field(default_factory=_Payer)
    scene_info: dict[str, Any] = {}


class RefundBody(msgspec.Struct):
    """What the application for a refund has to carry."""

    out_refund_no: str
    amount: _Amount
    out_trade_no: str = ""
    notify_url: str = ""
    reason: str = ""


def typed(body: str, kind: type[Any]) -> Any:
    """A body as ``kind``. Raises Refusal PARAM_ERROR."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.MsgspecError as error:
        raise param_error(str(error)) from error


class Orders:
    """The merchant's orders."""

    def __init__(self, kept: Books, openids: dict[str, str]) -> None:
        self.books = kept
        self.openids = openids  # nickname by openid

    def open(self, way: str, body: str, origin: str) -> tuple[Trade, dict[str, Any]]:
        """Open an order; answers it and what WeChat answers. The payer's page is at ``origin``."""
        asked: OrderBody = typed(body, OrderBody)
        self._check(way, asked)
        now = self.books.clock.now()
        trade = Trade(
            channel="wechat",
            number=asked.out_trade_no,
            amount=asked.amount.total,
            subject=asked.description,
            kind=_PATHS[way],
            opened_at=now,
            token=books.new_token("wx"),
            channel_no=books.new_number("42000", now),
            expires_at=asked.time_expire,
            notify_url=asked.notify_url,
            attach=asked.attach,
        )
        try:
            trade = self.books.open(trade)
        except books.Refused as refused:
            raise said_no(refused) from refused
        page = f"{origin}/pay/{trade.token}"
        match way:
            case "jsapi":
                return trade, {"prepay_id": trade.token}
            case "native":
                return trade, {"code_url": page}
            case "h5":
                return trade, {"h5_url": page}
            case _:
                return trade, self._charge(trade, asked)

    def _check(self, way: str, asked: OrderBody) -> None:
        if way not in _PATHS:
            raise Refusal(404, "RESOURCE_NOT_EXISTS", way)
        if asked.appid != APP_ID or asked.mchid != WECHAT_MERCHANT_ID:
            raise Refusal(400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配")
        if not _NUMBER.fullmatch(asked.out_trade_no):
            raise param_error("out_trade_no")
        if asked.amount.total < 1 or asked.amount.currency != "CNY" or not 1 <= len(asked.description) <= 127:
            raise param_error("amount or description")
        if asked.time_expire is not None and asked.time_expire.tzinfo is None:
            raise param_error("time_expire has no zone")
        if way != "codepay" and (not asked.notify_url.startswith("http") or "?" in asked.notify_url):
            raise param_error("notify_url")
        if way == "jsapi" and asked.payer.openid not in self.openids:
            raise param_error("无效的openid")
        if way == "h5" and not asked.scene_info.get("h5_info"):
            raise param_error("scene_info.h5_info")

    def _charge(self, trade: Trade, asked: OrderBody) -> dict[str, Any]:
        code = asked.payer.auth_code
        if not _SHOWN_CODE.fullmatch(code):
            raise Refusal(400, "AUTH_CODE_INVALID", "付款码无效")
        if trade.amount > NO_PASSWORD_FEN:
            raise Refusal(400, "USERPAYING", "用户支付中，需要输入密码")
        openid = list(self.openids)[int(code[-1]) % len(USERS)]
        return self.told(self.books.pay(trade, openid))

    def told(self, trade: Trade) -> dict[str, Any]:
        """A payment as the query and the notice tell it."""
        went_back = self.books.refunded(trade, pending=True) > 0
        paid = "REFUND" if went_back else "SUCCESS"
        state = {"waiting": "NOTPAY", "closed": "CLOSED", "paid": paid}[trade.state]
        said: dict[str, Any] = {
            "appid": APP_ID,
            "mchid": WECHAT_MERCHANT_ID,
            "out_trade_no": trade.number,
            "trade_state": state,
            "trade_state_desc": {"NOTPAY": "订单未支付", "CLOSED": "订单已关闭"}.get(state, "支付成功"),
            "amount": {"total": trade.amount, "currency": "CNY"},
            "attach": trade.attach,
        }
        if trade.paid_at is not None:
            said |= {
                "transaction_id": trade.channel_no,
                "trade_type": trade.kind,
                "bank_type": "OTHERS",
                "success_time": _time(trade.paid_at),
                "payer": {"openid": trade.payer},
            }
            said["amount"] |= {"payer_total": trade.amount, "payer_currency": "CNY"}
        return said

    def find(self, number: str) -> dict[str, Any]:
        """The query by the merchant's number."""
        try:
            return self.told(self.books.trade("wechat", number))
        except books.Refused as refused:
            raise said_no(refused) from refused

    def close(self, number: str) -> None:
        """End an order."""
        try:
            self.books.close("wechat", number)
        except books.Refused as refused:
            raise said_no(refused) from refused

    def refund(self, body: str) -> tuple[Refund, dict[str, Any]]:
        """Take the application for a refund; answers it and what WeChat answers."""
        asked: RefundBody = typed(body, RefundBody)
        if not _REFUND_NUMBER.fullmatch(asked.out_refund_no) or asked.amount.refund < 1:
            raise param_error("out_refund_no or amount")
        now = self.books.clock.now()
        refund = Refund(
            channel="wechat",
            number=asked.out_refund_no,
            payment_no=asked.out_trade_no,
            amount=asked.amount.refund,
            channel_no=books.new_number("50000", now),
            asked_at=now,
            notify_url=asked.notify_url,
            reason=asked.reason,
        )
        try:
            if self.books.trade("wechat", asked.out_trade_no).amount != asked.amount.total:
                raise books.Refused("too-much")
            refund = self.books.refund(refund)
        except books.Refused as refused:
            raise said_no(refused) from refused
        return refund, self.told_refund(refund)

    def told_refund(self, refund: Refund, *, notice: bool = False) -> dict[str, Any]:
        """A refund as the query or the notice tells it."""
        trade = self.books.trade("wechat", refund.payment_no)
        state = {"processing": "PROCESSING", "done": "SUCCESS", "failed": "ABNORMAL"}[refund.state]
        said: dict[str, Any] = {
            "refund_id": refund.channel_no,
            "out_refund_no": refund.number,
            "transaction_id": trade.channel_no,
            "out_trade_no": trade.number,
            "user_received_account": "支付用户零钱",
            "amount": {
                "total": trade.amount,
                "refund": refund.amount,
                "payer_total": trade.amount,
                "payer_refund": refund.amount,
            },
            **({"refund_status": state, "mchid": WECHAT_MERCHANT_ID} if notice else {"status": state}),
        }
        if not notice:
            said |= {"channel": "ORIGINAL", "create_time": _time(refund.asked_at), "funds_account": "UNSETTLED"}
            said["amount"] |= {"currency": "CNY", "settlement_total": trade.amount, "settlement_refund": refund.amount}
        return said | ({"success_time": _time(refund.done_at)} if refund.done_at else {})

    def find_refund(self, number: str) -> dict[str, Any]:
        """The query of a refund."""
        try:
            return self.told_refund(self.books.find_refund("wechat", number))
        except books.Refused as refused:
            raise Refusal(404, "RESOURCE_NOT_EXISTS", "退款单不存在") from refused


def _time(moment: datetime) -> str:
    return moment.astimezone(BEIJING).isoformat(timespec="seconds")
