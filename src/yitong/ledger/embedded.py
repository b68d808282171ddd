"""The embedded engine: one sealer, no consensus. Whatever queued while a block was written is the next block.

Several processes may hold an engine on the same database: who writes holds a lock for that transaction, and first
carries out the blocks that others wrote meanwhile. Signatures of the next block are checked while this one is written.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import structlog

from yitong.kernel.clock import Clock
from yitong.kernel.crypto import SM2PrivateKey
from yitong.kernel.database import Database
from yitong.ledger import stored, tree
from yitong.ledger.blocks import Block, Entered, Header, first_header, next_header, sealed
from yitong.ledger.chain import Chain
from yitong.ledger.contract import actions
from yitong.ledger.contract.actions import Arrived
from yitong.ledger.contract.machine import Execution, Genesis, Outcome
from yitong.ledger.contract.records import Key, decode, key_key
from yitong.ledger.contract.refusals import Refusal
from yitong.ledger.encoding import Malformed
from yitong.ledger.engine import Inadmissible, Proven, Receipt
from yitong.ledger.signatures import Signatures
from yitong.ledger.state import State
from yitong.ledger.stored import Connection

log = structlog.get_logger(__name__)
MOST_IN_BLOCK = 1_024
_LOCK = 0x6C_65_64_67_65_72  # "ledger"


class NotFounded(Exception):
    """There is no chain in this database, and no genesis was given to found one."""


@dataclass
class _Waiting:
    """A transaction on its way: whether its signature holds (None: its key was not on the chain when looked at)."""

    arrived: Arrived
    receipt: "asyncio.Future[Receipt]"
    holds: bool | None = None


class _Placed(NamedTuple):
    """What became of a transaction in the block being made; its position is None when it does not belong there."""

    outcome: Outcome
    position: int | None


class EmbeddedLedger:
    """The :class:`~yitong.ledger.engine.LedgerEngine` in this process. Made by :func:`open_ledger`."""

    def __init__(self, database: Database, clock: Clock, key: SM2PrivateKey, chain: Chain, processes: int = 0) -> None:
        self._database = database
        self._clock = clock
        self._key = key
        self._chain = chain
        self._moving = asyncio.Lock()  # whoever moves the chain forward, or reads it at one height
        self._signatures = Signatures(processes)
        self._queue: list[_Waiting] = []
        self._waiting: dict[bytes, asyncio.Future[Receipt]] = {}
        self._awake = asyncio.Event()
        self._ready: asyncio.Queue[list[_Waiting]] = asyncio.Queue(1)
        self._tasks = [
            asyncio.create_task(self._check_signatures(), name="ledger signatures"),
            asyncio.create_task(self._write_blocks(), name="ledger blocks"),
        ]

    @property
    def header(self) -> Header:
        """The newest block's header as this process knows it."""
        return self._chain.header

    @property
    def chain(self) -> str:
        """The chain's name, which every transaction repeats."""
        return self._chain.genesis.chain

    @property
    def genesis(self) -> Genesis:
        """What the chain began with."""
        return self._chain.genesis

    async def submit(self, raw: bytes) -> bytes:
        """Hand in a signed transaction; answers its digest. Handing it in twice is harmless. Raises Inadmissible."""
        try:
            arrived = actions.read(raw)
        except Malformed as error:
            raise Inadmissible(Refusal.MALFORMED) from error
        if arrived.digest not in self._waiting:
            one = _Waiting(arrived, asyncio.get_running_loop().create_future())
            self._waiting[arrived.digest] = one.receipt
            self._queue.append(one)
            self._awake.set()
        return arrived.digest

    async def wait(self, digest: bytes) -> Receipt:
        """Wait until a submitted transaction stands in a block. Raises Inadmissible when it never will."""
        waiting = self._waiting.get(digest)
        if waiting is not None:
            return await asyncio.shield(waiting)
        async with (await self._database.raw()).acquire() as connection:
            found = await stored.receipt(connection, digest)
        if found is None:
            raise Inadmissible(Refusal.UNKNOWN)
        return found

    async def put(self, raw: bytes) -> Receipt:
        """Submit and wait."""
        return await self.wait(await self.submit(raw))

    async def query(self, key: bytes) -> Proven:
        """The newest entry under a key, with its proof; blocks that other processes wrote are taken in first."""
        async with self._moving, (await self._database.raw()).acquire() as connection:
            await self._chain.catch_up(connection)
            return self._chain.proven(key)

    async def query_all(self, keys: Callable[[Mapping[bytes, bytes]], Sequence[bytes]]) -> list[Proven]:
        """The entries that ``keys`` chooses from the state, all at one height."""
        async with self._moving, (await self._database.raw()).acquire() as connection:
            await self._chain.catch_up(connection)
            return [self._chain.proven(key) for key in keys(self._chain.state.entries)]

    async def history(self, subject: bytes) -> list[int]:
        """The heights of the blocks with transactions about one thing."""
        async with (await self._database.raw()).acquire() as connection:
            return sorted({height for height, _ in await stored.history(connection, subject)})

    async def block(self, height: int) -> Block:
        """One block. Raises KeyError when there is none at this height."""
        async with (await self._database.raw()).acquire() as connection:
            found = await stored.block_at(connection, height)
        if found is None:
            raise KeyError(height)
        return found

    async def sequence(self, key_id: bytes) -> int:
        """The sequence number that a key used last; 0 for an unknown one."""
        value = (await self.query(key_key(key_id))).value
        return 0 if value is None else decode(Key, value).sequence

    async def blocks(self, height: int) -> AsyncGenerator[Block]:
        """All blocks from this height on, in their order."""
        async with (await self._database.raw()).acquire() as connection:
            async for block in stored.blocks(connection, height):
                yield block

    async def take_snapshot(self) -> int:
        """Keep the state as it is now, so that the next start need not play all blocks; answers its height."""
        async with self._moving, (await self._database.raw()).acquire() as connection, connection.transaction():
            await self._chain.catch_up(connection)
            await stored.keep_snapshot(connection, self._chain.header.height, self._chain.state.entries)
            return self._chain.header.height

    async def close(self) -> None:
        """Stop; what has not been written is not on the chain, and whoever waits for it is told so."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for receipt in self._waiting.values():
            receipt.cancel()
        self._waiting.clear()
        self._signatures.close()

    async def _check_signatures(self) -> None:
        while True:
            await self._awake.wait()
            self._awake.clear()
            while self._queue:
                batch, self._queue = self._queue[:MOST_IN_BLOCK], self._queue[MOST_IN_BLOCK:]
                keys = [self._chain.key_of(one.arrived) for one in batch]
                known = [(one, key) for one, key in zip(batch, keys, strict=True) if key is not None]
                asked = [(key, one.arrived.signed.payload, one.arrived.signed.signature) for one, key in known]
                for (one, _), holds in zip(known, await self._signatures.check(asked), strict=True):
                    one.holds = holds
                await self._ready.put(batch)

    async def _write_blocks(self) -> None:
        while True:
            batch = await self._ready.get()
            try:
                answers = await self._write(batch)
            except Exception as error:
                # The database is away or refused the block: nobody is told a lie, everybody may hand in again.
                log.error("ledger.block_failed", error=type(error).__name__)
                answers = [error] * len(batch)
            for one, answer in zip(batch, answers, strict=True):
                self._waiting.pop(one.arrived.digest, None)
                if one.receipt.done():
                    continue
                if isinstance(answer, Receipt):
                    one.receipt.set_result(answer)
                else:
                    one.receipt.set_exception(answer)
                    one.receipt.exception()  # counts as looked at, should nobody wait for it

    async def _write(self, batch: list[_Waiting]) -> "list[Receipt | Exception]":
        """One block, or none when nothing in it is admissible."""
        async with self._moving, (await self._database.raw()).acquire() as connection:
            async with connection.transaction():
                await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
                await self._chain.catch_up(connection)
                before = self._chain.header
                now = max(int(self._clock.now().timestamp() * 1000), before.time)
                execution = self._chain.state.execution(now)
                placed = _carried_out(execution, batch)
                entered = [
                    (one.arrived, Entered(one.arrived.raw, it.outcome.code))
                    for one, it in zip(batch, placed, strict=True)
                    if it.position is not None
                ]
                node = self._chain.state.after(execution.changes)
                header = next_header(before, now, [one for _, one in entered], tree.root_of(node))
                if entered:
                    block = sealed(header, [one for _, one in entered], self._key)
                    await stored.write(connection, block, [arrived for arrived, _ in entered])
            if entered:
                self._chain.took(header, execution.changes, node)
            return [
                await _answer(connection, one.arrived, it, header.height) for one, it in zip(batch, placed, strict=True)
            ]


def _carried_out(execution: Execution, batch: list[_Waiting]) -> list[_Placed]:
    placed: list[_Placed] = []
    position = 0
    for one in batch:
        holds = execution.signature_holds(one.arrived) if one.holds is None else one.holds
        outcome = execution.carry_out(one.arrived, holds)
        placed.append(_Placed(outcome, position if outcome.admissible else None))
        position += outcome.admissible
    return placed


async def _answer(connection: Connection, arrived: Arrived, placed: _Placed, height: int) -> "Receipt | Exception":
    if placed.position is not None:
        return Receipt(arrived.digest, height, placed.position, placed.outcome.code)
    if placed.outcome.code == Refusal.WRONG_SEQUENCE:
        # Handed in a second time, after an answer was lost: the first one's receipt is the answer.
        found = await stored.receipt(connection, arrived.digest)
        if found is not None:
            return found
    return Inadmissible(placed.outcome.code)


async def found_ledger(database: Database, genesis: Genesis, key: SM2PrivateKey) -> None:
    """Write block 0 unless there is one. Raises ValueError when the genesis names another sealer than ``key``."""
    if genesis.sealer != key.public_key.raw:
        raise ValueError("the genesis names another sealer")
    header = first_header(genesis.chain, genesis.at, genesis.digest(), State.founded(genesis).root)
    async with (await database.raw()).acquire() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        if await stored.newest_height(connection) < 0:
            await stored.write_genesis(connection, genesis, sealed(header, [], key))


async def open_ledger(database: Database, clock: Clock, key: SM2PrivateKey, *, processes: int = 0) -> EmbeddedLedger:
    """The engine on the chain in this database. ``processes`` check signatures; 0 leaves that to a thread.

    Raises NotFounded, or Broken when the stored chain does not agree with itself.
    """
    async with (await database.raw()).acquire() as connection:
        chain = await Chain.load(connection)
    if chain is None:
        raise NotFounded
    if chain.genesis.sealer != key.public_key.raw:
        raise ValueError("the chain has another sealer")
    return EmbeddedLedger(database, clock, key, chain, processes)
