"""An invoice as a PDF page: Chinese text in the standard font that every reader has for it, and a code to verify."""

import io
from datetime import datetime
from zoneinfo import ZoneInfo

from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from yitong.billing.invoices.schemas import InvoiceFacts, InvoiceView
from yitong.kernel import paper
from yitong.kernel.money import yuan_text
from yitong.kernel.paper import fitted, write

_RED, _RULE = Color(0.75, 0.1, 0.1), Color(0.55, 0.35, 0.3)
_LEFT, _RIGHT = 18 * mm, A4[0] - 18 * mm
_LINES_A_PAGE = 34


def pdf(invoice: InvoiceView, zone: str) -> bytes:
    """The invoice's pages; the first with sums and codes, further ones with lines that found no room."""
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=A4, invariant=1)
    canvas.setTitle(f"{invoice.facts.organization_name} {invoice.code}-{invoice.number}")
    canvas.setAuthor(invoice.facts.organization_name)
    rows = _rows(invoice.facts)
    room = _LINES_A_PAGE - len(_sums(invoice))
    _head(canvas, invoice, invoice.issued_at.astimezone(ZoneInfo(zone)))
    below = _table(canvas, rows[:room], A4[1] - 78 * mm)
    _foot(canvas, invoice, below)
    for start in range(room, len(rows), _LINES_A_PAGE + 6):
        canvas.showPage()
        write(canvas, _LEFT, A4[1] - 20 * mm, f"票据号码 {invoice.number} 明细续页", 11)
        _table(canvas, rows[start : start + _LINES_A_PAGE + 6], A4[1] - 28 * mm)
    canvas.showPage()
    canvas.save()
    return written.getvalue()


def _head(canvas: Canvas, invoice: InvoiceView, at: datetime) -> None:
    facts, top = invoice.facts, A4[1] - 24 * mm
    red = invoice.state == "red"
    write(canvas, A4[0] / 2, top, facts.organization_name, 16, middle=True)
    write(canvas, A4[0] / 2, top - 9 * mm, f"{'红字 ' if red else ''}{facts.title}", 13, middle=True, color=_RED)
    canvas.setStrokeColor(_RED)
    canvas.line(A4[0] / 2 - 42 * mm, top - 11.5 * mm, A4[0] / 2 + 42 * mm, top - 11.5 * mm)
    left = [
        f"票据代码：{invoice.code}",
        f"交款人：{facts.payer_name}",
        f"账单编号：{facts.bill_no}",
    ]
    right = [
        f"票据号码：{invoice.number}",
        f"校验码：{invoice.check_code}",
        f"开票日期：{at:%Y-%m-%d}",
    ]
    for number, (one, other) in enumerate(zip(left, right, strict=True)):
        write(canvas, _LEFT, top - (20 + 7 * number) * mm, one, 10)
        write(canvas, _LEFT + 88 * mm, top - (20 + 7 * number) * mm, other, 10)
    if invoice.state == "taken_back":
        canvas.saveState()
        canvas.translate(A4[0] / 2, A4[1] / 2)
        canvas.rotate(30)
        write(canvas, 0, 0, "已红冲作废", 48, middle=True, color=Color(0.75, 0.1, 0.1, alpha=0.25))
        canvas.restoreState()
    paper.code(canvas, invoice.verify_url, _RIGHT - 26 * mm, top - 36 * mm, 26 * mm)


def _rows(facts: InvoiceFacts) -> list[tuple[str, str, str, str, str]]:
    return [
        (
            line.name,
            line.insurance_class,
            f"{line.cnt_milli / 1000:g}",
            yuan_text(line.unit_price_fen),
            yuan_text(line.amount_fen),
        )
        for line in facts.lines
    ]


def _table(canvas: Canvas, rows: list[tuple[str, str, str, str, str]], top: float) -> float:
    """Head and lines of the table; answers where it ends."""
    columns = [_LEFT + 2 * mm, _LEFT + 92 * mm, _LEFT + 118 * mm, _LEFT + 144 * mm, _RIGHT - 2 * mm]
    canvas.setStrokeColor(_RULE)
    canvas.line(_LEFT, top + 5 * mm, _RIGHT, top + 5 * mm)
    y = top
    for number, row in enumerate([("项目名称", "医保类别", "数量", "单价（元）", "金额（元）"), *rows]):
        for place, (x, cell) in enumerate(zip(columns, row, strict=True)):
            write(canvas, x, y, fitted(cell, 86 * mm, 9) if place == 0 else cell, 9, right=place >= 2)
        if number == 0:
            canvas.line(_LEFT, y - 2 * mm, _RIGHT, y - 2 * mm)
            y -= 1.5 * mm
        y -= 5.2 * mm
    canvas.line(_LEFT, y + 3 * mm, _RIGHT, y + 3 * mm)
    return y - 2 * mm


def _foot(canvas: Canvas, invoice: InvoiceView, top: float) -> None:
    y = top
    write(canvas, _LEFT + 2 * mm, y, f"金额合计（大写）：{invoice.amount_capitals}", 10.5)
    write(canvas, _RIGHT - 2 * mm, y, f"（小写）￥{yuan_text(invoice.amount_fen)}", 10.5, right=True)
    canvas.setStrokeColor(_RULE)
    canvas.line(_LEFT, y - 3 * mm, _RIGHT, y - 3 * mm)
    y -= 9 * mm
    for number, said in enumerate(_sums(invoice)):
        write(canvas, _LEFT + 2 * mm + number % 2 * 88 * mm, y - number // 2 * 6 * mm, said, 9)
    y -= (len(_sums(invoice)) + 1) // 2 * 6 * mm + 4 * mm
    write(canvas, _LEFT + 2 * mm, y, f"收款单位：{invoice.facts.organization_name}", 9)
    write(canvas, _LEFT + 2 * mm, y - 6 * mm, "扫描右上角二维码可查验本票据真伪和状态。", 8)


def _sums(invoice: InvoiceView) -> list[str]:
    facts = invoice.facts
    said = [f"{one.name}：{yuan_text(one.amount_fen)}" for one in facts.categories]
    said += [
        f"医保基金支付：{yuan_text(facts.fund_fen)}",
        f"个人账户支付：{yuan_text(facts.account_fen)}",
        f"个人现金支付：{yuan_text(facts.cash_fen)}",
    ]
    for name, amount in (
        ("商业保险支付", facts.commercial_fen),
        ("预交金抵扣", facts.deposit_fen),
        ("医院承担", facts.reduction_fen),
    ):
        if amount:
            said.append(f"{name}：{yuan_text(amount)}")
    if facts.own_share_fen is not None and facts.own_cost_fen is not None:
        said += [f"个人自付：{yuan_text(facts.own_share_fen)}", f"个人自费：{yuan_text(facts.own_cost_fen)}"]
    return said
