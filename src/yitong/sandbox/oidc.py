"""The staff's identity provider: OpenID Connect discovery, keys, authorize page and tokens signed with RS256."""

import base64
import binascii
import hmac
import time
from typing import Annotated, Any, NamedTuple
from urllib.parse import unquote_plus

from joserfc import jwt
from joserfc.jwk import RSAKey
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromQuery, QueryParameter

from yitong.gateways.oidc import code_challenge
from yitong.gateways.sandbox_keys import OIDC_CLIENT_ID
from yitong.kernel.text import Bilingual
from yitong.sandbox import asking, pages
from yitong.sandbox.codes import Codes, CodeUnknown, CodeUsed
from yitong.sandbox.wechat_routes import form_of

AnyRequest = Request[Any, Any, Any]
STAFF = (
    ("doctor", "医生"),
    ("nurse", "护士"),
    ("registrar", "挂号员"),
    ("admin", "医院管理员"),
    ("regulator", "卫健委"),
)
TOKEN_S = 300


class Granted(NamedTuple):
    """What a code stands for."""

    subject: str
    redirect_uri: str
    nonce: str
    challenge: str


class IdentityProvider:
    """The provider with its one client. ``spoil`` makes the next token wrong in a named way."""

    def __init__(self, private_key: str, client_secret: str) -> None:
        self.key = RSAKey.import_key(private_key, {"kid": "sandbox-1", "use": "sig", "alg": "RS256"})
        self.client_secret = client_secret
        self.codes: Codes[Granted] = Codes()
        self.spoil = ""

    def token(self, issuer: str, granted: Granted) -> dict[str, Any]:
        """The token answer for a granted code."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": issuer,
            "sub": granted.subject,
            "aud": OIDC_CLIENT_ID,
            "iat": now,
            "exp": now + TOKEN_S,
            "nonce": granted.nonce,
        }
        wrong = {"iss": "http://elsewhere", "aud": "somebody-else", "nonce": "another", "exp": now - 3600}
        key = self.key
        if self.spoil == "key":
            key = RSAKey.generate_key(2048, {"kid": "sandbox-1"})
        elif self.spoil:
            claims[self.spoil] = wrong[self.spoil]
        self.spoil = ""
        signed = jwt.encode({"alg": "RS256", "kid": "sandbox-1"}, claims, key)
        return {"access_token": "sandbox", "token_type": "Bearer", "expires_in": TOKEN_S, "id_token": signed}


def issuer_of(request: AnyRequest) -> str:
    """The provider's own address as the caller reached it."""
    return f"{str(request.base_url).rstrip('/')}/oidc"


@get("/oidc/.well-known/openid-configuration")
async def discovery(request: AnyRequest) -> dict[str, Any]:
    """The provider's configuration (OpenID Connect Discovery §4)."""
    issuer = issuer_of(request)
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
    }


@get("/oidc/jwks")
async def jwks(state: State) -> dict[str, Any]:
    """The keys that tokens are signed with."""
    return {"keys": [state.oidc.key.as_dict(private=False)]}


@get("/oidc/authorize")
async def authorize_page(
    client_id: FromQuery[str],
    redirect_uri: FromQuery[str],
    response_type: FromQuery[str],
    challenge: Annotated[str, QueryParameter(name="code_challenge")],
    method: Annotated[str, QueryParameter(name="code_challenge_method")],
    oauth_state: Annotated[str, QueryParameter(name="state")],
    nonce: FromQuery[str] = "",
) -> Response[str]:
    """Ask the member of staff to sign in."""
    if client_id != OIDC_CLIENT_ID or response_type != "code" or method != "S256":
        return pages.part("<p>参数错误 · wrong parameters</p>", 400)
    hidden = {"redirect_uri": redirect_uri, "state": oauth_state, "nonce": nonce, "challenge": challenge}
    title = Bilingual("统一身份认证（沙箱）", "Organization account (sandbox)")
    return asking.ask(title, hidden, users=STAFF, free=True)


@post("/oidc/authorize", status_code=302)
async def allow(request: AnyRequest, state: State) -> Response[str]:
    """Signed in: back with a code."""
    form = await form_of(request)
    subject = form.get("typed") or form.get("user") or STAFF[0][0]
    granted = Granted(subject, form.get("redirect_uri", ""), form.get("nonce", ""), form.get("challenge", ""))
    code = state.oidc.codes.make(granted)
    return asking.back(granted.redirect_uri, {"code": code, "state": form.get("state", "")})


@post("/oidc/token", status_code=200)
async def token(request: AnyRequest, state: State) -> Response[dict[str, Any]]:
    """Exchange a code (RFC 6749 §4.1.3 with RFC 7636)."""
    provider: IdentityProvider = state.oidc
    if not _is_client(request.headers.get("authorization", ""), provider.client_secret):
        return Response({"error": "invalid_client"}, status_code=401, headers={"www-authenticate": "Basic"})
    form = await form_of(request)
    if form.get("grant_type") != "authorization_code":
        return Response({"error": "unsupported_grant_type"}, status_code=400)
    try:
        granted = provider.codes.take(form.get("code", ""))
    except (CodeUnknown, CodeUsed):
        return Response({"error": "invalid_grant"}, status_code=400)
    proven = hmac.compare_digest(code_challenge(form.get("code_verifier", "")), granted.challenge)
    if form.get("redirect_uri") != granted.redirect_uri or not proven:
        return Response({"error": "invalid_grant"}, status_code=400)
    return Response(provider.token(issuer_of(request), granted), headers={"cache-control": "no-store"})


def _is_client(header: str, secret: str) -> bool:
    try:
        user, _, password = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
    except (binascii.Error, ValueError):
        return False
    return unquote_plus(user) == OIDC_CLIENT_ID and hmac.compare_digest(unquote_plus(password), secret)


@post("/oidc/spoil/{what:str}", status_code=204)
async def spoil(request: AnyRequest, state: State) -> None:
    """Make the next token wrong: ``iss``, ``aud``, ``nonce``, ``exp`` or ``key``."""
    state.oidc.spoil = request.path_params["what"]


ROUTES = [discovery, jwks, authorize_page, allow, token, spoil]
