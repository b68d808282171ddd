"""Access codes and custody secrets, exactly as the ledger's contract checks them.

A part's access codes are a chain: each is the digest of the next, so that the code disclosed at one acceptance is what
the next code is checked against. Whoever holds the seed can show as many codes as the chain has links.
"""

import base64
import binascii
import secrets
from hmac import compare_digest

from yitong.ledger.contract.prescriptions import access_digest, secret_digest

LINKS = 32
SEED_BYTES = 32


def fresh() -> bytes:
    """The seed of a new chain, or a new secret: 32 random bytes."""
    return secrets.token_bytes(SEED_BYTES)


def code_of(seed: bytes, used: int) -> bytes:
    """The code that opens a part after so many codes of its chain were used. Raises ValueError past the chain's end."""
    if not 0 <= used < LINKS:
        raise ValueError("the chain of codes is used up")
    code = seed
    for _ in range(LINKS - 1 - used):
        code = access_digest(code)
    return code


def digest_of(code: bytes) -> str:
    """What is kept of an access code, in hexadecimal."""
    return access_digest(code).hex()


def secret_kept(secret: bytes) -> str:
    """What is kept of a custody secret, in hexadecimal."""
    return secret_digest(secret).hex()


def fits(secret_text: str, kept: str) -> bool:
    """Whether a secret as its holder sends it is the one that is kept as this digest."""
    secret = read(secret_text)
    return secret is not None and compare_digest(secret_kept(secret), kept)


def written(code: bytes) -> str:
    """A code or secret as text: 43 characters of base64url."""
    return base64.urlsafe_b64encode(code).rstrip(b"=").decode()


def read(text: str) -> bytes | None:
    """The code in a text, which may be the whole link of the QR code; None when there is none."""
    tail = text.strip().rpartition("code=")[2].partition("&")[0]
    try:
        code = base64.b64decode(tail + "=" * (-len(tail) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return code if len(code) == SEED_BYTES else None
