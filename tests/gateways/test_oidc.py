"""Staff sign-in over a real socket: every check of the protocol, each broken once."""

from collections.abc import AsyncGenerator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from yitong.gateways import sandbox_keys
from yitong.gateways.oidc import OidcClient, code_challenge
from yitong.kernel.outside import GatewayRefused
from yitong.kernel.settings import Settings

RETURN = "http://127.0.0.1:8000/console/sign-in"


@pytest.fixture
async def client(sandbox_url: str, settings: Settings) -> AsyncGenerator[OidcClient]:
    secret = sandbox_keys.shared_secret(settings, "oidc")
    made = OidcClient(f"{sandbox_url}/oidc", sandbox_keys.OIDC_CLIENT_ID, secret, b"k" * 32, pause_s=0.01)
    yield made
    await made.close()


async def code_of(browser: httpx.AsyncClient, client: OidcClient, state: str = "s-1", subject: str = "doctor") -> str:
    url = await client.authorize_url(state, RETURN)
    page = await browser.get(url)
    assert page.status_code == 200
    sent = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    form = {
        "redirect_uri": sent["redirect_uri"],
        "state": sent["state"],
        "nonce": sent["nonce"],
        "challenge": sent["code_challenge"],
        "user": subject,
    }
    answer = await browser.post("/oidc/authorize", data=form)
    back = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    assert back["state"] == state
    return back["code"]


async def test_signing_in_gives_the_subject_once(browser: httpx.AsyncClient, client: OidcClient) -> None:
    code = await code_of(browser, client, subject="nurse")
    assert await client.exchange(code, "s-1", RETURN) == "nurse"
    with pytest.raises(GatewayRefused) as again:
        await client.exchange(code, "s-1", RETURN)
    assert again.value.reason == "invalid_grant"


async def test_another_state_has_another_verifier(browser: httpx.AsyncClient, client: OidcClient) -> None:
    code = await code_of(browser, client)
    with pytest.raises(GatewayRefused) as refused:
        await client.exchange(code, "s-2", RETURN)
    assert refused.value.reason == "invalid_grant"


async def test_another_return_address(browser: httpx.AsyncClient, client: OidcClient) -> None:
    code = await code_of(browser, client)
    with pytest.raises(GatewayRefused) as refused:
        await client.exchange(code, "s-1", RETURN + "/other")
    assert refused.value.reason == "invalid_grant"


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        ("iss", "claims-invalid"),
        ("aud", "claims-invalid"),
        ("nonce", "claims-invalid"),
        ("exp", "claims-invalid"),
        ("key", "signature-invalid"),
    ],
)
async def test_a_token_that_is_wrong_in_any_way(
    browser: httpx.AsyncClient, client: OidcClient, spoilt: str, reason: str
) -> None:
    code = await code_of(browser, client)
    await browser.post(f"/oidc/spoil/{spoilt}")
    with pytest.raises(GatewayRefused) as refused:
        await client.exchange(code, "s-1", RETURN)
    assert refused.value.reason == reason


async def test_a_wrong_client_secret(browser: httpx.AsyncClient, client: OidcClient, sandbox_url: str) -> None:
    code = await code_of(browser, client)
    wrong = OidcClient(f"{sandbox_url}/oidc", sandbox_keys.OIDC_CLIENT_ID, "wrong", b"k" * 32)
    with pytest.raises(GatewayRefused) as refused:
        await wrong.exchange(code, "s-1", RETURN)
    await wrong.close()
    assert refused.value.reason == "invalid_client"


async def test_an_issuer_that_calls_itself_something_else(sandbox_url: str) -> None:
    port = urlsplit(sandbox_url).port
    elsewhere = OidcClient(f"http://localhost:{port}/oidc/.", "x", "y", b"k" * 32)
    with pytest.raises(GatewayRefused) as refused:
        await elsewhere.authorize_url("s", RETURN)
    await elsewhere.close()
    assert refused.value.reason == "issuer-mismatch"


@pytest.mark.unit
def test_the_challenge_is_that_of_rfc_7636() -> None:
    # RFC 7636, appendix B.
    assert (
        code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    )
