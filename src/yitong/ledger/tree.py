"""The Merkle tree over the state: one root for all entries, changed in O(changed · log n), with proofs of what is in it
and of what is not.

A sparse tree over 256-bit places. An entry's place is the digest of its key; a subtree with one entry is that entry's
leaf, an empty one is 32 zero bytes, so the root depends on the entries alone and not on how they came about. Nodes are
never changed, so an older root stays readable as long as somebody holds it.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from yitong.ledger.encoding import Digest, Purpose, digest

EMPTY: Final = bytes(32)


class Leaf:
    """An entry: its place, and the digest of its value."""

    __slots__ = ("hash", "place", "value")

    def __init__(self, place: bytes, value: bytes) -> None:
        self.place = place
        self.value = value
        self.hash = digest(Purpose.LEAF, place, value)


class Branch:
    """Two subtrees, at least two entries below."""

    __slots__ = ("hash", "left", "right")

    def __init__(self, left: "Node", right: "Node") -> None:
        self.left = left
        self.right = right
        self.hash = digest(Purpose.BRANCH, root_of(left), root_of(right))


Node = Leaf | Branch | None


class Proof(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """The way from a place up to the root: siblings, the deepest first; and the leaf that is at the way's end.

    ``found`` is empty when nothing is there, else place ‖ value digest of the one leaf there: the entry asked for, or
    another one, which proves that the entry asked for is absent.
    """

    siblings: list[Digest]
    found: bytes


def place_of(key: bytes) -> bytes:
    """Where an entry stands in the tree."""
    return digest(Purpose.KEY, key)


def value_digest(value: bytes) -> bytes:
    """What a leaf holds of an entry's value."""
    return digest(Purpose.VALUE, value)


def root_of(node: Node) -> bytes:
    """The root of a tree or subtree: 32 bytes."""
    return EMPTY if node is None else node.hash


def changed(node: Node, entries: Mapping[bytes, bytes]) -> Node:
    """The tree with these entries entered or replaced; the old tree stays as it was."""
    leaves = [Leaf(place_of(key), value_digest(value)) for key, value in entries.items()]
    leaves.sort(key=lambda leaf: leaf.place)
    return _merged(node, leaves, 0, len(leaves), 0)


def _bit(place: bytes, depth: int) -> int:
    return place[depth >> 3] >> (7 - (depth & 7)) & 1


def _merged(node: Node, leaves: list[Leaf], start: int, end: int, depth: int) -> Node:
    """Enter the leaves between ``start`` and ``end``, sorted by place, into the subtree at ``depth``."""
    if start == end:
        return node
    if node is None:
        if end - start == 1:
            return leaves[start]
        left: Node = None
        right: Node = None
    elif isinstance(node, Leaf):
        if end - start == 1 and leaves[start].place == node.place:
            return leaves[start]
        left, right = (None, node) if _bit(node.place, depth) else (node, None)
    else:
        left, right = node.left, node.right
    split = _split(leaves, start, end, depth)
    return Branch(
        _merged(left, leaves, start, split, depth + 1),
        _merged(right, leaves, split, end, depth + 1),
    )


def _split(leaves: list[Leaf], start: int, end: int, depth: int) -> int:
    """The first leaf that belongs to the right; found by halving, because the leaves are sorted."""
    low, high = start, end
    while low < high:
        middle = (low + high) // 2
        if _bit(leaves[middle].place, depth):
            high = middle
        else:
            low = middle + 1
    return low


def prove(node: Node, key: bytes) -> Proof:
    """The proof that an entry has the value it has, or that there is none."""
    place = place_of(key)
    siblings: list[bytes] = []
    depth = 0
    while isinstance(node, Branch):
        right = _bit(place, depth)
        siblings.append(root_of(node.left if right else node.right))
        node = node.right if right else node.left
        depth += 1
    siblings.reverse()
    return Proof(siblings, b"" if node is None else node.place + node.value)


def proves(proof: Proof, root: bytes, key: bytes, value: bytes | None) -> bool:
    """Whether a proof shows that under ``root`` the key has this value (None: that it has none)."""
    place = place_of(key)
    depth = len(proof.siblings)
    if depth > 256 or len(proof.found) not in (0, 64):
        return False
    found, kept = proof.found[:32], proof.found[32:]
    if value is not None:
        if found != place or kept != value_digest(value):
            return False
    elif found and (found == place or any(_bit(found, n) != _bit(place, n) for n in range(depth))):
        return False  # another leaf may stand there, but only on the very way that was gone
    here = digest(Purpose.LEAF, found, kept) if found else EMPTY
    for number, beside in enumerate(proof.siblings):
        pair = (beside, here) if _bit(place, depth - 1 - number) else (here, beside)
        here = digest(Purpose.BRANCH, *pair)
    return here == root
