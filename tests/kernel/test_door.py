"""The door of a connection: who may enter is answered as everywhere else, everybody else goes the ordinary way."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import msgspec
import pytest
import uvicorn

from yitong.kernel.clock import SetClock
from yitong.kernel.door import DoorConnection
from yitong.kernel.hot import HotRequest, HotRoute, HotRoutes, Reply, decode
from yitong.kernel.ids import new_id
from yitong.kernel.permissions import Actor, ActorKind
from yitong.kernel.platform import Platform, open_platform
from yitong.kernel.problems import RATE_LIMITED
from yitong.kernel.settings import Settings

PATIENCE_S = 10  # how long a test waits before it says that nothing came; nothing is measured with it


class Thing(msgspec.Struct):
    count: int


class Made(msgspec.Struct):
    count: int
    way: str


async def handle(request: HotRequest) -> tuple[int, Made]:
    return 200, Made(decode(request.body, Thing).count, "ordinary")


class Counter:
    """A hot route that can be answered at once, and what waits to be answered."""

    def __init__(self) -> None:
        self.waiting: list[tuple[int, Reply]] = []
        self.came = asyncio.Event()

    def begin(self, request: HotRequest, reply: Reply) -> bool:
        count = decode(request.body, Thing).count
        if count == 13:
            raise ZeroDivisionError("13800138000")
        if count == 14:
            raise RATE_LIMITED(retry_after=7)
        if count == 15:
            return False
        if count == 8:
            reply(Made(count, "door"))
            return True
        self.waiting.append((count, reply))
        self.came.set()
        return True

    async def came_in(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await self.came.wait()

    def answer_all(self) -> None:
        waiting, self.waiting = self.waiting, []
        self.came.clear()
        for count, reply in waiting:
            reply(RATE_LIMITED(retry_after=9) if count == 16 else Made(count, "door"))


async def elsewhere(scope: Any, receive: Any, send: Any) -> None:
    """Everything that is not hot; and the lifespan, as an application answers it."""
    if scope["type"] == "lifespan":
        for event in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{event}.complete"})
        return
    await send({"type": "http.response.start", "status": 299, "headers": [(b"content-length", b"9")]})
    await send({"type": "http.response.body", "body": b"elsewhere"})


class Line:
    """A connection of a client that writes bytes and reads answers."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def read(self) -> tuple[int, dict[str, str], bytes]:
        async with asyncio.timeout(PATIENCE_S):
            return await self._read()

    async def _read(self) -> tuple[int, dict[str, str], bytes]:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        return int(head[0].split()[1]), headers, await self.reader.readexactly(int(headers["content-length"]))

    async def ask(self, *parts: bytes) -> tuple[int, dict[str, str], bytes]:
        for part in parts:
            self.writer.write(part)
            await self.writer.drain()
            if len(parts) > 1:
                await asyncio.sleep(0)
        return await self.read()


class House:
    """A running server with one route at the door."""

    def __init__(self, platform: Platform, server: uvicorn.Server, counter: Counter) -> None:
        self.platform, self.server, self.counter = platform, server, counter
        self.port: int = server.servers[0].sockets[0].getsockname()[1]

    @asynccontextmanager
    async def line(self) -> AsyncGenerator[Line]:
        line = Line(*await asyncio.open_connection("127.0.0.1", self.port))
        try:
            yield line
        finally:
            line.writer.close()

    def post(
        self, body: bytes, *, kind: ActorKind | None = ActorKind.TERMINAL, more: str = "", path: str = "/api/things"
    ) -> bytes:
        token = ""
        if kind is not None:
            signed = self.platform.tokens.sign(Actor(kind, new_id()), self.platform.clock.now() + timedelta(hours=1))
            token = f"authorization: Bearer {signed}\r\n"
        head = f"POST {path} HTTP/1.1\r\nhost: x\r\n{token}{more}content-length: {len(body)}\r\n\r\n"
        return head.encode() + body

    async def answered(self, line: Line, *parts: bytes) -> dict[str, Any]:
        """The answer of a request that enters."""
        asked = asyncio.create_task(line.ask(*parts))
        await self.counter.came_in()
        self.counter.answer_all()
        status, headers, body = await asked
        assert (status, headers["content-type"]) == (200, "application/json")
        return msgspec.json.decode(body)


@pytest.fixture
async def house(settings: Settings, clock: SetClock, sockets: None) -> AsyncGenerator[House]:
    platform = open_platform(msgspec.structs.replace(settings, body_limit_kb=1), "postgresql://nobody@/none", clock)
    counter = Counter()
    routes = [HotRoute("/api/things", handle, counter.begin), HotRoute("/api/others", handle)]
    app: Any = HotRoutes(elsewhere, platform, routes)  # type: ignore[arg-type]
    options: dict[str, Any] = {"access_log": False, "log_level": "error", "lifespan": "on", "timeout_keep_alive": 1}
    config = uvicorn.Config(app, host="127.0.0.1", port=0, http=DoorConnection, **options)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it by a flag only
        await asyncio.sleep(0.01)
    yield House(platform, server, counter)
    server.should_exit = True
    await running


async def test_one_after_the_other_over_one_connection(house: House) -> None:
    async with house.line() as line:
        for count in range(3):
            answer = await house.answered(line, house.post(b'{"count":%d}' % count))
            assert answer == {"count": count, "way": "door"}
        status, _, body = await line.ask(b"GET /other HTTP/1.1\r\nhost: x\r\n\r\n")
        assert (status, body) == (299, b"elsewhere")
        assert (await house.answered(line, house.post(b'{"count":4}')))["count"] == 4


