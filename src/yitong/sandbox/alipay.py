"""Alipay's other side: the authorize page and the gateway, which checks our signature and signs its answers."""

import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

import httpx
import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, QueryParameter

from yitong.gateways.alipay.sign_in import METHOD
from yitong.gateways.sandbox_keys import ALIPAY_APP_ID, ALIPAY_SELLER_ID
from yitong.kernel.money import yuan_text
from yitong.kernel.text import Bilingual
from yitong.sandbox import alipay_bill, asking, pages
from yitong.sandbox.alipay_trades import Failed, Trades, content_of, payer_id
from yitong.sandbox.channels.books import BEIJING, Books, Refund, Refused, Trade
from yitong.sandbox.channels.notices import Message, Notifier, Trouble
from yitong.sandbox.codes import Codes, CodeUnknown, CodeUsed
from yitong.sandbox.rsa2 import private_key_of, public_key_of, sign, signed_text, verified
from yitong.sandbox.wechat_routes import form_of

AnyRequest = Request[Any, Any, Any]
PAUSES = (240, 600, 600, 3600, 7200, 21600, 54000)
PAGE = "alipay.trade.wap.pay"
BILL = "alipay.data.dataservice.bill.downloadurl.query"
_REQUIRED = ("app_id", "method", "charset", "sign_type", "sign", "timestamp", "version")


