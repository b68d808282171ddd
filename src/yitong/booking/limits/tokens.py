"""Slot tokens: whoever was shown a time gets a short-lived token for it; a script that never looked has none.

Stateless: sixteen bytes of keyed BLAKE2b over the slot, the party it was shown to and the minute it ends.
"""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import TypeVar

import msgspec

from yitong.booking.schemas import SlotItem, SlotOffer
from yitong.kernel.client import CLIENT
from yitong.kernel.crypto import Sealer
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Actor
from yitong.kernel.platform import Platform

VALID_S = 300


class SlotTokens:
    """Makes and checks tokens with one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def make(self, slot_id: UUID, shown_to: bytes, now: datetime) -> str:
        """The token of a slot for a session's or device's bytes."""
        ends = int(now.timestamp()) + VALID_S
        return f"{ends:x}.{self._tag(slot_id, shown_to, ends)}"

    def counts(self, token: str, slot_id: UUID, shown_to: tuple[bytes, ...], now: datetime) -> bool:
        """Whether a token was made for this slot and one of these parties, and has not run out."""
        end, _, tag = token.partition(".")
        try:
            ends = int(end, 16)
        except ValueError:
            return False
        if not now.timestamp() < ends <= now.timestamp() + VALID_S or not tag.isascii():
            return False
        return any(hmac.compare_digest(tag, self._tag(slot_id, party, ends)) for party in shown_to)

    def _tag(self, slot_id: UUID, shown_to: bytes, ends: int) -> str:
        message = slot_id.bytes + ends.to_bytes(8, "big") + shown_to
        digest = hashlib.blake2b(message, key=self._key, digest_size=16).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def slot_token_key(sealer: Sealer) -> bytes:
    """The key of an installation's slot tokens, from its own keys."""
    return sealer.lookup_hash("slot-token-key", "1")


def slot_tokens_of(platform: Platform) -> SlotTokens:
    """The installation's token maker; the same key in every process."""
    made = platform.ports.get(SlotTokens)
    if not isinstance(made, SlotTokens):
        made = SlotTokens(slot_token_key(platform.sealer))
        platform.connect(SlotTokens, made)
    return made


_Shown = TypeVar("_Shown", SlotOffer, SlotItem)


def with_tokens(platform: Platform, places: list[_Shown]) -> list[_Shown]:
    """The places with a token each for whoever asks; as they are for somebody without session and device."""
    client = CLIENT.get()
    shown_to = client.session or client.device
    if shown_to is None or platform.settings.slot_tokens == "off":
        return places
    tokens, now = slot_tokens_of(platform), platform.clock.now()
    return [msgspec.structs.replace(one, slot_token=tokens.make(one.slot_id, shown_to, now)) for one in places]


def parties_of(actor: Actor) -> tuple[bytes, ...]:
    """Whom a token may have been shown to: the session, and the device it runs on before anybody signed in."""
    device = CLIENT.get().device
    if actor.session_id is None:
        return () if device is None else (device,)
    session = actor.session_id.bytes
    return (session,) if device is None else (session, device)
