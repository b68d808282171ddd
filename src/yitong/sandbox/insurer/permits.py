"""The page where somebody allows payment from their insurance, and the query that redeems its code."""

import hmac
from html import escape
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from yitong.gateways import sandbox_keys
from yitong.gateways.insurance.permits import QUERY, signature
from yitong.kernel.text import Bilingual, Language
from yitong.sandbox import pages
from yitong.sandbox.insurer.desk import InsuranceDesk
from yitong.sandbox.insurer.routes import BASE, Insurer
from yitong.sandbox.wechat_routes import form_of

AnyRequest = Request[Any, Any, Any]
PLACE = {"longitude": "116.4142", "latitude": "39.9123"}
_SHOWN = 12


class Asked(msgspec.Struct):
    """What the query takes."""

    qrcode: str
    openid: str


@get(f"{BASE}/mobile/authorize")
async def page(
    request: AnyRequest, state: State, back: Annotated[str, QueryParameter(name="redirectUrl")] = ""
) -> Response[str]:
    """Who allows payment; those who were at a hospital last stand first."""
    desk: InsuranceDesk = state.insurer.desk
    language = Language.from_header(request.headers.get("accept-language"))
    if urlsplit(back).scheme not in ("http", "https"):
        return pages.page("redirectUrl?", "", "", language=language.value)
    visitors = [visit.opened.psn_no for visit in reversed(desk.books.visits.values())]
    order = list(dict.fromkeys([*visitors, *desk.books.people]))
    people = [desk.books.people[one] for one in order if one in desk.books.people][:_SHOWN]
    rows = "".join(
        f'<label><input type=radio name=certno value="{escape(one.certno)}"{" checked" * (n == 0)}>'
        f"{escape(one.name)} · {one.certno[:4]}****{one.certno[-4:]}</label>"
        for n, one in enumerate(people)
    )
    said = {
        "title": Bilingual("医保支付授权", "Permission to use the insurance"),
        "asks": Bilingual("医院申请使用您的医保支付这笔费用。", "The hospital asks to be paid from your insurance."),
        "yes": Bilingual("同意授权", "Allow"),
        "no": Bilingual("不同意", "Do not allow"),
    }
    words = {name: escape(text.in_language(language)) for name, text in said.items()}
    form = (
        f'<form method=post><input type=hidden name=back value="{escape(back)}"><article class=card><p class=text>'
        f"{words['asks']}</p></article><div class=card role=radiogroup>{rows}</div>"
        f"<button name=action value=allow>{words['yes']}</button>"
        f"<button class=plain name=action value=refuse>{words['no']}</button></form>"
    )
    return pages.page(words["title"], "", form, language=language.value)


@post(f"{BASE}/mobile/authorize", status_code=303)
async def decide(request: AnyRequest, state: State) -> Redirect:
    """The payer goes back with a code, or without one."""
    insurer: Insurer = state.insurer
    form = await form_of(request)
    back = form.get("back", "")
    if form.get("action") != "allow":
        return Redirect(back, status_code=303)
    code = insurer.codes.give(form.get("certno", ""))
    bare, hash_, fragment = back.partition("#")
    return Redirect(f"{bare}{'&' if '?' in bare else '?'}authCode={quote(code)}{hash_}{fragment}", status_code=303)


@post(f"{BASE}{QUERY}{{partner_id:str}}", status_code=200)
async def user_query(partner_id: FromPath[str], request: AnyRequest, state: State) -> dict[str, Any]:
    """The permission behind a code."""
    insurer: Insurer = state.insurer
    secret = sandbox_keys.shared_secret(state.settings, "insurer-permits")
    stamp = request.headers.get("god-portal-timestamp", "")
    if not hmac.compare_digest(request.headers.get("god-portal-signature", ""), signature(partner_id, secret, stamp)):
        return {"code": 401, "message": "签名错误"}
    try:
        asked = msgspec.json.decode(await request.body(), type=Asked)
    except msgspec.MsgspecError:
        return {"code": 400, "message": "入参有误"}
    certno = insurer.codes.redeem(asked.qrcode)
    person = insurer.desk.books.by_certno(certno) if certno else None
    if certno is None or person is None:
        return {"code": 70001, "message": "授权码无效或已使用"}
    return {
        "code": 0,
        "message": "success",
        "user_name": person.name,
        "city_id": sandbox_keys.INSURANCE_ADMVS,
        "pay_auth_no": insurer.mobile.permit(certno),
        "user_longitude_latitude": PLACE,
    }


ROUTES = [page, decide, user_query]
