"""SM2 keys, signatures and encryption (GB/T 32918-2016/2017, GM/T 0009) through GmSSL's native code."""

from __future__ import annotations

from dataclasses import dataclass, field

import gmssl_pyx

from yitong.kernel.crypto import sm2_curve
from yitong.kernel.crypto.errors import DecryptionFailed, InvalidInput, InvalidKey
from yitong.kernel.crypto.sm2_forms import (
    ciphertext_from_der,
    ciphertext_to_der,
    signature_from_der,
    signature_numbers,
    signature_to_der,
)
from yitong.kernel.crypto.sm3 import sm3

DEFAULT_USER_ID = b"1234567812345678"
"""The signer's identity that GM/T 0009 prescribes when the parties agreed on none."""

MAX_PLAINTEXT = 255
"""Bytes that one SM2 encryption takes; larger content travels under an SM4 key that is itself encrypted."""

_FIELD_BYTES = 32
_MAX_USER_ID = 8191  # its length in bits is hashed as 16 bits


@dataclass(frozen=True)
class SM2PublicKey:
    """A point of the SM2 curve: `raw` is x ‖ y, 64 bytes. Checked when it is made."""

    raw: bytes

    def __post_init__(self) -> None:
        """Raise `InvalidKey` unless `raw` is 64 bytes of a point on the curve; others would leak secrets."""
        if len(self.raw) != 2 * _FIELD_BYTES or not sm2_curve.on_curve(self._point()):
            raise InvalidKey("the public key isn't a point of the SM2 curve")

    @classmethod
    def from_hex(cls, text: str) -> SM2PublicKey:
        """Read x‖y (128 digits), 04‖x‖y (130) or a compressed point 02/03‖x (66); raises `InvalidKey`."""
        data = _from_hex(text)
        if len(data) == 2 * _FIELD_BYTES + 1 and data[0] == 4:
            return cls(data[1:])
        if len(data) == _FIELD_BYTES + 1 and data[0] in (2, 3):
            point = sm2_curve.lift_x(int.from_bytes(data[1:], "big"), odd=data[0] == 3)
            if point is None:
                raise InvalidKey("no curve point has this x")
            return cls(_point_bytes(point))
        return cls(data)

    def to_hex(self) -> str:
        """Return 04‖x‖y as 130 lower-case hexadecimal digits."""
        return "04" + self.raw.hex()

    def verify(self, message: bytes, signature: bytes, user_id: bytes = DEFAULT_USER_ID) -> bool:
        """Tell whether the 64-byte `signature` r‖s over `message` is of this key's owner.

        Raises `MalformedSignature` when it isn't 64 bytes and `InvalidInput` for an impossible `user_id`.
        """
        r, s = signature_numbers(signature)
        if not (0 < r < sm2_curve.N and 0 < s < sm2_curve.N):
            return False
        return _verify_digest(self, message_digest(self, message, user_id), signature_to_der(signature))

    def verify_der(self, message: bytes, signature: bytes, user_id: bytes = DEFAULT_USER_ID) -> bool:
        """Like `verify` for a DER signature; raises `MalformedSignature` when it can't be read."""
        return self.verify(message, signature_from_der(signature), user_id)

    def encrypt(self, plaintext: bytes) -> bytes:
        """Encrypt 1 to 255 bytes; returns C1‖C3‖C2 with C1 = 04‖x‖y (97 bytes longer). Raises `InvalidInput`."""
        return ciphertext_from_der(self.encrypt_der(plaintext))

    def encrypt_der(self, plaintext: bytes) -> bytes:
        """Like `encrypt`, in the DER form of GM/T 0009."""
        if not 1 <= len(plaintext) <= MAX_PLAINTEXT:
            raise InvalidInput(f"SM2 encrypts 1 to {MAX_PLAINTEXT} bytes, got {len(plaintext)}")
        return gmssl_pyx.sm2_encrypt(self.raw, plaintext)

    def _point(self) -> sm2_curve.Point:
        return int.from_bytes(self.raw[:_FIELD_BYTES], "big"), int.from_bytes(self.raw[_FIELD_BYTES:], "big")


