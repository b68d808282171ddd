"""WeChat's other side: the authorize page, the token that is killed by fetching again, notices with WeChat's rules."""

import re
import secrets
import time
from collections import deque
from datetime import datetime
from typing import Any

import msgspec

from yitong.gateways.sandbox_keys import APP_ID, TEMPLATE
from yitong.kernel.clock import SystemClock
from yitong.sandbox.asking import USERS
from yitong.sandbox.codes import Codes, CodeUnknown, CodeUsed

TOKEN_S = 7200
_KEPT = 500
# The rules of each field type, as WeChat publishes them for subscribed notices.
_RULES: dict[str, re.Pattern[str]] = {
    "thing": re.compile(r".{1,20}", re.DOTALL),
    "name": re.compile(r"[\u3400-\u9fff·*]{1,10}|[A-Za-z\s.*·-]{1,20}"),
    "phrase": re.compile(r"[\u3400-\u9fff]{1,5}"),
    "character_string": re.compile(r"[\x21-\x7e]{1,32}"),
    "number": re.compile(r"\d{1,32}(\.\d+)?"),
    "letter": re.compile(r"[A-Za-z]{1,32}"),
    "time": re.compile(r"(\d{4}年\d{1,2}月\d{1,2}日 )?\d{2}:\d{2}(:\d{2})?"),
    "date": re.compile(r"\d{4}年\d{1,2}月\d{1,2}日( \d{2}:\d{2})?"),
}


class _Value(msgspec.Struct):
    """One field of a notice."""

    value: str | int | float = ""


class Card(msgspec.Struct, frozen=True):
    """A notice as the user sees it."""

    openid: str
    template_id: str
    fields: dict[str, str]
    page: str
    at: datetime


def failure(code: int, text: str) -> dict[str, Any]:
    """How WeChat reports an error."""
    return {"errcode": code, "errmsg": f"{text} rid: {secrets.token_hex(4)}-{secrets.token_hex(4)}"}


class Wechat:
    """One application at WeChat, with its users."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._token, self._token_until = "", 0.0
        self._over: set[str] = set()
        self._by_message_id: dict[str, int] = {}
        self.codes: Codes[str] = Codes()
        self.cards: deque[Card] = deque(maxlen=_KEPT)
        self.unsubscribed: set[str] = set()

    def openid(self, user: str) -> str:
        """A user's id at this application."""
        return f"oYT{user}sandbox0000000000000"[:28]

    def refused_application(self, app_id: str, secret: str) -> dict[str, Any] | None:
        """The error for a wrong application id or secret."""
        if app_id != APP_ID:
            return failure(40013, "invalid appid")
        return failure(40125, "invalid appsecret") if secret != self._secret else None

    def exchanged(self, code: str) -> str | dict[str, Any]:
        """The openid of a code, or the error."""
        try:
            return self.openid(self.codes.take(code))
        except CodeUsed:
            return failure(40163, "code been used")
        except CodeUnknown:
            return failure(40029, "invalid code")

    def fetch_token(self, *, stable: bool, force: bool = False) -> dict[str, Any]:
        """The token in force when asked for the stable way; otherwise a new one, which ends the one before."""
        if not (stable and not force and self._token and time.monotonic() < self._token_until - 300):
            if self._token:
                self._over.add(self._token)
            self._token, self._token_until = secrets.token_urlsafe(64), time.monotonic() + TOKEN_S
        return {"access_token": self._token, "expires_in": int(self._token_until - time.monotonic())}

    def expire_token(self) -> None:
        """Let the token run out before its time."""
        self._over.add(self._token)
        self._token = ""

    def notify(self, token: str, body: dict[str, Any]) -> dict[str, Any]:
        """Take a notice, or say what is wrong with it, in the order WeChat checks."""
        if token in self._over:
            return failure(42001, "access_token expired")
        if not token or token != self._token:
            return failure(40001, "invalid credential, access_token is invalid or not latest")
        openid, data = str(body.get("touser", "")), body.get("data")
        if openid not in {self.openid(user) for user, _ in USERS}:
            return failure(40003, "invalid openid")
        if body.get("template_id") != TEMPLATE.split()[0]:
            return failure(40037, "invalid template_id")
        if openid in self.unsubscribed:
            return failure(43101, "user refuse to accept the msg")
        wrong = _wrong_field(data)
        if wrong:
            return failure(47003, f"argument invalid! {wrong}")
        return self._arrive(openid, body)

    def _arrive(self, openid: str, body: dict[str, Any]) -> dict[str, Any]:
        known = f"{openid} {body.get('client_msg_id') or secrets.token_hex(8)}"
        if known not in self._by_message_id:
            self._by_message_id[known] = len(self._by_message_id) + 1
            fields = {name: str(value["value"]) for name, value in body["data"].items()}
            page = str(body.get("page", ""))
            self.cards.appendleft(Card(openid, str(body["template_id"]), fields, page, SystemClock().now()))
        return {"errcode": 0, "errmsg": "ok", "msgid": self._by_message_id[known]}


def _wrong_field(data: Any) -> str | None:
    """What WeChat says about the first field that breaks a rule; every field of the template must be there."""
    expected = [pair.split("=")[1] for pair in TEMPLATE.split()[1].split(",")]
    try:
        values = msgspec.convert(data, dict[str, _Value])
    except msgspec.ValidationError:
        return "data is no object of values"
    for name in expected:
        text = str(values[name].value) if name in values else ""
        if not text:
            return f"data.{name}.value is empty"
        if not _RULES[name.rstrip("0123456789")].fullmatch(text):
            return f"data.{name}.value invalid"
    return None
