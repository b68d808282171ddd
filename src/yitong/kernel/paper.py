"""Writing on a printed page: Chinese text whose signs are embedded, so that every reader shows them; square codes."""

from functools import cache
from importlib.resources import as_file, files

import segno
from reportlab.lib.colors import Color
from reportlab.pdfbase.pdfmetrics import (
    registerFont,  # pyright: ignore[reportUnknownVariableType]
    stringWidth,
)
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

INK = Color(0.1, 0.1, 0.12)


@cache
def font() -> str:
    """The name of the font that pages are written in; read when the first page is printed, as it is large.

    A page carries only the signs that are written on it.
    """
    with as_file(files("yitong.kernel") / "fonts" / "wqy-microhei.ttc") as path:
        registerFont(TTFont("WenQuanYiMicroHei", str(path), subfontIndex=0))
    return "WenQuanYiMicroHei"


def write(
    canvas: Canvas,
    x: float,
    y: float,
    said: str,
    size: float,
    *,
    right: bool = False,
    middle: bool = False,
    color: Color = INK,
) -> None:
    """Write a line at a place in points, to its right, ending there or around it."""
    canvas.setFillColor(color)
    canvas.setFont(font(), size)
    draw = canvas.drawRightString if right else canvas.drawCentredString if middle else canvas.drawString
    draw(x, y, said)


def fitted(said: str, width: float, size: float) -> str:
    """The beginning of a text that fits into a width in points, with a sign that more was there."""
    if stringWidth(said, font(), size) <= width:
        return said
    while said and stringWidth(said + "…", font(), size) > width:
        said = said[:-1]
    return said + "…"


def wrapped(said: str, width: float, size: float) -> list[str]:
    """A text in lines that fit into a width in points; broken anywhere, as Chinese is."""
    lines = [""]
    for sign in said:
        if stringWidth(lines[-1] + sign, font(), size) > width:
            lines.append("")
        lines[-1] += sign
    return lines


def code(canvas: Canvas, said: str, x: float, y: float, side: float) -> None:
    """Draw a QR code of a text with its lower left corner at a place, all in points."""
    rows = list(segno.make(said, error="m", micro=False).matrix)
    dot = side / len(rows)
    canvas.setFillColor(INK)
    for number, row in enumerate(rows):
        for place, dark in enumerate(row):
            if dark & 1:
                canvas.rect(x + place * dot, y + side - (number + 1) * dot, dot, dot, stroke=0, fill=1)
