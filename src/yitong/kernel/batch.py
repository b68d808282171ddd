"""Requests that come by the thousand are decided together: whatever queued while the last batch ran is the next one.

There is no timer. An idle batcher sends a single request at once; a busy one sends bigger batches, so that the database
does less for each request the more of them come. Every request carries its own ids and keys, so one that was perhaps
decided before a connection broke is simply asked again.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

import structlog

from yitong.kernel.database import Database, DatabaseRole
from yitong.kernel.metrics import BATCH_SIZE
from yitong.kernel.problems import UNAVAILABLE

log = structlog.get_logger(__name__)
R = TypeVar("R", bound=NamedTuple)
_MOST_TURNS = 50
_TRIES = 3


Settled = Callable[[Any], None]
"""Is told once what became of a request: the row that answers it, or a Problem."""


class _Waiting(Generic[R]):
    """A request, whoever is told of its outcome, and how often it was sent on."""

    __slots__ = ("request", "settled", "turns")

    def __init__(self, request: R, settled: Settled) -> None:
        self.request = request
        self.settled: Settled | None = settled
        self.turns = 0

    def tell(self, outcome: Any) -> None:
        """Say what became of the request; only the first word counts."""
        settled, self.settled = self.settled, None
        if settled is None:
            return
        try:
            settled(outcome)
        except Exception as error:  # the others of the batch must hear of theirs
            log.error("batch.answer_failed", exc_info=error)


class Call(NamedTuple):
    """A set-returning SQL function: takes one array a column of the requests, then what ``rest`` gives.

    Each row it returns names its request in ``ord`` (from 1) and what became of it in ``outcome``; the outcome
    ``again`` means that somebody else has to be decided first. It is called over a connection of ``role``.
    """

    statement: str
    rest: Callable[[], Sequence[Any]]
    role: DatabaseRole = DatabaseRole.BOOKING


class Batcher(Generic[R]):
    """Sends requests to one SQL function, batch after batch, over one connection of its own."""

    def __init__(self, database: Database, call: Call, size: int) -> None:
        self._database = database
        self._call = call
        self._size = size
        self._queue: deque[_Waiting[R]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._connection: Any = None

    async def submit(self, request: R) -> Any:
        """The row that answers this request.

        Raises Problem ``unavailable`` when the database cannot be reached or far too many requests wait already. Who
        stops waiting does not disturb the batch; the request may still be carried out.
        """
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.hand_in(request, partial(_tell, answer))
        return await answer

    def hand_in(self, request: R, settled: Settled) -> None:
        """Send a request without waiting; ``settled``, which may not fail, is told what became of it.

        Raises Problem ``unavailable`` when far too many requests wait already. A task that waits costs as much as
        deciding a request in a batch, so the busiest route does without one.
        """
        if len(self._queue) >= self._size * 40:
            raise UNAVAILABLE(retry_after=1)
        self._queue.append(_Waiting(request, settled))
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="batches")

    @property
    def waiting(self) -> int:
        """How many requests wait to be sent on."""
        return len(self._queue)

    async def close(self) -> None:
        """Finish what is queued and give the connection back."""
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
        await self._leave()

    async def _run(self) -> None:
        try:
            while self._queue:
                batch = [self._queue.popleft() for _ in range(min(self._size, len(self._queue)))]
                try:
                    await self._send(batch)
                except BaseException:
                    _refuse(batch)
                    raise
        finally:
            self._task = None
            if self._queue:  # only after an error that nobody foresaw: the others must not wait for ever
                _refuse(self._queue)
                self._queue.clear()

    async def _send(self, batch: list[_Waiting[R]]) -> None:
        BATCH_SIZE.observe(len(batch))
        try:
            rows = await self._ask([one.request for one in batch])
        except Exception as error:  # a dying connection raises many kinds of things, and any batch may be asked again
            log.warning("batch.failed", size=len(batch), error=type(error).__name__)
            await self._leave()
            await self._one_by_one(batch)
        else:
            self._settle(batch, rows)

    async def _one_by_one(self, batch: list[_Waiting[R]]) -> None:
        """Ask for each request alone: what spoilt the batch then spoils one answer only."""
        for one in batch:
            for attempt in range(_TRIES):
                try:
                    rows = await self._ask([one.request])
                except Exception as error:
                    log.error("batch.request_failed", attempt=attempt, error=type(error).__name__)
                    await self._leave()
                    await asyncio.sleep(0.05 * 2**attempt)
                else:
                    self._settle([one], rows)
                    break
            else:
                _refuse([one])

    async def _ask(self, requests: Sequence[R]) -> list[Any]:
        if self._connection is None:
            self._connection = await (await self._database.raw(self._call.role)).acquire()
        columns = [list(column) for column in zip(*requests, strict=True)]
        return await self._connection.fetch(self._call.statement, *columns, *self._call.rest())

    async def _leave(self) -> None:
        """Give the connection up; whatever it was doing ends with it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):
                connection.terminate()
                await (await self._database.raw(self._call.role)).release(connection)

    def _settle(self, batch: list[_Waiting[R]], rows: list[Any]) -> None:
        # Told after the next batch is on its way: the answers are written while the database works.
        told = asyncio.get_running_loop().call_soon
        for row in rows:
            place: int = row["ord"] - 1
            one = batch[place]
            if row["outcome"] != "again":
                told(one.tell, row)
            elif one.turns < _MOST_TURNS:
                one.turns += 1
                self._queue.append(one)
            else:
                _refuse([one])


def _refuse(waiting: "Sequence[_Waiting[Any]] | deque[_Waiting[Any]]") -> None:
    for one in waiting:
        one.tell(UNAVAILABLE(retry_after=1))


def _tell(answer: asyncio.Future[Any], outcome: Any) -> None:
    if answer.done():  # nobody waits any more
        return
    if isinstance(outcome, Exception):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)
