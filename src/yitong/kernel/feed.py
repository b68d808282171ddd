"""Live screens: one poll of the event log a process wakes everyone whose screen an event touches.

The feed only says *that* something happened; a screen then reads its state again. Nothing is decided on it, so an event
that is missed over a restart costs one refresh interval and no more.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable

import asyncpg
import structlog

from yitong.kernel.database import Database
from yitong.kernel.event_log import NOWHERE, Position, Recorded, read_after, top

log = structlog.get_logger(__name__)
Interest = Callable[[Recorded], bool]


class EventFeed:
    """Polls the event log while anybody listens and hands each new event to those interested in it."""

    def __init__(self, database: Database, interval_s: float = 0.2) -> None:
        self._database = database
        self._interval_s = interval_s
        self._listeners: dict[asyncio.Queue[Recorded], Interest] = {}
        self._task: asyncio.Task[None] | None = None
        self._position: Position = NOWHERE

    @contextlib.asynccontextmanager
    async def listen(self, interest: Interest, limit: int = 200) -> AsyncGenerator["asyncio.Queue[Recorded]"]:
        """A queue of the events from now on that ``interest`` accepts; the oldest is dropped past ``limit``."""
        queue: asyncio.Queue[Recorded] = asyncio.Queue(limit)
        if not self._listeners:
            self._position = await self._top()
        self._listeners[queue] = interest
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="event feed")
        try:
            yield queue
        finally:
            self._listeners.pop(queue, None)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _top(self) -> Position:
        async with (await self._database.raw()).acquire() as connection:
            return await top(connection)

    async def _run(self) -> None:
        while self._listeners:
            try:
                await self._poll()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("feed.poll_failed", error=type(error).__name__)
                await asyncio.sleep(1)
            await asyncio.sleep(self._interval_s)

    async def _poll(self) -> None:
        async with (await self._database.raw()).acquire() as connection:
            events = await read_after(connection, self._position, 500)
        if not events:
            return
        self._position = Position(events[-1].xid, events[-1].position)
        for event in events:
            for queue, interest in list(self._listeners.items()):
                if interest(event):
                    if queue.full():
                        queue.get_nowait()
                    queue.put_nowait(event)
