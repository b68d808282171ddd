"""The contract move by move: who may, when, and what is refused."""

import pytest

from ledger.members import (
    CLINIC,
    COMMISSION,
    CUSTODY,
    DAY,
    HOSPITAL,
    HOUR,
    INSURER,
    PHARMACY,
    SHOP,
    START,
    Bench,
    some_digest,
    some_id,
)
from yitong.kernel.crypto import SM2PrivateKey
from yitong.ledger.contract import actions as a
from yitong.ledger.contract.actions import KeyRole as R
from yitong.ledger.contract.actions import Kind
from yitong.ledger.contract.prescriptions import access_digest, secret_digest
from yitong.ledger.contract.records import (
    Access,
    PartRecord,
    PartState,
    Prescription,
    access_key,
    decode,
    part_key,
    prescription_key,
)
from yitong.ledger.encoding import key_id

pytestmark = pytest.mark.unit
RX = some_id(1)
SEED = some_digest("the patient's last code")
CODES = [access_digest(SEED), SEED]  # the first code shown, and the one for after a give-back
SECRET = some_digest("the pharmacy's secret")
DONE = some_digest("a receipt")


@pytest.fixture(scope="module")
def founded() -> Bench:
    return Bench()


@pytest.fixture
def bench(founded: Bench) -> Bench:
    """A consortium whose members have enrolled their keys; each test goes on from the same state."""
    return founded.copy()


def issue(*quantities: int, parts: int = 1, rx: bytes = RX, replaces: bytes = b"") -> a.Issue:
    terms = [a.PartTerms(START + n * DAY, START + (n + 3) * DAY, list(quantities or (10, 2))) for n in range(parts)]
    return a.Issue(rx, some_digest("subject"), some_digest("content"), terms, replaces)


def part(bench: Bench, number: int = 1, rx: bytes = RX) -> PartRecord:
    return decode(PartRecord, bench.state.entries[part_key(rx, number)])


def released(bench: Bench, to: bytes = b"") -> None:
    assert bench.do(HOSPITAL, R.PRESCRIBE, issue()) == "ok"
    assert bench.do(HOSPITAL, R.REVIEW, a.Review(RX, True, DONE)) == "ok"
    assert bench.do(HOSPITAL, R.PATIENT, a.Release(RX, 1, access_digest(CODES[0]), to)) == "ok"


def accepted(bench: Bench) -> None:
    released(bench)
    assert bench.do(PHARMACY, R.DISPENSE, a.Accept(RX, 1, CODES[0], secret_digest(SECRET))) == "ok"


def test_the_whole_way_of_a_prescription(bench: Bench) -> None:
    accepted(bench)
    assert bench.do(PHARMACY, R.DISPENSE, a.Dispense(RX, 1, [4, 0], DONE)) == "ok"
    assert part(bench).state is PartState.DISPENSING
    assert bench.do(PHARMACY, R.DISPENSE, a.Dispense(RX, 1, [6, 2], DONE, SECRET)) == "ok"
    assert part(bench).dispensed == [10, 2]
    assert bench.do(INSURER, R.SETTLE, a.Settle(RX, 1, DONE)) == "ok"
    assert bench.do(PHARMACY, R.DISPENSE, a.Return(RX, 1, [1, 0], DONE)) == "illegal-move"
    assert bench.do(INSURER, R.SETTLE, a.Reverse(RX, 1, DONE)) == "ok"
    assert bench.do(PHARMACY, R.DISPENSE, a.Return(RX, 1, [10, 0], DONE)) == "ok"
    assert part(bench).state is PartState.DISPENSED
    assert bench.do(PHARMACY, R.DISPENSE, a.Return(RX, 1, [0, 3], DONE)) == "too-much"
    assert bench.do(PHARMACY, R.DISPENSE, a.Return(RX, 1, [0, 2], DONE)) == "ok"
    assert part(bench).state is PartState.RETURNED


def test_dispensed_once_and_refused_twice(bench: Bench) -> None:
    accepted(bench)
    assert bench.do(PHARMACY, R.DISPENSE, a.Dispense(RX, 1, [10, 2], DONE, SECRET)) == "ok"
    assert bench.do(PHARMACY, R.DISPENSE, a.Dispense(RX, 1, [10, 2], DONE, SECRET)) == "illegal-move"
    assert bench.do(SHOP, R.DISPENSE, a.Accept(RX, 1, CODES[1], secret_digest(SECRET))) == "illegal-move"


