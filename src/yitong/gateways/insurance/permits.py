"""Permissions to pay from an insurance: the page where one is given, the query (userQuery) that redeems its code."""

import hmac
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any, cast
from uuid import uuid4

import httpx
import msgspec

from yitong.billing.payments.mixed.permits import PayPermit
from yitong.gateways.http import Caller
from yitong.kernel.clock import SystemClock
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.text import Bilingual

PARTY = Bilingual("医保授权", "The insurer's permissions")
QUERY = "/api/mipuserquery/userQuery/"
_CLOCK = SystemClock()


class Found(msgspec.Struct, frozen=True):
    """What the query answers; fields that are not needed are let through."""

    code: int = -1
    message: str = ""
    pay_auth_no: str = ""
    user_name: str = ""
    city_id: str = ""
    user_longitude_latitude: dict[str, Any] = {}


def signature(partner_id: str, secret: str, timestamp: str) -> str:
    """``god-portal-signature``: HMAC-SHA256 over partner and milliseconds, in lower-case hexadecimal."""
    return hmac.new(secret.encode(), f"{partner_id}{timestamp}".encode(), sha256).hexdigest()


class PermitClient:
    """Plays ``billing.payments.mixed.permits.PayPermits``.

    ``page`` is the address of the page, in which ``{org}`` stands for the hospital's code at the insurer; ``query`` is
    the address before :data:`QUERY`.
    """

    def __init__(
        self,
        page: str,
        query: str,
        partner_id: str,
        secret: str,
        *,
        now: Callable[[], datetime] = _CLOCK.now,
        timeout_s: float = 10.0,
        pause_s: float = 0.2,
    ) -> None:
        self._page = page
        self._query = query.rstrip("/")
        self._partner_id = partner_id
        self._secret = secret
        self._now = now
        self._caller = Caller(PARTY, timeout_s=timeout_s, pause_s=pause_s)

    def address(self, fixmedins_code: str) -> str:
        """The page where the payer gives the permission."""
        return self._page.replace("{org}", fixmedins_code)

    async def redeem(self, auth_code: str, openid: str) -> PayPermit:
        """The permission behind a code. A code is good once: a lost answer means asking the payer again."""
        answer = await self._caller.call(lambda: self._request(auth_code, openid), idempotent=False)
        try:
            found = msgspec.json.decode(answer.content, type=Found)
        except msgspec.MsgspecError as error:
            raise GatewayUnavailable(PARTY, f"status {answer.status_code} without a readable answer") from error
        if found.code != 0 or not found.pay_auth_no:
            raise GatewayRefused(PARTY, f"code {found.code}", found.message)
        place = cast("dict[str, object]", found.user_longitude_latitude)
        if not place.get("longitude") or not place.get("latitude"):
            raise GatewayRefused(PARTY, "place-missing", "the answer does not say where the payer is")
        where = f"{place['longitude']},{place['latitude']}"
        return PayPermit(found.pay_auth_no, where, found.city_id, found.user_name)

    def _request(self, auth_code: str, openid: str) -> httpx.Request:
        timestamp = str(int(self._now().timestamp() * 1000))
        headers = {
            "content-type": "application/json",
            "god-portal-timestamp": timestamp,
            "god-portal-signature": signature(self._partner_id, self._secret, timestamp),
            "god-portal-request-id": uuid4().hex,
        }
        content = msgspec.json.encode({"qrcode": auth_code, "openid": openid})
        return httpx.Request("POST", self._query + QUERY + self._partner_id, headers=headers, content=content)

    async def close(self) -> None:
        """Close the kept connections."""
        await self._caller.close()
