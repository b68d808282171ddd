"""The contract as an application of a consensus engine: what ABCI 2.0 asks, answered from the state in memory.

Nothing here knows protocol buffers or sockets. After a restart the application begins with its kept snapshot or at
height 0, and the engine plays the blocks that follow; on a kept snapshot that was changed it does not begin at all.
"""

import contextlib
import os
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import msgspec

from yitong.kernel.crypto import SM2PublicKey, sm3
from yitong.kernel.crypto.sm2_batch import BatchVerifier, Check
from yitong.ledger import tree
from yitong.ledger.contract import actions
from yitong.ledger.contract.actions import Arrived
from yitong.ledger.contract.machine import Execution, Genesis, NodeChange, Outcome, read_genesis
from yitong.ledger.contract.records import Key, decode, key_key
from yitong.ledger.contract.refusals import OK, Refusal
from yitong.ledger.encoding import Malformed, pack, unpack
from yitong.ledger.state import State, restored, snapshot

ACCEPTED, REFUSED, INADMISSIBLE = 0, 1, 2
"""Result codes of a transaction on the engine; the outcome's own code is the result's data."""
_REMEMBERED = 50_000
_KEEP_EVERY = 500
_DIGEST = 32


class Spoilt(Exception):
    """The kept state is not what this replica wrote; the text says what does not fit."""


