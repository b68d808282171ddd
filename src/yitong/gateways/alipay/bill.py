"""Alipay's bill of a day: a ZIP of GBK tables, of which the one with a line for each trade is read."""

import csv
import io
import zipfile
from decimal import InvalidOperation

from yitong.billing.ports import ChannelLine
from yitong.gateways.alipay.gateway import PARTY, beijing_time
from yitong.kernel.money import fen_from_yuan
from yitong.kernel.outside import GatewayUnavailable


def read_bill(packed: bytes) -> list[ChannelLine]:
    """The payments and refunds of a bill; a refund's amounts are negative there. Raises GatewayUnavailable."""
    try:
        with zipfile.ZipFile(io.BytesIO(packed), metadata_encoding="gbk") as files:
            name = next(one for one in files.namelist() if "业务明细" in one and "汇总" not in one)
            text = files.read(name).decode("gbk")
        # Lines that begin with a number sign speak about the table.
        table = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
        rows = list(csv.DictReader(table, strict=True))
        return [_line({key.strip(): (value or "").strip() for key, value in row.items()}) for row in rows]
    except (zipfile.BadZipFile, StopIteration, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise GatewayUnavailable(PARTY, f"the bill cannot be read: {type(error).__name__}") from error
    except (ValueError, InvalidOperation, AttributeError) as error:
        raise GatewayUnavailable(PARTY, f"a line of the bill cannot be read: {error}") from error


def _line(row: dict[str, str]) -> ChannelLine:
    amount, fee = fen_from_yuan(row["订单金额（元）"]), fen_from_yuan(row["服务费（元）"] or "0")
    payment_no, trade_no, at = row["商户订单号"], row["支付宝交易号"], beijing_time(row["完成时间"])
    match row["业务类型"]:
        case "交易":
            return ChannelLine("payment", payment_no, payment_no, trade_no, amount, at, -fee)
        case "退款":
            return ChannelLine("refund", row["退款批次号/请求号"], payment_no, trade_no, -amount, at, -fee)
        case other:
            raise ValueError(f"kind {other}")
