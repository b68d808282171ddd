"""The Merkle trees: the root depends on the content alone, proofs hold for what is there and for what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yitong.ledger import tree
from yitong.ledger.listing import list_path, list_root, path_root
from yitong.ledger.tree import Branch, Leaf, Proof, changed, place_of, prove, proves, root_of

pytestmark = pytest.mark.unit
keys = st.binary(min_size=1, max_size=3)
values = st.binary(max_size=4)
states = st.dictionaries(keys, values, max_size=40)


@given(st.lists(states, max_size=6))
def test_the_root_depends_on_the_entries_alone(blocks: list[dict[bytes, bytes]]) -> None:
    node, entries = None, dict[bytes, bytes]()
    for block in blocks:
        node = changed(node, block)
        entries.update(block)
    assert root_of(node) == root_of(changed(None, entries))
    if not entries:
        assert root_of(node) == tree.EMPTY


@given(states, keys, values)
def test_proofs(entries: dict[bytes, bytes], key: bytes, other: bytes) -> None:
    node = changed(None, entries)
    proof, root = prove(node, key), root_of(node)
    value = entries.get(key)
    assert proves(proof, root, key, value)
    assert not proves(proof, root, key, other if value is None or other != value else other + b"x")
    assert value is None or not proves(proof, root, key, None)
    assert not proves(proof, bytes([root[0] ^ 1]) + root[1:], key, value)


@given(st.dictionaries(keys, values, min_size=2, max_size=40), st.data())
def test_a_changed_proof_proves_nothing(entries: dict[bytes, bytes], data: st.DataObject) -> None:
    node = changed(None, entries)
    key = data.draw(st.sampled_from(sorted(entries)))
    proof = prove(node, key)
    n = data.draw(st.integers(0, len(proof.siblings) - 1))
    siblings = list(proof.siblings)
    siblings[n] = bytes([siblings[n][0] ^ 1]) + siblings[n][1:]
    assert not proves(Proof(siblings, proof.found), root_of(node), key, entries[key])
    assert not proves(Proof(proof.siblings[1:], proof.found), root_of(node), key, entries[key])
    assert not proves(Proof(proof.siblings, b""), root_of(node), key, None)


def test_an_entry_is_not_proven_absent_by_a_leaf_of_another_way() -> None:
    node = changed(None, {bytes([n]): b"v" for n in range(50)})
    there, elsewhere = prove(node, b"\x01"), prove(node, b"\x02")
    assert not proves(Proof(there.siblings, elsewhere.found), root_of(node), b"\x01", None)
    assert not proves(elsewhere, root_of(node), b"\x01", None)


def test_a_block_touches_only_the_way_to_what_it_changed() -> None:
    entries = {n.to_bytes(4, "big"): b"v" for n in range(5_000)}
    before = changed(None, entries)
    after = changed(before, {bytes(4): b"new"})
    assert _shared(before, after) >= 2 * 5_000 - 1 - 64
    assert root_of(before) == root_of(changed(None, entries))  # the old one is still whole


def _shared(one: tree.Node, other: tree.Node) -> int:
    """How many nodes two trees have in common."""
    if one is other:
        return _size(one)
    if isinstance(one, Branch) and isinstance(other, Branch):
        return _shared(one.left, other.left) + _shared(one.right, other.right)
    return 0


def _size(node: tree.Node) -> int:
    if isinstance(node, Branch):
        return 1 + _size(node.left) + _size(node.right)
    return 0 if node is None else 1


def test_a_leaf_alone_is_the_root() -> None:
    node = changed(None, {b"k": b"v"})
    assert isinstance(node, Leaf)
    assert node.place == place_of(b"k")
    assert proves(prove(node, b"k"), node.hash, b"k", b"v")


@given(st.lists(st.binary(max_size=3), max_size=20), st.integers(0, 19))
def test_lists(items: list[bytes], index: int) -> None:
    root = list_root(items)
    if index >= len(items):
        with pytest.raises(IndexError):
            list_path(items, index)
        return
    path = list_path(items, index)
    assert path_root(items[index], index, len(items), path) == root
    assert path_root(items[index] + b"x", index, len(items), path) != root
    assert path_root(items[index], index, len(items), [*path, bytes(32)]) is None
