"""Calling WeChat's server interface: the application's token, and what its error codes mean for us.

The token comes from ``cgi-bin/stable_token``: it answers the same token to every server of ours until it is about to
run out, whereas each call of the older ``cgi-bin/token`` ends the token that the other servers hold.
"""

import asyncio
import time
from typing import Any, TypeVar

import httpx
import msgspec

from yitong.gateways.http import Caller
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.text import Bilingual

PARTY = Bilingual("微信", "WeChat")
API = "https://api.weixin.qq.com"
OPEN = "https://open.weixin.qq.com"
TOKEN_OVER = frozenset({40001, 40014, 42001})  # not (or no longer) a valid token
BUSY = frozenset({-1, 45009, 45011})  # system busy, daily quota, too frequent
RENEW_BEFORE_S = 300
T = TypeVar("T", bound=msgspec.Struct)


class Failure(msgspec.Struct, frozen=True):
    """How WeChat reports an error; every answer may carry these two."""

    errcode: int = 0
    errmsg: str = ""


class Token(msgspec.Struct, frozen=True):
    """The application's token."""

    access_token: str
    expires_in: int  # seconds


class WechatApi:
    """One application's access to WeChat."""

    def __init__(
        self, base_url: str, app_id: str, secret: str, *, timeout_s: float = 5.0, pause_s: float = 0.2
    ) -> None:
        self.app_id = app_id
        self._base_url = base_url.rstrip("/")
        self._secret = secret
        self._caller = Caller(PARTY, timeout_s=timeout_s, pause_s=pause_s)
        self._token = ""
        self._renew_at = 0.0
        self._fetching = asyncio.Lock()

    async def ask(self, path: str, params: dict[str, str], answer: type[T]) -> T:
        """A GET with the application's id and secret. Raises GatewayUnavailable or GatewayRefused (errcode)."""
        url = httpx.URL(self._base_url + path, params={"appid": self.app_id, "secret": self._secret, **params})
        # A code is good once: asking again after a lost answer would be refused, so it is asked once.
        return _typed(await self._caller.call(lambda: httpx.Request("GET", url), idempotent=False), answer)

    async def post(self, path: str, body: Any, answer: type[T]) -> T:
        """A POST with the application's token; a token that is over is renewed and the call made once more.

        Raises GatewayUnavailable or GatewayRefused (WeChat's errcode).
        """
        token = await self.token()
        try:
            return await self._post(path, token, body, answer)
        except GatewayRefused as refused:
            if int(refused.reason) not in TOKEN_OVER:
                raise
        return await self._post(path, await self.token(instead_of=token), body, answer)

    async def _post(self, path: str, token: str, body: Any, answer: type[T]) -> T:
        url = httpx.URL(self._base_url + path, params={"access_token": token})
        return _typed(await self._send(url, body, idempotent=False), answer)

    async def _send(self, url: httpx.URL, body: Any, *, idempotent: bool) -> httpx.Response:
        content, headers = msgspec.json.encode(body), {"content-type": "application/json"}
        return await self._caller.call(
            lambda: httpx.Request("POST", url, content=content, headers=headers), idempotent=idempotent
        )

    async def token(self, *, instead_of: str | None = None) -> str:
        """The token in use, fetched when there is none or it is about to run out; by one caller at a time.

        ``instead_of`` names a token that was refused: whoever comes second finds that it was replaced already.
        """
        async with self._fetching:
            if instead_of is not None and self._token == instead_of:
                self._token = ""
            if not self._token or time.monotonic() >= self._renew_at:
                fresh = await self._fetch(force=False)
                if instead_of is not None and fresh.access_token == instead_of:
                    fresh = await self._fetch(force=True)
                self._token = fresh.access_token
                self._renew_at = time.monotonic() + max(fresh.expires_in - RENEW_BEFORE_S, 0)
            return self._token

    async def _fetch(self, *, force: bool) -> Token:
        body = {
            "grant_type": "client_credential",
            "appid": self.app_id,
            "secret": self._secret,
            "force_refresh": force,
        }
        return _typed(
            await self._send(httpx.URL(self._base_url + "/cgi-bin/stable_token"), body, idempotent=True), Token
        )

    async def close(self) -> None:
        """Close the kept connections."""
        await self._caller.close()


def _typed(answer: httpx.Response, kind: type[T]) -> T:
    """The answer as ``kind``; WeChat reports errors with status 200 and an errcode."""
    try:
        failure = msgspec.json.decode(answer.content, type=Failure)
        if failure.errcode in BUSY:
            raise GatewayUnavailable(PARTY, f"{failure.errcode} {failure.errmsg}")
        if failure.errcode:
            raise GatewayRefused(PARTY, str(failure.errcode), failure.errmsg)
        return msgspec.json.decode(answer.content, type=kind)
    except msgspec.MsgspecError as error:
        raise GatewayUnavailable(PARTY, f"status {answer.status_code} without a readable answer") from error
