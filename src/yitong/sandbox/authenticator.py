"""The demo staff's authenticator device: their one-time passwords (RFC 6238), as an app on a phone shows them."""

from datetime import datetime
from html import escape
from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from pyotp.totp import TOTP

from yitong.directory.demo import DEMO_STAFF
from yitong.directory.demo.cast import demo_totp_secret
from yitong.kernel.text import Language
from yitong.sandbox import pages


def one_time_password(username: str, moment: datetime) -> str:
    """The six digits of a demo account at a moment of the platform's clock."""
    return TOTP(demo_totp_secret(username)).at(moment)


@get("/authenticator")
async def authenticator_page(request: Request[Any, Any, Any], state: State) -> Response[str]:
    """The present one-time password of each demo account."""
    zh = Language.from_header(request.headers.get("accept-language")) is Language.ZH
    now: datetime = state.platform_clock.now()
    left = 30 - int(now.timestamp()) % 30
    content = "".join(
        f"<article class=card><div class=meta><span>{escape(one.name)} · {escape(one.role_name)}</span>"
        f"<span>{escape(one.username)} · {left} s</span></div>"
        f'<p class="text code">{one_time_password(one.username, now)}</p></article>'
        for one in DEMO_STAFF
    )
    if request.headers.get("x-part"):
        return pages.part(content)
    title, subtitle = ("动态口令", "演示员工的验证器") if zh else ("One-time codes", "The demo staff's authenticator")
    return pages.page(title, subtitle, content, language="zh" if zh else "en", live=True)


ROUTES = [authenticator_page]
