"""A connection that answers the hottest requests itself: no task, no scope and no middleware for a whole request in one
piece from somebody known by name. Every other request goes its ordinary way through uvicorn's own connection.

Measured on two cores, uvicorn and the framework's layers cost a card check more than checking the card. The head of a
request is read by the same parser as everywhere; a device sends the same head with every request of the same length,
so that it is parsed once. Citizens and people not signed in never enter here: the edge bounds their requests.
"""

import asyncio
from typing import Any, NamedTuple

import httptools
import msgspec
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from yitong.kernel import web
from yitong.kernel.hot import HOT, AtOnce, HotRequest, HotRoutes, refusal
from yitong.kernel.one_write import OneWriteProtocol
from yitong.kernel.permissions import ActorKind
from yitong.kernel.problems import Problem

_BY_NAME = frozenset({ActorKind.STAFF, ActorKind.TERMINAL, ActorKind.SYSTEM})
_MOST_HEADS, _LONGEST_HEAD, _MOST_KEPT = 4096, 4096, 65_536
_JSON = b"application/json"


class Head(NamedTuple):
    """What the head of a request that may enter says."""

    path: str
    begin: AtOnce
    headers: dict[bytes, bytes]
    authorization: str
    length: int


class _Reader:
    """Takes down what the parser finds in one head."""

    def __init__(self) -> None:
        self.url = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.complete = False

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self.complete = True


class Door:
    """One server process's door: which requests may enter, and how their answers look."""

    def __init__(self, hot: HotRoutes) -> None:
        self._platform = hot.platform
        self._routes = {route.path.encode(): route.at_once for route in hot.routes if route.at_once is not None}
        self._heads: dict[bytes, Head] = {}
        self._most = hot.platform.settings.body_limit_kb * 1024
        self.begins = tuple(b"POST %s HTTP/1.1\r\n" % path for path in self._routes)

    def enter(self, data: bytes, connection: "DoorConnection") -> bool:
        """Begin to answer ``data`` when it is one whole request that may enter."""
        end = data.find(b"\r\n\r\n") + 4
        head = self._heads.get(data[:end]) or self._read(data[:end])
        if head is None or len(data) != end + head.length:
            return False
        try:
            actor = web.actor_of(self._platform, head.authorization)
        except Problem:
            return False
        if actor.kind not in _BY_NAME:
            return False

        def reply(answer: msgspec.Struct | Exception) -> None:
            connection.answer(*self._written(answer, head))

        try:
            return head.begin(HotRequest(self._platform, actor, data[end:], head.headers, None), reply)
        except Exception as error:
            reply(error)
            return True

    def _written(
        self, answer: msgspec.Struct | Exception, head: Head
    ) -> tuple[int, bytes, bytes, list[tuple[bytes, bytes]]]:
        if not isinstance(answer, Exception):
            return 200, msgspec.json.encode(answer), _JSON, []
        sent = head.headers.get(b"x-request-id", b"").decode("latin-1")
        return refusal(answer, head.path, web.accepted_request_id(sent), head.headers)

    def _read(self, raw: bytes) -> Head | None:
        """The head in ``raw``; None for one that shall go the ordinary way."""
        if not 4 < len(raw) <= _LONGEST_HEAD:
            return None
        reader = _Reader()
        parser = httptools.HttpRequestParser(reader)
        try:
            parser.feed_data(raw)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            return None
        headers = dict(reader.headers)
        length = headers.get(b"content-length", b"")
        begin = self._routes.get(reader.url)
        ordinary = (
            not reader.complete
            or begin is None
            or parser.get_method() != b"POST"
            or parser.get_http_version() != "1.1"
            or not parser.should_keep_alive()
            or len(headers) != len(reader.headers)  # a header twice
            or b"transfer-encoding" in headers
            or b"expect" in headers
            or b"upgrade" in headers
            or not 0 < len(length) <= 9
            or not length.isdigit()
            or not 0 < int(length) <= self._most
        )
        if ordinary or begin is None:
            return None
        head = Head(
            reader.url.decode("ascii"),
            begin,
            headers,
            headers.get(b"authorization", b"").decode("latin-1"),
            int(length),
        )
        if len(self._heads) >= _MOST_HEADS:
            self._heads.clear()
        self._heads[raw] = head
        return head


class DoorConnection(OneWriteProtocol):
    """uvicorn's connection with a door in front; named in uvicorn's option ``http``."""

    _door: Door | None = None
    _asking = False  # a request that entered waits for its answer
    _first = True  # nothing has gone uvicorn's way yet
    _reading = False  # uvicorn's parser is in the middle of a request
    _leaving = False
    _kept = b""
    _answered_at = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._door = _door_of(self.app_state)

    def data_received(self, data: bytes) -> None:
        if self._asking:  # a client that does not wait for its answer; one after the other
            self._kept += data
            if len(self._kept) > _MOST_KEPT:
                self.flow.pause_reading()
            return
        door = self._door
        if door is not None and data.startswith(door.begins) and self._free():
            self._asking = True
            if door.enter(data, self):
                return
            self._asking = False
        super().data_received(data)

    def _free(self) -> bool:
        """Whether nothing is under way here and the server does nothing that only uvicorn's own way can do."""
        return (
            not self._reading
            and (self._first or self.cycle.response_complete)
            and not self.flow.write_paused
            and not self.config.access_log
            and self.limit_concurrency is None
        )

    def answer(self, status: int, content: bytes, kind: bytes, extra: list[tuple[bytes, bytes]]) -> None:
        """Write the answer to the request that entered, and take up what came meanwhile."""
        self._asking = False
        if self.transport.is_closing():
            return
        headers = b"".join(b"%s: %s\r\n" % one for one in (*self.server_state.default_headers, *extra))
        self.transport.write(
            b"%s%scontent-type: %s\r\ncontent-length: %d\r\n\r\n%s"
            % (STATUS_LINE[status], headers, kind, len(content), content)
        )
        self.server_state.total_requests += 1
        if self._leaving:
            self.transport.close()
            return
        self._answered_at = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._look_again_in(self.timeout_keep_alive)
        if self._kept:
            kept, self._kept = self._kept, b""
            self.flow.resume_reading()
            self.data_received(kept)

    def on_message_begin(self) -> None:
        self._reading, self._first = True, False
        super().on_message_begin()

    def on_message_complete(self) -> None:
        self._reading = False
        super().on_message_complete()

    def shutdown(self) -> None:
        if self._asking:
            self._leaving = True
        else:
            super().shutdown()

    def timeout_keep_alive_handler(self) -> None:
        # One timer an idle time instead of one a request: when it rings it looks whether anybody came meanwhile.
        self.timeout_keep_alive_task = None
        left = self._answered_at + self.timeout_keep_alive - self.loop.time()
        if self._asking or left > 0:
            self._look_again_in(max(left, 0.1))
        else:
            super().timeout_keep_alive_handler()

    def _look_again_in(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)


_DOOR = "yitong.door"


def _door_of(state: dict[str, Any]) -> Door | None:
    """The door of this server process; none, when its application has no hot routes."""
    door = state.get(_DOOR)
    hot = state.get(HOT)
    if door is None and isinstance(hot, HotRoutes):
        door = state[_DOOR] = Door(hot)
    return door
