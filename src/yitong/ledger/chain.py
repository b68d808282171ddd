"""The chain as one process knows it: the newest header and the state after it, carried forward block by block."""

from collections.abc import Mapping

from yitong.kernel.crypto import SM2PublicKey
from yitong.ledger import stored, tree
from yitong.ledger.blocks import Block, Header, first_header, seal_holds, transactions_root
from yitong.ledger.contract import actions
from yitong.ledger.contract.actions import Arrived
from yitong.ledger.contract.machine import Genesis
from yitong.ledger.contract.records import Key, decode, key_key
from yitong.ledger.encoding import Malformed
from yitong.ledger.engine import Proven
from yitong.ledger.state import State
from yitong.ledger.stored import Connection


class Broken(Exception):
    """The stored chain does not agree with itself. ``height`` and ``position`` name the first place found."""

    def __init__(self, reason: str, height: int, position: int | None = None) -> None:
        place = f"block {height}" if position is None else f"block {height}, transaction {position}"
        super().__init__(f"{place}: {reason}")
        self.reason = reason
        self.height = height
        self.position = position


class Chain:
    """State and newest header; only ever moved forward by whole blocks that agree with their headers."""

    def __init__(self, genesis: Genesis, state: State, header: Header) -> None:
        self.genesis = genesis
        self.state = state
        self.header = header
        self._name = header.digest()
        self._sealer = SM2PublicKey(genesis.sealer)

    @classmethod
    async def load(cls, connection: Connection) -> "Chain | None":
        """The chain in this database, from its newest snapshot or from the genesis; None when none was founded.

        Raises Broken at the first block that does not agree.
        """
        try:
            genesis = await stored.read_founding(connection)
        except Malformed as error:
            raise Broken(f"the genesis cannot be read: {error}", 0) from error
        if genesis is None:
            return None
        kept = await stored.newest_snapshot(connection)
        chain = cls(genesis, *(kept or _founded(genesis)))
        if kept is None:
            await chain._check_first(connection)
        await chain.catch_up(connection)
        return chain

    async def _check_first(self, connection: Connection) -> None:
        try:
            first = await stored.header_at(connection, 0)
        except Malformed as error:
            raise Broken(f"the header cannot be read: {error}", 0) from error
        if first is None or first[0] != self.header:
            raise Broken("the genesis does not lead to this header", 0)
        if not seal_holds(self._sealer, *first):
            raise Broken("the seal does not hold", 0)

    async def catch_up(self, connection: Connection) -> None:
        """Carry out the blocks that were written since, whoever wrote them. Raises Broken.

        The newest block that is known has to be stored as it is known: whoever changes it under a running process is
        found at once, older ones by the audit.
        """
        newest, name = await stored.newest_name(connection)
        if newest < self.header.height:
            raise Broken("the block is missing", newest + 1)
        if newest == self.header.height and name != self._name:
            raise Broken("the header was changed", newest)
        while self.header.height < newest:
            height = self.header.height + 1
            try:
                block = await stored.block_at(connection, height)
            except Malformed as error:
                raise Broken(f"the header cannot be read: {error}", height) from error
            if block is None:
                raise Broken("the block is missing", height)
            self.add(block)

    def add(self, block: Block) -> None:
        """Carry out the next block. Raises Broken when it does not follow, or leads elsewhere than its header says.

        Signatures of transactions are not checked again: the seal covers them. The audit checks them.
        """
        header, height = block.header, block.header.height
        if not block.sealed_by(self._sealer):
            raise Broken("the seal does not hold", height)
        if header.previous != self._name or height != self.header.height + 1:
            raise Broken("the header does not follow the block before", height)
        if header.chain != self.genesis.chain or header.time < self.header.time:
            raise Broken("the header is of another chain or of an earlier time", height)
        if len(block.transactions) != header.count or transactions_root(block.transactions) != header.transactions:
            raise Broken("the transactions are not those of the header", height)
        execution = self.state.execution(header.time)
        for position, one in enumerate(block.transactions):
            try:
                code = execution.carry_out(actions.read(one.raw), True).code
            except Malformed as error:
                raise Broken(str(error), height, position) from error
            if code != one.code:
                raise Broken(f"the outcome is {code}, written down as {one.code}", height, position)
        node = self.state.after(execution.changes)
        if tree.root_of(node) != header.state:
            raise Broken("the state after the block is another one", height)
        self.took(header, execution.changes, node)

    def took(self, header: Header, changes: Mapping[bytes, bytes], node: tree.Node) -> None:
        """Take over a block that was carried out on this very state."""
        self.state.take(changes, node)
        self.header = header
        self._name = header.digest()

    def key_of(self, arrived: Arrived) -> bytes | None:
        """The public key that a transaction names, as far as the chain knows it."""
        value = self.state.entries.get(key_key(arrived.transaction.key))
        return None if value is None else decode(Key, value).public_key

    def proven(self, key: bytes) -> Proven:
        """The entry under a key with its proof."""
        return Proven(key, self.state.entries.get(key), self.state.prove(key), self.header)


def _founded(genesis: Genesis) -> tuple[State, Header]:
    state = State.founded(genesis)
    return state, first_header(genesis.chain, genesis.at, genesis.digest(), state.root)
