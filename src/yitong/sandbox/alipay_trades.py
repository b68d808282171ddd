"""Alipay's trades over the sandbox's books: made by the payer's coming, closed, cancelled, given back."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from yitong.kernel.money import fen_from_yuan, yuan_text
from yitong.sandbox.asking import USERS
from yitong.sandbox.channels import books
from yitong.sandbox.channels.books import BEIJING, Books, Refund, Trade

NO_PASSWORD_FEN = 100_000
_NUMBER = re.compile(r"[0-9A-Za-z_]{1,64}")
_SHOWN_CODE = re.compile(r"(2[5-9]|30)\d{14,22}")
_WORDS = {
    "unknown": ("ACQ.TRADE_NOT_EXIST", "交易不存在"),
    "different": ("ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改"),
    "paid": ("ACQ.TRADE_HAS_SUCCESS", "交易已被支付"),
    "closed": ("ACQ.TRADE_HAS_CLOSE", "交易已经关闭"),
    "not-paid": ("ACQ.TRADE_STATUS_ERROR", "交易状态不合法"),
    "too-much": ("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额超过订单总金额"),
}
Answer = dict[str, Any]


class Content(msgspec.Struct):
    """``biz_content`` of the methods below."""

    out_trade_no: str = ""
    total_amount: str = ""
    subject: str = ""
    time_expire: str = ""
    passback_params: str = ""
    buyer_id: str = ""
    scene: str = ""
    auth_code: str = ""
    product_code: str = ""
    out_request_no: str = ""
    refund_amount: str = ""
    refund_reason: str = ""
    bill_type: str = ""
    bill_date: str = ""


class Failed(Exception):
    """A business failure (40004)."""

    def __init__(self, sub_code: str, sub_msg: str) -> None:
        super().__init__(sub_code)
        self.sub_code = sub_code
        self.sub_msg = sub_msg


def payer_id(user: str) -> str:
    """A user's id at Alipay."""
    return f"2088{user.removeprefix('u'):0>12}"


