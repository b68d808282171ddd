"""The sandbox's pages: complete in both languages, safe against what others write, nothing from elsewhere."""

import re
from datetime import UTC, datetime

import httpx
import pytest

from yitong.directory.demo import DEMO_STAFF
from yitong.kernel.ids import new_id
from yitong.kernel.settings import Settings
from yitong.sandbox.app import PAGES, create_sandbox
from yitong.sandbox.authenticator import one_time_password
from yitong.sandbox.sms import Received


@pytest.fixture
def pages_client(settings: Settings) -> httpx.AsyncClient:
    app = create_sandbox(settings)
    text = '【医通】<script>alert(1)</script>"'
    app.state.sms.inbox.appendleft(Received(new_id(), "13800138000", "医通", text, "482913", datetime.now(UTC)))
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # the same protocol, typed twice
    return httpx.AsyncClient(transport=transport, base_url="http://sandbox")


async def test_every_page_speaks_both_languages_and_loads_nothing_from_elsewhere(
    pages_client: httpx.AsyncClient,
) -> None:
    for path in ("/", *(path for path, _ in PAGES)):
        for language, mark in (("zh-CN", 'lang="zh-CN"'), ("en", "lang=")):
            page = await pages_client.get(path, headers={"accept-language": language})
            assert page.status_code == 200
            assert mark in page.text
            assert not re.search(r"(src|href)\s*=\s*[\"']?(https?:)?//", page.text)
            assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_what_a_message_says_is_text_only(pages_client: httpx.AsyncClient) -> None:
    page = await pages_client.get("/sms")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;" in page.text
    part = await pages_client.get("/sms", headers={"x-part": "list"})
    assert part.text.startswith("<article")


async def test_the_authenticator_shows_the_passwords_that_are_good_now(pages_client: httpx.AsyncClient) -> None:
    shown: set[str] = set()
    expected: set[str] = set()
    for moment in (datetime.now(UTC), datetime.now(UTC)):  # a step may end between the two readings
        expected = {one_time_password(one.username, moment) for one in DEMO_STAFF}
        shown = set(re.findall(r">(\d{6})<", (await pages_client.get("/authenticator")).text))
        if shown == expected:
            break
    assert shown == expected


async def test_nobody_is_sent_to_an_address_that_is_none(pages_client: httpx.AsyncClient) -> None:
    form = {"redirect_uri": "javascript:alert(1)", "state": "s", "user": "u001"}
    answer = await pages_client.post("/wechat/open/connect/oauth2/authorize", data=form)
    assert answer.status_code == 400