def test_of_two_pharmacies_in_one_block_one_holds(bench: Bench) -> None:
    released(bench)
    sign = bench.consortium.sign
    outcomes = bench.play(
        sign(SHOP, R.DISPENSE, a.Accept(RX, 1, CODES[0], secret_digest(some_digest("shop")))),
        sign(PHARMACY, R.DISPENSE, a.Accept(RX, 1, CODES[0], secret_digest(SECRET))),
    )
    assert [one.code for one in outcomes] == ["ok", "held"]
    assert part(bench).holder == SHOP
    assert bench.do(PHARMACY, R.DISPENSE, a.Dispense(RX, 1, [1, 0], DONE)) == "not-yours"


def test_only_the_holder_accepts_again_and_only_with_the_same_secret(bench: Bench) -> None:
    accepted(bench)
    before = part(bench)
    bench.now += HOUR
    assert bench.do(PHARMACY, R.DISPENSE, a.Accept(RX, 1, CODES[0], secret_digest(SECRET))) == "ok"
    assert part(bench) == before
    assert bench.do(PHARMACY, R.DISPENSE, a.Accept(RX, 1, CODES[0], secret_digest(DONE))) == "wrong-secret"
    assert bench.do(PHARMACY, R.DISPENSE, a.Accept(RX, 1, CODES[1], secret_digest(SECRET))) == "wrong-code"
    assert bench.do(SHOP, R.DISPENSE, a.Accept(RX, 1, CODES[0], secret_digest(SECRET))) == "held"


def test_a_code_serves_once_and_the_next_in_the_chain_after_a_give_back(bench: Bench) -> None:
    accepted(bench)
    assert bench.do(PHARMACY, R.DISPENSE, a.GiveBack(RX, 1, DONE, "out-of-stock")) == "wrong-secret"
    assert bench.do(PHARMACY, R.DISPENSE, a.GiveBack(RX, 1, SECRET, "out-of-stock")) == "ok"
    assert bench.do(SHOP, R.DISPENSE, a.Accept(RX, 1, CODES[0], secret_digest(SECRET))) == "wrong-code"
    assert bench.do(SHOP, R.DISPENSE, a.Accept(RX, 1, CODES[1], secret_digest(SECRET))) == "ok"
    assert part(bench).holder == SHOP


def test_nothing_is_given_back_that_was_partly_handed_out(bench: Bench) -> None:
    accepted(bench)
    assert bench.do(PHARMACY, R.DISPENSE, a.Dispense(RX, 1, [1, 0], DONE)) == "ok"
    assert bench.do(PHARMACY, R.DISPENSE, a.GiveBack(RX, 1, SECRET, "closing")) == "illegal-move"
    assert bench.do(PHARMACY, R.DISPENSE, a.Close(RX, 1, DONE, DONE)) == "wrong-secret"
    assert bench.do(PHARMACY, R.DISPENSE, a.Close(RX, 1, DONE, SECRET)) == "ok"
    assert part(bench).state is PartState.DISPENSED


@pytest.mark.parametrize(
    ("quantities", "code"),
    [([11, 0], "too-much"), ([0, 0], "bad-quantities"), ([1], "bad-quantities"), ([10, 2], "ok")],
)
def test_quantities(bench: Bench, quantities: list[int], code: str) -> None:
    accepted(bench)
    assert bench.do(PHARMACY, R.DISPENSE, a.Dispense(RX, 1, quantities, DONE)) == code


def test_repeats_have_windows_of_their_own(bench: Bench) -> None:
    assert bench.do(HOSPITAL, R.PRESCRIBE, issue(parts=3)) == "ok"
    assert bench.do(HOSPITAL, R.REVIEW, a.Review(RX, True, DONE)) == "ok"
    for number in (1, 2):
        assert bench.do(HOSPITAL, R.PATIENT, a.Release(RX, number, access_digest(CODES[0]))) == "ok"
    accept = a.Accept(RX, 2, CODES[0], secret_digest(SECRET))
    assert bench.do(PHARMACY, R.DISPENSE, accept) == "too-early"
    assert bench.do(PHARMACY, R.DISPENSE, a.Accept(RX, 3, CODES[0], SECRET)) == "illegal-move"
    assert bench.do(PHARMACY, R.DISPENSE, a.Accept(RX, 4, CODES[0], SECRET)) == "unknown"
    bench.now = START + DAY
    assert bench.do(PHARMACY, R.DISPENSE, accept) == "ok"
    assert part(bench, 1).state is PartState.RELEASED


