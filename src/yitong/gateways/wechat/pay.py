"""Calling WeChat Pay (v3): wechatpayv3 signs and sends; answers and notices are checked here before they are believed.

The library knows neither how old a signature is nor that a serial number may be unknown to both sides, and it forgets
its certificates while it fetches new ones; those are minded here.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from wechatpayv3.async_ import AsyncWeChatPay, WeChatPayType
from wechatpayv3.async_.core import AsyncCore
from wechatpayv3.async_.type import RequestType
from wechatpayv3.async_.utils import aes_decrypt, load_public_key, rsa_verify

from yitong.gateways.http import Caller, NoAnswer
from yitong.kernel.clock import SystemClock
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.text import Bilingual

PARTY = Bilingual("微信支付", "WeChat Pay")
API = "https://api.mch.weixin.qq.com"
ALGORITHM = "WECHATPAY2-SHA256-RSA2048"
OLDEST_S = 300
_CLOCK = SystemClock()
_BUSY = frozenset({"SYSTEM_ERROR", "SYSTEMERROR", "FREQUENCY_LIMITED", "FREQUENCY_LIMIT_EXCEED", "BANKERROR"})
T = TypeVar("T", bound=msgspec.Struct)


class Merchant(msgspec.Struct, frozen=True):
    """What an account at WeChat Pay is known by. ``public_keys`` are WeChat's, by PUB_KEY_ID, the newest last; with
    none, platform certificates are fetched and kept up to date."""

    app_id: str
    merchant_id: str
    serial_no: str  # of the merchant's own certificate
    private_key: str
    api_v3_key: str
    public_keys: dict[str, str] = {}

    def __post_init__(self) -> None:
        if len(self.api_v3_key.encode()) != 32:
            raise ValueError("the APIv3 key has 32 bytes")


class SignatureRefused(Exception):
    """Something that claims to come from WeChat Pay does not show it; ``reason`` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Refusal(msgspec.Struct, frozen=True):
    """How WeChat Pay says no."""

    code: str = ""
    message: str = ""


