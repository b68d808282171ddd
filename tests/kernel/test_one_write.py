"""Answers of one write: the same bytes for the reader, fewer calls; nothing unusual is touched."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from yitong.kernel.one_write import OneWriteProtocol

Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[Any, Any, Send], Awaitable[None]]


class Wire(asyncio.Transport):
    """Keeps each write apart."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        self.writes.append(bytes(data))

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


async def answer_of(app: App, request: bytes) -> Wire:
    """What is written to the network for one request."""
    config = Config(app, http=OneWriteProtocol, lifespan="off", access_log=False, log_level="critical")
    config.load()
    state, wire = ServerState(), Wire()
    protocol = OneWriteProtocol(config, state, {})
    protocol.connection_made(wire)
    protocol.data_received(request)
    await asyncio.gather(*state.tasks)
    protocol.connection_lost(ConnectionResetError())
    return wire


def app_of(status: int, headers: list[tuple[bytes, bytes]], *parts: bytes) -> App:
    async def app(_scope: Any, _receive: Any, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": headers})
        for n, part in enumerate(parts, 1):
            await send({"type": "http.response.body", "body": part, "more_body": n < len(parts)})

    return app


GET = b"GET / HTTP/1.1\r\nhost: here\r\n\r\n"
FOUR = [(b"Content-Length", b"4"), (b"x-more", b"1")]


async def test_a_whole_answer_is_one_write() -> None:
    wire = await answer_of(app_of(200, FOUR, b"body"), GET)
    assert len(wire.writes) == 1
    head, _, body = wire.writes[0].partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert body == b"body"
    assert {b"content-length: 4", b"x-more: 1"} <= set(head.split(b"\r\n"))
    assert not wire.closed


@pytest.mark.parametrize(
    ("app", "request_bytes"),
    [
        (app_of(200, [(b"content-type", b"text/event-stream")], b"one", b"two"), GET),
        (app_of(200, FOUR, b"body"), b"HEAD / HTTP/1.1\r\nhost: here\r\n\r\n"),
        (app_of(204, [], b""), GET),
        (app_of(200, FOUR, b"body"), b"GET / HTTP/1.0\r\nhost: here\r\n\r\n"),
        (app_of(200, [(b"connection", b"close"), *FOUR], b"body"), GET),
        (app_of(200, [], b"body"), GET),
        (app_of(200, [(b"content-length", b"9")], b"body"), GET),
    ],
    ids=["a stream", "HEAD", "no content", "HTTP 1.0", "closed by us", "no length", "a wrong length"],
)
async def test_what_is_unusual_goes_uvicorns_way(app: App, request_bytes: bytes) -> None:
    ours = await answer_of(app, request_bytes)
    config = Config(app, http=HttpToolsProtocol, lifespan="off", access_log=False, log_level="critical")
    config.load()
    state, theirs = ServerState(), Wire()
    protocol = HttpToolsProtocol(config, state, {})
    protocol.connection_made(theirs)
    protocol.data_received(request_bytes)
    await asyncio.gather(*state.tasks)
    protocol.connection_lost(ConnectionResetError())

    def undated(wire: Wire) -> list[bytes]:
        return [line for line in b"".join(wire.writes).split(b"\r\n") if not line.startswith(b"date:")]

    assert undated(ours) == undated(theirs)
    assert ours.closed == theirs.closed


@pytest.mark.parametrize(
    "app",
    [
        app_of(200, [(b"content-length", b"4"), (b"x", b"a\r\nset-cookie: stolen")], b"body"),
        app_of(200, [(b"content-length", b"4"), (b"x\n", b"a")], b"body"),
    ],
    ids=["a line break in a value", "one in a name"],
)
async def test_what_must_not_be_sent_is_not(app: App) -> None:
    wire = await answer_of(app, GET)
    sent = b"".join(wire.writes)
    assert b"set-cookie" not in sent
    assert b"body" not in sent
    assert wire.closed
