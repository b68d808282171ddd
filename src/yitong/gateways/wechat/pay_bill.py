"""WeChat Pay's bill of a day (tradebill, type ALL): gzipped text, every value behind a backtick, sums at the end."""

import gzip
import zlib
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from hashlib import sha1
from zoneinfo import ZoneInfo

from yitong.billing.ports import ChannelLine
from yitong.gateways.wechat.pay import PARTY, Merchant
from yitong.kernel.money import fen_from_yuan
from yitong.kernel.outside import GatewayUnavailable

_BEIJING = ZoneInfo("Asia/Shanghai")


def unpacked(packed: bytes, digest: str) -> str:
    """The text of a bill. Raises GatewayUnavailable when it is not the one that the digest (SHA-1) was made of."""
    try:
        content = gzip.decompress(packed)
        text = content.decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise GatewayUnavailable(PARTY, "the bill is no gzipped text") from error
    if sha1(content, usedforsecurity=False).hexdigest() != digest.lower():
        raise GatewayUnavailable(PARTY, "the bill does not fit its digest")
    return text


def read_bill(text: str, merchant: Merchant) -> list[ChannelLine]:
    """The payments and refunds of a bill. Raises GatewayUnavailable for a line that cannot be read."""
    names: list[str] | None = None
    found: list[ChannelLine] = []
    for line in text.splitlines():
        if not line.startswith("`"):
            if names is not None:
                break  # the names of the sums
            names = line.strip().split(",")
            continue
        try:
            row = dict(zip(names or [], line[1:].split(",`"), strict=True))
            if row["商户号"] != merchant.merchant_id:
                raise ValueError("another merchant's line")
            one = _line(row)
        except (KeyError, ValueError, InvalidOperation) as error:
            raise GatewayUnavailable(PARTY, f"a line of the bill cannot be read: {error}") from error
        if one is not None:
            found.append(one)
    return found


def _line(row: dict[str, str]) -> ChannelLine | None:
    at = datetime.strptime(row["交易时间"] + "+0800", "%Y-%m-%d %H:%M:%S%z").astimezone(_BEIJING)
    fee = int((Decimal(row["手续费"]) * 100).quantize(Decimal(1), ROUND_HALF_UP))
    payment_no, transaction = row["商户订单号"], row["微信订单号"]
    match row["交易状态"]:
        case "SUCCESS":
            amount = fen_from_yuan(row["订单金额"])
            return ChannelLine("payment", payment_no, payment_no, transaction, amount, at, fee)
        case "REFUND" | "REVOKED":
            amount = fen_from_yuan(row["申请退款金额"])
            return ChannelLine("refund", row["商户退款单号"], payment_no, row["微信退款单号"], amount, at, fee)
        case other:
            raise ValueError(f"state {other}")
