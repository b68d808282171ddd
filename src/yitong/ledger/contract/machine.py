"""The state machine itself: a genesis makes the first state, then block after block of signed transactions changes it.

Same genesis, same block times, same transactions: same state, on every machine and in every engine.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from yitong.kernel.crypto import SM2PublicKey
from yitong.ledger.contract import actions, consents, members, notices, prescriptions
from yitong.ledger.contract.actions import Action, Admit, AdmitNode, Arrived
from yitong.ledger.contract.records import (
    PARAMETERS,
    Key,
    Node,
    Organization,
    Parameters,
    key_key,
    node_key,
    organization_key,
)
from yitong.ledger.contract.refusals import INADMISSIBLE, OK, Refusal, Refused
from yitong.ledger.contract.view import Signer, View
from yitong.ledger.encoding import Code, Malformed, MaybeKey, Moment, Purpose, Whole, digest, pack, unpack

RULES_VERSION = 1


class Genesis(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """What the founding members agreed on. ``at`` is the time of block 0; members and nodes enter without a vote.

    ``sealer`` is the public key that signs the embedded engine's blocks; a consensus engine has its own signatures.
    """

    chain: Code
    at: Moment
    custody_ms: Whole
    members: list[Admit]
    nodes: list[AdmitNode]
    sealer: MaybeKey = b""
    version: Whole = RULES_VERSION

    def digest(self) -> bytes:
        """What the first block's header names."""
        return digest(Purpose.GENESIS, pack(self))


_GENESIS = msgspec.msgpack.Decoder(Genesis)


def read_genesis(raw: bytes) -> Genesis:
    """A genesis from its bytes. Raises Malformed."""
    return unpack(raw, _GENESIS)


class Outcome(NamedTuple):
    """What became of a transaction: ``ok`` or a refusal's code."""

    code: str
    action: str = ""

    @property
    def admissible(self) -> bool:
        """Whether it belongs into a block: it was signed by an enrolled key and used up a sequence number."""
        return self.code not in INADMISSIBLE


class NodeChange(NamedTuple):
    """A validator's new power; 0 removes it."""

    node: bytes
    power: int


ACTIONS: dict[type[Any], Callable[[View, Signer, Any], None]] = {
    actions.Propose: members.propose,
    actions.Vote: members.vote,
    actions.Enrol: members.enrol,
    actions.Retire: members.retire,
    actions.Issue: prescriptions.issue,
    actions.Review: prescriptions.review,
    actions.Release: prescriptions.move_part,
    actions.Accept: prescriptions.move_part,
    actions.Dispense: prescriptions.move_part,
    actions.Close: prescriptions.move_part,
    actions.GiveBack: prescriptions.move_part,
    actions.Return: prescriptions.move_part,
    actions.Withdraw: prescriptions.move_part,
    actions.Revoke: prescriptions.move_part,
    actions.Expire: prescriptions.move_part,
    actions.Settle: prescriptions.move_part,
    actions.Reverse: prescriptions.move_part,
    actions.GrantConsent: consents.grant_consent,
    actions.RevokeConsent: consents.revoke_consent,
    actions.RecordAccess: consents.record_access,
    actions.ReviewAccess: consents.review_access,
    actions.Recall: notices.recall,
    actions.EndRecall: notices.end_recall,
    actions.Anchor: notices.anchor,
}


def found(genesis: Genesis) -> dict[bytes, bytes]:
    """The entries of the first state. Raises Refused when the genesis contradicts itself."""
    view = View({}, {}, genesis.at, genesis.chain)
    view.put(PARAMETERS, Parameters(genesis.chain, genesis.version, genesis.custody_ms, [], []))
    for member in genesis.members:
        members.check_public_key(member.admin_key)
        members.admit(view, member)
    for node in genesis.nodes:
        view.get(Organization, organization_key(node.organization))
        members.set_node(view, node)
    return view.writes


