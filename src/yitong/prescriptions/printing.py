"""A prescription as a PDF page (处方笺): head, Rp., signatures and the code by which anybody verifies it."""

import io
from datetime import date
from zoneinfo import ZoneInfo

from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A5
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from yitong.kernel import paper
from yitong.kernel.clock import age_in_years, day_of
from yitong.kernel.money import yuan_text
from yitong.kernel.paper import fitted, wrapped, write
from yitong.prescriptions.facts import frequencies, routes
from yitong.prescriptions.papers import WORDS
from yitong.prescriptions.schemas import PrescriptionView, SheetLine, Signed

_LEFT, _RIGHT = 12 * mm, A5[0] - 12 * mm
_RULE = Color(0.45, 0.45, 0.48)
# The colours that annex 1 of the Measures for Prescriptions gives the papers, light enough to write on.
_TINTS = {
    "ordinary": Color(1, 1, 1),
    "emergency": Color(1, 0.99, 0.86),
    "paediatric": Color(0.92, 1, 0.92),
    "narcotic": Color(1, 0.92, 0.93),
    "psychotropic2": Color(1, 1, 1),
}
_STAMPS = {"withdrawn": "已撤回", "expired": "已过期", "refused": "药师退回", "discarded": "已作废"}
_LINE = 5.4 * mm
_FOOT = 52 * mm


def pdf(found: PrescriptionView, zone: str) -> bytes:
    """The prescription's pages; long sheets of herbs go on to further ones."""
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=A5, invariant=1)
    canvas.setTitle(f"{found.organization_name} {found.number}")
    canvas.setAuthor(found.organization_name)
    y = _head(canvas, found, zone)
    for number, line in enumerate(found.lines, start=1):
        rows = _rows(number, line)
        if y - len(rows) * _LINE < _FOOT:
            canvas.showPage()
            _tint(canvas, found)
            write(canvas, _LEFT, A5[1] - 14 * mm, f"处方 {found.number} 续页", 10)
            y = A5[1] - 24 * mm
        for place, said in enumerate(rows):
            write(canvas, _LEFT + (4 if place else 2) * mm, y, said, 10 if place == 0 else 9)
            y -= _LINE
    write(canvas, _LEFT + 2 * mm, y, "（以下空白）", 9)
    _foot(canvas, found, zone)
    canvas.showPage()
    canvas.save()
    return written.getvalue()


def _tint(canvas: Canvas, found: PrescriptionView) -> None:
    canvas.setFillColor(_TINTS[found.paper])
    canvas.rect(0, 0, *A5, stroke=0, fill=1)
    if found.state in _STAMPS:
        canvas.saveState()
        canvas.translate(A5[0] / 2, A5[1] / 2)
        canvas.rotate(30)
        write(canvas, 0, 0, _STAMPS[found.state], 44, middle=True, color=Color(0.75, 0.1, 0.1, alpha=0.25))
        canvas.restoreState()


def _head(canvas: Canvas, found: PrescriptionView, zone: str) -> float:
    """The head of the first page; answers where the drugs begin."""
    _tint(canvas, found)
    top = A5[1] - 15 * mm
    write(canvas, A5[0] / 2, top, fitted(found.organization_name, 90 * mm, 14), 14, middle=True)
    write(canvas, A5[0] / 2, top - 7 * mm, "处 方 笺", 12, middle=True)
    write(canvas, _RIGHT, top, f"[{WORDS[found.paper][0]}]", 11, right=True)
    sheet, day = found.sheet, day_of(found.signed_at or found.created_at, zone)
    years = age_in_years(found.patient_birth_date, day)
    weight = sheet.condition.weight_g
    sex = "男" if found.patient_sex == "male" else "女"
    diagnoses = "；".join(f"{one.name}（{one.code}）" for one in sheet.diagnoses)
    said = [
        (f"处方编号：{found.number}", f"开具日期：{day:%Y-%m-%d}"),
        (f"姓名：{found.patient_name}　性别：{sex}　年龄：{_age(found, years, day)}", f"科别：{found.department_name}"),
        (f"费别：{'医保' if sheet.insured else '自费'}", f"体重：{weight / 1000:g} kg" if weight else ""),
    ]
    y = top - 16 * mm
    for left, right in said:
        write(canvas, _LEFT, y, left, 9)
        write(canvas, _LEFT + 76 * mm, y, fitted(right, 48 * mm, 9), 9)
        y -= _LINE
    for row in wrapped(f"临床诊断：{diagnoses}", _RIGHT - _LEFT, 9)[:3]:
        write(canvas, _LEFT, y, row, 9)
        y -= _LINE
    canvas.setStrokeColor(_RULE)
    canvas.line(_LEFT, y + 2 * mm, _RIGHT, y + 2 * mm)
    write(canvas, _LEFT, y - 4 * mm, "Rp.", 13)
    return y - 11 * mm


def _age(found: PrescriptionView, years: int, day: date) -> str:
    """Years; months for infants, as the rules of writing ask."""
    born = found.patient_birth_date
    if years >= 2:
        return f"{years}岁"
    return f"{(day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)}个月"


def _rows(number: int, line: SheetLine) -> list[str]:
    dose = f"{line.dose_milli / 1000:g}{line.dose_unit}"
    way, often = routes()[line.route].name, frequencies()[line.frequency].name
    amount = f"{line.quantity}{line.unit}" if line.split else f"{line.quantity} × {line.package}"
    if line.kind == "herbal":
        return [f"{number}. {line.name}　{dose} × {line.days} 剂　{way}" + (f"（{line.note}）" if line.note else "")]
    rows = [
        fitted(f"{number}. {line.name}　{line.spec}　× {amount}", _RIGHT - _LEFT - 6 * mm, 10),
        f"用法：每次 {dose}　{way}　{often}（{line.frequency}）　共 {line.days} 天",
    ]
    return rows + ([fitted(f"嘱托：{line.note}", _RIGHT - _LEFT - 8 * mm, 9)] if line.note else [])


def _foot(canvas: Canvas, found: PrescriptionView, zone: str) -> None:
    canvas.setStrokeColor(_RULE)
    canvas.line(_LEFT, _FOOT - 8 * mm, _RIGHT, _FOOT - 8 * mm)
    doctor, pharmacist = _last(found, "prescriber"), _last(found, "pharmacist")
    again = _last(found, "countersign")
    y = _FOOT - 14 * mm
    for said in (
        f"医师（电子签名）：{_signer(doctor, zone)}",
        *([f"医师再次签名：{_signer(again, zone)}"] if again else []),
        f"审核药师（电子签名）：{_signer(pharmacist, zone) if pharmacist else '待审核'}",
        f"药品金额：￥{yuan_text(found.total_fen)}",
        f"有效至：{found.valid_until.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if found.valid_until else "",
    ):
        write(canvas, _LEFT, y, said, 9)
        y -= _LINE
    if doctor is not None:
        write(canvas, _LEFT, y, f"SM3 {doctor.digest}", 5.5)
    write(canvas, _LEFT, 6 * mm, "扫描二维码可验证处方真伪与状态；经药师审核通过后生效。", 7)
    paper.code(canvas, found.verify_url, _RIGHT - 26 * mm, 15 * mm, 26 * mm)


def _last(found: PrescriptionView, kind: str) -> Signed | None:
    """The last signature of a kind in the last round that still counts; a refusal is no approval."""
    signed = [one for one in found.signatures if one.kind == kind and one.decision != "refuse"]
    return signed[-1] if signed else None


def _signer(one: Signed | None, zone: str) -> str:
    if one is None:
        return ""
    return f"{one.name}　{one.title}　{one.signed_at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
