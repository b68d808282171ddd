"""Blocks, transactions and snapshots in PostgreSQL: written statements, read and written in the order of the chain."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, TypeAlias

import asyncpg

from yitong.ledger.blocks import Block, Entered, Header, read_header
from yitong.ledger.contract.actions import Arrived, subject_of
from yitong.ledger.contract.machine import Genesis, read_genesis
from yitong.ledger.encoding import Malformed, Purpose, digest, pack
from yitong.ledger.engine import Receipt
from yitong.ledger.state import State, restored, snapshot

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
_GENESIS = "genesis"
_BLOCK = "INSERT INTO ledger_block (height, header, signature, digest) VALUES ($1, $2, $3, $4)"
_COLUMNS = ("height", "position", "digest", "subject", "raw", "code")


async def write_genesis(connection: Connection, genesis: Genesis, block: Block) -> None:
    """Block 0, with the genesis in the place of a transaction."""
    await _write_header(connection, block)
    await connection.execute(
        "INSERT INTO ledger_transaction (height, position, digest, subject, raw, code) VALUES (0, 0, $1, '', $2, $3)",
        genesis.digest(),
        pack(genesis),
        _GENESIS,
    )


async def write(connection: Connection, block: Block, arrived: Sequence[Arrived]) -> None:
    """A block with its transactions, in the caller's database transaction."""
    await _write_header(connection, block)
    rows = [
        (block.header.height, position, one.digest, subject_of(one.transaction.action), entered.raw, entered.code)
        for position, (one, entered) in enumerate(zip(arrived, block.transactions, strict=True))
    ]
    await connection.copy_records_to_table("ledger_transaction", columns=list(_COLUMNS), records=rows)


async def _write_header(connection: Connection, block: Block) -> None:
    header = block.header
    await connection.execute(_BLOCK, header.height, pack(header), block.signature, header.digest())


async def read_founding(connection: Connection) -> Genesis | None:
    """The genesis of the chain in this database; None while there is none. Raises Malformed."""
    raw = await connection.fetchval("SELECT raw FROM ledger_transaction WHERE height = 0 AND position = 0")
    return None if raw is None else read_genesis(raw)


async def header_at(connection: Connection, height: int) -> tuple[Header, bytes] | None:
    """The header of a block and its signature. Raises Malformed."""
    row = await connection.fetchrow("SELECT header, signature FROM ledger_block WHERE height = $1", height)
    return None if row is None else (read_header(row["header"]), row["signature"])


async def newest_height(connection: Connection) -> int:
    """The height of the newest block; -1 while there is none."""
    found: int | None = await connection.fetchval("SELECT max(height) FROM ledger_block")
    return -1 if found is None else found


async def newest_name(connection: Connection) -> tuple[int, bytes]:
    """The height of the newest block and the digest of the header that is stored; -1 and nothing without blocks."""
    row = await connection.fetchrow("SELECT height, header FROM ledger_block ORDER BY height DESC LIMIT 1")
    return (-1, b"") if row is None else (row["height"], digest(Purpose.HEADER, row["header"]))


async def block_at(connection: Connection, height: int) -> Block | None:
    """One block with its transactions; None when there is none at this height. Raises Malformed."""
    found = await header_at(connection, height)
    if found is None:
        return None
    rows = await connection.fetch(
        "SELECT raw, code FROM ledger_transaction WHERE height = $1 AND code <> $2 ORDER BY position",
        height,
        _GENESIS,
    )
    return Block(found[0], found[1], [Entered(row["raw"], row["code"]) for row in rows])


async def blocks(connection: Connection, height: int) -> AsyncGenerator[Block]:
    """All blocks from this height on."""
    while (block := await block_at(connection, height)) is not None:
        yield block
        height += 1


async def receipt(connection: Connection, name: bytes) -> Receipt | None:
    """Where the transaction of this digest stands; None when it is in no block."""
    return (await receipts(connection, [name])).get(name)


async def receipts(connection: Connection, names: Sequence[bytes]) -> dict[bytes, Receipt]:
    """Where the transactions of these digests stand, as far as they are in a block."""
    rows = await connection.fetch(
        "SELECT digest, height, position, code FROM ledger_transaction WHERE digest = ANY($1::bytea[]) AND code <> $2",
        list(names),
        _GENESIS,
    )
    return {row["digest"]: Receipt(row["digest"], row["height"], row["position"], row["code"]) for row in rows}


async def history(connection: Connection, subject: bytes) -> list[tuple[int, int]]:
    """Height and position of every transaction about one thing, in the chain's order."""
    rows = await connection.fetch(
        "SELECT height, position FROM ledger_transaction WHERE subject = $1 ORDER BY height, position", subject
    )
    return [(row["height"], row["position"]) for row in rows]


async def keep_snapshot(connection: Connection, height: int, entries: Mapping[bytes, bytes]) -> None:
    """Keep the state as it was after a block; older snapshots go."""
    pieces = list(snapshot(entries))
    await connection.execute("DELETE FROM ledger_snapshot")
    rows: list[tuple[Any, ...]] = [(height, n, len(pieces), piece) for n, piece in enumerate(pieces)]
    await connection.copy_records_to_table(
        "ledger_snapshot", columns=["height", "piece", "pieces", "content"], records=rows
    )


async def snapshot_height(connection: Connection) -> int | None:
    """After which block the newest snapshot was kept; None when there is none."""
    found: int | None = await connection.fetchval("SELECT max(height) FROM ledger_snapshot")
    return found


async def newest_snapshot(connection: Connection) -> tuple[State, Header] | None:
    """The state of the newest snapshot with its header; None when there is none that its header agrees with."""
    rows = await connection.fetch(
        "SELECT height, pieces, content FROM ledger_snapshot"
        " WHERE height = (SELECT max(height) FROM ledger_snapshot) ORDER BY piece"
    )
    if not rows or len(rows) != rows[0]["pieces"]:
        return None
    try:
        found = await header_at(connection, rows[0]["height"])
        if found is None:
            return None
        return restored([row["content"] for row in rows], found[0].state), found[0]
    except Malformed:
        return None  # the blocks are the truth; a spoilt snapshot only costs time
