"""Hot routes: bare ASGI handlers in front of Litestar for the few requests that come by the thousand.

A hot handler shares the service functions with everybody else; it only skips the framework's per-request work. Each has
an ordinary Litestar route of the same path, which describes it in the interface description and answers the same when
``hot_routes`` is switched off. Measured on two cores, the bare route takes about a third of the ordinary one's time.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import structlog
from litestar.types import ASGIApp, Receive, Send

from yitong.kernel import problems, web
from yitong.kernel.ids import UUID, parse_id
from yitong.kernel.permissions import Actor
from yitong.kernel.platform import Platform
from yitong.kernel.text import Language

log = structlog.get_logger(__name__)
HOT = "yitong.hot"
"""The name of the hot routes in the state that a server hands to its connections."""


@dataclass(slots=True)
class HotRequest:
    """What a hot handler gets: the actor, the body, the header it may need, and the id in the path if there is one."""

    platform: Platform
    actor: Actor
    body: bytes
    headers: dict[bytes, bytes]
    path_id: UUID | None

    def idempotency_key(self) -> UUID:
        """Raises Problem ``idempotency-key-missing``."""
        return web.idempotency_key_of(self.headers.get(b"idempotency-key", b"").decode("latin-1"))


Handler = Callable[[HotRequest], Awaitable[tuple[int, msgspec.Struct]]]
Reply = Callable[[msgspec.Struct | Exception], None]
AtOnce = Callable[[HotRequest, Reply], bool]
"""Begins to answer without a task of its own and replies later, with status 200; False, when it would rather not."""


@dataclass(frozen=True, slots=True)
class HotRoute:
    """A path such as ``/api/holds`` or ``/api/appointments/{id}/confirm`` and the handler of its POST.

    ``at_once`` is for the door (see ``kernel.door``) and answers the same as ``handle``.
    """

    path: str
    handle: Handler
    at_once: AtOnce | None = None


@dataclass(frozen=True, slots=True)
class HotPage:
    """A path whose GET, open to everybody, is answered from its query alone.

    ``read`` answers with JSON, or with None for a query that the ordinary route shall answer or refuse.
    """

    path: str
    read: Callable[[Platform, bytes], Awaitable[bytes | None]]


class HotRoutes:
    """The outermost application: takes the hot paths itself and hands everything else to the ordinary one."""

    def __init__(
        self, app: ASGIApp, platform: Platform, routes: Sequence[HotRoute], pages: Sequence[HotPage] = ()
    ) -> None:
        self._pages = {page.path: page.read for page in pages}
        self._app = app
        self.platform = platform
        self.routes = routes
        self._fixed = {route.path: route.handle for route in routes if "{id}" not in route.path}
        self._with_id = {tuple(r.path.split("{id}")): r.handle for r in routes if "{id}" in r.path}

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            found = self._find(scope["path"])
            if found is not None:
                await self._answer(found[0], found[1], scope, receive, send)
                return
        elif scope["type"] == "http" and scope["method"] == "GET":
            read = self._pages.get(scope["path"])
            if read is not None and await self._read(read, scope, send):
                return
        elif scope["type"] == "lifespan" and "state" in scope:
            scope["state"][HOT] = self  # where the server's connections find their door
        await self._app(scope, receive, send)

    async def _read(self, read: Callable[[Platform, bytes], Awaitable[bytes | None]], scope: Any, send: Send) -> bool:
        """Answer a page; False when the ordinary route shall."""
        try:
            content = await read(self.platform, scope["query_string"])
        except Exception as error:
            await _send(send, *self._refusal(error, scope, dict(scope["headers"])))
            return True
        if content is None:
            return False
        await _send(send, 200, content, b"application/json", [])
        return True

    def _find(self, path: str) -> tuple[Handler, str | None] | None:
        handle = self._fixed.get(path)
        if handle is not None:
            return handle, None
        for (before, after), with_id in self._with_id.items():
            if path.startswith(before) and path.endswith(after) and len(path) == len(before) + 36 + len(after):
                return with_id, path[len(before) : len(before) + 36]
        return None

    async def _answer(self, handle: Handler, path_id: str | None, scope: Any, receive: Receive, send: Send) -> None:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        try:
            body = await self._body(receive)
            actor = web.actor_of(self.platform, headers.get(b"authorization", b"").decode("latin-1"))
            identifier = parse_id(path_id) if path_id is not None else None
            if path_id is not None and identifier is None:
                raise problems.NOT_FOUND()
            status, answer = await handle(HotRequest(self.platform, actor, body, headers, identifier))
            content, kind, extra = msgspec.json.encode(answer), b"application/json", []
        except Exception as error:
            status, content, kind, extra = self._refusal(error, scope, headers)
        await _send(send, status, content, kind, extra)

    async def _body(self, receive: Receive) -> bytes:
        """The whole body. Raises Problem ``body-too-large``."""
        limit = self.platform.settings.body_limit_kb
        body = b""
        while True:
            message: Any = await receive()
            if message["type"] == "http.disconnect":
                raise problems.MALFORMED_JSON()
            body += message.get("body", b"")
            if len(body) > limit * 1024:
                raise problems.BODY_TOO_LARGE(limit_kb=limit)
            if not message.get("more_body"):
                return body

    def _refusal(
        self, error: Exception, scope: Any, headers: dict[bytes, bytes]
    ) -> tuple[int, bytes, bytes, list[tuple[bytes, bytes]]]:
        return refusal(error, scope["path"], web.request_id_of(scope), headers)


async def _send(send: Send, status: int, content: bytes, kind: bytes, extra: list[tuple[bytes, bytes]]) -> None:
    sent = [(b"content-type", kind), (b"content-length", str(len(content)).encode()), *extra]
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": content, "more_body": False})


def refusal(
    error: Exception, path: str, request_id: str, headers: Mapping[bytes, bytes]
) -> tuple[int, bytes, bytes, list[tuple[bytes, bytes]]]:
    """Status, content, its type and further headers that say why a request was refused."""
    problem = web.to_problem(error)
    if problem.kind.status >= 500:
        log.error("request.failed", request_id=request_id, route=path, exc_info=error)
    language = Language.from_header(headers.get(b"accept-language", b"").decode("latin-1"))
    wait = problem.members.get("retry_after")
    extra = [(b"retry-after", str(wait).encode())] if wait else []
    content = web.problem_bytes(problem, language, request_id)
    return problem.kind.status, content, web.PROBLEM_JSON.encode(), extra


def decode(body: bytes, kind: type[Any]) -> Any:
    """A request body as ``kind``. Raises Problem ``malformed-json`` or ``validation-failed`` naming the field."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise problems.VALIDATION_FAILED(errors=[web.field_error(str(error))]) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise problems.MALFORMED_JSON() from error