class Execution:
    """One block being carried out on a committed state, which it only reads; ``changes`` is what it did."""

    def __init__(self, committed: Mapping[bytes, bytes], now: int) -> None:
        """``now`` is the block's time in milliseconds, never before the last block's."""
        self._committed = committed
        self._now = now
        self._chain = self._parameters().chain
        self.changes: dict[bytes, bytes] = {}

    def _parameters(self) -> Parameters:
        return View(self._committed, {}, self._now, "").get(Parameters, PARAMETERS)

    def deliver(self, raw: bytes) -> Outcome:
        """Carry out one transaction from its bytes, its signature checked here."""
        try:
            arrived = actions.read(raw)
        except Malformed:
            return Outcome(Refusal.MALFORMED)
        return self.carry_out(arrived, self.signature_holds(arrived))

    def key_of(self, arrived: Arrived) -> Key | None:
        """The record of the signing key as the block stands."""
        view = View(self._committed, self.changes, self._now, self._chain)
        return view.find(Key, key_key(arrived.transaction.key))

    def signature_holds(self, arrived: Arrived) -> bool:
        """Whether the signature is the named key's; one at a time, for transactions that come alone."""
        key = self.key_of(arrived)
        signed = arrived.signed
        return key is not None and SM2PublicKey(key.public_key).verify(signed.payload, signed.signature)

    def carry_out(self, arrived: Arrived, holds: bool) -> Outcome:
        """Carry out one transaction whose signature was already checked (``holds``)."""
        transaction = arrived.transaction
        name = actions.name_of(transaction.action)
        view = View(self._committed, self.changes, self._now, self._chain)
        key = view.find(Key, key_key(transaction.key))
        inadmissible = self._inadmissible(arrived, key, holds)
        if inadmissible is not None or key is None:
            return Outcome(inadmissible or Refusal.UNKNOWN_KEY, name)
        code = OK
        try:
            self._act(view, transaction.key, key, transaction.action)
        except Refused as refused:
            code = refused.code.value
            view.writes.clear()
        # A refused transaction uses up its number too: nobody can send it again when it would have become possible.
        kept = view.get(Key, key_key(transaction.key))
        kept.sequence = transaction.sequence
        view.put(key_key(transaction.key), kept)
        self.changes.update(view.writes)
        return Outcome(code, name)

    def _inadmissible(self, arrived: Arrived, key: Key | None, holds: bool) -> Refusal | None:
        if arrived.transaction.chain != self._chain:
            return Refusal.WRONG_CHAIN
        if key is None:
            return Refusal.UNKNOWN_KEY
        if not holds:
            return Refusal.BAD_SIGNATURE
        if arrived.transaction.sequence != key.sequence + 1:
            return Refusal.WRONG_SEQUENCE
        return None

    def _act(self, view: View, key_id: bytes, key: Key, action: Action) -> None:
        organization = view.get(Organization, organization_key(key.organization))
        if key.retired:
            raise Refused(Refusal.KEY_RETIRED)
        if key.until and self._now >= key.until:
            raise Refused(Refusal.KEY_EXPIRED)
        if organization.suspended:
            raise Refused(Refusal.SUSPENDED)
        ACTIONS[type(action)](view, Signer(key_id, key, organization), action)

    def node_changes(self) -> list[NodeChange]:
        """Validators that the block changed, sorted; a consensus engine is told of them."""
        changed = sorted(key[1:] for key in self.changes if key[:1] == b"n")
        view = View({}, self.changes, self._now, self._chain)
        return [NodeChange(node, view.get(Node, node_key(node)).power) for node in changed]


def play(
    committed: Mapping[bytes, bytes], now: int, block: Sequence[bytes]
) -> tuple[dict[bytes, bytes], list[Outcome]]:
    """A whole block at once: what it changes, and what became of each transaction."""
    execution = Execution(committed, now)
    outcomes = [execution.deliver(raw) for raw in block]
    return execution.changes, outcomes
