"""A small consortium for tests: members with keys, and transactions that they sign."""

from dataclasses import dataclass, field, replace

from yitong.kernel.crypto import SM2PrivateKey, sm3
from yitong.ledger.contract import actions
from yitong.ledger.contract.actions import Action, Admit, AdmitNode, Enrol, KeyRole, Kind
from yitong.ledger.contract.machine import Execution, Genesis, Outcome
from yitong.ledger.contract.members import ROLES_OF
from yitong.ledger.encoding import key_id
from yitong.ledger.state import State

START = 1_760_000_000_000
HOUR = 3_600_000
DAY = 24 * HOUR
CUSTODY = 3 * DAY

COMMISSION, INSURER, HOSPITAL, CLINIC, PHARMACY, SHOP = (bytes([n]) * 16 for n in range(1, 7))
KINDS = {
    COMMISSION: Kind.COMMISSION,
    INSURER: Kind.INSURER,
    HOSPITAL: Kind.HOSPITAL,
    CLINIC: Kind.HOSPITAL,
    PHARMACY: Kind.PHARMACY,
    SHOP: Kind.PHARMACY,
}
GOVERNING = {COMMISSION, INSURER, HOSPITAL}


def some_id(n: int) -> bytes:
    """An id for tests."""
    return sm3(b"id" + n.to_bytes(8, "big"))[:16]


def some_digest(said: str) -> bytes:
    """A digest for tests."""
    return sm3(said.encode())


@dataclass
class Consortium:
    """Members whose keys are made once; every role has a key of its own, as in a hospital."""

    chain: str = "test"
    keys: dict[tuple[bytes, KeyRole], SM2PrivateKey] = field(default_factory=dict[tuple[bytes, KeyRole], SM2PrivateKey])
    sequences: dict[bytes, int] = field(default_factory=dict[bytes, int])
    sealer: SM2PrivateKey = field(default_factory=SM2PrivateKey.generate)

    def key(self, organization: bytes, role: KeyRole) -> SM2PrivateKey:
        """The key a member uses for a role; the governing vote is the administrator's."""
        if role is KeyRole.GOVERN:
            role = KeyRole.ADMIN
        found = self.keys.get((organization, role))
        if found is None:
            found = self.keys[organization, role] = SM2PrivateKey.generate()
        return found

    def genesis(self, nodes: tuple[tuple[bytes, bytes], ...] = ()) -> Genesis:
        """All members founded together."""
        members = [
            Admit(one, kind, f"M{one[0]}", one in GOVERNING, self.key(one, KeyRole.ADMIN).public_key.raw)
            for one, kind in KINDS.items()
        ]
        validators = [AdmitNode(node, organization, 10) for node, organization in nodes]
        return Genesis(self.chain, START, CUSTODY, members, validators, self.sealer.public_key.raw)

    def enrolments(self) -> list[bytes]:
        """The transactions with which every member enrols a key for each role it can give."""
        return [
            self.sign(one, KeyRole.ADMIN, Enrol(self.key(one, role).public_key.raw, [role], 0))
            for one, kind in KINDS.items()
            for role in sorted(ROLES_OF[kind] - {KeyRole.ADMIN, KeyRole.GOVERN})
        ]

    def sign(self, organization: bytes, role: KeyRole, action: Action, *, sequence: int | None = None) -> bytes:
        """A signed transaction with the key's next number."""
        key = self.key(organization, role)
        name = key_id(key.public_key.raw)
        if sequence is None:
            sequence = self.sequences[name] = self.sequences.get(name, 0) + 1
        payload = actions.payload_of(self.chain, name, sequence, action)
        return actions.signed_bytes(payload, key.sign(payload))


class Bench:
    """A state on which one transaction after another is played, without an engine."""

    def __init__(self, consortium: Consortium | None = None) -> None:
        self.consortium = consortium or Consortium()
        self.state = State.founded(self.consortium.genesis())
        self.now = START
        self.play(*self.consortium.enrolments())

    def copy(self) -> "Bench":
        """Another one that goes on from here."""
        fresh = Bench.__new__(Bench)
        fresh.consortium = replace(self.consortium, sequences=dict(self.consortium.sequences))
        fresh.state, fresh.now = State(self.state.entries), self.now
        return fresh

    def play(self, *raws: bytes) -> list[Outcome]:
        """A block of these transactions."""
        execution = self.state.execution(self.now)
        outcomes = [execution.deliver(raw) for raw in raws]
        self.take(execution)
        return outcomes

    def take(self, execution: Execution) -> None:
        """Take over what a block changed."""
        self.state.take(execution.changes, self.state.after(execution.changes))

    def do(self, organization: bytes, role: KeyRole, action: Action) -> str:
        """One signed transaction; answers what became of it."""
        return self.play(self.consortium.sign(organization, role, action))[0].code
