"""Alipay's other side: the authorize page and the gateway, which checks our signature and signs its answers."""

import secrets
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromQuery, QueryParameter

from yitong.gateways.alipay import METHOD, private_key_of, public_key_of, sign, signed_text, verified
from yitong.gateways.sandbox_keys import ALIPAY_APP_ID
from yitong.kernel.text import Bilingual
from yitong.sandbox import asking, pages
from yitong.sandbox.codes import Codes, CodeUnknown, CodeUsed
from yitong.sandbox.wechat_routes import form_of

AnyRequest = Request[Any, Any, Any]
_REQUIRED = ("app_id", "method", "charset", "sign_type", "sign", "timestamp", "version")


class Alipay:
    """One application at Alipay."""

    def __init__(self, our_private_key: str, their_public_key: str) -> None:
        self._key = private_key_of(our_private_key)
        self._theirs = public_key_of(their_public_key)
        self.codes: Codes[str] = Codes()
        self.forge = False  # sign the next answer with nothing, to see whether the client notices

    def answer(self, form: dict[str, str]) -> bytes:
        """The signed answer to one gateway call."""
        refusal = self._refusal(form)
        if refusal is not None:
            return self._signed("error_response", refusal)
        if form["method"] != METHOD:
            return self._signed("error_response", _error("40002", "isv.invalid-method", "不存在的方法名"))
        return self._exchange(form)

    def _exchange(self, form: dict[str, str]) -> bytes:
        try:
            user = self.codes.take(form.get("code", ""))
        except (CodeUsed, CodeUnknown):
            return self._signed("error_response", _error("40002", "isv.code-invalid", "授权码code无效"))
        content = {
            "user_id": f"2088{user.removeprefix('u'):0>12}",
            "access_token": f"authusrB{secrets.token_hex(16)}",
            "expires_in": 1296000,
            "refresh_token": f"authusrB{secrets.token_hex(16)}",
            "re_expires_in": 2592000,
        }
        return self._signed(METHOD.replace(".", "_") + "_response", content)

    def _refusal(self, form: dict[str, str]) -> dict[str, str] | None:
        missing = next((name for name in _REQUIRED if not form.get(name)), None)
        if missing:
            return _error("40001", f"isv.missing-{missing.replace('_', '-')}", f"缺少参数 {missing}")
        if form["app_id"] != ALIPAY_APP_ID:
            return _error("40002", "isv.invalid-app-id", "无效的AppID参数")
        if form["sign_type"] != "RSA2" or not verified(self._theirs, signed_text(form).encode(), form["sign"]):
            return _error("40002", "isv.invalid-signature", "验签出错")
        try:
            sent = datetime.strptime(form["timestamp"] + "+0800", "%Y-%m-%d %H:%M:%S%z")
        except ValueError:
            return _error("40002", "isv.invalid-timestamp", "非法的时间戳参数")
        if abs(datetime.now(sent.tzinfo) - sent) > timedelta(minutes=15):
            return _error("40002", "isv.invalid-timestamp", "时间戳超出范围")
        return None

    def _signed(self, node: str, content: dict[str, Any]) -> bytes:
        raw = msgspec.json.encode(content)
        signature = sign(self._key, b"forged" if self.forge else raw)
        self.forge = False
        return b'{"' + node.encode() + b'":' + raw + b',"sign":"' + signature.encode() + b'"}'


def _error(code: str, sub_code: str, sub_msg: str) -> dict[str, str]:
    msg = "Missing Required Arguments" if code == "40001" else "Invalid Arguments"
    return {"code": code, "msg": msg, "sub_code": sub_code, "sub_msg": sub_msg}


@get("/alipay/oauth2/publicAppAuthorize.htm")
async def authorize_page(
    app_id: FromQuery[str],
    redirect_uri: FromQuery[str],
    wanted: Annotated[str, QueryParameter(name="scope")],
    oauth_state: Annotated[str, QueryParameter(name="state")] = "",
) -> Response[str]:
    """Ask the user whether the application may know who they are."""
    if app_id != ALIPAY_APP_ID or wanted not in ("auth_base", "auth_user"):
        return pages.part("<p>参数错误 · wrong parameters</p>", 400)
    title = Bilingual("“医通”申请使用您的支付宝身份", "Yitong asks for your Alipay identity")
    return asking.ask(title, {"redirect_uri": redirect_uri, "state": oauth_state, "scope": wanted})


@post("/alipay/oauth2/publicAppAuthorize.htm", status_code=302)
async def allow(request: AnyRequest, state: State) -> Response[str]:
    """The user allows: back with an ``auth_code``."""
    form = await form_of(request)
    code = state.alipay.codes.make(form.get("user", asking.USERS[0][0]))
    said = {"app_id": ALIPAY_APP_ID, "scope": form.get("scope", ""), "auth_code": code, "state": form.get("state", "")}
    return asking.back(form.get("redirect_uri", ""), said)


@post("/alipay/gateway.do", status_code=200)
async def gateway(request: AnyRequest, state: State) -> Response[bytes]:
    """The one address of Alipay's interface."""
    return Response(state.alipay.answer(await form_of(request)), media_type="text/html;charset=utf-8")


@post("/alipay/forge", status_code=204)
async def forge(state: State) -> None:
    """Let the next answer carry a signature that does not fit."""
    state.alipay.forge = True


ROUTES = [authorize_page, allow, gateway, forge]