class PayCore(AsyncCore):
    """The library's core with kept connections, our reading of failures, and the keys of WeChat Pay as they rotate."""

    def __init__(
        self, merchant: Merchant, base_url: str, *, timeout_s: float, renew_pause_s: float, now: Callable[[], datetime]
    ) -> None:
        key_id = list(merchant.public_keys)[-1] if merchant.public_keys else None
        super().__init__(
            merchant.merchant_id,
            merchant.serial_no,
            merchant.private_key,
            merchant.api_v3_key,
            public_key=merchant.public_keys[key_id] if key_id else None,
            public_key_id=key_id,
        )
        self._gate_way = base_url.rstrip("/")
        self._ring = {name: load_public_key(text) for name, text in merchant.public_keys.items()}
        self._timeout_s = timeout_s
        self.renew_pause_s = renew_pause_s
        self._renewed_at = float("-inf")
        self._renewing = asyncio.Lock()
        self._now = now

    async def request(
        self,
        path: str,
        method: RequestType = RequestType.GET,
        data: dict[str, Any] | None = None,
        skip_verify: bool = False,
        sign_data: str | None = None,
        files: Any = None,
        cipher_data: bool = False,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, str | bytes]:
        """One signed request; raises NoAnswer unless a believable answer below 500 came."""
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=self._timeout_s, follow_redirects=False)
        try:
            status, content = await super().request(
                path, method, data, skip_verify, sign_data, files, cipher_data, headers
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NoAnswer(type(error).__name__, sent=False) from error
        except httpx.TransportError as error:
            raise NoAnswer(type(error).__name__, sent=True) from error
        except SignatureRefused as refused:
            # A forged answer tells nothing about what the real one was.
            raise NoAnswer(refused.reason, sent=True) from refused
        if status >= 500 or status == 429:
            raise NoAnswer(f"status {status}", sent=True)
        return status, content

    async def _verify_signature_async(self, headers: Mapping[str, str], body: str) -> bool:
        await self.check(headers, body)
        return True

    async def check(self, headers: Mapping[str, str], body: str) -> None:
        """Whether WeChat Pay signed this body within the last five minutes. Raises SignatureRefused.

        ``headers`` are asked in lower case.
        """
        if headers.get("wechatpay-signature-type", ALGORITHM) != ALGORITHM:
            raise SignatureRefused("signature-type")
        stamp, nonce = headers.get("wechatpay-timestamp", ""), headers.get("wechatpay-nonce", "")
        signature, serial = headers.get("wechatpay-signature", ""), headers.get("wechatpay-serial", "")
        if not (nonce and signature and serial and stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
            raise SignatureRefused("signature-missing")
        if abs(self._now().timestamp() - int(stamp)) > OLDEST_S:
            raise SignatureRefused("stale")
        key = await self._key(serial)
        if key is None:
            raise SignatureRefused("serial-unknown")
        if not rsa_verify(stamp, nonce, body, signature, key):
            raise SignatureRefused("signature-invalid")

    async def _key(self, serial: str) -> RSAPublicKey | None:
        """WeChat Pay's key of this number; certificates are fetched again for a number that was never seen, but not
        more often than the pause: anybody can send numbers."""
        if serial in self._ring or not _is_hexadecimal(serial):
            return self._ring.get(serial)
        found = self._certified(serial)
        if found is not None:
            return found
        async with self._renewing:
            if time.monotonic() - self._renewed_at >= self.renew_pause_s and self._certified(serial) is None:
                await self._update_certificates()
        return self._certified(serial)

    def _certified(self, serial: str) -> RSAPublicKey | None:
        now = datetime.now(UTC)
        for one in self._certificates:
            if one.serial_number == int(serial, 16) and one.not_valid_before_utc <= now <= one.not_valid_after_utc:
                key = one.public_key()
                return key if isinstance(key, RSAPublicKey) else None
        return None

    async def _update_certificates(self) -> None:
        """Fetch the platform's certificates; the ones at hand stay when none come."""
        kept, self._certificates = self._certificates, list(self._certificates)
        try:
            await super()._update_certificates()  # empties the list it finds, then fills it
        except (NoAnswer, ValueError, TypeError):  # unreachable, or an answer that is no certificate list
            self._certificates = kept
        else:
            self._renewed_at = time.monotonic()
            self._certificates = self._certificates or kept

    async def ready_to_encrypt(self) -> None:
        """Make sure that a key of WeChat Pay is at hand. Raises NoAnswer."""
        if not self._ring and not self._certificates:
            async with self._renewing:
                await self._update_certificates()
            if not self._certificates:
                raise NoAnswer("no platform certificate", sent=False)

    def opened(self, nonce: str, ciphertext: str, associated_data: str) -> str:
        """The text of an encrypted resource (AEAD_AES_256_GCM). Raises SignatureRefused."""
        try:
            text = aes_decrypt(nonce, ciphertext, associated_data, self._apiv3_key)
        except ValueError as error:  # not Base64, or a nonce of a wrong length
            raise SignatureRefused("resource-unreadable") from error
        if text is None:
            raise SignatureRefused("resource-unreadable")
        return text

    def _last_certificate(self) -> Any:
        # The library compares by an attribute that cryptography has retired.
        return max(self._certificates, key=lambda one: one.not_valid_after_utc)

    async def close(self) -> None:
        """Close the kept connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None


class WechatPay(AsyncWeChatPay):
    """One merchant's access to WeChat Pay."""

    def __init__(
        self,
        merchant: Merchant,
        notify_url: str,
        base_url: str = API,
        *,
        timeout_s: float = 5.0,
        pause_s: float = 0.2,
        renew_pause_s: float = 60.0,
        now: Callable[[], datetime] = _CLOCK.now,
    ) -> None:
        super().__init__(
            WeChatPayType.JSAPI,
            merchant.merchant_id,
            merchant.private_key,
            merchant.serial_no,
            merchant.app_id,
            merchant.api_v3_key,
            notify_url,
        )
        self.merchant = merchant
        self.notify_url = notify_url
        self.core = PayCore(merchant, base_url, timeout_s=timeout_s, renew_pause_s=renew_pause_s, now=now)
        self._core = self.core
        self._caller = Caller(PARTY, pause_s=pause_s)

    async def ask(self, call: Callable[[], Awaitable[tuple[int, str | bytes]]], answer: type[T]) -> T:
        """The typed answer to one of the library's calls; all of them are safe to repeat by their numbers.

        Raises GatewayUnavailable, or GatewayRefused with WeChat Pay's error code.
        """
        status, content = await self._caller.attempt(call, idempotent=True)
        if status >= 400:
            raise refused(content, status)
        try:
            return msgspec.json.decode(content or b"{}", type=answer)
        except msgspec.MsgspecError as error:
            raise GatewayUnavailable(PARTY, f"status {status} without a readable answer") from error

    async def file(self, url: str) -> bytes:
        """The bytes of a bill's file; whether they are whole is for the caller to check. Raises as :meth:`ask`."""
        status, content = await self._caller.attempt(lambda: self.download_bill(url), idempotent=True)
        if status >= 400:
            raise refused(content, status)
        return content.encode() if isinstance(content, str) else content

    async def encrypted(self, text: str) -> str:
        """A personal value encrypted for WeChat Pay alone (RSA-OAEP). Raises GatewayUnavailable."""
        await self._caller.attempt(self.core.ready_to_encrypt, idempotent=True)
        return self.core.encrypt(text)

    async def stop(self) -> None:
        """Close the kept connections."""
        await self.core.close()


def refused(content: str | bytes, status: int) -> GatewayRefused | GatewayUnavailable:
    """WeChat Pay's refusal; its codes that only mean "ask again" count as no answer."""
    try:
        said = msgspec.json.decode(content or b"{}", type=Refusal)
    except msgspec.MsgspecError:
        said = Refusal()
    if said.code in _BUSY:
        return GatewayUnavailable(PARTY, said.code)
    return GatewayRefused(PARTY, said.code or f"status {status}", said.message)


def _is_hexadecimal(serial: str) -> bool:
    return 0 < len(serial) <= 64 and all(letter in "0123456789abcdefABCDEF" for letter in serial)
