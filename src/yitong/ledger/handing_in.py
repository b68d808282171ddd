"""Between processes: who writes no blocks leaves transactions in the inbox and waits for the writer's answer.

Whoever waits is kept here, whether the transaction went into this process's own queue or into the inbox.
"""

import asyncio
from collections.abc import Callable

import asyncpg
import structlog

from yitong.kernel.database import Database
from yitong.ledger import inbox, stored
from yitong.ledger.contract import actions
from yitong.ledger.contract.actions import Arrived
from yitong.ledger.contract.refusals import Refusal
from yitong.ledger.encoding import Malformed
from yitong.ledger.engine import Inadmissible, Receipt

log = structlog.get_logger(__name__)
AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
_IDLE_S, _BUSY_S = 0.2, 0.02  # between looks at the inbox
_MOST = 1_024


class Expected:
    """The receipts that somebody in this process waits for."""

    def __init__(self) -> None:
        self._receipts: dict[bytes, asyncio.Future[Receipt]] = {}

    def expect(self, name: bytes) -> bool:
        """Keep a place for the receipt of the transaction of this digest; False when there is one."""
        if name in self._receipts:
            return False
        self._receipts[name] = asyncio.get_running_loop().create_future()
        return True

    def of(self, name: bytes) -> "asyncio.Future[Receipt] | None":
        """What somebody can wait for; None when nothing is expected under this digest."""
        return self._receipts.get(name)

    def answer(self, name: bytes, answer: "Receipt | BaseException") -> None:
        """Tell whoever waits."""
        receipt = self._receipts.pop(name, None)
        if receipt is None or receipt.done():
            return
        if isinstance(answer, Receipt):
            receipt.set_result(answer)
        else:
            receipt.set_exception(answer)
            receipt.exception()  # counts as looked at, should nobody wait for it

    def fail(self, error: Exception) -> None:
        """Tell everybody the same."""
        for name in list(self._receipts):
            self.answer(name, error)

    def forget(self) -> None:
        """Nobody will be told any more."""
        for receipt in self._receipts.values():
            receipt.cancel()
        self._receipts.clear()


class Inbox:
    """This process's two sides of the inbox."""

    def __init__(self, database: Database, expected: Expected, queue: Callable[[Arrived], None]) -> None:
        """``queue`` takes what other processes have handed in, while this one writes."""
        self._database = database
        self._expected = expected
        self._queue = queue
        self._handed: set[bytes] = set()  # by this process
        self._taken: set[bytes] = set()  # by this process, on their way into a block

    async def hand_in(self, name: bytes, raw: bytes) -> None:
        """Put a transaction before the process that writes; its answer is expected here."""
        async with (await self._database.raw()).acquire() as connection:
            await inbox.hand_in(connection, name, raw)
        self._handed.add(name)

    def done(self, name: bytes) -> None:
        """A block was made with what was taken, or without it."""
        self._taken.discard(name)

    async def watch(self, writing: Callable[[], bool]) -> None:
        """Take what was handed in while this process writes, collect answers while some are expected; for ever."""
        while True:
            busy = False
            try:
                if writing():
                    busy = await self._take()
                if self._handed:
                    busy = True
                    await self._collect()
            except AWAY as error:
                log.warning("ledger.inbox_away", error=type(error).__name__)
            await asyncio.sleep(_BUSY_S if busy else _IDLE_S)

    async def _take(self) -> bool:
        """Queue what other processes have handed in; whether there was anything."""
        async with (await self._database.raw()).acquire() as connection:
            found = [one for one in await inbox.waiting(connection, _MOST) if one.digest not in self._taken]
            unreadable: dict[bytes, str] = {}
            for one in found:
                try:
                    arrived = actions.read(one.raw)
                except Malformed:
                    unreadable[one.digest] = Refusal.MALFORMED
                    continue
                self._taken.add(one.digest)
                self._queue(arrived)
            await inbox.answer(connection, [], unreadable)
        return bool(found)

    async def _collect(self) -> None:
        """Tell those who wait here what became of what they handed in."""
        names = list(self._handed)
        async with (await self._database.raw()).acquire() as connection:
            states = await inbox.states(connection, names)  # first: what is taken out after this is in a block
            found = await stored.receipts(connection, names)
            refused = {name: code for name, code in states.items() if code is not None and name not in found}
            await inbox.forget(connection, list(refused))
        for name in names:
            if name in found:
                self._expected.answer(name, found[name])
            elif name in refused or name not in states:
                self._expected.answer(name, Inadmissible(refused.get(name, Refusal.UNKNOWN)))
            else:
                continue
            self._handed.discard(name)