def test_time_ends_a_part_and_a_custody(bench: Bench) -> None:
    accepted(bench)
    assert bench.do(SHOP, R.DISPENSE, a.Expire(RX, 1)) == "not-over"
    bench.now = START + 3 * DAY
    assert bench.do(SHOP, R.DISPENSE, a.Expire(RX, 1)) == "not-over"
    assert bench.do(PHARMACY, R.DISPENSE, a.Dispense(RX, 1, [1, 0], DONE)) == "ok"
    bench.now += CUSTODY
    assert bench.do(PHARMACY, R.DISPENSE, a.Dispense(RX, 1, [1, 0], DONE)) == "too-late"
    assert bench.do(SHOP, R.DISPENSE, a.Expire(RX, 1)) == "ok"
    assert part(bench).state is PartState.DISPENSED  # what was handed out stays, the rest has lapsed


def test_a_released_part_expires_and_is_not_accepted(bench: Bench) -> None:
    released(bench)
    bench.now = START + 3 * DAY
    assert bench.do(PHARMACY, R.DISPENSE, a.Accept(RX, 1, CODES[0], secret_digest(SECRET))) == "too-late"
    assert bench.do(PHARMACY, R.DISPENSE, a.Expire(RX, 1)) == "ok"
    assert part(bench).state is PartState.EXPIRED


def test_a_patient_withdraws_until_somebody_holds_it(bench: Bench) -> None:
    released(bench)
    assert bench.do(HOSPITAL, R.PATIENT, a.Withdraw(RX, 1)) == "ok"
    assert bench.do(PHARMACY, R.DISPENSE, a.Accept(RX, 1, CODES[0], secret_digest(SECRET))) == "illegal-move"


def test_a_held_part_is_not_withdrawn_but_the_issuer_can_stop_it(bench: Bench) -> None:
    accepted(bench)
    assert bench.do(HOSPITAL, R.PATIENT, a.Withdraw(RX, 1)) == "illegal-move"
    assert bench.do(CLINIC, R.PRESCRIBE, a.Revoke(RX, 1, "allergy")) == "not-yours"
    assert bench.do(HOSPITAL, R.PRESCRIBE, a.Revoke(RX, 1, "allergy")) == "ok"
    assert bench.do(PHARMACY, R.DISPENSE, a.Dispense(RX, 1, [1, 0], DONE)) == "illegal-move"


def test_a_named_pharmacy_alone_accepts(bench: Bench) -> None:
    released(bench, to=SHOP)
    accept = a.Accept(RX, 1, CODES[0], secret_digest(SECRET))
    assert bench.do(PHARMACY, R.DISPENSE, accept) == "other-pharmacy"
    assert bench.do(SHOP, R.DISPENSE, accept) == "ok"


def test_review_is_another_key_of_the_same_hospital(bench: Bench) -> None:
    assert bench.do(HOSPITAL, R.PRESCRIBE, issue()) == "ok"
    both = SM2PrivateKey.generate()
    enrol = a.Enrol(both.public_key.raw, [R.PRESCRIBE, R.REVIEW], 0)
    assert bench.do(HOSPITAL, R.ADMIN, enrol) == "ok"
    assert bench.do(CLINIC, R.REVIEW, a.Review(RX, True, DONE)) == "not-yours"
    assert bench.do(HOSPITAL, R.PRESCRIBE, a.Review(RX, True, DONE)) == "role-missing"
    bench.consortium.keys[some_id(9), R.PRESCRIBE] = both
    other = some_id(2)
    assert bench.do(some_id(9), R.PRESCRIBE, issue(rx=other)) == "ok"
    assert bench.do(some_id(9), R.PRESCRIBE, a.Review(other, True, DONE)) == "same-person"
    del bench.consortium.keys[some_id(9), R.PRESCRIBE]


def test_a_rejected_prescription_is_corrected_by_a_new_one_once(bench: Bench) -> None:
    assert bench.do(HOSPITAL, R.PRESCRIBE, issue()) == "ok"
    again = issue(rx=some_id(2), replaces=RX)
    assert bench.do(HOSPITAL, R.PRESCRIBE, again) == "illegal-move"
    assert bench.do(HOSPITAL, R.REVIEW, a.Review(RX, False, DONE)) == "ok"
    assert bench.do(HOSPITAL, R.REVIEW, a.Review(RX, True, DONE)) == "illegal-move"
    assert bench.do(CLINIC, R.PRESCRIBE, again) == "not-yours"
    assert bench.do(HOSPITAL, R.PRESCRIBE, again) == "ok"
    assert bench.do(HOSPITAL, R.PRESCRIBE, issue(rx=some_id(3), replaces=RX)) == "illegal-move"
    assert decode(Prescription, bench.state.entries[prescription_key(some_id(2))]).replaces == RX


