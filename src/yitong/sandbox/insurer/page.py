"""The insured people's phones: their insurance, vouchers and cards as codes to scan, and what was settled."""

from html import escape
from typing import Any

import segno
from litestar import Request, Response, get
from litestar.datastructures import State

from yitong.directory.demo import DEMO_PATIENTS
from yitong.kernel.money import yuan_text
from yitong.kernel.text import Language
from yitong.sandbox import pages
from yitong.sandbox.insurer.desk import InsuranceDesk
from yitong.sandbox.insurer.people import Person
from yitong.sandbox.insurer.routes import Holder, card_text, voucher_text

_KINDS = {"310": ("职工医保", "Employees"), "390": ("城乡居民医保", "Residents")}


@get("/insurer")
async def insured_page(request: Request[Any, Any, Any], state: State) -> Response[str]:
    """A card for each person of the demo, then everybody else the insurer was asked about."""
    desk: InsuranceDesk = state.insurer.desk
    zh = Language.from_header(request.headers.get("accept-language")) is Language.ZH
    for one in DEMO_PATIENTS:
        desk.seen(one.id_number, one.name)
    live = bool(request.headers.get("x-part"))
    content = "".join(_card(desk, person, zh) for person in desk.books.people.values())
    if live:
        return pages.part(content)
    title, subtitle = (
        ("医保参保人", "电子凭证、社保卡与结算") if zh else ("The insured", "Vouchers, cards, settlements")
    )
    return pages.page(title, subtitle, content, language="zh" if zh else "en")


def _card(desk: InsuranceDesk, person: Person, zh: bool) -> str:
    holder = Holder(person.certno, person.name)
    shown = (
        ("医保电子凭证" if zh else "Insurance voucher", voucher_text(desk, holder)),
        ("电子社保卡" if zh else "Social-security card", card_text(desk, holder)),
    )
    codes = "".join(
        f'<dt>{label}</dt><dd><img alt="{label}" width=128 height=128 src="{segno.make(text).svg_data_uri(scale=3)}">'
        f"<br><small>{escape(text)}</small></dd>"
        for label, text in shown
    )
    made = "".join(
        f"<dt>{one.at:%m-%d}</dt><dd>¥{yuan_text(one.split.medfee_sumamt)} = "
        f"{yuan_text(one.split.fund_pay_sumamt)} + {yuan_text(one.split.acct_pay)} + "
        f"{yuan_text(one.split.psn_cash_pay)}</dd>"
        for one in desk.books.live(person.psn_no)
    )
    kind = _KINDS[person.insutype][0 if zh else 1]
    return (
        f"<article class=card><div class=meta><span>{escape(person.name)} · {kind}</span>"
        f"<span>¥{yuan_text(desk.books.account(person.psn_no))}</span></div><dl>{codes}{made}</dl></article>"
    )


ROUTES = [insured_page]
