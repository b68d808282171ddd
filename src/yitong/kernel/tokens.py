"""Signed session tokens: who somebody is can be read from the token in microseconds, without a query.

``v1.<payload>.<tag>``; the payload is msgspec JSON of the claims, the tag HMAC-SHA256. A session that was ended is
refused through :class:`Revocations`, a short list that every server process reads once a second.
"""

import base64
import hmac
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

import msgspec

from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Actor


class Claims(msgspec.Struct, frozen=True, array_like=True):
    """What a token says: the actor and until when."""

    actor: Actor
    expires_at: datetime


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Claims)


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class TokenSigner:
    """Makes and reads session tokens with one 32-byte key."""

    def __init__(self, key: bytes) -> None:
        self._mac = hmac.new(key, digestmod=sha256)
        # A session sends its token with every request; what it says never changes, only whether it is over.
        self._claims = lru_cache(maxsize=16_384)(self._verified)

    def _tag(self, body: str) -> bytes:
        mac = self._mac.copy()
        mac.update(body.encode())
        return mac.digest()

    def sign(self, actor: Actor, expires_at: datetime) -> str:
        body = _b64(_encoder.encode(Claims(actor, expires_at)))
        return f"v1.{body}.{_b64(self._tag(body))}"

    def read(self, token: str, now: datetime) -> Actor | None:
        """The actor of a token, or None when it is forged, malformed or over."""
        claims = self._claims(token)
        return claims.actor if claims is not None and now < claims.expires_at else None

    def _verified(self, token: str) -> Claims | None:
        try:
            version, body, tag = token.split(".")
            if version != "v1" or not hmac.compare_digest(_unb64(tag), self._tag(body)):
                return None
            return _decoder.decode(_unb64(body))
        except (ValueError, msgspec.MsgspecError):
            return None


class Revocations:
    """Sessions that were ended before their time, as last read from the database."""

    def __init__(self) -> None:
        self._ended: frozenset[UUID] = frozenset()

    def replace(self, ended: frozenset[UUID]) -> None:
        self._ended = ended

    def add(self, session_id: UUID) -> None:
        """Know at once about a session that this very process ended."""
        self._ended |= {session_id}

    def __contains__(self, session_id: object) -> bool:
        return session_id in self._ended
