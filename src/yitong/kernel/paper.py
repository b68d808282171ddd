"""Writing on a printed page: Chinese text in the standard font that every reader has for it, and square codes."""

import segno
from reportlab.lib.colors import Color
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import (
    registerFont,  # pyright: ignore[reportUnknownVariableType]
    stringWidth,
)
from reportlab.pdfgen.canvas import Canvas

FONT = "STSong-Light"  # Adobe's name of the Chinese font that a reader brings itself: nothing is embedded
INK = Color(0.1, 0.1, 0.12)
registerFont(UnicodeCIDFont(FONT))


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
    canvas.setFont(FONT, size)
    draw = canvas.drawRightString if right else canvas.drawCentredString if middle else canvas.drawString
    draw(x, y, said)


def fitted(said: str, width: float, size: float) -> str:
    """The beginning of a text that fits into a width in points, with a sign that more was there."""
    if stringWidth(said, FONT, size) <= width:
        return said
    while said and stringWidth(said + "…", FONT, size) > width:
        said = said[:-1]
    return said + "…"


def wrapped(said: str, width: float, size: float) -> list[str]:
    """A text in lines that fit into a width in points; broken anywhere, as Chinese is."""
    lines = [""]
    for sign in said:
        if stringWidth(lines[-1] + sign, FONT, size) > width:
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
