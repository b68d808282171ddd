"""The readable side of a prescription's evidence: who did what and when, and the digests that prove it."""

import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import segno
from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from yitong.kernel.paper import font
from yitong.ledger.contract.actions import name_of
from yitong.ledger.contract.records import (
    Key,
    Organization,
    PartRecord,
    decode,
    key_key,
    organization_key,
    part_key,
)
from yitong.ledger.contract.refusals import OK, WORDS, Refusal
from yitong.ledger.evidence.package import Gathered
from yitong.ledger.words import ACTION_WORDS, STATE_WORDS

_INK, _RULE = Color(0.1, 0.1, 0.12), Color(0.35, 0.5, 0.5)
_LEFT, _RIGHT, _BOTTOM = 18 * mm, A4[0] - 18 * mm, 22 * mm


class _Page:
    """A canvas that writes downwards and turns the page when it is full."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self.y = A4[1] - 24 * mm

    def write(self, said: str, size: float = 9, *, indent: float = 0, gap: float = 5.4) -> None:
        if self.y < _BOTTOM:
            self._canvas.showPage()
            self.y = A4[1] - 22 * mm
        self._canvas.setFillColor(_INK)
        self._canvas.setFont(font(), size)
        self._canvas.drawString(_LEFT + indent * mm, self.y, said)
        self.y -= gap * mm

    def rule(self) -> None:
        self._canvas.setStrokeColor(_RULE)
        self._canvas.line(_LEFT, self.y + 2.5 * mm, _RIGHT, self.y + 2.5 * mm)
        self.y -= 2 * mm


def pdf(what: Gathered, zone: str) -> bytes:
    """The pages. Moments are shown in ``zone``; no person is named, because none is on the chain."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setTitle(f"处方存证 {what.prescription.hex()}")
    page = _Page(canvas)
    newest = what.entries[0].header
    _code(canvas, newest.digest().hex())
    page.write("处方流转存证", 16, gap=9)
    page.write(f"链：{what.genesis.chain}    处方编号：{what.prescription.hex()}")
    page.write(f"截至区块 {newest.height}，{_moment(newest.time, zone)}")
    page.write("本页不含个人信息。用 yitong verify 检查同名 .jsonl 文件，即可脱机验证以下每一项。", 8, gap=8)
    page.rule()
    _parts(page, what, zone)
    page.rule()
    _hands(page, what, zone)
    page.rule()
    _proof(page, what)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _parts(page: _Page, what: Gathered, zone: str) -> None:
    state = _state(what)
    page.write("各份现状", 11, gap=7)
    number = 1
    while (value := state.get(part_key(what.prescription, number))) is not None:
        part = decode(PartRecord, value)
        window = f"{_moment(part.opens, zone)} 至 {_moment(part.closes, zone)}"
        page.write(f"第 {number} 份：{STATE_WORDS[part.state].zh}；{window}")
        lines = [
            f"第{n}行 {out}/{most}" + (f"（退 {back}）" if back else "")
            for n, (most, out, back) in enumerate(zip(part.quantities, part.dispensed, part.returned, strict=True), 1)
        ]
        page.write("已发/应发：" + "，".join(lines), 8, indent=6)
        number += 1


def _hands(page: _Page, what: Gathered, zone: str) -> None:
    state = _state(what)
    page.write("经手记录", 11, gap=7)
    for block, position, arrived, code in what.transactions():
        key = decode(Key, state[key_key(arrived.transaction.key)])
        member = decode(Organization, state[organization_key(key.organization)])
        action = name_of(arrived.transaction.action)
        part: int | None = getattr(arrived.transaction.action, "part", None)
        about = f"（第 {part} 份）" if part is not None else ""
        outcome = "" if code == OK else f"  被拒：{WORDS[Refusal(code)][0]}"
        page.write(f"{_moment(block.header.time, zone)}  {ACTION_WORDS[action].zh}{about}  {member.code}{outcome}")
        page.write(f"区块 {block.header.height} 第 {position} 笔，交易摘要 {arrived.digest.hex()}", 7, indent=6, gap=4)
        page.write(f"签名密钥 {arrived.transaction.key.hex()}", 7, indent=6)


def _proof(page: _Page, what: Gathered) -> None:
    newest = what.entries[0].header
    page.write("核对用摘要（SM3）", 11, gap=7)
    page.write(f"创世：{what.genesis.digest().hex()}", 8)
    page.write(f"区块 {newest.height}：{newest.digest().hex()}", 8)
    page.write(f"状态根：{newest.state.hex()}", 8)
    page.write(f"封块公钥：{what.genesis.sealer[:32].hex()}", 8, gap=4.5)
    page.write(what.genesis.sealer[32:].hex(), 8, indent=15)


def _state(what: Gathered) -> dict[bytes, bytes]:
    return {one.key: one.value for one in what.entries if one.value is not None}


def _moment(milliseconds: int, zone: str) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone(ZoneInfo(zone))
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _code(canvas: Canvas, said: str) -> None:
    """The newest block's digest as a code, in the upper right corner."""
    rows = list(segno.make(said, error="m", micro=False).matrix)
    side = 24 * mm
    dot, x, y = side / len(rows), _RIGHT - side, A4[1] - 18 * mm - side
    canvas.setFillColor(_INK)
    for number, row in enumerate(rows):
        for place, dark in enumerate(row):
            if dark & 1:
                canvas.rect(x + place * dot, y + side - (number + 1) * dot, dot, dot, stroke=0, fill=1)
