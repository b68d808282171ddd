"""The text-message operator: checks signatures, refuses replays, and shows what arrived on a phone."""

import hmac
from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromQuery

from yitong.gateways.sms import KEY_ID, Sms, SmsAnswer, signature
from yitong.kernel.ids import UUID
from yitong.kernel.text import normal_phone

CLOCK_TOLERANCE_S = 300
_KEPT = 500
_WORDINGS = {
    "sign_in": "您的登录验证码是 {code}，{minutes} 分钟内有效，请勿告诉他人。",
    "family": "您正在办理家庭成员绑定，验证码 {code}，{minutes} 分钟内有效，请勿告诉他人。",
    "booking": "您正在确认预约，验证码 {code}，{minutes} 分钟内有效，请勿告诉他人。",
    "card": "您正在出示电子健康卡，验证码 {code}，{minutes} 分钟内有效，请勿告诉他人。",
}


class Received(msgspec.Struct, frozen=True):
    """A message as the phone shows it."""

    id: UUID
    phone: str
    sender: str
    text: str
    code: str
    at: datetime


class SmsOperator:
    """Takes messages for phones; remembers ids, so that one arrives once, and nonces, so that none is replayed."""

    def __init__(self, secret: str, now: Callable[[], datetime]) -> None:
        self._secret = secret
        self._now = now
        self._nonces: OrderedDict[str, float] = OrderedDict()
        self._seen: OrderedDict[UUID, Received] = OrderedDict()
        self.inbox: deque[Received] = deque(maxlen=_KEPT)

    def take(self, headers: dict[str, str], path: str, body: bytes) -> tuple[int, SmsAnswer]:
        """The status and answer to one signed request."""
        refusal = self._check(headers, path, body)
        if refusal:
            return (409 if refusal == "replayed" else 401), SmsAnswer(refusal)
        try:
            sms = msgspec.json.decode(body, type=Sms)
        except msgspec.MsgspecError as error:
            return 400, SmsAnswer("body-invalid", message=str(error))
        phone = normal_phone(sms.phone)
        if len(phone) != 11 or not phone.isdigit() or not phone.startswith("1"):
            return 422, SmsAnswer("phone-invalid", sms.id)
        wording = _WORDINGS.get(sms.template)
        if wording is None:
            return 422, SmsAnswer("template-unknown", sms.id)
        if sms.id not in self._seen:
            self._arrive(sms, phone, wording)
        return 200, SmsAnswer("accepted", sms.id)

    def _arrive(self, sms: Sms, phone: str, wording: str) -> None:
        text = f"【{sms.sign}】" + wording.format_map({"code": "", "minutes": "", **sms.params})
        received = Received(sms.id, phone, sms.sign, text, sms.params.get("code", ""), self._now())
        self._seen[sms.id] = received
        self.inbox.appendleft(received)
        while len(self._seen) > _KEPT:
            self._seen.popitem(last=False)

    def _check(self, headers: dict[str, str], path: str, body: bytes) -> str | None:
        timestamp, nonce = headers.get("x-sms-timestamp", ""), headers.get("x-sms-nonce", "")
        expected = signature(self._secret, "POST", path, timestamp, nonce, body)
        if headers.get("x-sms-key") != KEY_ID or not hmac.compare_digest(headers.get("x-sms-signature", ""), expected):
            return "signature-invalid"
        now = self._now().timestamp()
        if not timestamp.isdigit() or abs(now - int(timestamp)) > CLOCK_TOLERANCE_S:
            return "timestamp-invalid"
        while self._nonces and next(iter(self._nonces.values())) < now - 2 * CLOCK_TOLERANCE_S:
            self._nonces.popitem(last=False)
        if nonce in self._nonces:
            return "replayed"
        self._nonces[nonce] = now
        return None


@post("/sms/messages", status_code=200)
async def take_message(request: Request[Any, Any, Any], state: State) -> Response[SmsAnswer]:
    """Take a message from a customer of the operator."""
    operator: SmsOperator = state.sms
    headers = {key.lower(): value for key, value in request.headers.items()}
    status, answer = operator.take(headers, request.scope["path"], await request.body())
    return Response(answer, status_code=status)


@get("/sms/inbox")
async def inbox(state: State, phone: FromQuery[str | None] = None) -> list[Received]:
    """What arrived, newest first; of one phone when it is named."""
    operator: SmsOperator = state.sms
    return [one for one in operator.inbox if phone is None or one.phone == normal_phone(phone)]


ROUTES = [take_message, inbox]