class Alipay:
    """One application at Alipay. ``stranger`` makes the key of somebody who is not Alipay."""

    def __init__(
        self, our_private_key: str, their_public_key: str, books: Books, notifier: Notifier, stranger: Callable[[], str]
    ) -> None:
        self._key = private_key_of(our_private_key)
        self._theirs = public_key_of(their_public_key)
        self._stranger = stranger
        self._notifier = notifier
        self._files: dict[str, bytes] = {}
        self.books = books
        self.trades = Trades(books, self.tell)
        self.codes: Codes[str] = Codes()
        self.forge = False  # sign the next answer with nothing, to see whether the client notices

    def answer(self, form: dict[str, str], origin: str) -> bytes:
        """The signed answer to one gateway call."""
        refusal = self.refusal(form)
        if refusal is not None:
            return self._signed("error_response", refusal)
        if form["method"] == METHOD:
            return self._exchange(form)
        node = form["method"].replace(".", "_") + "_response"
        try:
            found = self._bill(form, origin) if form["method"] == BILL else self.trades.dispatch(form, origin)
        except Failed as failed:
            content = {
                "code": "40004",
                "msg": "Business Failed",
                "sub_code": failed.sub_code,
                "sub_msg": failed.sub_msg,
            }
            return self._signed(node, content)
        if found is None:
            return self._signed("error_response", _error("40002", "isv.invalid-method", "不存在的方法名"))
        return self._signed(node, found)

    def page_of(self, form: dict[str, str]) -> str:
        """Where the payer's browser is sent by the web page's request. Raises Failed, Refused."""
        if self.refusal(form) is not None or form["method"] != PAGE:
            raise Failed("isv.invalid-signature", "验签出错")
        return f"/pay/{self.trades.open(form, content_of(form), seen=False).token}"

    def _bill(self, form: dict[str, str], origin: str) -> dict[str, Any]:
        asked = content_of(form)
        try:
            day = date.fromisoformat(asked.bill_date)
        except ValueError as error:
            raise Failed("isv.invalid-arguments", "bill_date") from error
        packed = alipay_bill.packed(self.books, day) if asked.bill_type == "trade" else None
        if packed is None:
            raise Failed("isp.bill_not_exist", "账单不存在")
        token = secrets.token_urlsafe(24)
        self._files[token] = packed
        return {"code": "10000", "msg": "Success", "bill_download_url": f"{origin}/alipay/bill/{token}"}

    def file(self, token: str) -> bytes | None:
        """A bill's file."""
        return self._files.get(token)

    def tell(self, trade: Trade, refund: Refund | None) -> None:
        """Send the notice of a trade, or of a refund of it."""
        url = refund.notify_url if refund else trade.notify_url
        if not url:
            return
        notice_id = datetime.now(UTC).strftime("%Y%m%d") + secrets.token_hex(13)
        begun = datetime.now(UTC)

        def make(trouble: Trouble | None) -> Message:
            made = begun - timedelta(hours=27) if trouble is Trouble.STALE else begun
            form = self._notice(trade, refund) | {"notify_id": notice_id, "notify_time": _text(made)}
            if trouble is Trouble.WRONG_AMOUNT:
                form["total_amount"] = yuan_text(trade.amount + 1)
            if trouble is Trouble.WRONG_MERCHANT:
                form |= {"app_id": "2021000000000002", "seller_id": "2088000000000998"}
            strange = trouble in (Trouble.FORGED, Trouble.UNKNOWN_SERIAL, Trouble.PROBE)
            key = private_key_of(self._stranger()) if strange else self._key
            form["sign"] = sign(key, signed_text(form, ("sign", "sign_type")).encode())
            kind = "application/x-www-form-urlencoded; charset=utf-8"
            return Message(url, {"content-type": kind}, urlencode(form).encode())

        self._notifier.send("alipay", refund.number if refund else trade.number, make, _taken, PAUSES)

    def _notice(self, trade: Trade, refund: Refund | None) -> dict[str, str]:
        form = {
            "notify_type": "trade_status_sync",
            "charset": "utf-8",
            "version": "1.0",
            "sign_type": "RSA2",
            "app_id": ALIPAY_APP_ID,
            "auth_app_id": ALIPAY_APP_ID,
            "seller_id": ALIPAY_SELLER_ID,
            "buyer_id": trade.payer,
            "trade_no": trade.channel_no,
            "out_trade_no": trade.number,
            "trade_status": self.trades.status(trade),
            "total_amount": yuan_text(trade.amount),
            "subject": trade.subject,
            "gmt_create": _text(trade.opened_at),
            "gmt_payment": _text(trade.paid_at or trade.opened_at),
        }
        if refund is not None:
            back = {"refund_fee": yuan_text(self.books.refunded(trade)), "out_biz_no": refund.number}
            form |= back | {"gmt_refund": _text(refund.done_at or refund.asked_at)}
        return form

    def _exchange(self, form: dict[str, str]) -> bytes:
        try:
            user = self.codes.take(form.get("code", ""))
        except (CodeUsed, CodeUnknown):
            return self._signed("error_response", _error("40002", "isv.code-invalid", "授权码code无效"))
        content = {
            "user_id": payer_id(user),
            "access_token": f"authusrB{secrets.token_hex(16)}",
            "expires_in": 1296000,
            "refresh_token": f"authusrB{secrets.token_hex(16)}",
            "re_expires_in": 2592000,
        }
        return self._signed(METHOD.replace(".", "_") + "_response", content)

    def refusal(self, form: dict[str, str]) -> dict[str, str] | None:
        """What is wrong with a request before its method is looked at."""
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


def _taken(answer: httpx.Response) -> bool:
    return answer.status_code == 200 and answer.text.strip() == "success"


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"


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
    origin = str(request.base_url).rstrip("/")
    return Response(state.alipay.answer(await form_of(request), origin), media_type="text/html;charset=utf-8")


@get("/alipay/gateway.do")
async def payment_page(request: AnyRequest, state: State) -> Response[str]:
    """The web page's request comes with the payer's browser, which is sent on to the page to pay on."""
    form = dict(request.query_params.items())
    try:
        return Response("", status_code=302, headers={"location": state.alipay.page_of(form)})
    except (Failed, Refused) as error:
        return pages.part(f"<p>{error}</p>", 400)


@get("/alipay/bill/{token:str}")
async def bill_file(token: FromPath[str], state: State) -> Response[bytes]:
    """A bill's file."""
    found = state.alipay.file(token)
    return Response(found or b"", status_code=200 if found else 404, media_type="application/zip")


@post("/alipay/forge", status_code=204)
async def forge(state: State) -> None:
    """Let the next answer carry a signature that does not fit."""
    state.alipay.forge = True


ROUTES = [authorize_page, allow, gateway, payment_page, bill_file, forge]
