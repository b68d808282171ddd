"""The embedded engine: one sealer, no consensus. Whatever queued while a block was written is the next block.

Several processes may hold an engine on the same database. One of them writes, as long as it renews its lease; the
others hand in through the database, read, and one takes over when the lease ends. Whoever writes holds a lock for that
transaction and first carries out blocks that it does not know. Signatures of the next block are checked while this one
is written. Stored rows are looked after all the time; when one was changed, the engine stops and names it.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from datetime import timedelta
from typing import NoReturn

import structlog

from yitong.kernel.clock import Clock
from yitong.kernel.crypto import SM2PrivateKey
from yitong.kernel.database import Database
from yitong.kernel.ids import new_id
from yitong.ledger import lease, stored, tree
from yitong.ledger.audit import Audit
from yitong.ledger.blocks import Block, Entered, Header, next_header, sealed
from yitong.ledger.chain import Broken, Chain
from yitong.ledger.contract import actions
from yitong.ledger.contract.actions import Arrived
from yitong.ledger.contract.machine import Genesis
from yitong.ledger.contract.records import Key, decode, key_key
from yitong.ledger.contract.refusals import Refusal
from yitong.ledger.encoding import Malformed
from yitong.ledger.engine import Inadmissible, Proven, Receipt
from yitong.ledger.handing_in import AWAY, Expected, Inbox
from yitong.ledger.signatures import Signatures
from yitong.ledger.stored import Connection
from yitong.ledger.writing import LOCK, Waiting, answer_handed_in, answer_of, carried_out, found_ledger

__all__ = ["EmbeddedLedger", "NotFounded", "found_ledger", "open_ledger"]

log = structlog.get_logger(__name__)
MOST_IN_BLOCK = 1_024
LEASE = timedelta(seconds=6)
"""How long a process that died is waited for before another one writes."""
AUDIT = timedelta(seconds=5)


class NotFounded(Exception):
    """There is no chain in this database, and no genesis was given to found one."""


class EmbeddedLedger:
    """The :class:`~yitong.ledger.engine.LedgerEngine` in this process. Made by :func:`open_ledger`."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        key: SM2PrivateKey,
        chain: Chain,
        *,
        processes: int = 0,
        writes: bool = True,
        wait: timedelta = LEASE,
    ) -> None:
        self.holder = new_id()
        self.writing = False
        self.broken: Broken | None = None
        self._database = database
        self._clock = clock
        self._key = key
        self._chain = chain
        self._audit = Audit(chain)
        self._writes = writes
        self._lease = wait
        self._moving = asyncio.Lock()  # whoever moves the chain forward, or reads it at one height
        self._signatures = Signatures(processes)
        self._queue: list[Waiting] = []
        self._expected = Expected()
        self._inbox = Inbox(database, self._expected, lambda arrived: self._enqueue(arrived, handed_in=True))
        self._awake = asyncio.Event()
        self._ready: asyncio.Queue[list[Waiting]] = asyncio.Queue(1)
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        """Take the lease if it is free, and go to work."""
        await self._renew()
        self._tasks = [
            asyncio.create_task(self._check_signatures(), name="ledger signatures"),
            asyncio.create_task(self._write_blocks(), name="ledger blocks"),
            asyncio.create_task(self._inbox.watch(lambda: self.writing), name="ledger inbox"),
            asyncio.create_task(self._keep_lease(), name="ledger lease"),
            asyncio.create_task(self._look_after(), name="ledger audit"),
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
        self._refuse_when_broken()
        try:
            arrived = actions.read(raw)
        except Malformed as error:
            raise Inadmissible(Refusal.MALFORMED) from error
        if not self._expected.expect(arrived.digest):
            return arrived.digest
        if self.writing:
            self._enqueue(arrived)
            return arrived.digest
        try:
            await self._inbox.hand_in(arrived.digest, raw)
        except BaseException as error:
            self._expected.answer(arrived.digest, error)
            raise
        return arrived.digest

    def _enqueue(self, arrived: Arrived, *, handed_in: bool = False) -> None:
        self._queue.append(Waiting(arrived, handed_in=handed_in))
        self._awake.set()

    def _refuse_when_broken(self) -> None:
        if self.broken is not None:
            raise self.broken

    async def wait(self, digest: bytes) -> Receipt:
        """Wait until a submitted transaction stands in a block. Raises Inadmissible when it never will."""
        waiting = self._expected.of(digest)
        if waiting is not None:
            return await asyncio.shield(waiting)
        self._refuse_when_broken()
        async with (await self._database.raw()).acquire() as connection:
            found = await stored.receipt(connection, digest)
        if found is None:
            raise Inadmissible(Refusal.UNKNOWN)
        return found

    async def put(self, raw: bytes) -> Receipt:
        """Submit and wait."""
        return await self.wait(await self.submit(raw))

    async def query(self, key: bytes) -> Proven:
        """The newest entry under a key, with its proof; blocks that other processes wrote are taken in first.

        Raises Broken when the stored chain was changed under this process; so does everything else from then on.
        """
        return (await self.query_all(lambda _: [key]))[0]

    async def query_all(self, keys: Callable[[Mapping[bytes, bytes]], Sequence[bytes]]) -> list[Proven]:
        """The entries that ``keys`` chooses from the state, all at one height."""
        async with self._moving, (await self._database.raw()).acquire() as connection:
            await self._catch_up(connection)
            return [self._chain.proven(key) for key in keys(self._chain.state.entries)]

    async def _catch_up(self, connection: Connection) -> None:
        self._refuse_when_broken()
        try:
            await self._chain.catch_up(connection)
        except Broken as error:
            self._stop(error)

    def _stop(self, error: Broken) -> NoReturn:
        """Say what was changed, once, and do nothing any more that rests on it."""
        self.broken, self.writing = error, False
        log.error("ledger.broken", height=error.height, position=error.position, reason=error.reason)
        self._expected.fail(error)
        raise error

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
            await self._catch_up(connection)
            await stored.keep_snapshot(connection, self._chain.header.height, self._chain.state.entries)
            return self._chain.header.height

    async def close(self) -> None:
        """Stop; what has not been written is not on the chain, and whoever waits for it is told so."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._expected.forget()
        self._signatures.close()
        if self.writing:
            self.writing = False
            with contextlib.suppress(*AWAY):
                async with (await self._database.raw()).acquire() as connection:
                    await lease.give_up(connection, self.holder)

    async def _keep_lease(self) -> None:
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 3)
            try:
                await self._renew()
            except AWAY as error:
                self.writing = False
                log.warning("ledger.lease_lost", error=type(error).__name__)
            except Broken:
                return

    async def _renew(self) -> None:
        """Take or renew the lease; who does not write keeps up with what the writer writes."""
        self._refuse_when_broken()
        async with (await self._database.raw()).acquire() as connection:
            mine = self._writes and await lease.take(connection, self.holder, self._lease)
        if mine != self.writing:
            log.info("ledger.writer", holder=str(self.holder), writing=mine)
        self.writing = mine
        if not mine:
            async with self._moving, (await self._database.raw()).acquire() as connection:
                await self._catch_up(connection)

    async def _look_after(self) -> None:
        """The writer looks after the stored chain, a few blocks at a time."""
        while self.broken is None:
            await asyncio.sleep(AUDIT.total_seconds())
            if self.writing:
                with contextlib.suppress(*AWAY, Broken):
                    await self.look_after()

    async def look_after(self, most: int = 50) -> int:
        """Compare up to ``most`` further stored blocks with what this process knows; answers the last one's height.

        Raises Broken, and stops the engine, at the first that was changed.
        """
        self._refuse_when_broken()
        async with (await self._database.raw()).acquire() as connection:
            try:
                return await self._audit.turn(connection, most)
            except Broken as error:
                self._stop(error)

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
            except Broken as error:
                answers = [error] * len(batch)
            except Exception as error:
                # The database is away or refused the block: nobody is told a lie, everybody may hand in again.
                log.error("ledger.block_failed", error=type(error).__name__)
                answers = [error] * len(batch)
            for one, answer in zip(batch, answers, strict=True):
                if one.handed_in:
                    self._inbox.done(one.arrived.digest)
                else:
                    self._expected.answer(one.arrived.digest, answer)

    async def _write(self, batch: list[Waiting]) -> "list[Receipt | Exception]":
        """One block, or none when nothing in it is admissible."""
        async with self._moving, (await self._database.raw()).acquire() as connection:
            async with connection.transaction():
                await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
                await self._catch_up(connection)
                before = self._chain.header
                now = max(int(self._clock.now().timestamp() * 1000), before.time)
                execution = self._chain.state.execution(now)
                placed = carried_out(execution, batch)
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
            both = zip(batch, placed, strict=True)
            answers = [await answer_of(connection, one.arrived, it, header.height) for one, it in both]
            await answer_handed_in(connection, batch, answers)
            return answers


async def open_ledger(
    database: Database,
    clock: Clock,
    key: SM2PrivateKey,
    *,
    processes: int = 0,
    writes: bool = True,
    wait: timedelta = LEASE,
) -> EmbeddedLedger:
    """The engine on the chain in this database. ``processes`` check signatures; 0 leaves that to a thread.

    ``writes``: whether this process may write blocks, when no other does; ``wait``: how long one that died is waited
    for. Raises NotFounded, or Broken when the stored chain does not agree with itself.
    """
    async with (await database.raw()).acquire() as connection:
        chain = await Chain.load(connection)
    if chain is None:
        raise NotFounded
    if chain.genesis.sealer != key.public_key.raw:
        raise ValueError("the chain has another sealer")
    engine = EmbeddedLedger(database, clock, key, chain, processes=processes, writes=writes, wait=wait)
    await engine.begin()
    return engine
