"""The Merkle tree over a list (RFC 6962 with SM3 and purpose bytes): a block's transactions, a seal's events."""

from collections.abc import Sequence

from yitong.kernel.crypto import sm3
from yitong.ledger.encoding import Purpose, digest


def listed(item: bytes) -> bytes:
    """The leaf of an item."""
    return digest(Purpose.LISTED, item)


def _above(level: list[bytes]) -> list[bytes]:
    # Pairing neighbours and passing an odd one up is the same tree as splitting at the largest power of two.
    pairs = [digest(Purpose.PAIR, level[n], level[n + 1]) for n in range(0, len(level) - 1, 2)]
    return pairs + level[len(pairs) * 2 :]


def list_root(items: Sequence[bytes]) -> bytes:
    """The root over the items in their order; the digest of nothing for none."""
    level = [listed(item) for item in items]
    while len(level) > 1:
        level = _above(level)
    return level[0] if level else sm3(b"")


def list_path(items: Sequence[bytes], index: int) -> list[bytes]:
    """The digests that lead from an item to the root, lowest first. Raises IndexError when there is no such item."""
    if not 0 <= index < len(items):
        raise IndexError(index)
    level, path = [listed(item) for item in items], list[bytes]()
    while len(level) > 1:
        if index ^ 1 < len(level):
            path.append(level[index ^ 1])
        level, index = _above(level), index // 2
    return path


def path_root(item: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that an item at ``index`` of ``size`` has with this path; None when the path does not fit."""
    if not 0 <= index < size:
        return None
    here, rest = listed(item), list(path)
    while size > 1:
        if index ^ 1 < size:
            if not rest:
                return None
            beside = rest.pop(0)
            here = digest(Purpose.PAIR, *((beside, here) if index & 1 else (here, beside)))
        index, size = index // 2, (size + 1) // 2
    return here if not rest else None
