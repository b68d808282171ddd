"""Alipay's bill of a day as it is handed out: a ZIP of two GBK tables, the trades and their sums."""

import io
import zipfile
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from yitong.gateways.sandbox_keys import ALIPAY_SELLER_ID
from yitong.kernel.money import yuan_text
from yitong.sandbox.channels.books import BEIJING, Books, Refund, Trade

NAMES = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,"
    "商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,"
    "商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)
RATE = Decimal("0.006")


def packed(books: Books, day: date) -> bytes | None:
    """The ZIP of a day; None when nothing happened."""
    paid, back = books.paid_on("alipay", day), books.refunded_on("alipay", day)
    if not paid and not back:
        return None
    rows = [_row(one, None) for one in paid]
    rows += [_row(books.trade("alipay", one.payment_no), one) for one in back]
    head = [
        "#支付宝业务明细查询",
        f"#账号：[{ALIPAY_SELLER_ID}0156]",
        f"#起始日期：[{day:%Y年%m月%d日} 00:00:00]   终止日期：[{day:%Y年%m月%d日} 23:59:59]",
        "#-----------------------------------------业务明细列表----------------------------------------",
    ]
    end = "#-----------------------------------------业务明细列表结束------------------------------------"
    text = "\r\n".join([*head, NAMES, *rows, end, f"#交易合计：{len(paid)}笔", f"#退款合计：{len(back)}笔", ""])
    sums = "\r\n".join(["#支付宝业务汇总查询", f"合计,{len(paid)},{len(back)}", ""])
    name, made = f"{ALIPAY_SELLER_ID}0156_{day:%Y%m%d}", io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr(f"{name}_业务明细.csv", text.encode("gbk"))
        files.writestr(f"{name}_业务明细(汇总).csv", sums.encode("gbk"))
    return made.getvalue()


def _row(trade: Trade, refund: Refund | None) -> str:
    sign, amount = (-1, refund.amount) if refund else (1, trade.amount)
    done = (refund.done_at if refund else trade.paid_at) or trade.opened_at
    fee = int((Decimal(amount) * RATE).quantize(Decimal(1), ROUND_HALF_UP))
    values = [
        *(trade.channel_no, trade.number, "退款" if refund else "交易", trade.subject.replace(",", " ")),
        *(f"{trade.opened_at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}", f"{done.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"),
        *("", "", "", "", "*(**)", yuan_text(sign * amount), yuan_text(sign * amount)),
        *("0.00", "0.00", "0.00", "0.00", "0.00", "", "0.00", "0.00"),
        *(refund.number if refund else "", yuan_text(-sign * fee), "0.00", trade.attach),
    ]
    return ",".join(f"{value}\t" for value in values)  # each value ends with a tab, so that tables keep long numbers