class Kept(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """A state on disk or on its way to another node: the chain, how far it had come, its root, its pieces."""

    chain: str
    height: int
    time: int
    root: bytes
    pieces: list[bytes]


_KEPT = msgspec.msgpack.Decoder(Kept)


class Finalized(NamedTuple):
    """What a block did."""

    outcomes: list[Outcome]
    nodes: list[NodeChange]
    application_hash: bytes


@dataclass
class _Played:
    """A block that was carried out and not committed yet."""

    key: tuple[int, tuple[bytes, ...]]
    execution: Execution
    outcomes: list[Outcome]
    node: tree.Node


@dataclass
class Application:
    """One member's replica. ``folder`` keeps its snapshots; without one every start plays the whole chain."""

    folder: Path | None = None
    chain: str = ""
    height: int = 0
    time: int = 0
    state: State = field(default_factory=lambda: State({}))
    _played: _Played | None = None
    _committing: tuple[int, int, _Played] | None = None
    _verifier: BatchVerifier = field(default_factory=BatchVerifier)
    _verdicts: OrderedDict[bytes, bool] = field(default_factory=OrderedDict[bytes, bool])
    _pending: dict[bytes, int] = field(default_factory=dict[bytes, int])
    _waiting: OrderedDict[bytes, Arrived] = field(default_factory=OrderedDict[bytes, Arrived])
    _refused: OrderedDict[bytes, str] = field(default_factory=OrderedDict[bytes, str])

    def load(self) -> None:
        """Go on from the kept snapshot, if there is one. Raises Spoilt when it does not agree with itself."""
        if self.folder is None or not (self.folder / "state").exists():
            return
        try:
            written = (self.folder / "state").read_bytes()
            content, digest = written[:-_DIGEST], written[-_DIGEST:]
            if sm3(content) != digest:
                raise Malformed("its digest is another")
            self._take(unpack(content, _KEPT))
        except Malformed as error:
            # The blocks would give the state again, but whoever changed a file here should not go unnoticed.
            raise Spoilt(f"the kept state was changed: {error}") from error

    def _take(self, kept: Kept) -> None:
        self.state = restored(kept.pieces, kept.root)
        self.chain, self.height, self.time = kept.chain, kept.height, kept.time

    def begin(self, chain: str, genesis_bytes: bytes) -> Genesis:
        """The first state. Raises Malformed when the genesis cannot be read or is another chain's."""
        genesis = read_genesis(genesis_bytes)
        if genesis.chain != chain:
            raise Malformed(f"the genesis is of the chain {genesis.chain}, the engine's is {chain}")
        self.state, self.chain, self.height, self.time = State.founded(genesis), chain, 0, genesis.at
        return genesis

    def foresee(self, raws: Sequence[bytes]) -> None:
        """Check the signatures of several transactions together, which is cheaper; ``check`` asks for them next."""
        readable: list[Arrived] = []
        for raw in raws:
            with contextlib.suppress(Malformed):
                readable.append(actions.read(raw))
        self._holding(readable)

    def refused(self, digests: Sequence[bytes]) -> list[tuple[bytes, str]]:
        """Which of these transactions ``check`` refused lately, each with its reason."""
        return [(one, self._refused[one]) for one in digests if one in self._refused]

    def check(self, raw: bytes, *, again: bool = False) -> Outcome:
        """Whether a transaction may wait for a block: read, signed, and the next in its key's row.

        ``again`` asks after a block for one that has waited: rows begin anew at the committed numbers.
        """
        if again and (waited := self._waiting.get(raw)) is not None:
            arrived = waited  # read and found signed before; only its turn is asked for
        else:
            try:
                arrived = actions.read(raw)
            except Malformed:
                return Outcome(Refusal.MALFORMED)
        outcome = self._checked(arrived, again=again)
        if outcome.code == OK:
            self._waiting[raw] = arrived
            if len(self._waiting) > _REMEMBERED:
                self._waiting.popitem(last=False)
            self._refused.pop(arrived.digest, None)
        else:
            self._waiting.pop(raw, None)
            self._refused[arrived.digest] = str(outcome.code)
            if len(self._refused) > _REMEMBERED:
                self._refused.popitem(last=False)
        return outcome

    def _checked(self, arrived: Arrived, *, again: bool) -> Outcome:
        name = actions.name_of(arrived.transaction.action)
        if arrived.transaction.chain != self.chain:
            return Outcome(Refusal.WRONG_CHAIN, name)
        value = self.state.entries.get(key_key(arrived.transaction.key))
        if value is None:
            return Outcome(Refusal.UNKNOWN_KEY, name)
        key = decode(Key, value)
        if not again and not self._holding([arrived])[0]:
            return Outcome(Refusal.BAD_SIGNATURE, name)
        expected = max(self._pending.get(arrived.transaction.key, 0), key.sequence) + 1
        if arrived.transaction.sequence != expected:
            return Outcome(Refusal.WRONG_SEQUENCE, name)
        self._pending[arrived.transaction.key] = expected
        return Outcome(OK, name)

    def prepare(self, raws: Sequence[bytes], time: int, most_bytes: int) -> list[bytes]:
        """The admissible ones of the waiting transactions, in their order, within the engine's limit."""
        chosen: list[bytes] = []
        room = most_bytes
        for raw in raws:
            room -= len(raw) + 10  # the field's own bytes, generously
            if room < 0:
                break
            chosen.append(raw)
        played = self._play(chosen, time)
        return [raw for raw, outcome in zip(chosen, played.outcomes, strict=True) if outcome.admissible]

    def acceptable(self, raws: Sequence[bytes], time: int) -> bool:
        """Whether another member's proposal holds admissible transactions only."""
        return all(outcome.admissible for outcome in self._play(raws, time).outcomes)

    def finalize(self, raws: Sequence[bytes], time: int, height: int) -> Finalized:
        """Carry a decided block out; it is taken over by ``commit``."""
        played = self._play(raws, time)
        self._committing = (height, time, played)
        return Finalized(played.outcomes, played.execution.node_changes(), tree.root_of(played.node))

    def commit(self) -> None:
        """Take over the block that was finalized last."""
        if self._committing is None:
            return
        self.height, self.time, played = self._committing
        self.state.take(played.execution.changes, played.node)
        for raw in played.key[1]:
            self._waiting.pop(raw, None)
        self._committing = self._played = None
        self._pending.clear()
        if self.folder is not None and self.height % _KEEP_EVERY == 0:
            self.keep()

    def kept(self) -> Kept:
        """The committed state as it is kept and sent."""
        return Kept(self.chain, self.height, self.time, self.state.root, list(snapshot(self.state.entries)))

    def keep(self) -> None:
        """Write the committed state beside the old one and put it in its place."""
        if self.folder is None or not self.height:
            return
        beside = self.folder / "state.new"
        with beside.open("wb") as file:
            content = pack(self.kept())
            file.write(content + sm3(content))
            file.flush()
            os.fsync(file.fileno())  # else a power cut could look like somebody's hand
        beside.replace(self.folder / "state")

    def take_over(self, sent: bytes, height: int, root: bytes) -> bool:
        """Begin from another node's state, when it has the root that the members have agreed on."""
        try:
            kept = unpack(sent, _KEPT)
            if (kept.height, kept.root) != (height, root):
                return False
            self._take(kept)
        except Malformed:
            return False
        self.keep()
        return True

    def _play(self, raws: Sequence[bytes], time: int) -> _Played:
        """A block on the committed state; the last one is remembered, because it is asked for up to three times."""
        key = (time, tuple(raws))
        if self._played is not None and self._played.key == key:
            return self._played
        execution = self.state.execution(time)
        outcomes = [Outcome(Refusal.MALFORMED)] * len(raws)
        readable: list[tuple[int, Arrived]] = []
        for number, raw in enumerate(raws):
            try:
                readable.append((number, self._waiting.get(raw) or actions.read(raw)))
            except Malformed:
                continue
        holding = self._holding([arrived for _, arrived in readable])
        for (number, arrived), holds in zip(readable, holding, strict=True):
            if holds is None:
                holds = execution.signature_holds(arrived)
            outcomes[number] = execution.carry_out(arrived, holds)
        self._played = _Played(key, execution, outcomes, self.state.after(execution.changes))
        return self._played

    def _holding(self, arrived: Sequence[Arrived]) -> list[bool | None]:
        """Whether each signature holds; None where the key is not on the chain yet. Each is checked once."""
        verdicts: list[bool | None] = [self._verdicts.get(one.digest) for one in arrived]
        checks: list[tuple[int, Check]] = []
        for number, one in enumerate(arrived):
            value = self.state.entries.get(key_key(one.transaction.key))
            if verdicts[number] is None and value is not None:
                key = SM2PublicKey(decode(Key, value).public_key)
                checks.append((number, Check(key, one.signed.payload, one.signed.signature)))
        for (number, _), holds in zip(checks, self._verifier.verify([one for _, one in checks]), strict=True):
            verdicts[number] = holds
            self._verdicts[arrived[number].digest] = holds
            if len(self._verdicts) > _REMEMBERED:
                self._verdicts.popitem(last=False)
        return verdicts
