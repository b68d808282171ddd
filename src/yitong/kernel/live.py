"""Streams of a state that changes: the state at once, again after each event that may have changed it, heartbeats."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from yitong.kernel.events import Recorded
from yitong.kernel.feed import EventFeed, Interest

HEARTBEAT_S = 15.0
SETTLE_S = 0.05  # events of one action arrive together; read the state once for all of them


async def states(
    feed: EventFeed, interest: Interest, read: Callable[[], Awaitable[Any]], *, refresh_s: float = 30.0
) -> AsyncIterator[tuple[str, Any]]:
    """Pairs (``"state"``, value) and heartbeats (``""``, None); re-reads at least every ``refresh_s`` seconds.

    The regular refresh shows changes that come with time alone (a hold that ran out, an expected minute that passed).
    """
    async with feed.listen(interest) as queue:
        yield "state", await read()
        quiet = 0.0
        while True:
            try:
                await asyncio.wait_for(queue.get(), HEARTBEAT_S)
            except TimeoutError:
                quiet += HEARTBEAT_S
                if quiet < refresh_s:
                    yield "", None
                    continue
            quiet = 0.0
            await asyncio.sleep(SETTLE_S)
            while not queue.empty():
                queue.get_nowait()
            yield "state", await read()


async def events(
    feed: EventFeed, interest: Interest, read: Callable[[Recorded], Awaitable[Any]]
) -> AsyncIterator[tuple[str, Any]]:
    """Pairs (``"event"``, what ``read`` makes of each new event, unless it is None) and heartbeats."""
    async with feed.listen(interest) as queue:
        # Said at once, so that whoever listens knows from when on nothing is missed.
        yield "", None
        while True:
            try:
                event = await asyncio.wait_for(queue.get(), HEARTBEAT_S)
            except TimeoutError:
                yield "", None
                continue
            value = await read(event)
            if value is not None:
                yield "event", value
