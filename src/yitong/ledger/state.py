"""The committed state in memory: entries, their Merkle tree, and how far the chain has come."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from yitong.ledger import tree
from yitong.ledger.contract.machine import Execution, Genesis, found
from yitong.ledger.encoding import Malformed, pack, unpack
from yitong.ledger.tree import Proof

CHUNK = 2_000
"""Entries in one piece of a snapshot."""


class State:
    """Entries and their tree. A block is carried out beside it and then taken over whole."""

    __slots__ = ("entries", "top")

    def __init__(self, entries: Mapping[bytes, bytes]) -> None:
        self.entries = dict(entries)
        self.top = tree.changed(None, self.entries)

    @classmethod
    def founded(cls, genesis: Genesis) -> "State":
        """The state of block 0."""
        return cls(found(genesis))

    @property
    def root(self) -> bytes:
        """The application hash."""
        return tree.root_of(self.top)

    def execution(self, now: int) -> Execution:
        """A block that begins on this state at ``now`` (milliseconds)."""
        return Execution(self.entries, now)

    def after(self, changes: Mapping[bytes, bytes]) -> tree.Node:
        """The tree as it would be; nothing is taken over yet."""
        return tree.changed(self.top, changes)

    def take(self, changes: Mapping[bytes, bytes], node: tree.Node) -> None:
        """Take over what a block changed, with the tree that ``after`` gave for it."""
        self.entries.update(changes)
        self.top = node

    def prove(self, key: bytes) -> Proof:
        """The proof of an entry or of its absence under the present root."""
        return tree.prove(self.top, key)


_PIECE = msgspec.msgpack.Decoder(list[tuple[bytes, bytes]])


def snapshot(entries: Mapping[bytes, bytes]) -> Iterator[bytes]:
    """The state in pieces, sorted by key: the same state gives the same bytes."""
    ordered = sorted(entries.items())
    for start in range(0, len(ordered), CHUNK):
        yield pack(ordered[start : start + CHUNK])


def restored(pieces: Iterable[bytes], root: bytes) -> State:
    """The state of a snapshot. Raises Malformed when it is not the one with this root."""
    entries: dict[bytes, bytes] = {}
    for piece in pieces:
        entries.update(unpack(piece, _PIECE))
    state = State(entries)
    if state.root != root:
        raise Malformed(f"the snapshot has the root {state.root.hex()}, the header {root.hex()}")
    return state
