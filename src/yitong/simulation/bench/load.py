"""A lean HTTP/1.1 load generator: many keep-alive connections on raw sockets, in a process of its own.

It spends as little as it can on each request, because it shares the machine with what it measures. Every connection
plays scripts: a script yields request bytes and is sent each answer's body.
"""

import asyncio
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

import uvloop

_TAKEN_IN_S = 0.3  # by then the server has taken in every connection
Answer = tuple[int, bytes]  # status, body
Script = Generator[bytes, Answer, None]


@dataclass
class Tally:
    """What a load generator saw; times in seconds."""

    started: float = 0.0
    seconds: float = 0.0
    done: int = 0
    failed: int = 0
    cpu_s: float = 0.0
    latencies: list[float] = field(default_factory=list[float])
    problems: dict[str, int] = field(default_factory=dict[str, int])


def post(path: str, headers: str, body: bytes) -> bytes:
    """The bytes of a POST; ``headers`` are whole lines."""
    return (
        f"POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n{headers}"
        f"content-length: {len(body)}\r\n\r\n"
    ).encode() + body


def get(path: str, headers: str = "") -> bytes:
    """The bytes of a GET."""
    return f"GET {path} HTTP/1.1\r\nhost: bench\r\n{headers}\r\n".encode()


class Pace:
    """Hands out the moments at which scripts are due: so many a second, evenly."""

    def __init__(self, per_s: float, began: float) -> None:
        self._per_s = per_s
        self._began = began
        self._given = 0

    def next_due(self) -> float:
        self._given += 1
        return self._began + self._given / self._per_s


class Player(asyncio.Protocol):
    """One connection that plays script after script until told to stop or there is none left.

    With a pace a script begins when it is due and its first answer's latency counts from then, however late it was
    sent: a slow server cannot hide by making its callers wait.
    """

    def __init__(self, scripts: Iterator[Script], tally: Tally) -> None:
        self._pace: Pace | None = None
        self._scripts = scripts
        self._tally = tally
        self._stop_at = 0.0
        self._script: Script | None = None
        self._transport: Any = None
        self._buffer = b""
        self._sent_at = 0.0
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def begin(self, stop_at: float, pace: "Pace | None") -> None:
        """Play until ``stop_at``; called when every connection is made, so that none is left waiting at the door."""
        self._stop_at, self._pace = stop_at, pace
        self._next_script()

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        lower = self._buffer[:head].lower()
        at = lower.find(b"content-length:")
        end = lower.find(b"\r\n", at)
        length = int(lower[at + 15 : end if end > 0 else head])
        if len(self._buffer) < head + 4 + length:
            return
        body, status = self._buffer[head + 4 : head + 4 + length], int(self._buffer[9:12])
        self._buffer = self._buffer[head + 4 + length :]
        self._tally.latencies.append(time.perf_counter() - self._sent_at)
        self._answered((status, body))

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.over.done():
            self.over.set_result(None)

    def _answered(self, answer: Answer) -> None:
        if self._script is None:
            return
        if answer[0] >= 400:
            self._tally.failed += 1
            start = answer[1].find(b'"code":"') + 8
            code = answer[1][start : answer[1].find(b'"', start)].decode()
            self._tally.problems[code] = self._tally.problems.get(code, 0) + 1
        try:
            self._send(self._script.send(answer))
        except StopIteration:
            if answer[0] < 400:
                self._tally.done += 1
            self._next_script()

    def _next_script(self) -> None:
        self._script = next(self._scripts, None) if time.perf_counter() < self._stop_at else None
        if self._script is None:
            self._transport.close()
            return
        if self._pace is None:
            self._send(next(self._script))
            return
        due = self._pace.next_due()
        asyncio.get_running_loop().call_later(max(0.0, due - time.perf_counter()), self._begin, due)

    def _begin(self, due: float) -> None:
        if self._script is not None and not self._transport.is_closing():
            self._send(next(self._script), due)

    def _send(self, request: bytes, due: float | None = None) -> None:
        self._sent_at = due if due is not None else time.perf_counter()
        self._transport.write(request)


async def _play(
    host: str, port: int, scripts: Iterator[Script], connections: int, seconds: float, per_s: float | None
) -> Tally:
    tally = Tally()
    loop = asyncio.get_running_loop()
    players: list[Player] = []
    for _ in range(connections):
        _, player = await loop.create_connection(lambda: Player(scripts, tally), host, port)
        players.append(player)
    await asyncio.sleep(_TAKEN_IN_S)
    cpu, began = time.process_time(), time.perf_counter()
    tally.started = time.time()
    pace = Pace(per_s, began) if per_s is not None else None
    for player in players:
        player.begin(began + seconds, pace)
    await asyncio.gather(*(player.over for player in players))
    tally.seconds = time.perf_counter() - began
    tally.cpu_s = time.process_time() - cpu
    return tally


def _main(pipe: Any, host: str, port: int, make: Callable[..., Iterator[Script]], arguments: Any, how: Any) -> None:
    connections, seconds, per_s = how
    scripts = make(*arguments)
    pipe.send("ready")
    pipe.recv()
    pipe.send(uvloop.run(_play(host, port, scripts, connections, seconds, per_s)))


def run_load(
    port: int,
    make: Callable[..., Iterator[Script]],
    arguments: tuple[Any, ...],
    connections: int,
    seconds: float,
    per_s: float | None = None,
) -> Tally:
    """Play ``make(*arguments)``'s scripts over so many connections for so long, in a process of its own.

    Without ``per_s`` each connection goes as fast as it is answered, with it all together begin so many a second.
    ``make`` must be importable by name. Raises EOFError when the process dies.
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(
        target=_main, args=(theirs, "127.0.0.1", port, make, arguments, (connections, seconds, per_s)), daemon=True
    )
    process.start()
    theirs.close()
    ours.recv()
    ours.send("go")
    tally: Tally = ours.recv()
    process.join(10)
    return tally
