"""Blocks: headers that name the block before, the transactions with their outcomes, and the state after them."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from yitong.kernel.crypto import MalformedSignature, SM2PrivateKey, SM2PublicKey
from yitong.ledger.encoding import Code, Digest, Moment, Purpose, Whole, digest, pack, unpack
from yitong.ledger.listing import list_root

VERSION = 1


class Header(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """What a block's signature covers. Block 0 has no transactions and names the genesis as the block before."""

    version: Annotated[int, Meta(ge=VERSION, le=VERSION)]
    chain: Code
    height: Whole
    time: Moment
    previous: Digest
    transactions: Digest
    count: Whole
    state: Digest

    def digest(self) -> bytes:
        """The block's name, which the next header repeats."""
        return digest(Purpose.HEADER, pack(self))


class Entered(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """A signed transaction in a block, and what became of it."""

    raw: bytes
    code: Code

    def item(self) -> bytes:
        """What the block's list holds of it: its digest and its outcome, so that neither can be exchanged."""
        return digest(Purpose.TRANSACTION, self.raw) + self.code.encode()


class Block(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """A header, the sealer's SM2 signature r ‖ s over its canonical bytes, and the transactions."""

    header: Header
    signature: Annotated[bytes, Meta(min_length=64, max_length=64)]
    transactions: list[Entered]

    def sealed_by(self, key: SM2PublicKey) -> bool:
        """Whether the header carries this key's signature."""
        return seal_holds(key, self.header, self.signature)


_HEADER = msgspec.msgpack.Decoder(Header)


def read_header(raw: bytes) -> Header:
    """A header from its bytes. Raises Malformed."""
    return unpack(raw, _HEADER)


def seal_holds(key: SM2PublicKey, header: Header, signature: bytes) -> bool:
    """Whether ``signature`` is this key's over the header."""
    try:
        return key.verify(pack(header), signature)
    except MalformedSignature:
        return False


def transactions_root(transactions: Sequence[Entered]) -> bytes:
    """The root over a block's transactions and outcomes."""
    return list_root([one.item() for one in transactions])


def next_header(before: Header, time: int, transactions: Sequence[Entered], state: bytes) -> Header:
    """The header that follows ``before``. Raises ValueError when time would run backwards."""
    if time < before.time:
        raise ValueError(f"block time {time} is before {before.time}")
    return Header(
        VERSION,
        before.chain,
        before.height + 1,
        time,
        before.digest(),
        transactions_root(transactions),
        len(transactions),
        state,
    )


def first_header(chain: str, time: int, genesis: bytes, state: bytes) -> Header:
    """Block 0 of a chain, from its genesis' digest."""
    return Header(VERSION, chain, 0, time, genesis, transactions_root([]), 0, state)


def sealed(header: Header, transactions: Sequence[Entered], key: SM2PrivateKey) -> Block:
    """The block signed by the sealer."""
    return Block(header, key.sign(pack(header)), list(transactions))
