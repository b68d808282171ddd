"""Sealed personal identifiers: encrypted at rest, found again by a keyed hash, readable only in their own place."""

import base64
import binascii
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from yitong.kernel.crypto.errors import DecryptionFailed, InvalidInput, InvalidKey, UnknownKeyId
from yitong.kernel.crypto.sm3 import hkdf_sm3, hmac_sm3
from yitong.kernel.crypto.sm4 import BLOCK_SIZE, GCM_NONCE_SIZE, GCM_TAG_SIZE, sm4_gcm_decrypt, sm4_gcm_encrypt

MIN_MASTER_KEY = 32
"""Least bytes of a master key."""

_VERSION = "s1"
_SALT = b"yitong sealed identifiers 1"
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_STANDARD = bytes.maketrans(b"-_+/", b"+/  ")  # signs of the other alphabet become wrong ones


@dataclass(frozen=True, repr=False)
class _SubKeys:
    """Keys derived from one master key, so that no key serves two purposes."""

    seal: bytes
    lookup: bytes


class Sealer:
    """Seals and opens short texts and hashes them for look-up.

    **Form of a sealed text:** `s1.<key id>.<base64url(12-byte nonce ‖ SM4-GCM ciphertext ‖ 16-byte tag)>`, unpadded.
    The version, the key id and the caller's context are authenticated with it, so a sealed text copied into another row
    or column doesn't open.

    **Key derivation:** HKDF (RFC 5869) with HMAC-SM3, salt "yitong sealed identifiers 1", info "seal" (16 bytes, SM4)
    and "lookup" (32 bytes, HMAC-SM3).

    **Rotation:** `master_key` seals, it and every key of `older` open; `stale` tells which texts to seal anew. Look-up
    hashes can't be opened, so rows hashed under one key are invisible under another: after a rotation `lookup_key_id`
    keeps naming the key that the stored hashes were made with, until all of them have been rewritten.

    **Limit:** nonces are random, so rotate before 2³² seals under one key (NIST SP 800-38D §8.3).
    """

    def __init__(
        self,
        master_key: bytes,
        *,
        key_id: str = "k1",
        older: Mapping[str, bytes] = MappingProxyType({}),
        lookup_key_id: str | None = None,
    ) -> None:
        """Take the newest master key (≥ 32 random bytes), its id, and the older keys by id.

        Raises `InvalidKey` for a short key, a malformed or repeated id, an unknown `lookup_key_id`, or when there are
        older keys and `lookup_key_id` isn't given: guessing it would make every stored identifier unfindable.
        """
        if key_id in older:
            raise InvalidKey(f"key id {key_id!r} is used twice")
        if lookup_key_id is None and older:
            raise InvalidKey("with older keys, name the key of the stored look-up hashes (lookup_key_id)")
        self._keys = {name: _derive(name, master) for name, master in {**older, key_id: master_key}.items()}
        self._key_id = key_id
        lookup = self._keys.get(lookup_key_id or key_id)
        if lookup is None:
            raise InvalidKey(f"lookup_key_id {lookup_key_id!r} is none of the configured keys")
        self._lookup_key = lookup.lookup

    def seal(self, text: str, context: str) -> str:
        """Encrypt `text` for the place named by `context`, e.g. "person.id_number:<row id>"; differs each time."""
        nonce = secrets.token_bytes(GCM_NONCE_SIZE)
        keys = self._keys[self._key_id]
        body = sm4_gcm_encrypt(keys.seal, nonce, _utf8(text), _bound(self._key_id, context))
        return f"{_VERSION}.{self._key_id}.{base64.urlsafe_b64encode(nonce + body).rstrip(b'=').decode()}"

    def open(self, sealed: str, context: str) -> str:
        """Return the text that `seal` got with the same `context`.

        Raises `UnknownKeyId` when its master key isn't configured and `DecryptionFailed` when the sealed text was
        changed, is no sealed text, or belongs to another context.
        """
        key_id, body = _parse(sealed)
        keys = self._keys.get(key_id)
        if keys is None:
            raise UnknownKeyId(f"key id {key_id!r}")
        plaintext = sm4_gcm_decrypt(keys.seal, body[:GCM_NONCE_SIZE], body[GCM_NONCE_SIZE:], _bound(key_id, context))
        return plaintext.decode()

    def stale(self, sealed: str) -> bool:
        """Tell whether an older key sealed this text, so that it should be opened and sealed anew."""
        return _parse(sealed)[0] != self._key_id

    def lookup_hash(self, kind: str, normalized_value: str) -> bytes:
        """Return 32 bytes, equal for equal values of one `kind` (e.g. "id_number"); for an indexed or unique column.

        Normalise the value first (trim, upper-case X, digits only, NFC), or equal people get unequal hashes. The number
        space of identifiers is small: whoever holds the key can try them all, so the key stays out of the database.
        Raises `InvalidInput` for an empty value or a `kind` with a NUL character.
        """
        if not kind or "\0" in kind or not normalized_value:
            raise InvalidInput("a look-up hash needs a kind (without NUL) and a value")
        return hmac_sm3(self._lookup_key, _utf8(kind) + b"\0" + _utf8(normalized_value))

    def fingerprint(self) -> str:
        """Return 16 hexadecimal digits that identify the look-up key without revealing it.

        Store it beside the data at the first start and refuse to start when it differs: with a wrong key nobody
        would be found and everybody would be registered a second time.
        """
        return hmac_sm3(self._lookup_key, b"\0fingerprint")[:8].hex()


def _derive(key_id: str, master_key: bytes) -> _SubKeys:
    if not _KEY_ID.fullmatch(key_id):
        raise InvalidKey(f"key id {key_id!r} isn't 1 to 32 letters, digits, - or _")
    if len(master_key) < MIN_MASTER_KEY:
        raise InvalidKey(f"a master key has at least {MIN_MASTER_KEY} bytes, got {len(master_key)}")
    return _SubKeys(
        seal=hkdf_sm3(master_key, salt=_SALT, info=b"seal", length=BLOCK_SIZE),
        lookup=hkdf_sm3(master_key, salt=_SALT, info=b"lookup"),
    )


def _bound(key_id: str, context: str) -> bytes:
    return _utf8(f"{_VERSION}.{key_id}.{context}")  # a key id has no dot, so the parts can't run into each other


def _parse(sealed: str) -> tuple[str, bytes]:
    version, _, rest = sealed.partition(".")
    key_id, _, encoded = rest.partition(".")
    if version != _VERSION or not _KEY_ID.fullmatch(key_id):
        raise DecryptionFailed("not a sealed text")
    try:
        letters = encoded.encode("ascii").translate(_STANDARD)
        body = binascii.a2b_base64(letters + b"=" * (-len(letters) % 4), strict_mode=True)
    except (binascii.Error, ValueError):
        raise DecryptionFailed("not a sealed text") from None
    if len(body) < GCM_NONCE_SIZE + GCM_TAG_SIZE:
        raise DecryptionFailed("a sealed text was cut")
    if binascii.b2a_base64(body, newline=False).rstrip(b"=") != letters:
        raise DecryptionFailed("not the canonical form of a sealed text")  # unused bits of the last letter
    return key_id, body


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise InvalidInput("half of a surrogate pair isn't text") from None
