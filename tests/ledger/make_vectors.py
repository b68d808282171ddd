"""Writes the published test vectors anew: ``python -m ledger.make_vectors FILE`` from the tests' folder.

Signatures and keys differ each time, so do this only when the rules changed; then the rules' version changes too.
"""

import json
import sys
from pathlib import Path
from typing import Any

from ledger.members import (
    CLINIC,
    COMMISSION,
    DAY,
    HOSPITAL,
    HOUR,
    INSURER,
    PHARMACY,
    SHOP,
    START,
    Consortium,
    some_digest,
    some_id,
)
from yitong.ledger import tree
from yitong.ledger.contract import actions as a
from yitong.ledger.contract.actions import KeyRole as R
from yitong.ledger.contract.machine import play
from yitong.ledger.contract.prescriptions import access_digest, secret_digest
from yitong.ledger.contract.records import part_key
from yitong.ledger.encoding import pack
from yitong.ledger.state import State

CODE, SECRET, DONE = some_digest("code"), some_digest("secret"), some_digest("done")
CODES = [access_digest(CODE), CODE]


def blocks(c: Consortium) -> list[tuple[int, list[bytes]]]:
    """Block times and transactions: every action, and refusals of several kinds."""
    one, two = some_id(1), some_id(2)
    terms = [a.PartTerms(START, START + 3 * DAY, [10, 2]), a.PartTerms(START + DAY, START + 4 * DAY, [10, 2])]
    node = some_digest("node")
    return [
        (START + 1, c.enrolments()),
        (
            START + HOUR,
            [
                c.sign(HOSPITAL, R.PRESCRIBE, a.Issue(one, DONE, DONE, terms)),
                c.sign(CLINIC, R.PRESCRIBE, a.Issue(two, DONE, DONE, terms[:1])),
                c.sign(HOSPITAL, R.REVIEW, a.Review(one, True, DONE)),
                c.sign(CLINIC, R.REVIEW, a.Review(two, False, DONE)),
                c.sign(CLINIC, R.PRESCRIBE, a.Issue(some_id(3), DONE, DONE, terms, two)),
                c.sign(COMMISSION, R.PATIENT, a.Release(one, 1, access_digest(CODES[0]))),
                c.sign(COMMISSION, R.PATIENT, a.Release(one, 2, access_digest(CODE), SHOP)),
            ],
        ),
        (
            START + 2 * HOUR,
            [
                c.sign(SHOP, R.DISPENSE, a.Accept(one, 1, CODES[0], secret_digest(SECRET))),
                c.sign(PHARMACY, R.DISPENSE, a.Accept(one, 1, CODES[0], secret_digest(DONE))),
                c.sign(SHOP, R.DISPENSE, a.GiveBack(one, 1, SECRET, "out-of-stock")),
                c.sign(PHARMACY, R.DISPENSE, a.Accept(one, 1, CODES[1], secret_digest(SECRET))),
                c.sign(PHARMACY, R.DISPENSE, a.Dispense(one, 1, [4, 0], DONE)),
                c.sign(PHARMACY, R.DISPENSE, a.Dispense(one, 1, [7, 0], DONE)),
                c.sign(PHARMACY, R.DISPENSE, a.Dispense(one, 1, [6, 1], DONE)),
                c.sign(PHARMACY, R.DISPENSE, a.Close(one, 1, DONE, SECRET)),
                c.sign(INSURER, R.SETTLE, a.Settle(one, 1, DONE)),
                c.sign(INSURER, R.SETTLE, a.Reverse(one, 1, DONE)),
                c.sign(PHARMACY, R.DISPENSE, a.Return(one, 1, [1, 1], DONE)),
            ],
        ),
        (
            START + 5 * DAY,
            [
                c.sign(CLINIC, R.PRESCRIBE, a.Revoke(some_id(3), 1, "allergy")),
                c.sign(COMMISSION, R.PATIENT, a.Withdraw(one, 2)),
                c.sign(SHOP, R.DISPENSE, a.Expire(some_id(3), 2)),
                c.sign(SHOP, R.DISPENSE, a.Expire(one, 2)),
            ],
        ),
        (
            START + 5 * DAY,
            [
                c.sign(
                    COMMISSION,
                    R.PATIENT,
                    a.GrantConsent(some_id(4), DONE, CLINIC, "treatment", ["imaging"], START, START + 9 * DAY, DONE),
                ),
                c.sign(CLINIC, R.ACCESS, a.RecordAccess(some_id(5), DONE, "treatment", ["imaging"], DONE, some_id(4))),
                c.sign(CLINIC, R.ACCESS, a.RecordAccess(some_id(6), DONE, "treatment", ["imaging"], DONE)),
                c.sign(COMMISSION, R.SUPERVISE, a.ReviewAccess(some_id(6), True)),
                c.sign(COMMISSION, R.PATIENT, a.RevokeConsent(some_id(4))),
                c.sign(COMMISSION, R.RECALL, a.Recall(some_id(7), DONE, 2)),
                c.sign(COMMISSION, R.RECALL, a.EndRecall(some_id(7))),
                c.sign(COMMISSION, R.ANCHOR, a.Anchor("events", 1, 40, DONE)),
                c.sign(COMMISSION, R.GOVERN, a.Propose(some_id(8), a.AdmitNode(node, INSURER, 5), START + 9 * DAY)),
                c.sign(INSURER, R.GOVERN, a.Vote(some_id(8), True)),
                c.sign(HOSPITAL, R.GOVERN, a.Vote(some_id(8), True)),
                c.sign(SHOP, R.DISPENSE, a.Expire(one, 2), sequence=99),
                b"\x92\xc4\x00\xc4\x00",
            ],
        ),
    ]


def vectors() -> dict[str, Any]:
    """Genesis, blocks with outcomes and application hashes, and a few proofs under the last one."""
    consortium = Consortium("vectors")
    genesis = consortium.genesis(((some_digest("first node"), COMMISSION),))
    state = State.founded(genesis)
    written: dict[str, Any] = {
        "format": "yitong-ledger-vectors-1",
        "genesis": pack(genesis).hex(),
        "application_hash": state.root.hex(),
        "blocks": [],
    }
    for time, raws in blocks(consortium):
        changes, outcomes = play(state.entries, time, raws)
        state.take(changes, state.after(changes))
        written["blocks"].append(
            {
                "time": time,
                "transactions": [raw.hex() for raw in raws],
                "outcomes": [str(one.code) for one in outcomes],
                "application_hash": state.root.hex(),
            }
        )
    written["proofs"] = [_proof(state, key) for key in (part_key(some_id(1), 1), part_key(some_id(1), 3), b"o" + SHOP)]
    return written


def _proof(state: State, key: bytes) -> dict[str, Any]:
    value, proof = state.entries.get(key), tree.prove(state.top, key)
    return {
        "key": key.hex(),
        "value": None if value is None else value.hex(),
        "siblings": [one.hex() for one in proof.siblings],
        "found": proof.found.hex(),
    }


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(vectors(), indent=1) + "\n", "utf-8")
