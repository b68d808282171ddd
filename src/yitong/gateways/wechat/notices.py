"""Subscribed notices (订阅通知): a message's fields poured into a template that WeChat has approved.

Each field's name says its type, and WeChat refuses a value that breaks the type's rule (errcode 47003), so values are
made to fit here: thing 20 characters, name 10, phrase 5, character_string, letter and number 32.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from yitong.gateways.wechat.api import WechatApi
from yitong.journey.service.delivery import Notice

LENGTHS = {"thing": 20, "name": 10, "phrase": 5, "character_string": 32, "letter": 32, "number": 32}
PARTS = ("hospital", "patient", "at", "place", "note")


class Template(msgspec.Struct, frozen=True):
    """A template's id and the name of its field for each part of a notice."""

    id: str
    fields: dict[str, str]

    @staticmethod
    def read(setting: str) -> "Template":
        """From ``ID hospital=thing1,patient=name2,…``. Raises ValueError when a part is unknown or nothing is named."""
        template_id, _, pairs = setting.strip().partition(" ")
        fields = dict(pair.strip().split("=", 1) for pair in pairs.split(",") if "=" in pair)
        if not template_id or not fields or not set(fields) <= set(PARTS):
            raise ValueError(f"a subscribe template reads ID part=field,… with parts of {', '.join(PARTS)}")
        return Template(template_id, fields)


class Sent(msgspec.Struct, frozen=True):
    """The answer to a notice that was taken."""

    errcode: int = 0
    msgid: int | str = ""


class WechatNotices:
    """Sends notices; plays the journey's part of a notice channel.

    ``page`` is where a tap on the notice leads. ``program`` sends as a mini-program (``subscribe/send``) instead of as
    a service account (``subscribe/bizsend``).
    """

    def __init__(self, api: WechatApi, template: Template, page: str, *, program: bool = False) -> None:
        self._api = api
        self._template = template
        self._page = page
        self._path = "/cgi-bin/message/subscribe/send" if program else "/cgi-bin/message/subscribe/bizsend"

    async def send(self, notice: Notice) -> None:
        """Send one notice. Raises GatewayUnavailable, or GatewayRefused for good (43101: the user wants none)."""
        said = {
            "hospital": notice.fields.hospital,
            "patient": notice.fields.patient,
            "at": time_value(notice.fields.at, notice.fields.zone),
            "place": notice.fields.place,
            "note": notice.fields.note,
        }
        data = {field: {"value": fitted(field, said[part])} for part, field in self._template.fields.items()}
        body = {
            "touser": notice.recipient,
            "template_id": self._template.id,
            "page": self._page,
            "data": data,
            # WeChat drops a second message with the same id within ten minutes, where it knows the field.
            "client_msg_id": notice.id.hex,
        }
        await self._api.post(self._path, body, Sent)


def time_value(moment: datetime, zone: str) -> str:
    """A moment in the form that fields of type time and date take."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def fitted(field: str, value: str) -> str:
    """A value cut to its field's limit; an empty one, which WeChat refuses, becomes a dash."""
    kind = field.rstrip("0123456789")
    limit = LENGTHS.get(kind)
    text = " ".join(value.split()) or "-"
    if limit is None or len(text) <= limit:
        return text
    # Names and phrases take characters of writing only, so nothing may mark the cut there.
    return text[: limit - 1] + "…" if kind == "thing" else text[:limit]
