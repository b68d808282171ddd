"""WeChat's addresses, and the page that shows a user's notices."""

from html import escape
from typing import Annotated, Any
from urllib.parse import parse_qs

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from yitong.gateways.sandbox_keys import APP_ID, TEMPLATE
from yitong.kernel.text import Bilingual, Language
from yitong.sandbox import asking, pages
from yitong.sandbox.wechat import Card, Wechat, failure

AnyRequest = Request[Any, Any, Any]
OAuthState = Annotated[str, QueryParameter(name="state")]  # ``state`` alone is the application's in Litestar
_LABELS = {"hospital": "就诊医院", "patient": "就诊人", "at": "就诊时间", "place": "就诊地点", "note": "温馨提示"}


@get("/wechat/open/connect/oauth2/authorize")
async def authorize_page(
    appid: FromQuery[str], redirect_uri: FromQuery[str], response_type: FromQuery[str], oauth_state: OAuthState
) -> Response[str]:
    """Ask the user whether the application may know who they are."""
    if appid != APP_ID or response_type != "code":
        return pages.part("<p>参数错误 · wrong parameters</p>", 400)
    title = Bilingual("“医通”申请使用您的微信身份", "Yitong asks for your WeChat identity")
    return asking.ask(title, {"redirect_uri": redirect_uri, "state": oauth_state})


@post("/wechat/open/connect/oauth2/authorize", status_code=302)
async def allow(request: AnyRequest, state: State) -> Response[str]:
    """The user allows: back with a code."""
    form = await form_of(request)
    code = state.wechat.codes.make(form.get("user", asking.USERS[0][0]))
    return asking.back(form.get("redirect_uri", ""), {"code": code, "state": form.get("state", "")})


async def form_of(request: AnyRequest) -> dict[str, str]:
    """The first value of each field of a form."""
    return {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}


@get("/wechat/api/sns/oauth2/access_token")
async def web_identity(
    state: State, appid: FromQuery[str], secret: FromQuery[str], code: FromQuery[str]
) -> dict[str, Any]:
    """Exchange a code of the web page authorization."""
    wechat: Wechat = state.wechat
    refused = wechat.refused_application(appid, secret)
    openid = refused or wechat.exchanged(code)
    if isinstance(openid, dict):
        return openid
    token = {"access_token": f"web-{code[:8]}", "expires_in": 7200, "refresh_token": f"again-{code[:8]}"}
    return {**token, "openid": openid, "scope": "snsapi_base"}


@get("/wechat/api/sns/jscode2session")
async def program_identity(
    state: State, appid: FromQuery[str], secret: FromQuery[str], js_code: FromQuery[str]
) -> dict[str, Any]:
    """Exchange a mini-program's login code."""
    wechat: Wechat = state.wechat
    refused = wechat.refused_application(appid, secret)
    openid = refused or wechat.exchanged(js_code)
    return openid if isinstance(openid, dict) else {"openid": openid, "session_key": "c2Vzc2lvbiBrZXkgMTZCeQ=="}


@get("/wechat/api/cgi-bin/token")
async def plain_token(
    state: State, appid: FromQuery[str], secret: FromQuery[str], grant_type: FromQuery[str]
) -> dict[str, Any]:
    """A new token, which ends the one before."""
    if grant_type != "client_credential":
        return failure(40002, "invalid grant_type")
    return state.wechat.refused_application(appid, secret) or state.wechat.fetch_token(stable=False)


@post("/wechat/api/cgi-bin/stable_token", status_code=200)
async def stable_token(data: JSONBody[dict[str, Any]], state: State) -> dict[str, Any]:
    """The token in force; a new one when forced."""
    if data.get("grant_type") != "client_credential":
        return failure(40002, "invalid grant_type")
    refused = state.wechat.refused_application(str(data.get("appid")), str(data.get("secret")))
    return refused or state.wechat.fetch_token(stable=True, force=data.get("force_refresh") is True)


@post(["/wechat/api/cgi-bin/message/subscribe/send", "/wechat/api/cgi-bin/message/subscribe/bizsend"], status_code=200)
async def notify(data: JSONBody[dict[str, Any]], state: State, access_token: FromQuery[str] = "") -> dict[str, Any]:
    """Take a subscribed notice."""
    return state.wechat.notify(access_token, data)


@get("/wechat/cards")
async def cards(state: State) -> list[Card]:
    """All notices that arrived, newest first."""
    return list(state.wechat.cards)


@post("/wechat/token/expire", status_code=204)
async def expire_token(state: State) -> None:
    """Let the application's token run out now."""
    state.wechat.expire_token()


@post("/wechat/users/{user:str}/{wish:str}", status_code=302)
async def subscribe(user: FromPath[str], wish: FromPath[str], state: State) -> Response[str]:
    """Switch a user's notices ``on`` or ``off``."""
    openid = state.wechat.openid(user)
    (state.wechat.unsubscribed.discard if wish == "on" else state.wechat.unsubscribed.add)(openid)
    return Response("", status_code=302, headers={"location": "/wechat"})


def _card(one: Card, names: dict[str, str]) -> str:
    by_field = {pair.split("=")[1]: pair.split("=")[0] for pair in TEMPLATE.split()[1].split(",")}
    rows = "".join(
        f"<dt>{_LABELS[by_field[name]]}</dt><dd>{escape(value)}</dd>"
        for name, value in one.fields.items()
        if name in by_field
    )
    return (
        f"<article class=card><div class=meta><span>服务通知 · {escape(names.get(one.openid, ''))}</span>"
        f"<time>{one.at.astimezone():%m-%d %H:%M:%S}</time></div>"
        f"<p class=text><b>医通就诊提醒</b></p><dl>{rows}</dl></article>"
    )


@get("/wechat")
async def wechat_page(request: AnyRequest, state: State) -> Response[str]:
    """The users' notices, newest first, and a switch for each user."""
    wechat: Wechat = state.wechat
    zh = Language.from_header(request.headers.get("accept-language")) is Language.ZH
    names = {wechat.openid(user): name for user, name in asking.USERS}
    empty = "还没有服务通知。" if zh else "No notices yet."
    content = "".join(_card(one, names) for one in wechat.cards) or f"<p class=empty>{empty}</p>"
    for user, name in asking.USERS:
        off = wechat.openid(user) in wechat.unsubscribed
        label = ("恢复接收" if zh else "Accept again") if off else ("不再接收" if zh else "Accept no more")
        target = f"/wechat/users/{user}/{'on' if off else 'off'}"
        content += f'<form method=post action="{target}"><button class=plain>{escape(name)}：{label}</button></form>'
    if request.headers.get("x-part"):
        return pages.part(content)
    title, subtitle = ("微信", "沙箱用户收到的服务通知") if zh else ("WeChat", "Notices that sandbox users received")
    return pages.page(title, subtitle, content, language="zh" if zh else "en", live=True)


ROUTES = [
    authorize_page,
    allow,
    web_identity,
    program_identity,
    plain_token,
    stable_token,
    notify,
    cards,
    expire_token,
    subscribe,
    wechat_page,
]
