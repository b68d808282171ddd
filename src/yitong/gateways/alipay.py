"""Signing in through Alipay: form parameters and answers signed with RSA2 (SHA-256 with RSA, PKCS #1 v1.5).

What is signed of a request: all parameters but ``sign``, without empty ones, sorted, joined as a query without escapes.
What is signed of an answer: the bytes of the answer's node exactly as they came.
"""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import httpx
import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from yitong.gateways.http import Caller
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.text import Bilingual

PARTY = Bilingual("支付宝", "Alipay")
GATEWAY = "https://openapi.alipay.com/gateway.do"
AUTHORIZE = "https://openauth.alipay.com/oauth2/publicAppAuthorize.htm"
METHOD = "alipay.system.oauth.token"
_BEIJING = ZoneInfo("Asia/Shanghai")
_BUSY = frozenset({"20000", "isp.unknow-error", "isp.cop-error"})


class Identity(msgspec.Struct, frozen=True):
    """The answer of ``alipay.system.oauth.token``; newer applications get an ``open_id`` instead of a ``user_id``."""

    access_token: str
    user_id: str = ""
    open_id: str = ""


class Refusal(msgspec.Struct, frozen=True):
    """The node ``error_response``."""

    code: str = ""
    msg: str = ""
    sub_code: str = ""
    sub_msg: str = ""


def signed_text(params: Mapping[str, str]) -> str:
    """What is signed of a request."""
    return "&".join(f"{key}={value}" for key, value in sorted(params.items()) if key != "sign" and value)


def private_key_of(pem: str) -> RSAPrivateKey:
    """A private key from PEM or from the bare Base64 that Alipay's tool writes. Raises ValueError."""
    key = serialization.load_pem_private_key(_pem(pem, "PRIVATE KEY"), None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("not an RSA key")
    return key


def public_key_of(pem: str) -> RSAPublicKey:
    """A public key from PEM or from the bare Base64 that Alipay's console shows. Raises ValueError."""
    key = serialization.load_pem_public_key(_pem(pem, "PUBLIC KEY"))
    if not isinstance(key, RSAPublicKey):
        raise ValueError("not an RSA key")
    return key


def _pem(text: str, label: str) -> bytes:
    if "-----BEGIN" in text:
        return text.strip().encode()
    return f"-----BEGIN {label}-----\n{text.strip()}\n-----END {label}-----\n".encode()


def sign(key: RSAPrivateKey, content: bytes) -> str:
    """The RSA2 signature, Base64."""
    return base64.b64encode(key.sign(content, padding.PKCS1v15(), hashes.SHA256())).decode()


def verified(key: RSAPublicKey, content: bytes, signature: str) -> bool:
    """Whether an RSA2 signature fits."""
    try:
        key.verify(base64.b64decode(signature, validate=True), content, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


class AlipaySignIn:
    """Plays identity's part of an Alipay sign-in."""

    def __init__(
        self,
        gateway_url: str,
        authorize_page: str,
        app_id: str,
        private_key: str,
        alipay_public_key: str,
        *,
        timeout_s: float = 5.0,
        pause_s: float = 0.2,
    ) -> None:
        self._gateway_url = gateway_url
        self._authorize_page = authorize_page
        self._app_id = app_id
        self._key = private_key_of(private_key)
        self._theirs = public_key_of(alipay_public_key)
        self._caller = Caller(PARTY, timeout_s=timeout_s, pause_s=pause_s)

    def authorize_url(self, state: str, return_to: str) -> str:
        """Where to send the browser; it comes back with ``auth_code`` and ``state``."""
        query = {"app_id": self._app_id, "scope": "auth_base", "redirect_uri": return_to, "state": state}
        return f"{self._authorize_page}?{urlencode(query)}"

    async def exchange(self, code: str) -> str:
        """The user's id behind an ``auth_code``. Raises GatewayUnavailable or GatewayRefused (Alipay's sub_code)."""
        content = await self._execute(METHOD, {"grant_type": "authorization_code", "code": code})
        identity = msgspec.json.decode(content, type=Identity)
        subject = identity.user_id or identity.open_id
        if not subject:
            raise GatewayRefused(PARTY, "no-user", "the answer names no user")
        return subject

    async def _execute(self, method: str, params: Mapping[str, str]) -> bytes:
        """The verified content of the answer's node. A code is good once, so a lost answer is not asked for again."""
        answer = await self._caller.call(lambda: self._request(method, params), idempotent=False)
        try:
            nodes = msgspec.json.decode(answer.content, type=dict[str, msgspec.Raw])
            signature = msgspec.json.decode(nodes.pop("sign", msgspec.Raw(b'""')), type=str)
            failed = nodes.get("error_response")
            name = method.replace(".", "_") + "_response"
            content = bytes(failed if failed is not None else nodes[name])
        except (msgspec.MsgspecError, KeyError) as error:
            raise GatewayUnavailable(PARTY, f"status {answer.status_code} without a readable answer") from error
        if failed is not None:
            self._refuse(content)
        if not verified(self._theirs, content, signature):
            raise GatewayRefused(PARTY, "signature-invalid", "the answer is not signed by Alipay")
        return content

    def _refuse(self, content: bytes) -> None:
        # Refusals of a request that Alipay could not attribute come unsigned; they grant nothing, so they are believed.
        refusal = msgspec.json.decode(content, type=Refusal)
        if refusal.code in _BUSY or refusal.sub_code in _BUSY:
            raise GatewayUnavailable(PARTY, refusal.sub_code or refusal.code)
        raise GatewayRefused(PARTY, refusal.sub_code or refusal.code, refusal.sub_msg or refusal.msg)

    def _request(self, method: str, params: Mapping[str, str]) -> httpx.Request:
        form = {
            "app_id": self._app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": f"{datetime.now(UTC).astimezone(_BEIJING):%Y-%m-%d %H:%M:%S}",
            "version": "1.0",
            **params,
        }
        form["sign"] = sign(self._key, signed_text(form).encode())
        return httpx.Request("POST", self._gateway_url, params={"charset": "utf-8"}, data=form)

    async def close(self) -> None:
        """Close the kept connections."""
        await self._caller.close()
