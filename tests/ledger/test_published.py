"""What the documentation publishes is what the code does: the test vectors, and the table of legal moves."""

import json
from pathlib import Path
from typing import Any

import pytest

from yitong.ledger import tree
from yitong.ledger.contract.actions import Action
from yitong.ledger.contract.legal_moves import MOVES, LegalMove
from yitong.ledger.contract.machine import play, read_genesis
from yitong.ledger.contract.refusals import WORDS, Refusal
from yitong.ledger.state import State

pytestmark = pytest.mark.unit
DOCS = Path(__file__).resolve().parents[2] / "docs" / "capabilities"
HERE = Path(__file__).with_name("vectors.json")


def test_the_vectors_give_their_application_hashes() -> None:
    vectors: Any = json.loads(HERE.read_text("utf-8"))
    state = State.founded(read_genesis(bytes.fromhex(vectors["genesis"])))
    assert state.root.hex() == vectors["application_hash"]
    played: set[str] = set()
    for block in vectors["blocks"]:
        changes, outcomes = play(state.entries, block["time"], [bytes.fromhex(raw) for raw in block["transactions"]])
        state.take(changes, state.after(changes))
        assert [one.code for one in outcomes] == block["outcomes"]
        assert state.root.hex() == block["application_hash"]
        played |= {one.action for one in outcomes if one.code == "ok"}
    every = {str(kind.__struct_config__.tag) for kind in Action.__args__}
    assert played == every - {"retire"}
    for proof in vectors["proofs"]:
        shown = tree.Proof([bytes.fromhex(one) for one in proof["siblings"]], bytes.fromhex(proof["found"]))
        value = None if proof["value"] is None else bytes.fromhex(proof["value"])
        assert tree.proves(shown, state.root, bytes.fromhex(proof["key"]), value)


def test_the_documentation_has_the_same_vectors() -> None:
    assert (DOCS / "ledger_vectors.json").read_text("utf-8") == HERE.read_text("utf-8")


def row(one: LegalMove) -> str:
    """A row of the published table."""
    befores = ", ".join(state.value for state in one.befores) or "–"
    afters = ", ".join(state.value for state in one.afters)
    role = one.role.value if one.role is not None else "any"
    kinds = ", ".join(kind.value for kind in one.kinds)
    return f"| `{one.action}` | {befores} | {afters} | {role} | {kinds} | {one.relation.value} | {one.condition.en} |"


def test_the_documentation_prints_the_table_of_legal_moves() -> None:
    page = (DOCS / "ledger.md").read_text("utf-8")
    assert [one.action for one in MOVES if row(one) not in page] == []


def test_every_refusal_has_words() -> None:
    assert set(WORDS) == set(Refusal)
