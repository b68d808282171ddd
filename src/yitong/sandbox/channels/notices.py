"""Sending notices as channels do: again and again until they are taken, and wrong in a chosen way when asked to.

``PUT /pay/troubles`` chooses how the next notices go wrong; ``GET /pay/notices`` tells which were sent and what was
answered.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import httpx
import msgspec
from litestar import delete, get, put
from litestar.datastructures import State
from litestar.params import FromQuery, JSONBody

from yitong.kernel.clock import SystemClock

_KEPT = 500


class Trouble(StrEnum):
    """How a notice goes wrong. Those from ``forged`` on are sent instead of the good one, which is lost."""

    LATE = "late"
    DOUBLED = "doubled"
    REORDERED = "reordered"  # held back until after the next notice
    LOST = "lost"
    FORGED = "forged"  # signed with a key that is not the channel's
    REPLAYED = "replayed"  # the good one, and then the very same bytes and headers again
    STALE = "stale"  # signed ten minutes ago
    UNKNOWN_SERIAL = "unknown-serial"
    WRONG_AMOUNT = "wrong-amount"  # well signed, but over one fen more
    WRONG_MERCHANT = "wrong-merchant"  # well signed, but somebody else's
    PROBE = "probe"  # WeChat's own test of whether signatures are checked


class Message(msgspec.Struct, frozen=True):
    """A notice ready to be sent."""

    url: str
    headers: dict[str, str]
    body: bytes


Make = Callable[[Trouble | None], Message]
"""Makes the message anew for each sending, wrong in the given way; only the ways from ``forged`` on change it."""


class Wish(msgspec.Struct):
    """The next ``times`` notices of a channel (of any when empty) go wrong; ``seconds`` is how late ``late`` is."""

    kind: Trouble
    channel: str = ""
    times: Annotated[int, msgspec.Meta(ge=1)] = 1
    seconds: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 5.0


class Sent(msgspec.Struct, frozen=True):
    """A notice that was sent, and what was answered; 0 when nothing was."""

    channel: str
    about: str
    trouble: Trouble | None
    status: int
    at: datetime
    answer: str


class Notifier:
    """Sends the notices of all channels."""

    def __init__(self, timeout_s: float = 5.0) -> None:
        self._wishes: list[Wish] = []
        self._held: list[Callable[[], Awaitable[None]]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._posting: set[asyncio.Task[httpx.Response]] = set()
        self._client: httpx.AsyncClient | None = None
        self._timeout_s = timeout_s
        self.sent: deque[Sent] = deque(maxlen=_KEPT)
        # Seconds between attempts; a channel sets its own published ones unless a test shortens them.
        self.pauses: tuple[float, ...] | None = None

    def wish(self, wish: Wish) -> None:
        self._wishes.append(wish)

    def clear(self) -> None:
        self._wishes.clear()

    def _take(self, channel: str) -> Wish | None:
        for wish in self._wishes:
            if wish.channel in ("", channel):
                wish.times -= 1
                if wish.times == 0:
                    self._wishes.remove(wish)
                return wish
        return None

    def send(
        self, channel: str, about: str, make: Make, taken: Callable[[httpx.Response], bool], pauses: tuple[float, ...]
    ) -> None:
        """Begin to send a notice in the background; ``taken`` tells from an answer whether it needs no more sending."""
        wish = self._take(channel)
        letter = _Letter(self, channel, about, make, taken, pauses if self.pauses is None else self.pauses)
        if wish is not None and wish.kind is Trouble.LOST:
            return
        if wish is not None and wish.kind is Trouble.REORDERED:
            self._held.append(letter.deliver)
            return
        after, self._held = self._held, []
        self._begin(self._run(letter, wish, after))

    async def _run(self, letter: "_Letter", wish: Wish | None, after: list[Callable[[], Awaitable[None]]]) -> None:
        match wish.kind if wish else None:
            case None:
                await letter.deliver()
            case Trouble.LATE:
                await asyncio.sleep(wish.seconds if wish else 0)
                await letter.deliver()
            case Trouble.DOUBLED:
                await asyncio.gather(letter.once(Trouble.DOUBLED), letter.once(Trouble.DOUBLED))
            case Trouble.REPLAYED:
                message = letter.make(None)
                await letter.once(Trouble.REPLAYED, message)
                await letter.once(Trouble.REPLAYED, message)
            case kind:
                await letter.once(kind)
        for held in after:
            await held()

    def _begin(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def quiet(self) -> None:
        """Wait until nothing is being sent; what is held back stays held."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def post(self, message: Message) -> httpx.Response:
        """Send one message. Raises httpx.HTTPError."""
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=self._timeout_s)
        work = asyncio.create_task(
            self._client.post(message.url, content=message.body, headers=message.headers), name="notice"
        )
        self._posting.add(work)
        work.add_done_callback(self._posting.discard)
        return await asyncio.shield(work)  # a connection that is given up while it opens would never be closed

    async def stop(self) -> None:
        """End everything that is to be sent; what is on its way gets its answer or runs out of time."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*self._posting, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()


class _Letter:
    """One notice on its way."""

    def __init__(
        self,
        notifier: Notifier,
        channel: str,
        about: str,
        make: Make,
        taken: Callable[[httpx.Response], bool],
        pauses: tuple[float, ...],
    ) -> None:
        self._notifier = notifier
        self._channel = channel
        self._about = about
        self.make = make
        self._taken = taken
        self._pauses = pauses

    async def deliver(self) -> None:
        """Send until it is taken, with the pauses between."""
        for pause in (*self._pauses, None):
            if await self.once(None) or pause is None:
                return
            await asyncio.sleep(pause)

    async def once(self, trouble: Trouble | None, message: Message | None = None) -> bool:
        """Send once; whether it was taken."""
        message = message or self.make(trouble)
        status, text, taken = 0, "", False
        try:
            answer = await self._notifier.post(message)
            status, text, taken = answer.status_code, answer.text[:500], self._taken(answer)
        except httpx.HTTPError as error:
            text = type(error).__name__
        self._notifier.sent.appendleft(Sent(self._channel, self._about, trouble, status, SystemClock().now(), text))
        return taken


@put("/pay/troubles", status_code=204)
async def set_trouble(data: JSONBody[Wish], state: State) -> None:
    """Let the next notices go wrong."""
    state.notifier.wish(data)


@delete("/pay/troubles", status_code=204)
async def clear_troubles(state: State) -> None:
    """Let all notices go well again; those held back stay held until the next one."""
    state.notifier.clear()


@get("/pay/notices")
async def sent_notices(state: State, about: FromQuery[str | None] = None) -> list[Sent]:
    """What was sent, newest first; of one payment or refund number when it is named."""
    return [one for one in state.notifier.sent if about is None or one.about == about]


ROUTES = [set_trouble, clear_troubles, sent_notices]
