"""The bytes a draw is made of: leaves, Merkle root, seed, tickets. Everything here is published and can be recomputed.

All digests are SM3 (GB/T 32905-2016). Texts that are hashed are JSON in the canonical form of RFC 8785; the tree is the
Merkle tree of RFC 6962 with SM3 in place of SHA-256. A first byte keeps the purposes apart.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from yitong.kernel.crypto import sm3
from yitong.kernel.ids import UUID

SEED_BYTES = 32
SALT_BYTES = 32
_LEAF, _NODE, _IDENTITY, _SEED = b"\x00", b"\x01", b"\x02", b"\x03"
_CANONICAL = msgspec.json.Encoder(order="deterministic", uuid_format="canonical")


def canonical(value: Mapping[str, Any]) -> bytes:
    """A mapping of texts, whole numbers, lists and mappings as canonical JSON (RFC 8785)."""
    return _CANONICAL.encode(value)


def commitment_of(seed: bytes) -> str:
    """What is published of a seed (32 random bytes) before anybody may ask: its digest in hexadecimal."""
    return sm3(seed).hex()


def identity_of(salt: bytes, patient_id: UUID) -> str:
    """The name a person has in a published draw. Only who knows the salt (32 random bytes) can tell whose it is."""
    return sm3(_IDENTITY + salt + patient_id.bytes).hex()


def leaf_of(draw_id: str, identity: str, stratum: str, choices: Sequence[str]) -> str:
    """The digest of one request, in hexadecimal: who (salted), in which class, and the places wanted, best first."""
    entry = {"choices": list(choices), "draw": draw_id, "identity": identity, "stratum": stratum}
    return sm3(_LEAF + canonical(entry)).hex()


def root_of(leaves: Sequence[str]) -> str:
    """The root of the tree over these leaves (RFC 6962 §2.1); the digest of nothing for no leaves."""
    level = [bytes.fromhex(leaf) for leaf in leaves]
    if not level:
        return sm3(b"").hex()
    # Pairing neighbours and passing an odd one up is the same tree as splitting at the largest power of two.
    while len(level) > 1:
        above = [sm3(_NODE + level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = above + level[len(above) * 2 :]
    return level[0].hex()


def path_of(leaves: Sequence[str], index: int) -> list[str]:
    """The digests that lead from one leaf to the root (RFC 6962 §2.1.1), lowest first.

    Raises IndexError when there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    level = [bytes.fromhex(leaf) for leaf in leaves]
    path: list[str] = []
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            path.append(level[beside].hex())
        above = [sm3(_NODE + level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = above + level[len(above) * 2 :]
        index //= 2
    return path


def root_from(leaf: str, index: int, size: int, path: Sequence[str]) -> str | None:
    """The root that a leaf at ``index`` of ``size`` leaves has with this path; None when the path does not fit."""
    if not 0 <= index < size:
        return None
    rest, here = list(path), bytes.fromhex(leaf)
    while size > 1:
        if index ^ 1 < size:
            if not rest:
                return None
            beside = bytes.fromhex(rest.pop(0))
            here = sm3(_NODE + (beside + here if index & 1 else here + beside))
        index, size = index // 2, (size + 1) // 2
    return here.hex() if not rest else None


def terms_digest(terms: Mapping[str, Any]) -> str:
    """The digest of what was fixed when the draw closed: places, classes, moments, the commitment."""
    return sm3(canonical(terms)).hex()


def final_seed(seed: bytes, terms: str, root: str, beacon: str) -> bytes:
    """The seed that orders the requests: the secret one bound to the terms, to all requests and to the public value.

    ``beacon`` is empty when the draw uses no public value. Because the root goes in, nobody can choose their own ticket
    without knowing every other request and the secret seed; with a beacon, knowing both does not help either.
    """
    return sm3(_SEED + seed + bytes.fromhex(terms) + bytes.fromhex(root) + beacon.encode())


def ticket_of(seed: bytes, leaf: str) -> str:
    """The lot of one request: requests are served in the order of these digests within their class."""
    return sm3(seed + bytes.fromhex(leaf)).hex()
