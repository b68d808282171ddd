"""The page on which a demo user allows a sign-in, in the manner of each platform."""

from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import urlencode, urlsplit, urlunsplit

from litestar import Response

from yitong.kernel.text import Bilingual
from yitong.sandbox import pages

USERS = (("u001", "李静"), ("u002", "王磊"), ("u003", "赵敏"), ("u004", "陈伟"), ("u005", "刘洋"))
"""The demo users that every platform of the sandbox knows, by id and nickname."""


def ask(
    title: Bilingual, hidden: Mapping[str, str], *, users: Sequence[tuple[str, str]] = USERS, free: bool = False
) -> Response[str]:
    """The page: choose who you are and allow. ``free`` lets one type an id of one's own."""
    inputs = "".join(f'<input type=hidden name="{escape(k)}" value="{escape(v)}">' for k, v in hidden.items())
    choices = "".join(
        f'<label><input type=radio name=user value="{escape(user)}"{" checked" * (n == 0)}>{escape(name)}</label>'
        for n, (user, name) in enumerate(users)
    )
    typed = '<label>工号 <input name=typed autocomplete=off placeholder="subject"></label>' if free else ""
    form = f"<form method=post class=card>{inputs}{choices}{typed}<button>允许 · Allow</button></form>"
    return pages.page(title.zh, title.en, form)


def back(redirect_uri: str, params: Mapping[str, str]) -> Response[str]:
    """Send the browser back with parameters added to its address; 400 when that is no web address."""
    parts = urlsplit(redirect_uri)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return pages.part("<p>redirect_uri 无效</p>", 400)
    query = "&".join(filter(None, [parts.query, urlencode(params)]))
    location = urlunsplit(parts._replace(query=query))
    return Response("", status_code=302, headers={"location": location, "cache-control": "no-store"})
