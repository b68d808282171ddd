"""The page that shows the phone's text messages; in a demo a person reads the code here."""

from html import escape
from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromQuery

from yitong.kernel.text import Language
from yitong.sandbox import pages
from yitong.sandbox.sms import Received


def _card(one: Received) -> str:
    code = f'<p class="text code">{escape(one.code)}</p>' if one.code else ""
    return (
        f"<article class=card><div class=meta><span>{escape(one.phone)}</span>"
        f'<time datetime="{one.at.isoformat()}">{one.at.astimezone():%m-%d %H:%M:%S}</time></div>'
        f"<p class=text>{escape(one.text)}</p>{code}</article>"
    )


@get("/sms")
async def sms_page(request: Request[Any, Any, Any], state: State, phone: FromQuery[str | None] = None) -> Response[str]:
    """The messages on the phone, newest first; ``?phone=`` shows one number's."""
    zh = Language.from_header(request.headers.get("accept-language")) is Language.ZH
    found = [one for one in state.sms.inbox if phone is None or one.phone == phone]
    empty = "还没有短信。" if zh else "No messages yet."
    content = "".join(map(_card, found)) or f"<p class=empty>{empty}</p>"
    if request.headers.get("x-part"):
        return pages.part(content)
    title, subtitle = (
        ("短信", "演示用手机，仅显示沙箱收到的短信") if zh else ("Messages", "A demo phone for the sandbox")
    )
    return pages.page(title, subtitle, content, language="zh" if zh else "en", live=True)


ROUTES = [sms_page]
