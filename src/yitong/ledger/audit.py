"""Looking after the stored chain while it runs: a changed row is found although nobody reads it.

From the newest block, whose header the process has in memory, back to the first, a few blocks a turn and then again:
every header by the name that its successor gives it, every seal, every transaction by its header. At the beginning of a
round the newest snapshot is compared with the header of its block.
"""

from typing import Any

from yitong.kernel.crypto import SM2PublicKey
from yitong.ledger import stored
from yitong.ledger.blocks import Header, seal_holds, transactions_root
from yitong.ledger.chain import Broken, Chain
from yitong.ledger.contract import actions
from yitong.ledger.encoding import Malformed, Purpose, digest, pack
from yitong.ledger.stored import Connection


class Audit:
    """Remembers how far back it has come. One engine's own."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._sealer = SM2PublicKey(chain.genesis.sealer)
        self._next: tuple[int, bytes] | None = None

    async def turn(self, connection: Connection, most: int = 50) -> int:
        """Look at up to ``most`` blocks; answers the last one's height. Raises Broken at the first that changed."""
        if self._next is None:
            newest = self._chain.header
            await self._snapshot(connection)
            self._next = newest.height, newest.digest()
        height, name = self._next
        for _ in range(most):
            previous = await self._block(connection, height, name)
            if height == 0:
                self._next = None
                return 0
            height, name = height - 1, previous
        self._next = height, name
        return height + 1

    async def _block(self, connection: Connection, height: int, name: bytes) -> bytes:
        """Compare one block with the name that is known of it; answers the name of the one before."""
        row = await connection.fetchrow("SELECT header, signature, digest FROM ledger_block WHERE height = $1", height)
        if row is None:
            raise Broken("the block is missing", height)
        if digest(Purpose.HEADER, row["header"]) != name or row["digest"] != name:
            raise Broken("the header was changed", height)
        header = stored.read_header(row["header"])
        if not seal_holds(self._sealer, header, row["signature"]):
            raise Broken("the seal does not hold", height)
        if height == 0:
            await self._genesis(connection, header)
            return b""
        rows = await connection.fetch(
            "SELECT position, digest, subject, raw, code FROM ledger_transaction WHERE height = $1 ORDER BY position",
            height,
        )
        for position, one in enumerate(rows):
            _check_columns(one, height, position)
        entered = [stored.Entered(one["raw"], one["code"]) for one in rows]
        if len(entered) != header.count or transactions_root(entered) != header.transactions:
            raise Broken("the transactions are not those of the header", height)
        return header.previous

    async def _genesis(self, connection: Connection, header: Header) -> None:
        try:
            found = await stored.read_founding(connection)
        except Malformed as error:
            raise Broken(f"the genesis cannot be read: {error}", 0) from error
        if found is None or pack(found) != pack(self._chain.genesis) or header.previous != found.digest():
            raise Broken("the genesis was changed", 0)

    async def _snapshot(self, connection: Connection) -> None:
        height = await stored.snapshot_height(connection)
        if height is not None and await stored.newest_snapshot(connection) is None:
            raise Broken("the state that was kept after this block was changed", height)


def _check_columns(row: Any, height: int, position: int) -> None:
    """The columns by which a transaction is found say what is in it."""
    if row["position"] != position:
        raise Broken("the transaction is missing", height, position)
    try:
        arrived = actions.read(row["raw"])
    except Malformed as error:
        raise Broken(f"the transaction cannot be read: {error}", height, position) from error
    if arrived.digest != row["digest"] or actions.subject_of(arrived.transaction.action) != row["subject"]:
        raise Broken("the transaction was changed", height, position)
