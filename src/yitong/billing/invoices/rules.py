"""Pure rules of invoices: amounts in Chinese capitals, codes and numbers."""

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")
BLOCK = 10_000_000
"""So many numbers of a series a hospital has for itself; the first three digits tell the hospital."""


def capitals(fen: int) -> str:
    """An amount in the capitals that cannot be altered on paper: 123456 fen → 壹仟贰佰叁拾肆元伍角陆分.

    After the rules of filling in notes (支付结算办法, appendix 1): zeros between digits are read once, an amount that
    ends at yuan or jiao gets 整. Raises ValueError at a trillion yuan and more.
    """
    yuan, rest = divmod(abs(fen), 100)
    if yuan >= 10**12:
        raise ValueError("more than capitals are made for")
    sign = "负" if fen < 0 else ""
    jiao, cents = divmod(rest, 10)
    said = f"{_whole(yuan)}元" if yuan else ""
    if not rest:
        return f"{sign}{said or '零元'}整"
    if jiao:
        said += f"{_DIGITS[jiao]}角"
    elif yuan:
        said += "零"
    return f"{sign}{said}{_DIGITS[cents]}分" if cents else f"{sign}{said}整"


def _whole(number: int) -> str:
    said, gap = "", False
    groups: list[int] = []
    while number:
        number, last = divmod(number, 10_000)
        groups.append(last)
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            gap = bool(said)
            continue
        if said and (gap or group < 1000):
            said += "零"
        said += _group(group) + _GROUPS[place]
        gap = False
    return said


def _group(number: int) -> str:
    said, gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if not digit:
            gap = bool(said)
            continue
        said += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return said


def series_code(region_code: str, kind: str, year: int) -> str:
    """The eight digits of an invoice code: two of the region, 06 (medical), 01 outpatient or 02 inpatient, the year."""
    return f"{region_code[:2]}06{'02' if kind == 'inpatient' else '01'}{year % 100:02d}"


def number_text(number: int) -> str:
    """The ten digits of an invoice number."""
    return f"{number:010d}"
