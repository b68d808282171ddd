"""A crowd that storms a few places: patients on real sockets, some of which break, who ask again with the same key.

Each patient asks for places until one is promised, confirms it, and then repeats both requests: the same key must be
answered the same. Whatever is lost on the way (a cut connection, a killed server) is asked again.
"""

import asyncio
import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any, NamedTuple

import uvloop

from yitong.simulation.bench.load import post

_ANSWER_WITHIN_S = 20.0


class Person(NamedTuple):
    """A patient of the crowd: the session's token and the wanted places, best first, each with a key of its own."""

    token: str
    organization_id: str
    patient_id: str
    wishes: tuple[tuple[str, str], ...]  # slot id, idempotency key


@dataclass
class Seen:
    """What the crowd was told; times in seconds."""

    requests: int = 0
    answered: int = 0
    unanswered: int = 0
    cut: int = 0
    repeated: int = 0
    waited: int = 0  # answers that showed a place in line
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list[float])
    held: set[str] = field(default_factory=set[str])
    booked: set[str] = field(default_factory=set[str])
    booked_at: list[float] = field(default_factory=list[float])
    changed_minds: int = 0  # a repeated key that was answered otherwise
    codes: dict[str, int] = field(default_factory=dict[str, int])


class Storm(NamedTuple):
    """How the crowd behaves."""

    connections: int
    cut_every: int  # one request in so many is cut; 0: none
    tries: int
    requests_each: int


class _Line:
    """One connection of the crowd, opened again whenever it is lost."""

    def __init__(self, port: int, storm: Storm, seen: Seen, chance: random.Random) -> None:
        self._port = port
        self._storm = storm
        self._seen = seen
        self._chance = chance
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, path: str, headers: str, body: bytes) -> tuple[int, dict[str, Any]] | None:
        """The final answer, or None when none came after all tries."""
        self._seen.requests += 1
        began = time.perf_counter()
        ticket = ""
        for attempt in range(self._storm.tries):
            cut = attempt == 0 and bool(self._storm.cut_every) and self._chance.randrange(self._storm.cut_every) == 0
            answer = await self._once(post(path, headers + ticket, body), cut)
            if answer is None:
                self._seen.repeated += 1
                await asyncio.sleep(min(1.0, 0.02 * 2**attempt))
                continue
            status, document = answer
            if status == 503:  # a place in line or a pause: both say when to come again
                if "ticket" in document:
                    self._seen.waited += 1
                    ticket = f"x-ticket: {document['ticket']}\r\n"
                await asyncio.sleep(float(document.get("poll_after_s") or document.get("retry_after") or 0.5))
                continue
            self._seen.answered += 1
            self._seen.latencies.append(time.perf_counter() - began)
            if status >= 400:
                code = document.get("code", str(status))
                self._seen.codes[code] = self._seen.codes.get(code, 0) + 1
            return answer
        self._seen.unanswered += 1
        return None

    async def _once(self, request: bytes, cut: bool) -> tuple[int, dict[str, Any]] | None:
        try:
            if self._writer is None or self._reader is None:
                self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
            if cut:
                self._seen.cut += 1
                # Half of them break before the server knows the whole request, half while it is being answered.
                self._writer.write(request if self._chance.random() < 0.5 else request[: len(request) // 2])
                await self._writer.drain()
                return self._drop()
            self._writer.write(request)
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                return await self._read(self._reader)
        except (OSError, EOFError, TimeoutError, ValueError):
            return self._drop()

    async def _read(self, reader: asyncio.StreamReader) -> tuple[int, dict[str, Any]]:
        head = await reader.readuntil(b"\r\n\r\n")
        lower = head.lower()
        at = lower.index(b"content-length:") + 15
        body = await reader.readexactly(int(lower[at : lower.index(b"\r\n", at)]))
        return int(head[9:12]), json.loads(body)

    def _drop(self) -> None:
        if self._writer is not None:
            self._writer.transport.abort()
        self._reader = self._writer = None


async def _visit(line: _Line, person: Person, seen: Seen, storm: Storm, began: float) -> None:
    """One patient's requests."""
    left = storm.requests_each
    signed = f"authorization: Bearer {person.token}\r\n"
    for slot, key in person.wishes:
        if left <= 0:
            return
        body = (
            f'{{"organization_id":"{person.organization_id}","slot_id":"{slot}","patient_id":"{person.patient_id}"}}'
        ).encode()
        keyed = f"{signed}idempotency-key: {key}\r\n"
        left -= 1
        answer = await line.ask("/api/holds", keyed, body)
        if answer is None or answer[0] != 201:
            continue
        held: str = answer[1]["id"]
        seen.held.add(held)
        sure = f'{{"organization_id":"{person.organization_id}"}}'.encode()
        path = f"/api/appointments/{held}/confirm"
        while left > 0:
            left -= 1
            answer = await line.ask(path, signed, sure)
            if answer is not None and answer[0] == 200 and held not in seen.booked:
                seen.booked.add(held)
                seen.booked_at.append(time.perf_counter() - began)
            if left > 0:
                left -= 1
                again = await line.ask("/api/holds", keyed, body)
                if again is not None and again[1].get("id") != held:
                    seen.changed_minds += 1
        return


async def _storm(port: int, people: Iterator[Person], storm: Storm, seed: int) -> Seen:
    seen = Seen()
    began = time.perf_counter()

    async def one(n: int) -> None:
        line = _Line(port, storm, seen, random.Random(seed * 100_003 + n))
        for person in people:
            await _visit(line, person, seen, storm, began)

    await asyncio.gather(*(one(n) for n in range(storm.connections)))
    seen.seconds = time.perf_counter() - began
    return seen


def _main(pipe: Any, port: int, make: Any, arguments: tuple[Any, ...], storm: Storm, seed: int) -> None:
    people = make(*arguments)
    pipe.send("ready")
    pipe.recv()
    pipe.send(uvloop.run(_storm(port, people, storm, seed)))


class Crowd:
    """The crowd's process: made ready first, then let loose, then asked what it saw."""

    def __init__(self, port: int, make: Any, arguments: tuple[Any, ...], storm: Storm, seed: int) -> None:
        """``make(*arguments)`` gives the people; it must be importable by name."""
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_main, args=(theirs, port, make, arguments, storm, seed), daemon=True)
        self._process.start()
        theirs.close()
        self._pipe.recv()

    def start(self) -> None:
        """Let them go."""
        self._pipe.send("go")

    def seen(self) -> Seen:
        """Wait for the end. Raises EOFError when the process died."""
        found: Seen = self._pipe.recv()
        self._process.join(10)
        return found
