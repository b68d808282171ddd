"""The simulation's figures as SVG pictures, drawn without a plotting library."""

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 20, 78, 56
_GREY, _ORANGE, _TEAL = "#9aa5ad", "#e8590c", "#0b7285"
_FONT = 'font-family="system-ui, sans-serif"'


def shares_picture(result: dict[str, Any], accounts_each: int) -> str:
    """Bars: scalpers' share of real people, and what they win first come and in the draw."""
    cases = [one for one in result["cases"] if one["accounts_each"] == accounts_each]
    groups = [f"{one['share_of_requests']:.0%} of requests" for one in cases]
    bars = [
        ("share of real people", _GREY, [one["share_of_people"] for one in cases]),
        ("places won, first come first served", _ORANGE, [one["first_come"]["win_share"] for one in cases]),
        ("places won, draw", _TEAL, [one["draw"]["win_share"] for one in cases]),
    ]
    title = f"Scalpers with {accounts_each} account{'s' if accounts_each > 1 else ''} a person"
    body: list[str] = []
    wide = (WIDTH - _LEFT - _RIGHT) / len(groups)
    for number, group in enumerate(groups):
        left = _LEFT + number * wide
        body.append(_text(left + wide / 2, HEIGHT - _BOTTOM + 22, group, "middle"))
        for place, (_, colour, values) in enumerate(bars):
            x = left + wide * (0.14 + 0.25 * place)
            y = _y(values[number], 1.0)
            size = f'width="{wide * 0.2:.1f}" height="{_y(0, 1.0) - y:.1f}"'
            body.append(f'<rect x="{x:.1f}" y="{y:.1f}" {size} fill="{colour}"/>')
            body.append(_text(x + wide * 0.1, y - 5, _percent(values[number]), "middle", 12))
    return _picture(title, [(name, colour) for name, colour, _ in bars], body, 1.0)


def speed_picture(one: dict[str, Any]) -> str:
    """Lines: a patient's chance by how fast they click, from the slowest tenth to the fastest."""
    lines = [
        ("first come first served", _ORANGE, one["first_come"]["patients_chance_by_speed"]),
        ("draw", _TEAL, one["draw"]["patients_chance_by_speed"]),
    ]
    top = 1.0
    body: list[str] = []
    step = (WIDTH - _LEFT - _RIGHT) / 10
    for number in range(10):
        words = "slowest" if number == 0 else "fastest" if number == 9 else str(number + 1)
        body.append(_text(_LEFT + step * (number + 0.5), HEIGHT - _BOTTOM + 22, words, "middle"))
    for _, colour, values in lines:
        points = " ".join(f"{_LEFT + step * (n + 0.5):.1f},{_y(v, top):.1f}" for n, v in enumerate(values))
        body.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="3"/>')
    title = f"A patient's chance by tenth of speed, scalpers send {one['share_of_requests']:.0%} of requests"
    return _picture(title, [(name, colour) for name, colour, _ in lines], body, top)


def _picture(title: str, legend: Sequence[tuple[str, str]], body: Sequence[str], top: float) -> str:
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {_FONT} role="img"'
        f' aria-label="{escape(title)}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        _text(_LEFT, 24, title, "start", 16),
    ]
    x = float(_LEFT)
    for name, colour in legend:
        parts.append(f'<rect x="{x:.0f}" y="36" width="12" height="12" fill="{colour}"/>')
        parts.append(_text(x + 17, 47, name, "start", 13))
        x += 34 + 7.2 * len(name)
    for tick in range(5):
        value = top * tick / 4
        y = _y(value, top)
        parts.append(f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e3e8eb"/>')
        parts.append(_text(_LEFT - 8, y + 4, f"{value:.0%}", "end", 12))
    return "\n".join([*parts, *body, "</svg>", ""])


def _text(x: float, y: float, words: str, anchor: str, size: int = 13) -> str:
    at = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"'
    return f'<text {at} fill="#1f2a30">{escape(words)}</text>'


def _percent(value: float) -> str:
    return f"{value:.1%}"


def _y(value: float, top: float) -> float:
    return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * value / top