def test_an_id_is_used_once(bench: Bench) -> None:
    assert bench.do(HOSPITAL, R.PRESCRIBE, issue()) == "ok"
    assert bench.do(CLINIC, R.PRESCRIBE, issue()) == "exists"


def test_replay_and_refused_transactions_cannot_be_sent_again(bench: Bench) -> None:
    released(bench)
    sign = bench.consortium.sign
    late = sign(SHOP, R.DISPENSE, a.Accept(RX, 1, CODES[1], secret_digest(DONE)))
    assert bench.play(late)[0].code == "wrong-code"
    assert bench.play(late)[0].code == "wrong-sequence"  # after a give-back its code would be right
    ahead = sign(SHOP, R.DISPENSE, a.Expire(RX, 1), sequence=99)
    assert bench.play(ahead)[0].code == "wrong-sequence"


def test_what_is_signed_counts(bench: Bench) -> None:
    raw = bench.consortium.sign(HOSPITAL, R.PRESCRIBE, issue())
    signed = a.read(raw).signed
    other = a.payload_of("elsewhere", key_id(bytes(64)), 1, issue())
    assert bench.play(a.signed_bytes(other, signed.signature))[0].code == "wrong-chain"
    changed = a.payload_of("test", a.read(raw).transaction.key, 1, issue(99))
    assert bench.play(a.signed_bytes(changed, signed.signature))[0].code == "bad-signature"
    assert bench.play(raw[:-1])[0].code == "malformed"
    assert bench.play(raw)[0].code == "ok"


def test_keys_expire_and_retire(bench: Bench) -> None:
    short = SM2PrivateKey.generate()
    assert bench.do(HOSPITAL, R.ADMIN, a.Enrol(short.public_key.raw, [R.PRESCRIBE], START + HOUR)) == "ok"
    bench.consortium.keys[some_id(8), R.PRESCRIBE] = short
    assert bench.do(some_id(8), R.PRESCRIBE, issue()) == "ok"
    assert bench.do(CLINIC, R.ADMIN, a.Retire(key_id(short.public_key.raw))) == "not-yours"
    bench.now += HOUR
    assert bench.do(some_id(8), R.PRESCRIBE, issue(rx=some_id(2))) == "key-expired"
    assert bench.do(HOSPITAL, R.ADMIN, a.Retire(key_id(short.public_key.raw))) == "ok"
    assert bench.do(some_id(8), R.PRESCRIBE, issue(rx=some_id(2))) == "key-retired"
    del bench.consortium.keys[some_id(8), R.PRESCRIBE]
    assert bench.do(PHARMACY, R.ADMIN, a.Enrol(short.public_key.raw, [R.PRESCRIBE], 0)) == "role-impossible"
    assert bench.do(HOSPITAL, R.ADMIN, a.Enrol(bytes(64), [R.PRESCRIBE], 0)) == "bad-key"


def test_members_and_nodes_come_and_go_by_vote(bench: Bench) -> None:
    new = SM2PrivateKey.generate()
    admit = a.Admit(some_id(50), Kind.PHARMACY, "NEW", False, new.public_key.raw)
    assert bench.do(PHARMACY, R.ADMIN, a.Propose(some_id(60), admit, START + DAY)) == "role-missing"
    assert bench.do(COMMISSION, R.GOVERN, a.Propose(some_id(60), admit, START + DAY)) == "ok"
    assert bench.do(COMMISSION, R.GOVERN, a.Vote(some_id(60), True)) == "already-voted"
    assert bench.do(INSURER, R.GOVERN, a.Vote(some_id(60), True)) == "ok"
    assert b"o" + some_id(50) not in bench.state.entries  # two of three are not more than two thirds
    assert bench.do(HOSPITAL, R.GOVERN, a.Vote(some_id(60), True)) == "ok"
    assert b"o" + some_id(50) in bench.state.entries
    node = a.AdmitNode(some_digest("node"), COMMISSION, 10)
    assert bench.do(COMMISSION, R.GOVERN, a.Propose(some_id(61), node, START + DAY)) == "ok"
    assert bench.do(INSURER, R.GOVERN, a.Vote(some_id(61), False)) == "ok"  # now it can no longer pass
    assert bench.do(HOSPITAL, R.GOVERN, a.Vote(some_id(61), True)) == "illegal-move"


