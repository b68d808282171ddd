"""OpenID Connect for staff: authorization code with PKCE (RFC 7636), and every check of the ID token (Core §3.1.3.7).

Nothing is stored between leaving and coming back: the PKCE verifier and the nonce are derived from the state, which
only we can make, with a key of the installation.
"""

import base64
import hmac
import time
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import httpx
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from yitong.gateways.http import Caller
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.text import Bilingual

PARTY = Bilingual("统一身份认证", "The identity provider")
ALGORITHMS = ["RS256", "ES256", "PS256"]
LEEWAY_S = 60
DISCOVERY_S = 3600.0


class Discovery(msgspec.Struct, frozen=True):
    """What we use of the provider's configuration document."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class Tokens(msgspec.Struct, frozen=True):
    """The answer of the token end point."""

    id_token: str


class TokenRefusal(msgspec.Struct, frozen=True):
    """The error of the token end point (RFC 6749 §5.2)."""

    error: str = ""
    error_description: str = ""


def _b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def code_challenge(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier."""
    return _b64(sha256(verifier.encode()).digest())


class OidcClient:
    """Plays identity's part of the staff's OpenID Connect issuer."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str,
        key: bytes,
        *,
        timeout_s: float = 5.0,
        pause_s: float = 0.2,
    ) -> None:
        self._issuer = issuer.rstrip("/")
        self._client_id = client_id
        self._client_secret = client_secret
        self._key = key
        self._caller = Caller(PARTY, timeout_s=timeout_s, pause_s=pause_s)
        self._known: tuple[float, Discovery] | None = None
        self._keys: KeySet | None = None

    async def authorize_url(self, state: str, return_to: str) -> str:
        """Where to send the browser. Raises GatewayUnavailable or GatewayRefused."""
        found = await self._discover()
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": return_to,
            "scope": "openid",
            "state": state,
            "nonce": self._derived("nonce", state),
            "code_challenge": code_challenge(self._derived("verifier", state)),
            "code_challenge_method": "S256",
        }
        return f"{found.authorization_endpoint}?{urlencode(query)}"

    async def exchange(self, code: str, state: str, return_to: str) -> str:
        """The subject behind a code. Raises GatewayUnavailable, or GatewayRefused when any check fails."""
        found = await self._discover()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": return_to,
            "code_verifier": self._derived("verifier", state),
        }
        basic = httpx.BasicAuth(self._client_id, self._client_secret)

        def request() -> httpx.Request:
            return next(basic.auth_flow(httpx.Request("POST", found.token_endpoint, data=form)))

        answer = await self._caller.call(request, idempotent=False)
        if answer.status_code != 200:
            refusal = _decoded(answer, TokenRefusal)
            raise GatewayRefused(PARTY, refusal.error or f"status {answer.status_code}", refusal.error_description)
        claims = await self._claims(found, _decoded(answer, Tokens).id_token)
        self._check(found, claims, self._derived("nonce", state))
        return str(claims["sub"])

    def _derived(self, use: str, state: str) -> str:
        return _b64(hmac.new(self._key, f"oidc {use} {state}".encode(), sha256).digest())

    async def _discover(self) -> Discovery:
        now = time.monotonic()
        if self._known is not None and now < self._known[0]:
            return self._known[1]
        found = await self._get(f"{self._issuer}/.well-known/openid-configuration", Discovery)
        if found.issuer.rstrip("/") != self._issuer:
            raise GatewayRefused(PARTY, "issuer-mismatch", found.issuer)
        self._known = (now + DISCOVERY_S, found)
        return found

    async def _get(self, url: str, kind: Any) -> Any:
        answer = await self._caller.call(lambda: httpx.Request("GET", url), idempotent=True)
        if answer.status_code != 200:
            raise GatewayUnavailable(PARTY, f"status {answer.status_code}")
        return _decoded(answer, kind)

    async def _claims(self, found: Discovery, token: str) -> dict[str, Any]:
        """The claims of a token with a good signature; the provider's keys are read again once when none fits."""
        for fresh in (False, True):
            if self._keys is None or fresh:
                self._keys = KeySet.import_key_set(await self._get(found.jwks_uri, dict[str, Any]))
            try:
                return jwt.decode(token, self._keys, algorithms=ALGORITHMS).claims
            except (JoseError, ValueError) as error:
                if fresh:
                    raise GatewayRefused(PARTY, "signature-invalid", type(error).__name__) from error
        raise AssertionError("the second round returns or raises")

    def _check(self, found: Discovery, claims: dict[str, Any], nonce: str) -> None:
        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "value": found.issuer},
            aud={"essential": True, "value": self._client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            registry.validate(claims)
        except JoseError as error:
            raise GatewayRefused(PARTY, "claims-invalid", str(error)) from error
        # Core §3.1.3.7: a token for several audiences, or one that names an authorized party, must name us.
        if isinstance(claims["aud"], str) and "azp" not in claims:
            return
        if claims.get("azp") != self._client_id and claims["aud"] != [self._client_id]:
            raise GatewayRefused(PARTY, "claims-invalid", "azp")

    async def close(self) -> None:
        """Close the kept connections."""
        await self._caller.close()


def _decoded(answer: httpx.Response, kind: Any) -> Any:
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except msgspec.MsgspecError as error:
        raise GatewayUnavailable(PARTY, f"status {answer.status_code} without a readable answer") from error
