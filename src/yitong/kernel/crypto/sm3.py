"""SM3 digest, HMAC-SM3 and HKDF-SM3 (GB/T 32905-2016, RFC 2104, RFC 5869) through GmSSL and `cryptography`."""

import gmssl_pyx
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from yitong.kernel.crypto.errors import InvalidInput

DIGEST_SIZE = 32
"""Bytes in an SM3 digest."""

_HKDF_LIMIT = 255 * DIGEST_SIZE


def sm3(data: bytes) -> bytes:
    """Return the 32-byte SM3 digest of `data`."""
    # One call into native code: for texts of a card's length a fifth of what setting up OpenSSL's digest costs.
    return gmssl_pyx.sm3_hash(data)


def hmac_sm3(key: bytes, data: bytes) -> bytes:
    """Return the 32-byte HMAC-SM3 of `data`. Compare results with `hmac.compare_digest`, never with ==."""
    mac = hmac.HMAC(key, hashes.SM3())
    mac.update(data)
    return mac.finalize()


def hkdf_sm3(secret: bytes, *, salt: bytes, info: bytes, length: int = DIGEST_SIZE) -> bytes:
    """Derive `length` bytes from `secret` (RFC 5869 with SM3); `info` separates the purposes of the derived keys.

    Raises `InvalidInput` when `length` isn't between 1 and 8160 bytes.
    """
    if not 1 <= length <= _HKDF_LIMIT:
        raise InvalidInput(f"derived key length {length} is not in 1..{_HKDF_LIMIT}")
    return HKDF(algorithm=hashes.SM3(), length=length, salt=salt, info=info).derive(secret)
