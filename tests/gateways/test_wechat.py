"""WeChat over a real socket: signing in, the one token, notices with WeChat's own rules and errors."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from yitong.gateways import sandbox_keys
from yitong.gateways.wechat.api import WechatApi
from yitong.gateways.wechat.notices import Template, WechatNotices, fitted, time_value
from yitong.gateways.wechat.sign_in import WechatSignIn
from yitong.journey.notices import ChannelFields
from yitong.journey.service.delivery import Notice
from yitong.kernel.ids import new_id
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.settings import Settings
from yitong.sandbox.wechat import Wechat

OPENID = Wechat("").openid("u001")
RETURN = "http://127.0.0.1:8000/patient/"


@pytest.fixture
async def api(sandbox_url: str, settings: Settings) -> AsyncGenerator[WechatApi]:
    secret = sandbox_keys.shared_secret(settings, "wechat")
    made = WechatApi(f"{sandbox_url}/wechat/api", sandbox_keys.APP_ID, secret, pause_s=0.01)
    yield made
    await made.close()


@pytest.fixture
def notices(api: WechatApi) -> WechatNotices:
    return WechatNotices(api, Template.read(sandbox_keys.TEMPLATE), RETURN)


def notice(**changes: str) -> Notice:
    said = {"hospital": "市一医院", "patient": "张*丰", "place": "门诊楼3层 1诊室", "note": "预约成功", **changes}
    at = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
    return Notice(new_id(), OPENID, ChannelFields(at=at, zone="Asia/Shanghai", **said))


async def allowed_code(browser: httpx.AsyncClient, url: str, user: str = "u002") -> dict[str, str]:
    """Open the authorize page, press the button, and answer what the browser comes back with."""
    assert url.endswith("#wechat_redirect")
    page = await browser.get(url)
    assert "允许" in page.text
    sent = dict(parse_qs(urlsplit(url).query))
    form = {"user": user, "redirect_uri": sent["redirect_uri"][0], "state": sent["state"][0]}
    answer = await browser.post(urlsplit(url).path, data=form)
    assert answer.status_code == 302
    location = urlsplit(answer.headers["location"])
    assert f"{location.scheme}://{location.netloc}{location.path}" == RETURN
    return {name: values[0] for name, values in parse_qs(location.query).items()}


async def test_signing_in_gives_the_openid_once(sandbox_url: str, browser: httpx.AsyncClient, api: WechatApi) -> None:
    client = WechatSignIn(api, f"{sandbox_url}/wechat/open")
    back = await allowed_code(browser, client.authorize_url("s-1", RETURN))
    assert back["state"] == "s-1"
    assert await client.exchange(back["code"]) == Wechat("").openid("u002")
    with pytest.raises(GatewayRefused) as again:
        await client.exchange(back["code"])
    assert again.value.reason == "40163"


async def test_a_made_up_code_is_refused(sandbox_url: str, api: WechatApi) -> None:
    with pytest.raises(GatewayRefused) as refused:
        await WechatSignIn(api, f"{sandbox_url}/wechat/open").exchange("nonsense")
    assert refused.value.reason == "40029"


async def test_a_programs_login_code(sandbox_url: str, browser: httpx.AsyncClient, api: WechatApi) -> None:
    client = WechatSignIn(api, f"{sandbox_url}/wechat/open")
    back = await allowed_code(browser, client.authorize_url("s", RETURN), "u003")
    identity = await client.exchange_program(back["code"])
    assert identity.openid == Wechat("").openid("u003")
    assert identity.session_key


async def test_a_notice_arrives_with_its_fields(browser: httpx.AsyncClient, notices: WechatNotices) -> None:
    await notices.send(notice())
    (card,) = (await browser.get("/wechat/cards")).json()
    assert card["openid"] == OPENID
    assert card["fields"] == {
        "thing1": "市一医院",
        "name2": "张*丰",
        "time3": "2026年11月23日 09:30",
        "thing4": "门诊楼3层 1诊室",
        "thing5": "预约成功",
    }
    assert "市一医院" in (await browser.get("/wechat")).text


async def test_the_same_notice_again_arrives_once(browser: httpx.AsyncClient, notices: WechatNotices) -> None:
    one = notice()
    await notices.send(one)
    await notices.send(one)
    assert len((await browser.get("/wechat/cards")).json()) == 1


async def test_long_values_are_made_to_fit(browser: httpx.AsyncClient, notices: WechatNotices) -> None:
    await notices.send(notice(hospital="示范市第一人民医院" * 4, place="", patient="阿卜杜拉*" * 3))
    (card,) = (await browser.get("/wechat/cards")).json()
    assert len(card["fields"]["thing1"]) == 20
    assert card["fields"]["thing4"] == "-"


async def test_what_does_not_fit_is_refused_with_the_field(api: WechatApi) -> None:
    wrong = WechatNotices(api, Template("YT0001", {"hospital": "thing1"}), RETURN)
    with pytest.raises(GatewayRefused) as refused:
        await wrong.send(notice())
    assert (refused.value.reason, "name2" in refused.value.detail) == ("47003", True)
    assert refused.value.kind.retry is False


async def test_a_user_who_wants_no_notices(browser: httpx.AsyncClient, notices: WechatNotices) -> None:
    await browser.post("/wechat/users/u001/off")
    with pytest.raises(GatewayRefused) as refused:
        await notices.send(notice())
    assert refused.value.reason == "43101"
    await browser.post("/wechat/users/u001/on")
    await notices.send(notice())


async def test_a_token_that_ran_out_is_renewed_and_the_call_made_again(
    browser: httpx.AsyncClient, notices: WechatNotices
) -> None:
    await notices.send(notice())
    await browser.post("/wechat/token/expire")
    await notices.send(notice())
    assert len((await browser.get("/wechat/cards")).json()) == 2


async def test_a_token_that_somebody_else_ended_is_replaced(
    browser: httpx.AsyncClient, notices: WechatNotices, settings: Settings
) -> None:
    await notices.send(notice())
    secret = sandbox_keys.shared_secret(settings, "wechat")
    query = {"grant_type": "client_credential", "appid": sandbox_keys.APP_ID, "secret": secret}
    taken = (await browser.get("/wechat/api/cgi-bin/token", params=query)).json()
    assert taken["access_token"]
    await notices.send(notice())
    assert len((await browser.get("/wechat/cards")).json()) == 2


async def test_two_servers_share_the_stable_token(sandbox_url: str, settings: Settings, api: WechatApi) -> None:
    secret = sandbox_keys.shared_secret(settings, "wechat")
    other = WechatApi(f"{sandbox_url}/wechat/api", sandbox_keys.APP_ID, secret)
    assert await api.token() == await other.token()
    await other.close()


async def test_a_wrong_secret(sandbox_url: str) -> None:
    wrong = WechatApi(f"{sandbox_url}/wechat/api", sandbox_keys.APP_ID, "wrong")
    with pytest.raises(GatewayRefused) as refused:
        await wrong.token()
    await wrong.close()
    assert refused.value.reason == "40125"


async def test_a_lost_answer_is_not_sent_twice_by_itself(browser: httpx.AsyncClient, notices: WechatNotices) -> None:
    await browser.put("/faults", json={"path": "/wechat/api/cgi-bin/message", "kind": "lost"})
    one = notice()
    with pytest.raises(GatewayUnavailable) as lost:
        await notices.send(one)
    assert lost.value.kind.retry is True
    await notices.send(one)  # as the delivery job does later, under the same id
    assert len((await browser.get("/wechat/cards")).json()) == 1


@pytest.mark.unit
def test_fitting_follows_the_published_limits() -> None:
    assert fitted("thing4", "一" * 20) == "一" * 20
    assert fitted("thing4", "一" * 21) == "一" * 19 + "…"
    assert len(fitted("name2", "张" * 30)) == 10
    assert fitted("thing9", "  a \n b ") == "a b"
    assert time_value(datetime(2026, 1, 5, 16, 5, tzinfo=UTC), "Asia/Shanghai") == "2026年1月6日 00:05"


@pytest.mark.unit
@pytest.mark.parametrize("setting", ["", "ID", "ID x=thing1", "ID hospital"])
def test_an_unusable_template_setting_is_refused(setting: str) -> None:
    with pytest.raises(ValueError, match="subscribe template"):
        Template.read(setting)