@dataclass(frozen=True)
class SM2PrivateKey:
    """A secret number with its public key. The secret is kept out of `repr`, so a stray log line can't show it."""

    secret: bytes = field(repr=False)
    public_key: SM2PublicKey

    def __post_init__(self) -> None:
        """Raise `InvalidKey` unless the secret is 32 bytes and between 1 and n-2 (GB/T 32918.1 §6.1)."""
        if len(self.secret) != _FIELD_BYTES or not 1 <= int.from_bytes(self.secret, "big") <= sm2_curve.N - 2:
            raise InvalidKey("the private key isn't a number between 1 and n-2")

    @classmethod
    def generate(cls) -> SM2PrivateKey:
        """Make a new random key pair."""
        public, secret = gmssl_pyx.sm2_key_generate()
        return cls(secret, SM2PublicKey(public))

    @classmethod
    def from_hex(cls, text: str) -> SM2PrivateKey:
        """Read a private key of 64 hexadecimal digits and find its public key (some 80 ms; keep the object).

        Raises `InvalidKey`.
        """
        secret = _from_hex(text)
        if len(secret) != _FIELD_BYTES or not 1 <= int.from_bytes(secret, "big") <= sm2_curve.N - 2:
            raise InvalidKey("the private key isn't a number between 1 and n-2")
        return cls(secret, _public_of(secret))

    def to_hex(self) -> str:
        """Return the secret as 64 lower-case hexadecimal digits. Store it only where secrets belong."""
        return self.secret.hex()

    def sign(self, message: bytes, user_id: bytes = DEFAULT_USER_ID) -> bytes:
        """Sign `message` (digest with Z of this key and `user_id`); returns r‖s, 64 bytes."""
        return signature_from_der(self.sign_der(message, user_id))

    def sign_der(self, message: bytes, user_id: bytes = DEFAULT_USER_ID) -> bytes:
        """Like `sign`, in DER."""
        return gmssl_pyx.sm2_sign_sm3_digest(self.secret, message_digest(self.public_key, message, user_id))

    def decrypt(self, ciphertext: bytes) -> bytes:
        """Decrypt C1‖C3‖C2 (C1 = 04‖x‖y); raises `DecryptionFailed` when it was changed or made for another key."""
        return self.decrypt_der(ciphertext_to_der(ciphertext))

    def decrypt_der(self, ciphertext: bytes) -> bytes:
        """Like `decrypt`, for the DER form of GM/T 0009."""
        try:
            return gmssl_pyx.sm2_decrypt(self.secret, ciphertext)
        except gmssl_pyx.GmsslInnerError:  # InvalidValueError is one too
            raise DecryptionFailed("SM2 ciphertext") from None


def message_digest(key: SM2PublicKey, message: bytes, user_id: bytes = DEFAULT_USER_ID) -> bytes:
    """Return e = SM3(Z ‖ message), the 32 bytes that SM2 signs (GB/T 32918.2 §5.5, §6.1).

    Raises `InvalidInput` unless `user_id` has 1 to 8191 bytes.
    """
    return sm3(signer_digest(key, user_id) + message)


def signer_digest(key: SM2PublicKey, user_id: bytes = DEFAULT_USER_ID) -> bytes:
    """Return Z, the 32-byte digest of who signs (GB/T 32918.2 §5.5). Raises `InvalidInput` for an impossible id."""
    if not 1 <= len(user_id) <= _MAX_USER_ID:
        raise InvalidInput(f"an SM2 user id has 1 to {_MAX_USER_ID} bytes, got {len(user_id)}")
    curve = b"".join(v.to_bytes(_FIELD_BYTES, "big") for v in (sm2_curve.A, sm2_curve.B, *sm2_curve.G))
    return sm3((len(user_id) * 8).to_bytes(2, "big") + user_id + curve + key.raw)


def _verify_digest(key: SM2PublicKey, digest: bytes, signature_der: bytes) -> bool:
    return gmssl_pyx.sm2_verify_sm3_digest(key.raw, digest, signature_der)


def _public_of(secret: bytes) -> SM2PublicKey:
    """Find the public key of `secret` without touching the secret in Python.

    GmSSL's binding has no private-to-public call. A signature made by its constant-time code fixes the public key up to
    a few candidates, computed from public numbers alone; a second signature over another digest tells them apart.
    """
    first, second = sm3(b"first"), sm3(b"second")
    r, s = signature_numbers(signature_from_der(gmssl_pyx.sm2_sign_sm3_digest(secret, first)))
    proof = signature_numbers(signature_from_der(gmssl_pyx.sm2_sign_sm3_digest(secret, second)))
    matching = set(sm2_curve.signer_candidates(r, s, int.from_bytes(first, "big"))) & set(
        sm2_curve.signer_candidates(*proof, int.from_bytes(second, "big"))
    )
    if len(matching) != 1:
        raise InvalidKey("no public key could be found for the private key")
    return SM2PublicKey(_point_bytes(matching.pop()))


def _point_bytes(point: sm2_curve.Point) -> bytes:
    return b"".join(v.to_bytes(_FIELD_BYTES, "big") for v in point)


def _from_hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise InvalidKey("not hexadecimal") from None
