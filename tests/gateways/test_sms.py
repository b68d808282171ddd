"""Text messages over a real socket: they arrive once, forged and replayed calls are refused, troubles are survived."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from yitong.gateways import sandbox_keys
from yitong.gateways.sms import Sms, SmsClient, signature
from yitong.kernel.ids import new_id
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.settings import Settings

PHONE = "13800138000"


def client_of(url: str, secret: str, *, timeout_s: float = 5.0, ahead: timedelta = timedelta()) -> SmsClient:
    return SmsClient(
        f"{url}/sms/messages",
        secret,
        code_seconds=300,
        now=lambda: datetime.now(UTC) + ahead,
        timeout_s=timeout_s,
        pause_s=0.01,
    )


@pytest.fixture
def secret(settings: Settings) -> str:
    return sandbox_keys.shared_secret(settings, "sms")


async def arrived(browser: httpx.AsyncClient) -> list[dict[str, str]]:
    return (await browser.get("/sms/inbox", params={"phone": PHONE})).json()


async def test_a_code_arrives_on_the_phone(sandbox_url: str, browser: httpx.AsyncClient, secret: str) -> None:
    client = client_of(sandbox_url, secret)
    await client.send(PHONE, "482913", "sign_in")
    await client.close()
    (message,) = await arrived(browser)
    assert message["code"] == "482913"
    assert "5 分钟" in message["text"]
    page = await browser.get("/sms")
    assert "482913" in page.text


async def test_a_wrong_secret_is_refused(sandbox_url: str, browser: httpx.AsyncClient, secret: str) -> None:
    client = client_of(sandbox_url, secret[::-1])
    with pytest.raises(GatewayRefused) as refused:
        await client.send(PHONE, "1", "sign_in")
    await client.close()
    assert refused.value.reason == "signature-invalid"
    assert await arrived(browser) == []


async def test_an_old_timestamp_is_refused(sandbox_url: str, secret: str) -> None:
    client = client_of(sandbox_url, secret, ahead=timedelta(minutes=-6))
    with pytest.raises(GatewayRefused) as refused:
        await client.send(PHONE, "1", "sign_in")
    await client.close()
    assert refused.value.reason == "timestamp-invalid"


async def test_the_same_request_again_is_a_replay(browser: httpx.AsyncClient, secret: str) -> None:
    body = b'{"id":"01890000-0000-7000-8000-000000000001","phone":"13800138000","template":"card","params":{}}'
    timestamp = str(int(datetime.now(UTC).timestamp()))
    headers = {
        "x-sms-key": "yitong",
        "x-sms-timestamp": timestamp,
        "x-sms-nonce": "n1",
        "x-sms-signature": signature(secret, "POST", "/sms/messages", timestamp, "n1", body),
    }
    first = await browser.post("/sms/messages", content=body, headers=headers)
    second = await browser.post("/sms/messages", content=body, headers=headers)
    assert (first.status_code, second.status_code) == (200, 409)
    assert second.json()["code"] == "replayed"


async def test_the_same_id_arrives_once(sandbox_url: str, browser: httpx.AsyncClient, secret: str) -> None:
    client = client_of(sandbox_url, secret)
    message = Sms(new_id(), PHONE, "sign_in", {"code": "1", "minutes": "5"})
    await client.deliver(message)
    await client.deliver(message)
    await client.close()
    assert len(await arrived(browser)) == 1


@pytest.mark.parametrize("kind", ["refuse", "lost"])
async def test_a_passing_trouble_is_survived_and_sends_once(
    sandbox_url: str, browser: httpx.AsyncClient, secret: str, kind: str
) -> None:
    await browser.put("/faults", json={"path": "/sms/messages", "kind": kind, "times": 2})
    client = client_of(sandbox_url, secret)
    await client.send(PHONE, "7", "sign_in")
    await client.close()
    assert len(await arrived(browser)) == 1


async def test_a_late_answer_counts_as_none(sandbox_url: str, browser: httpx.AsyncClient, secret: str) -> None:
    await browser.put("/faults", json={"path": "/sms/messages", "kind": "late", "times": 9, "seconds": 0.5})
    client = client_of(sandbox_url, secret, timeout_s=0.05)
    with pytest.raises(GatewayUnavailable):
        await client.send(PHONE, "7", "sign_in")
    await client.close()


async def test_nobody_there(secret: str, sockets: None) -> None:
    client = client_of("http://127.0.0.1:9", secret)
    with pytest.raises(GatewayUnavailable) as unavailable:
        await client.send(PHONE, "7", "sign_in")
    await client.close()
    assert "ConnectError" in str(unavailable.value)


async def test_a_phone_that_cannot_be(sandbox_url: str, secret: str) -> None:
    client = client_of(sandbox_url, secret)
    with pytest.raises(GatewayRefused) as refused:
        await client.send("12", "7", "sign_in")
    await client.close()
    assert refused.value.reason == "phone-invalid"


def test_the_signature_is_the_documented_one() -> None:
    # Worked out with openssl: sha256 of the body, then HMAC over the five lines.
    assert signature("secret", "POST", "/sms/messages", "1700000000", "abc", b"{}") == EXAMPLE


EXAMPLE = "09fcfa5a52d2683623e7368d9e166bee3f032ff043a7851b303611e335304788"
