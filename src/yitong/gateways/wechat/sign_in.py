"""Signing in through WeChat: the web page authorization of a service account, and the mini-program's login code."""

from urllib.parse import urlencode

import msgspec

from yitong.gateways.wechat.api import WechatApi


class WebIdentity(msgspec.Struct, frozen=True):
    """The answer of ``/sns/oauth2/access_token``."""

    openid: str
    access_token: str
    expires_in: int
    scope: str
    unionid: str = ""


class ProgramIdentity(msgspec.Struct, frozen=True):
    """The answer of ``/sns/jscode2session``; the session key stays on the server."""

    openid: str
    session_key: str
    unionid: str = ""


class WechatSignIn:
    """Plays identity's part of a WeChat sign-in. ``open_url`` is the address of the page that asks the user."""

    def __init__(self, api: WechatApi, open_url: str) -> None:
        self._api = api
        self._open_url = open_url.rstrip("/")

    def authorize_url(self, state: str, return_to: str) -> str:
        """Where to send the browser; WeChat wants the parameters in this order and the fragment at the end."""
        query = urlencode(
            {
                "appid": self._api.app_id,
                "redirect_uri": return_to,
                "response_type": "code",
                "scope": "snsapi_base",
                "state": state,
            }
        )
        return f"{self._open_url}/connect/oauth2/authorize?{query}#wechat_redirect"

    async def exchange(self, code: str) -> str:
        """The openid behind a code of the web page authorization. Raises GatewayUnavailable or GatewayRefused."""
        params = {"code": code, "grant_type": "authorization_code"}
        return (await self._api.ask("/sns/oauth2/access_token", params, WebIdentity)).openid

    async def exchange_program(self, js_code: str) -> ProgramIdentity:
        """The identity behind ``wx.login``'s code. Raises GatewayUnavailable or GatewayRefused."""
        params = {"js_code": js_code, "grant_type": "authorization_code"}
        return await self._api.ask("/sns/jscode2session", params, ProgramIdentity)