def test_a_suspended_member_signs_nothing(bench: Bench) -> None:
    assert bench.do(COMMISSION, R.GOVERN, a.Propose(some_id(62), a.Suspend(PHARMACY), START + DAY)) == "ok"
    for one in (INSURER, HOSPITAL):
        assert bench.do(one, R.GOVERN, a.Vote(some_id(62), True)) == "ok"
    released(bench)
    assert bench.do(PHARMACY, R.DISPENSE, a.Accept(RX, 1, CODES[0], secret_digest(SECRET))) == "suspended"


def consent(**changes: object) -> a.GrantConsent:
    values: dict[str, object] = {
        "consent": some_id(70),
        "subject": some_digest("subject"),
        "grantee": CLINIC,
        "purpose": "treatment",
        "scope": ["imaging", "laboratory"],
        "opens": START,
        "closes": START + DAY,
        "content": DONE,
    }
    return a.GrantConsent(**{**values, **changes})  # type: ignore[arg-type]


def look(n: int, **changes: object) -> a.RecordAccess:
    values: dict[str, object] = {
        "access": some_id(n),
        "subject": some_digest("subject"),
        "purpose": "treatment",
        "scope": ["laboratory"],
        "content": DONE,
        "consent": some_id(70),
    }
    return a.RecordAccess(**{**values, **changes})  # type: ignore[arg-type]


def test_a_look_needs_a_consent_that_covers_it_at_that_moment(bench: Bench) -> None:
    assert bench.do(HOSPITAL, R.PATIENT, consent(scope=["laboratory", "imaging"])) == "not-sorted"
    assert bench.do(HOSPITAL, R.PATIENT, consent()) == "ok"
    assert bench.do(CLINIC, R.ACCESS, look(71)) == "ok"
    assert bench.do(CLINIC, R.ACCESS, look(72, scope=["genetics"])) == "no-consent"
    assert bench.do(CLINIC, R.ACCESS, look(72, purpose="research")) == "no-consent"
    assert bench.do(CLINIC, R.ACCESS, look(72, subject=some_digest("another"))) == "no-consent"
    assert bench.do(HOSPITAL, R.ACCESS, look(72)) == "no-consent"
    assert bench.do(CLINIC, R.PATIENT, a.RevokeConsent(some_id(70))) == "not-yours"
    assert bench.do(HOSPITAL, R.PATIENT, a.RevokeConsent(some_id(70))) == "ok"
    assert bench.do(HOSPITAL, R.PATIENT, a.RevokeConsent(some_id(70))) == "illegal-move"
    assert bench.do(CLINIC, R.ACCESS, look(72)) == "no-consent"


def test_an_emergency_look_waits_for_a_verdict(bench: Bench) -> None:
    assert bench.do(CLINIC, R.ACCESS, look(73, consent=b"")) == "ok"
    assert decode(Access, bench.state.entries[access_key(some_id(73))]).verdict == "waiting"
    assert bench.do(COMMISSION, R.SUPERVISE, a.ReviewAccess(some_id(73), False)) == "ok"
    assert bench.do(COMMISSION, R.SUPERVISE, a.ReviewAccess(some_id(73), True)) == "illegal-move"


def test_recalls_and_seals(bench: Bench) -> None:
    assert bench.do(COMMISSION, R.RECALL, a.Recall(some_id(80), DONE, 1)) == "ok"
    assert bench.do(COMMISSION, R.RECALL, a.EndRecall(some_id(80))) == "ok"
    assert bench.do(COMMISSION, R.RECALL, a.EndRecall(some_id(80))) == "illegal-move"
    assert bench.do(COMMISSION, R.ANCHOR, a.Anchor("events", 2, 5, DONE)) == "out-of-order"
    assert bench.do(COMMISSION, R.ANCHOR, a.Anchor("events", 1, 5, DONE)) == "ok"
    assert bench.do(COMMISSION, R.ANCHOR, a.Anchor("events", 1, 5, DONE)) == "out-of-order"
    assert bench.do(HOSPITAL, R.ANCHOR, a.Anchor("events", 1, 5, DONE)) == "ok"
