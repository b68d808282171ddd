"""Text messages: a signed JSON call to the operator's gateway, safe to repeat by its idempotency id.

The string that is signed: method, path, Unix time in seconds, nonce and the SHA-256 of the body in hexadecimal, each on
a line of its own; the signature is HMAC-SHA256 in hexadecimal.
"""

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

import httpx
import msgspec

from yitong.gateways.http import Caller
from yitong.kernel.clock import SystemClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.outside import GatewayRefused
from yitong.kernel.text import Bilingual

PARTY = Bilingual("短信服务", "The text-message service")
KEY_ID = "yitong"
SIGN_NAME = "医通"
_CLOCK = SystemClock()


class Sms(msgspec.Struct, frozen=True):
    """One text message: ``template`` names the agreed wording, ``params`` fill it."""

    id: UUID
    phone: str
    template: str
    params: dict[str, str]
    sign: str = SIGN_NAME


class SmsAnswer(msgspec.Struct, frozen=True):
    """The gateway's answer; ``code`` is ``accepted`` or the name of a refusal."""

    code: str
    id: UUID | None = None
    message: str = ""


def signature(secret: str, method: str, path: str, timestamp: str, nonce: str, body: bytes) -> str:
    """The signature of one request, hexadecimal."""
    signed = "\n".join((method, path, timestamp, nonce, sha256(body).hexdigest()))
    return hmac.new(secret.encode(), signed.encode(), sha256).hexdigest()


class SmsClient:
    """Sends text messages; plays identity's part of a phone code sender.

    ``now`` is the real time even when the platform's own clock is moved: the other side checks it.
    """

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        code_seconds: int,
        now: Callable[[], datetime] = _CLOCK.now,
        timeout_s: float = 5.0,
        pause_s: float = 0.2,
    ) -> None:
        self._url = httpx.URL(url)
        self._secret = secret
        self._minutes = max(1, code_seconds // 60)
        self._now = now
        self._caller = Caller(PARTY, timeout_s=timeout_s, pause_s=pause_s)

    async def send(self, phone: str, code: str, purpose: str) -> None:
        """Send a one-time code for ``purpose`` to a mainland mobile number of 11 digits.

        Raises GatewayUnavailable or GatewayRefused.
        """
        await self.deliver(Sms(new_id(), phone, purpose, {"code": code, "minutes": str(self._minutes)}))

    async def deliver(self, message: Sms) -> SmsAnswer:
        """Hand over a message; the same id handed over twice is sent once. Raises as :meth:`send`."""
        body = msgspec.json.encode(message)
        answer = await self._caller.call(lambda: self._request(body), idempotent=True)
        try:
            said = msgspec.json.decode(answer.content, type=SmsAnswer)
        except msgspec.MsgspecError as error:
            raise GatewayRefused(PARTY, f"status {answer.status_code}", "no readable answer") from error
        if answer.status_code != 200 or said.code != "accepted":
            raise GatewayRefused(PARTY, said.code, said.message)
        return said

    def _request(self, body: bytes) -> httpx.Request:
        timestamp, nonce = str(int(self._now().timestamp())), secrets.token_hex(16)
        headers = {
            "content-type": "application/json",
            "x-sms-key": KEY_ID,
            "x-sms-timestamp": timestamp,
            "x-sms-nonce": nonce,
            "x-sms-signature": signature(self._secret, "POST", self._url.path, timestamp, nonce, body),
        }
        return httpx.Request("POST", self._url, headers=headers, content=body)

    async def close(self) -> None:
        """Close the kept connections."""
        await self._caller.close()