async def test_who_does_not_wait_for_an_answer_gets_all_of_them_in_order(house: House) -> None:
    async with house.line() as line:
        line.writer.write(house.post(b'{"count":1}'))
        await house.counter.came_in()
        line.writer.write(house.post(b'{"count":2}') + b"GET /other HTTP/1.1\r\nhost: x\r\n\r\n")
        line.writer.write(house.post(b'{"count":3}', path="/api/others"))
        await line.writer.drain()
        await asyncio.sleep(0.05)
        house.counter.answer_all()
        first = await line.read()
        second, other, last = await line.read(), await line.read(), await line.read()
    assert [msgspec.json.decode(one[2])["count"] for one in (first, second, last)] == [1, 2, 3]
    assert other[2] == b"elsewhere"


async def test_several_requests_in_one_piece_go_the_ordinary_way(house: House) -> None:
    async with house.line() as line:
        line.writer.write(house.post(b'{"count":1}') + house.post(b'{"count":2}'))
        assert [msgspec.json.decode((await line.read())[2]) for _ in range(2)] == [
            {"count": 1, "way": "ordinary"},
            {"count": 2, "way": "ordinary"},
        ]


async def test_what_does_not_enter_is_answered_all_the_same(house: House) -> None:
    whole = house.post(b'{"count":7}')
    for cut in (30, -3):
        async with house.line() as line:  # cut where it may, a request is answered once
            sent = house.post(b'{"count":8}')
            assert msgspec.json.decode((await line.ask(sent[:cut], sent[cut:]))[2])["count"] == 8
    in_pieces = whole.partition(b"content-length")[0] + b"transfer-encoding: chunked\r\n\r\n"
    cases: list[tuple[bytes, ...]] = [
        (house.post(b'{"count":7}', kind=ActorKind.CITIZEN),),
        (house.post(b'{"count":7}', more="x-a: 1\r\nx-a: 2\r\n"),),
        (house.post(b'{"count":7}', path="/api/things?x=1"),),
        (house.post(b'{"count":7}', path="/api/others"),),
        (in_pieces + b'b\r\n{"count":7}\r\n0\r\n\r\n',),
    ]
    for parts in cases:
        async with house.line() as line:
            status, _, body = await line.ask(*parts)
        assert (status, msgspec.json.decode(body)) == (200, {"count": 7, "way": "ordinary"}), parts
    async with house.line() as line:
        assert msgspec.json.decode((await line.ask(house.post(b'{"count":15}')))[2])["way"] == "ordinary"
        assert msgspec.json.decode((await line.ask(house.post(b'{"count":1}', kind=None)))[2])["way"] == "ordinary"


async def test_refusals_are_the_same_documents(house: House) -> None:
    for body, more, status, code in (
        (b"{", "", 400, "malformed-json"),
        (b"{}", "", 400, "validation-failed"),
        (b'{"count":13}', "", 500, "internal"),
        (b'{"count":14}', "", 429, "rate-limited"),
        (b"x" * 2000, "", 413, "body-too-large"),
        (b'{"count":1}', "authorization: Bearer v1.a.b\r\n", 401, "unauthenticated"),
    ):
        async with house.line() as line:
            sent = house.post(body, more=more + "x-request-id: number-1\r\n", kind=None if more else ActorKind.STAFF)
            got, headers, document = await line.ask(sent)
        told = msgspec.json.decode(document)
        assert (got, told["code"], told["request_id"]) == (status, code, "number-1"), body
        assert headers["content-type"] == "application/problem+json"
        assert ("retry-after" in headers) == (status == 429)
    async with house.line() as line:
        asked = asyncio.create_task(line.ask(house.post(b'{"count":16}')))
        await house.counter.came_in()
        house.counter.answer_all()
        assert (await asked)[0] == 429


async def test_a_token_is_read_anew_with_every_request(house: House, clock: SetClock) -> None:
    sent = house.post(b'{"count":1}')
    async with house.line() as line:
        await house.answered(line, sent)
        clock.advance(hours=2)
        assert (await line.ask(sent))[0] == 401


async def test_an_idle_connection_is_closed_and_a_busy_one_is_not(house: House) -> None:
    async with house.line() as busy, house.line() as idle:
        await house.answered(idle, house.post(b'{"count":1}'))
        asked = asyncio.create_task(busy.ask(house.post(b'{"count":2}')))
        await house.counter.came_in()
        assert await idle.reader.read() == b""  # the server hung up
        house.counter.answer_all()
        assert (await asked)[0] == 200


async def test_a_server_that_stops_answers_first(house: House) -> None:
    async with house.line() as line:
        asked = asyncio.create_task(line.ask(house.post(b'{"count":2}')))
        await house.counter.came_in()
        house.server.should_exit = True
        await asyncio.sleep(0.2)
        house.counter.answer_all()
        assert (await asked)[0] == 200
        assert await line.reader.read() == b""


async def test_a_client_that_left_disturbs_nobody(house: House) -> None:
    async with house.line() as line:
        line.writer.write(house.post(b'{"count":1}'))
        await house.counter.came_in()
    await asyncio.sleep(0.05)
    house.counter.answer_all()
    async with house.line() as line:
        assert (await house.answered(line, house.post(b'{"count":2}')))["count"] == 2
