"""Calling Alipay: python-alipay-sdk makes and checks the RSA2 signatures; the requests go out over kept connections.

The library sends with ``urllib``, which would hold up the whole server, and takes the time of day from the machine's
zone; so it is asked for the signed text only (``client_api``), with Beijing's time.
"""

import binascii
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import httpx
import msgspec
from alipay import AliPay

from yitong.gateways.http import Caller
from yitong.kernel.clock import SystemClock
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.text import Bilingual

PARTY = Bilingual("支付宝", "Alipay")
GATEWAY = "https://openapi.alipay.com/gateway.do"
AUTHORIZE = "https://openauth.alipay.com/oauth2/publicAppAuthorize.htm"
BEIJING = ZoneInfo("Asia/Shanghai")
OLDEST_NOTICE = timedelta(hours=26)  # Alipay repeats a notice for 25 hours, with the time it was first made
_CLOCK = SystemClock()
_BUSY = frozenset({"20000", "isp.unknow-error", "isp.cop-error", "ACQ.SYSTEM_ERROR", "aop.ACQ.SYSTEM_ERROR"})
T = TypeVar("T", bound=msgspec.Struct)


class Said(msgspec.Struct, frozen=True):
    """What every answer carries; ``code`` 10000 means that it was done."""

    code: str = ""
    msg: str = ""
    sub_code: str = ""
    sub_msg: str = ""


class NoticeRefused(Exception):
    """A notice that is not to be believed; ``reason`` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Signer(AliPay):
    """The library's signatures over texts that we find ourselves: it looks for the end of an answer's node by counting
    braces, those inside of strings too."""

    def fits(self, content: bytes, signature: str) -> bool:
        """Whether Alipay signed this content."""
        try:
            return self._verify(content.decode("utf-8"), signature)
        except (ValueError, binascii.Error):  # no Base64, no UTF-8, a signature of another length
            return False


class AlipayGateway:
    """One application's access to Alipay. Raises ValueError when a key cannot be read."""

    def __init__(
        self,
        url: str,
        app_id: str,
        private_key: str,
        alipay_public_key: str,
        *,
        timeout_s: float = 5.0,
        pause_s: float = 0.2,
        now: Callable[[], datetime] = _CLOCK.now,
    ) -> None:
        self.url = url
        self.app_id = app_id
        ours, theirs = _pem(private_key, "PRIVATE KEY"), _pem(alipay_public_key, "PUBLIC KEY")
        self._signer = _Signer(app_id, None, ours, theirs, "RSA2")
        self._caller = Caller(PARTY, timeout_s=timeout_s, pause_s=pause_s)
        self._now = now

    def signed(self, method: str, content: Mapping[str, Any] | None = None, **params: str) -> str:
        """A whole request as a signed query string; ``params`` stand beside the content. Empty values are left out, as
        they would not be signed the same on both sides."""
        given = {name: value for name, value in (content or {}).items() if value not in ("", None)}
        beside = {name: value for name, value in params.items() if value}
        stamp = f"{self._now().astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
        return self._signer.client_api(method, given, timestamp=stamp, format="JSON", **beside)

    async def execute(
        self,
        method: str,
        content: Mapping[str, Any] | None,
        answer: type[T],
        *,
        idempotent: bool = True,
        **params: str,
    ) -> T:
        """The signed answer to one method, as ``answer``.

        Raises GatewayUnavailable, also for an answer that Alipay did not sign, and GatewayRefused with its sub_code.
        """
        said = await self._caller.call(lambda: self._request(method, content, params), idempotent=idempotent)
        node, failed = self._node(said, method)
        told = _decoded(node, Said)
        if told.code in _BUSY or told.sub_code in _BUSY:
            raise GatewayUnavailable(PARTY, told.sub_code or told.code)
        if failed or told.code not in ("", "10000", "10003"):
            raise GatewayRefused(PARTY, told.sub_code or told.code, told.sub_msg or told.msg)
        return _decoded(node, answer)

    def _request(self, method: str, content: Mapping[str, Any] | None, params: Mapping[str, str]) -> httpx.Request:
        body = self.signed(method, content, **params).encode()
        form = {"content-type": "application/x-www-form-urlencoded;charset=utf-8"}
        return httpx.Request("POST", self.url, params={"charset": "utf-8"}, content=body, headers=form)

    def _node(self, answer: httpx.Response, method: str) -> tuple[bytes, bool]:
        """The bytes of the answer's node exactly as they came, which are what is signed; whether it is a failure that
        Alipay could attribute to nobody. Such come unsigned; they grant nothing, so they are believed."""
        try:
            nodes = msgspec.json.decode(answer.content, type=dict[str, msgspec.Raw])
            signature = msgspec.json.decode(nodes.pop("sign", msgspec.Raw(b'""')), type=str)
            failed = nodes.get("error_response")
            content = bytes(failed if failed is not None else nodes[method.replace(".", "_") + "_response"])
        except (msgspec.MsgspecError, KeyError) as error:
            raise GatewayUnavailable(PARTY, f"status {answer.status_code} without a readable answer") from error
        if failed is None and not self._signer.fits(content, signature):
            raise GatewayUnavailable(PARTY, "signature-invalid")
        return content, failed is not None

    def check_notice(self, form: Mapping[str, str]) -> None:
        """Whether a notice comes from Alipay, for this application, and is not too old. Raises NoticeRefused."""
        said = dict(form)
        signature, kind = said.pop("sign", ""), said.get("sign_type", "")
        if not signature or kind != "RSA2":
            raise NoticeRefused("signature-missing")
        try:
            good = self._signer.verify(said, signature)  # takes sign_type out by itself
        except (ValueError, binascii.Error):
            good = False
        if not good:
            raise NoticeRefused("signature-invalid")
        if form.get("app_id") != self.app_id:
            raise NoticeRefused("application-unknown")
        try:
            made = beijing_time(form.get("notify_time", ""))
        except ValueError as error:
            raise NoticeRefused("time-missing") from error
        age = self._now() - made
        if age > OLDEST_NOTICE or age < -timedelta(minutes=5):
            raise NoticeRefused("stale")

    async def file(self, url: str) -> bytes:
        """The bytes of a bill's file. Raises GatewayUnavailable."""
        answer = await self._caller.call(lambda: httpx.Request("GET", url), idempotent=True)
        if answer.status_code != 200:
            raise GatewayUnavailable(PARTY, f"status {answer.status_code}")
        return answer.content

    async def close(self) -> None:
        """Close the kept connections."""
        await self._caller.close()


def beijing_time(text: str) -> datetime:
    """The moment that ``yyyy-MM-dd HH:mm:ss`` means in Beijing, in UTC. Raises ValueError."""
    moment = datetime.strptime(text[:19] + "+0800", "%Y-%m-%d %H:%M:%S%z")
    return moment.astimezone(UTC)


def _pem(text: str, label: str) -> str:
    """PEM from PEM or from the bare Base64 that Alipay's console and tool write. Raises ValueError."""
    stripped = text.strip()
    if not stripped:
        raise ValueError("no key")
    if "-----BEGIN" in stripped:
        return stripped
    return f"-----BEGIN {label}-----\n{stripped}\n-----END {label}-----\n"


def _decoded(content: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.MsgspecError as error:
        raise GatewayUnavailable(PARTY, "an answer that cannot be read") from error
