"""Random members do random things: nothing ever happens that the published table of legal moves does not know."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ledger.members import (
    CLINIC,
    COMMISSION,
    DAY,
    HOSPITAL,
    HOUR,
    INSURER,
    KINDS,
    PHARMACY,
    SHOP,
    START,
    Bench,
    Consortium,
    some_digest,
    some_id,
)
from yitong.ledger.contract import actions as a
from yitong.ledger.contract.actions import Action, KeyRole
from yitong.ledger.contract.legal_moves import MOVE_OF, Relation
from yitong.ledger.contract.members import ROLES_OF
from yitong.ledger.contract.prescriptions import access_digest, secret_digest
from yitong.ledger.contract.records import PartRecord, PartState, Prescription, decode, part_key, prescription_key
from yitong.ledger.encoding import key_id
from yitong.ledger.state import State

pytestmark = pytest.mark.unit
FOUNDED = Bench(Consortium("property"))
SIGNERS = [
    (one, role)
    for one, kind in KINDS.items()
    for role in sorted(ROLES_OF[kind] - {KeyRole.ADMIN, KeyRole.GOVERN, KeyRole.RECALL, KeyRole.SUPERVISE})
]
RXS = [some_id(n) for n in (1, 2)]
SEED = some_digest("seed")
CODES = [SEED, access_digest(SEED), access_digest(access_digest(SEED))]
SECRETS = [some_digest("one"), some_digest("two")]
DONE = some_digest("done")

rx = st.sampled_from(RXS)
part = st.sampled_from([1, 1, 2, 2, 3])
code = st.sampled_from(CODES)
secret = st.sampled_from(SECRETS)
lines = st.lists(st.integers(0, 4), min_size=1, max_size=2)


def _terms(opens: int, days: int, quantities: list[int]) -> a.PartTerms:
    return a.PartTerms(START + opens * HOUR, START + opens * HOUR + days * DAY, quantities)


terms = st.builds(
    _terms,
    st.integers(0, 30),
    st.integers(0, 4),
    st.lists(st.integers(0, 5), min_size=1, max_size=2),
)
ACTIONS: st.SearchStrategy[Action] = st.one_of(
    st.builds(a.Issue, rx, st.just(DONE), st.just(DONE), st.lists(terms, min_size=1, max_size=2), st.just(b"")),
    st.builds(a.Review, rx, st.booleans(), st.just(DONE)),
    st.builds(a.Release, rx, part, code, st.sampled_from([b"", b"", SHOP])),
    st.builds(a.Accept, rx, part, code, secret.map(secret_digest)),
    st.builds(a.Dispense, rx, part, lines, st.just(DONE), st.one_of(st.just(b""), secret)),
    st.builds(a.Close, rx, part, st.just(DONE), secret),
    st.builds(a.GiveBack, rx, part, secret, st.just("other")),
    st.builds(a.Return, rx, part, lines, st.just(DONE)),
    st.builds(a.Withdraw, rx, part),
    st.builds(a.Revoke, rx, part, st.just("other")),
    st.builds(a.Expire, rx, part),
    st.builds(a.Settle, rx, part, st.just(DONE)),
    st.builds(a.Reverse, rx, part, st.just(DONE)),
)
# Somebody who could sign it, far more often than not: else most of a run is refused at the door.
USUAL: dict[type, list[tuple[bytes, KeyRole]]] = {
    a.Issue: [(HOSPITAL, KeyRole.PRESCRIBE), (CLINIC, KeyRole.PRESCRIBE)],
    a.Review: [(HOSPITAL, KeyRole.REVIEW), (CLINIC, KeyRole.REVIEW)],
    a.Revoke: [(HOSPITAL, KeyRole.PRESCRIBE), (CLINIC, KeyRole.PRESCRIBE)],
    a.Release: [(COMMISSION, KeyRole.PATIENT)],
    a.Withdraw: [(COMMISSION, KeyRole.PATIENT)],
    a.Settle: [(INSURER, KeyRole.SETTLE)],
    a.Reverse: [(INSURER, KeyRole.SETTLE)],
}
HANDS = [(PHARMACY, KeyRole.DISPENSE), (SHOP, KeyRole.DISPENSE), (HOSPITAL, KeyRole.DISPENSE)]


HELD = {
    PartState.ACCEPTED,
    PartState.DISPENSING,
    PartState.DISPENSED,
    PartState.RETURNED,
    PartState.SETTLED,
}


class Prescriptions(RuleBasedStateMachine):
    """Plays transactions whose signatures are taken to hold, and looks at every part before and after."""

    @initialize()
    def begin(self) -> None:
        self.state = State(FOUNDED.state.entries)
        self.now = START
        self.handed: dict[bytes, list[int]] = {}
        self.settled: dict[bytes, int] = {}
        self.sequences: dict[bytes, int] = {}
        long = a.PartTerms(START, START + 20 * DAY, [4, 3])
        for one in RXS:
            self._play(a.Issue(one, DONE, DONE, [long, long]), HOSPITAL, KeyRole.PRESCRIBE)

    @rule(one=rx, number=st.integers(1, 2), choice=st.integers(0, 1000), quantities=lines, right=st.integers(0, 5))
    def somebody_goes_on(self, one: bytes, number: int, choice: int, quantities: list[int], right: int) -> None:
        """What could come next for a part, so that runs get further than chance alone would take them."""
        found = self._parts()[part_key(one, number)]
        code = next((c for c in CODES if access_digest(c) == found.access), CODES[0]) if right else CODES[2]
        secret = next((x for x in SECRETS if secret_digest(x) == found.secret), SECRETS[0]) if right else SECRETS[1]
        hand = (found.holder if found.holder and right else [PHARMACY, SHOP][choice % 2], KeyRole.DISPENSE)
        patient, insurer = (COMMISSION, KeyRole.PATIENT), (INSURER, KeyRole.SETTLE)
        steps: dict[PartState, list[tuple[Action, tuple[bytes, KeyRole]]]] = {
            PartState.ISSUED: [(a.Review(one, bool(choice % 8), DONE), (HOSPITAL, KeyRole.REVIEW))],
            PartState.APPROVED: [(a.Release(one, number, access_digest(CODES[1])), patient)],
            PartState.RELEASED: [
                (a.Accept(one, number, code, secret_digest(secret)), hand),
                (a.Accept(one, number, code, secret_digest(secret)), hand),
                (a.Withdraw(one, number), patient),
                (a.Release(one, number, access_digest(CODES[1])), patient),
            ],
            PartState.ACCEPTED: [
                (a.Accept(one, number, found.access, found.secret), hand),
                (a.Dispense(one, number, quantities, DONE), hand),
                (a.Dispense(one, number, [4, 3], DONE, secret), hand),
                (a.GiveBack(one, number, secret, "other"), hand),
                (a.Revoke(one, number, "other"), (HOSPITAL, KeyRole.PRESCRIBE)),
            ],
            PartState.DISPENSING: [
                (a.Dispense(one, number, quantities, DONE), hand),
                (a.Dispense(one, number, [1, 0], DONE), hand),
                (a.Close(one, number, DONE, secret), hand),
                (a.Revoke(one, number, "other"), (HOSPITAL, KeyRole.PRESCRIBE)),
            ],
            PartState.DISPENSED: [
                (a.Settle(one, number, DONE), insurer),
                (a.Return(one, number, quantities, DONE), hand),
                (a.Return(one, number, found.dispensed, DONE), hand),
                (a.Dispense(one, number, [4, 3], DONE, secret), hand),
            ],
            PartState.SETTLED: [
                (a.Reverse(one, number, DONE), insurer),
                (a.Settle(one, number, DONE), insurer),
                (a.Return(one, number, quantities, DONE), hand),
            ],
        }
        choices = steps.get(found.state, [(a.Expire(one, number), hand)])
        action, signer = choices[choice % len(choices)]
        self._play(action, *signer)

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        self.now += hours * HOUR

    @rule(action=ACTIONS, chance=st.integers(0, 9), choice=st.integers(0, 1000))
    def somebody_acts(self, action: Action, chance: int, choice: int) -> None:
        signers = SIGNERS if chance == 0 else USUAL.get(type(action), HANDS)
        self._play(action, *signers[choice % len(signers)])

    def _play(self, action: Action, organization: bytes, role: KeyRole) -> None:
        before = self._parts()
        name = key_id(FOUNDED.consortium.key(organization, role).public_key.raw)
        sequence = self.sequences[name] = self.sequences.get(name, 0) + 1
        raw = a.signed_bytes(a.payload_of("property", name, sequence, action), bytes(64))
        execution = self.state.execution(self.now)
        outcome = execution.carry_out(a.read(raw), True)
        assert outcome.admissible
        if outcome.code != "ok":
            assert list(execution.changes) == [b"k" + name]
        self.state.take(execution.changes, self.state.after(execution.changes))
        after = self._parts()
        for key in after:
            if before.get(key) != after[key] or (outcome.code == "ok" and self._about(action, key)):
                self._allowed(action, key, before.get(key), after[key], organization, role)
        if outcome.code == "ok":
            self._count(action)

    def _about(self, action: Action, key: bytes) -> bool:
        number: int | None = getattr(action, "part", None)
        return number is not None and part_key(getattr(action, "prescription"), number) == key  # noqa: B009

    def _allowed(
        self,
        action: Action,
        key: bytes,
        before: PartRecord | None,
        after: PartRecord,
        organization: bytes,
        role: KeyRole,
    ) -> None:
        """The move stands in the table, for this signer."""
        row = MOVE_OF[a.name_of(action)]
        assert (before.state in row.befores) if before is not None else not row.befores
        assert after.state in row.afters
        assert row.role in (None, role)
        assert KINDS[organization] in row.kinds
        issuer = decode(Prescription, self.state.entries[prescription_key(key[1:17])]).issuer
        assert row.relation is not Relation.ISSUER or issuer == organization
        assert row.relation is not Relation.HOLDER or (before is not None and before.holder == organization)
        if before is not None and before.state is PartState.ACCEPTED and row.action == "accept":
            assert before == after

    def _count(self, action: Action) -> None:
        """Kept beside the contract: what was handed out and settled, from the transactions alone."""
        if isinstance(action, a.Dispense):
            key = part_key(action.prescription, action.part)
            handed = self.handed.get(key, [0] * len(action.quantities))
            self.handed[key] = [one + more for one, more in zip(handed, action.quantities, strict=True)]
        elif isinstance(action, a.Settle | a.Reverse):
            key = part_key(action.prescription, action.part)
            self.settled[key] = self.settled.get(key, 0) + (1 if isinstance(action, a.Settle) else -1)

    def _parts(self) -> dict[bytes, PartRecord]:
        return {key: decode(PartRecord, value) for key, value in self.state.entries.items() if key[:1] == b"q"}

    @invariant()
    def nothing_is_dispensed_or_returned_twice(self) -> None:
        for key, one in self._parts().items():
            assert one.dispensed == self.handed.get(key, [0] * len(one.quantities))
            pairs = zip(one.returned, one.dispensed, one.quantities, strict=True)
            assert all(0 <= back <= out <= most for back, out, most in pairs)
            assert self.settled.get(key, 0) == (one.state is PartState.SETTLED)
            assert one.holder or one.state not in HELD


TestPrescriptions = Prescriptions.TestCase
TestPrescriptions.settings = settings(
    max_examples=40, stateful_step_count=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
