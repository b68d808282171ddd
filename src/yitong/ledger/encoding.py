"""The bytes of everything that is signed, hashed or kept: one canonical form, and digests that cannot be mistaken.

The form is MessagePack narrowed down until each value has one spelling: whole numbers, texts, byte strings, booleans
and arrays only, each in its shortest form; structures are arrays in the order of their fields, variants begin with
their name. Whoever reads checks that writing it again gives the same bytes. Digests are SM3 over a purpose byte and
the content.
"""

from enum import IntEnum
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from yitong.kernel.crypto import sm3

T = TypeVar("T")
_ENCODER = msgspec.msgpack.Encoder()

Id = Annotated[bytes, Meta(min_length=16, max_length=16)]
"""The 16 bytes of an identifier (a UUID's, or the beginning of a digest)."""
MaybeId = Annotated[bytes, Meta(max_length=16, description="16 bytes, or none when empty")]
Digest = Annotated[bytes, Meta(min_length=32, max_length=32)]
MaybeDigest = Annotated[bytes, Meta(max_length=32, description="32 bytes, or none when empty")]
PublicKey = Annotated[bytes, Meta(min_length=64, max_length=64)]
"""x ‖ y of a point of the SM2 curve."""
MaybeKey = Annotated[bytes, Meta(max_length=64, description="64 bytes, or none when empty")]
Code = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"\A[a-z0-9][a-z0-9._:-]*\Z")]
"""A word of a code table; never free text."""
Whole = Annotated[int, Meta(ge=0, le=2**53 - 1)]
"""A whole number every language can hold exactly."""
Moment = Whole
"""Milliseconds since 1970-01-01 UTC, of block time."""
Quantity = Annotated[int, Meta(ge=0, le=10**9)]


class Purpose(IntEnum):
    """The first byte of what is hashed, so that no digest of one kind is one of another."""

    LEAF = 0
    BRANCH = 1
    VALUE = 2
    KEY = 3
    LISTED = 4
    PAIR = 5
    HEADER = 6
    TRANSACTION = 7
    KEY_ID = 8
    ACCESS = 9
    SECRET = 10
    GENESIS = 11
    SEAL = 12
    SALTED = 13
    FILE = 14


_PREFIX = {one: bytes([one]) for one in Purpose}


class Malformed(ValueError):
    """Bytes that are not the canonical form of what they should be; the text says what does not fit."""


def pack(value: Any) -> bytes:
    """The canonical bytes of a structure of this package."""
    return _ENCODER.encode(value)


def unpack(data: bytes, decoder: msgspec.msgpack.Decoder[T]) -> T:
    """The structure that these bytes are the canonical form of. Raises Malformed."""
    try:
        value = decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(str(error)) from error
    if _ENCODER.encode(value) != data:
        raise Malformed("not in canonical form")
    return value


def digest(purpose: Purpose, *content: bytes) -> bytes:
    """SM3 over the purpose and the content: 32 bytes."""
    return sm3(_PREFIX[purpose] + b"".join(content))


def salted(salt: bytes, content: bytes) -> bytes:
    """What stands on the chain for something that must not: its digest with 32 random bytes kept off the chain.

    Raises ValueError for a shorter salt, under which a small space of names could be tried out.
    """
    if len(salt) != 32:
        raise ValueError("a salt has 32 bytes")
    return digest(Purpose.SALTED, salt, content)


def key_id(public_key: bytes) -> bytes:
    """The 16-byte name of an SM2 public key (x ‖ y)."""
    return digest(Purpose.KEY_ID, public_key)[:16]
