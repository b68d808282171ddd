"""Signing in through Alipay: its authorize page and ``alipay.system.oauth.token``."""

from urllib.parse import urlencode

import msgspec

from yitong.gateways.alipay.gateway import PARTY, AlipayGateway
from yitong.kernel.outside import GatewayRefused

METHOD = "alipay.system.oauth.token"


class Identity(msgspec.Struct, frozen=True):
    """The answer of ``alipay.system.oauth.token``; newer applications get an ``open_id`` instead of a ``user_id``."""

    access_token: str
    user_id: str = ""
    open_id: str = ""


class AlipaySignIn:
    """Plays identity's part of an Alipay sign-in."""

    def __init__(self, gateway: AlipayGateway, authorize_page: str) -> None:
        self._gateway = gateway
        self._authorize_page = authorize_page

    def authorize_url(self, state: str, return_to: str) -> str:
        """Where to send the browser; it comes back with ``auth_code`` and ``state``."""
        query = {"app_id": self._gateway.app_id, "scope": "auth_base", "redirect_uri": return_to, "state": state}
        return f"{self._authorize_page}?{urlencode(query)}"

    async def exchange(self, code: str) -> str:
        """The user's id behind an ``auth_code``. Raises GatewayUnavailable or GatewayRefused (Alipay's sub_code)."""
        # A code is good once, so a lost answer is not asked for again.
        identity = await self._gateway.execute(
            METHOD, None, Identity, idempotent=False, grant_type="authorization_code", code=code
        )
        subject = identity.user_id or identity.open_id
        if not subject:
            raise GatewayRefused(PARTY, "no-user", "the answer names no user")
        return subject
