"""Troubles on demand: the next calls to one outside party go wrong in a chosen way.

Kinds: ``refuse`` answers 503 without doing anything; ``late`` does the work and answers after ``seconds``; ``lost``
does the work and answers 504, so the caller cannot know; ``failed`` and ``forged`` are for parties that have a way
to say that their own system failed, or that sign what they answer. A ``path`` without a slash before it names a party's
own kind of message, such as ``insurer/2207A``. Set for the next calls with ``PUT /faults``, or for one call
with the header ``X-Sandbox-Fault: late;0.5``.
"""

import asyncio
from enum import StrEnum
from typing import Annotated

import msgspec
from litestar import delete, put
from litestar.datastructures import State
from litestar.params import JSONBody
from litestar.types import ASGIApp, Message, Receive, Scope, Send


class FaultKind(StrEnum):
    """How a call goes wrong."""

    REFUSE = "refuse"
    LATE = "late"
    LOST = "lost"
    FAILED = "failed"
    FORGED = "forged"


class Fault(msgspec.Struct):
    """A trouble for the next ``times`` calls whose path begins with ``path``; ``seconds`` is how late ``late`` is."""

    path: str
    kind: FaultKind
    times: Annotated[int, msgspec.Meta(ge=1)] = 1
    seconds: Annotated[float, msgspec.Meta(ge=0, le=60)] = 1.0


class Faults:
    """The troubles that are switched on."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault)

    def clear(self) -> None:
        self._waiting.clear()

    def take(self, path: str) -> Fault | None:
        """The trouble for a call to ``path``, counted down."""
        for fault in self._waiting:
            if path.startswith(fault.path):
                fault.times -= 1
                if fault.times == 0:
                    self._waiting.remove(fault)
                return fault
        return None


def _asked_for(scope: Scope, path: str) -> Fault | None:
    headers = dict(scope["headers"])
    kind, _, seconds = headers.get(b"x-sandbox-fault", b"").decode("latin-1").partition(";")
    return Fault(path, FaultKind(kind), 1, float(seconds or 1)) if kind in set(FaultKind) else None


class FaultMiddleware:
    """Runs a call with the trouble that is due for it."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if scope["type"] != "http" or path.startswith("/faults"):
            await self._app(scope, receive, send)
            return
        fault = _asked_for(scope, path) or self._faults.take(path)
        match fault.kind if fault else None:
            case FaultKind.REFUSE:
                await _answer(send, 503)
            case FaultKind.LOST:
                await self._app(scope, receive, _swallow)
                await _answer(send, 504)
            case FaultKind.LATE:
                await self._app(scope, receive, _delayed(send, fault.seconds if fault else 0))
            case _:
                await self._app(scope, receive, send)


async def _swallow(_: Message) -> None:
    """Where an answer goes that gets lost."""


def _delayed(send: Send, seconds: float) -> Send:
    async def later(message: Message) -> None:
        if message["type"] == "http.response.start":
            await asyncio.sleep(seconds)
        await send(message)

    return later


async def _answer(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"sandbox fault", "more_body": False})


@put("/faults", status_code=204)
async def set_fault(data: JSONBody[Fault], state: State) -> None:
    """Let the next calls go wrong."""
    state.faults.add(data)


@delete("/faults", status_code=204)
async def clear_faults(state: State) -> None:
    """Let everything go well again."""
    state.faults.clear()


ROUTES = [set_fault, clear_faults]
