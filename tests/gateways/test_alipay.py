"""Alipay over a real socket: signatures on both sides, codes good once, forged answers noticed."""

from collections.abc import AsyncGenerator
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest

from yitong.gateways import sandbox_keys
from yitong.gateways.alipay.gateway import AlipayGateway
from yitong.gateways.alipay.sign_in import AlipaySignIn
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.settings import Settings
from yitong.sandbox.rsa2 import public_key_of, signed_text, verified

RETURN = "http://127.0.0.1:8000/patient/?from=alipay"


def gateway_of(url: str, settings: Settings, ours: str = "alipay-ours") -> AlipayGateway:
    return AlipayGateway(
        f"{url}/alipay/gateway.do",
        sandbox_keys.ALIPAY_APP_ID,
        sandbox_keys.private_key(settings, ours),
        sandbox_keys.public_key(settings, "alipay-theirs"),
        pause_s=0.01,
    )


def client_of(url: str, gateway: AlipayGateway) -> AlipaySignIn:
    return AlipaySignIn(gateway, f"{url}/alipay/oauth2/publicAppAuthorize.htm")


@pytest.fixture
async def client(sandbox_url: str, settings: Settings) -> AsyncGenerator[AlipaySignIn]:
    gateway = gateway_of(sandbox_url, settings)
    yield client_of(sandbox_url, gateway)
    await gateway.close()


async def code_of(browser: httpx.AsyncClient, url: str) -> dict[str, str]:
    assert "允许" in (await browser.get(url)).text
    sent = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    answer = await browser.post(urlsplit(url).path, data={**sent, "user": "u004"})
    location = answer.headers["location"]
    assert location.startswith(RETURN)
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


async def test_signing_in_gives_the_user_id_once(browser: httpx.AsyncClient, client: AlipaySignIn) -> None:
    back = await code_of(browser, client.authorize_url("s-1", RETURN))
    assert (back["state"], back["from"]) == ("s-1", "alipay")
    assert await client.exchange(back["auth_code"]) == "2088000000000004"
    with pytest.raises(GatewayRefused) as again:
        await client.exchange(back["auth_code"])
    assert again.value.reason == "isv.code-invalid"


async def test_an_answer_that_alipay_did_not_sign(browser: httpx.AsyncClient, client: AlipaySignIn) -> None:
    back = await code_of(browser, client.authorize_url("s", RETURN))
    await browser.post("/alipay/forge")
    with pytest.raises(GatewayUnavailable, match="signature-invalid"):
        await client.exchange(back["auth_code"])


async def test_a_request_signed_with_another_key(sandbox_url: str, settings: Settings) -> None:
    stranger = gateway_of(sandbox_url, settings, "somebody")
    with pytest.raises(GatewayRefused) as refused:
        await client_of(sandbox_url, stranger).exchange("x")
    await stranger.close()
    assert refused.value.reason == "isv.invalid-signature"


async def test_a_gateway_in_trouble(browser: httpx.AsyncClient, client: AlipaySignIn) -> None:
    await browser.put("/faults", json={"path": "/alipay/gateway.do", "kind": "refuse"})
    with pytest.raises(GatewayUnavailable):
        await client.exchange("x")


@pytest.mark.unit
def test_the_signed_text_is_sorted_without_empty_values_and_sign() -> None:
    params = {"version": "1.0", "app_id": "2014072300007148", "sign": "x", "notify_url": "", "method": "a.b"}
    assert signed_text(params) == "app_id=2014072300007148&method=a.b&version=1.0"


def test_keys_without_their_pem_frame_are_read(settings: Settings) -> None:
    bare = "".join(sandbox_keys.private_key(settings, "alipay-ours").splitlines()[1:-1])
    public = "".join(sandbox_keys.public_key(settings, "alipay-theirs").splitlines()[1:-1])
    gateway = AlipayGateway("http://127.0.0.1:9/gateway.do", "2021", bare, public)
    sent = dict(parse_qsl(gateway.signed("alipay.trade.query", {"out_trade_no": "n1"})))
    theirs = public_key_of(sandbox_keys.public_key(settings, "alipay-ours"))
    assert verified(theirs, signed_text(sent).encode(), sent["sign"]), "the library signs what another hand verifies"
    assert not verified(theirs, b"other", sent["sign"])
    assert not verified(theirs, b"other", "***")