class Trades:
    """The trades of one application. ``tell`` sends the notice of a trade, with a refund when it is about one."""

    def __init__(self, kept: Books, tell: Callable[[Trade, Refund | None], None]) -> None:
        self.books = kept
        self._tell = tell

    def dispatch(self, form: dict[str, str], origin: str) -> Answer | None:
        """The content of the answer to a method; None for a method that is not known. Raises Failed."""
        ways: dict[str, Callable[[Content], Answer]] = {
            "alipay.trade.create": lambda asked: {"trade_no": self.open(form, asked, seen=True).channel_no},
            "alipay.trade.precreate": lambda asked: {
                "qr_code": f"{origin}/pay/{self.open(form, asked, seen=False).token}"
            },
            "alipay.trade.pay": lambda asked: self._pay(form, asked),
            "alipay.trade.query": lambda asked: self.told(self._known(asked)),
            "alipay.trade.close": self._close,
            "alipay.trade.cancel": self._cancel,
            "alipay.trade.refund": lambda asked: self._refund(form, asked),
            "alipay.trade.fastpay.refund.query": self._refund_query,
        }
        way = ways.get(form["method"])
        if way is None:
            return None
        asked = content_of(form)
        try:
            answer = way(asked)
        except books.Refused as refused:
            raise Failed(*_WORDS[refused.reason]) from refused
        return {"code": "10000", "msg": "Success", "out_trade_no": asked.out_trade_no, **answer}

    def open(self, form: dict[str, str], asked: Content, *, seen: bool) -> Trade:
        """Open a trade; ``seen`` tells whether it exists before its payer comes. Raises Failed, books.Refused."""
        try:
            amount = fen_from_yuan(asked.total_amount)
            expires = _moment(asked.time_expire) if asked.time_expire else None
        except ValueError as error:
            raise Failed("ACQ.INVALID_PARAMETER", "参数无效") from error
        if not _NUMBER.fullmatch(asked.out_trade_no) or amount < 1 or not asked.subject:
            raise Failed("ACQ.INVALID_PARAMETER", "参数无效")
        if form["method"] == "alipay.trade.create" and not asked.buyer_id:
            raise Failed("ACQ.INVALID_PARAMETER", "buyer_id")
        now = self.books.clock.now()
        return self.books.open(
            Trade(
                channel="alipay",
                number=asked.out_trade_no,
                amount=amount,
                subject=asked.subject,
                kind=form["method"],
                opened_at=now,
                token=books.new_token("al"),
                channel_no=books.new_number("", now),
                expires_at=expires,
                notify_url=form.get("notify_url", ""),
                return_url=form.get("return_url", ""),
                attach=asked.passback_params,
                seen=seen,
            )
        )

    def _known(self, asked: Content) -> Trade:
        trade = self.books.trade("alipay", asked.out_trade_no)
        if not trade.seen:
            raise books.Refused("unknown")
        return trade

    def _pay(self, form: dict[str, str], asked: Content) -> Answer:
        if asked.scene != "bar_code" or not _SHOWN_CODE.fullmatch(asked.auth_code):
            raise Failed("ACQ.PAYMENT_AUTH_CODE_INVALID", "支付授权码无效")
        trade = self.open(form, asked, seen=True)
        if trade.amount > NO_PASSWORD_FEN:
            return {"code": "10003", "msg": "order success pay inprocess", "trade_no": trade.channel_no}
        self.books.pay(trade, payer_id(USERS[int(asked.auth_code[-1]) % len(USERS)][0]))
        self._tell(trade, None)
        return {"trade_no": trade.channel_no, "total_amount": yuan_text(trade.amount), "buyer_user_id": trade.payer}

    def told(self, trade: Trade) -> Answer:
        """A trade as the query tells it."""
        said: Answer = {
            "out_trade_no": trade.number,
            "trade_no": trade.channel_no,
            "trade_status": self.status(trade),
            "total_amount": yuan_text(trade.amount),
            "buyer_user_id": trade.payer,
        }
        return said | ({"send_pay_date": _text(trade.paid_at)} if trade.paid_at else {})

    def status(self, trade: Trade) -> str:
        """The trade's status in Alipay's words; what went back as a whole is closed."""
        if trade.state == "paid":
            return "TRADE_CLOSED" if self.books.refunded(trade) == trade.amount else "TRADE_SUCCESS"
        return "WAIT_BUYER_PAY" if trade.state == "waiting" else "TRADE_CLOSED"

    def _close(self, asked: Content) -> Answer:
        trade = self._known(asked)
        try:
            self.books.close("alipay", trade.number)
        except books.Refused as refused:
            raise Failed("ACQ.REASON_TRADE_STATUS_INVALID", "交易状态异常") from refused
        return {"trade_no": trade.channel_no}

    def _cancel(self, asked: Content) -> Answer:
        try:
            trade = self.books.trade("alipay", asked.out_trade_no)
        except books.Refused:
            return {"retry_flag": "N", "action": ""}
        if trade.state != "paid":
            self.books.close("alipay", trade.number)
            return {"retry_flag": "N", "action": "close", "trade_no": trade.channel_no}
        rest = trade.amount - self.books.refunded(trade, pending=True)
        if rest:
            self._give_back(trade, f"cancel{trade.number}"[:64], rest, "", "撤销")
        return {"retry_flag": "N", "action": "refund", "trade_no": trade.channel_no}

    def _give_back(self, trade: Trade, number: str, amount: int, notify_url: str, reason: str) -> tuple[Refund, bool]:
        """A refund, and whether it was this request that moved the money."""
        now = self.books.clock.now()
        refund = Refund(
            channel="alipay",
            number=number,
            payment_no=trade.number,
            amount=amount,
            channel_no=trade.channel_no,
            asked_at=now,
            notify_url=notify_url or trade.notify_url,
            reason=reason,
        )
        kept = self.books.refund(refund)
        moved = kept.state == "processing"
        if moved and self.books.settle(kept).state == "done":
            self._tell(trade, kept)
        return kept, moved and kept.state == "done"

    def _refund(self, form: dict[str, str], asked: Content) -> Answer:
        trade = self._known(asked)
        try:
            amount = fen_from_yuan(asked.refund_amount)
        except ValueError as error:
            raise Failed("ACQ.INVALID_PARAMETER", "退款金额无效") from error
        number = asked.out_request_no or trade.number
        _, moved = self._give_back(trade, number, amount, form.get("notify_url", ""), asked.refund_reason)
        total = yuan_text(self.books.refunded(trade))
        return {"trade_no": trade.channel_no, "fund_change": "Y" if moved else "N", "refund_fee": total}

    def _refund_query(self, asked: Content) -> Answer:
        trade = self._known(asked)
        try:
            refund = self.books.find_refund("alipay", asked.out_request_no)
        except books.Refused:
            return {}
        if refund.payment_no != trade.number or refund.state != "done":
            return {}
        return {
            "trade_no": trade.channel_no,
            "out_request_no": refund.number,
            "total_amount": yuan_text(trade.amount),
            "refund_amount": yuan_text(refund.amount),
            "refund_status": "REFUND_SUCCESS",
            "gmt_refund_pay": _text(refund.done_at or refund.asked_at),
        }


def content_of(form: dict[str, str]) -> Content:
    """The ``biz_content`` of a request. Raises Failed."""
    try:
        return msgspec.json.decode(form.get("biz_content", "{}"), type=Content)
    except msgspec.MsgspecError as error:
        raise Failed("ACQ.INVALID_PARAMETER", "biz_content") from error


def _moment(text: str) -> datetime:
    return datetime.strptime(text + "+0800", "%Y-%m-%d %H:%M:%S%z")


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
