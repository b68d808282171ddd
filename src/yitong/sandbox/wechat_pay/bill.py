"""WeChat Pay's bill of a day, written as it is published: a header, backticked values, then the sums."""

import gzip
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha1

from yitong.gateways.sandbox_keys import APP_ID, WECHAT_MERCHANT_ID
from yitong.kernel.money import yuan_text
from yitong.sandbox.channels.books import BEIJING, Books, Refund, Trade
from yitong.sandbox.wechat_pay.orders import Refusal

NAMES = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注"
)
SUM_NAMES = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
RATE = Decimal("0.006")


def written(books: Books, day: date) -> bytes:
    """The text of a day's bill. Raises Refusal NO_STATEMENT_EXIST."""
    paid, back = books.paid_on("wechat", day), books.refunded_on("wechat", day)
    if not paid and not back:
        raise Refusal(400, "NO_STATEMENT_EXIST", "账单文件不存在")
    rows = [*(_payment(one) for one in paid), *(_refund(books.trade("wechat", one.payment_no), one) for one in back)]
    total, refunded = sum(one.amount for one in paid), sum(one.amount for one in back)
    sums = (str(len(rows)), yuan_text(total), yuan_text(refunded), "0.00", _fee(total - refunded))
    last = "`" + ",`".join((*sums, yuan_text(total), yuan_text(refunded)))
    lines = [NAMES, *("`" + ",`".join(row) for row in rows), SUM_NAMES, last]
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def packed(text: bytes) -> tuple[bytes, str]:
    """The gzipped file, and the digest of its text."""
    return gzip.compress(text, mtime=0), sha1(text, usedforsecurity=False).hexdigest()


def _fee(fen: int) -> str:
    return f"{(Decimal(fen) * RATE / 100):.5f}"


def _begun(trade: Trade, at: datetime | None, state: str) -> list[str]:
    when = f"{(at or trade.opened_at).astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
    who = [trade.payer, trade.kind, state, "OTHERS", "CNY"]
    return [when, APP_ID, WECHAT_MERCHANT_ID, "0", "", trade.channel_no, trade.number, *who]


def _payment(trade: Trade) -> list[str]:
    amount = yuan_text(trade.amount)
    back = ["0", "0", "0.00", "0.00", "", ""]
    ends = [trade.subject, trade.attach, _fee(trade.amount), "0.60%", amount, "0.00", ""]
    return [*_begun(trade, trade.paid_at, "SUCCESS"), amount, "0.00", *back, *ends]


def _refund(trade: Trade, refund: Refund) -> list[str]:
    amount = yuan_text(refund.amount)
    back = [refund.channel_no, refund.number, amount, "0.00", "ORIGINAL", "SUCCESS"]
    ends = [trade.subject, trade.attach, _fee(-refund.amount), "0.60%", "0.00", amount, ""]
    return [*_begun(trade, refund.done_at, "REFUND"), "0.00", "0.00", *back, *ends]
