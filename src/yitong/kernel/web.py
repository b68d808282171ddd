"""The edge: who asks, in which language, under which request number, and how a refusal leaves the house."""

from collections.abc import AsyncIterator
from typing import Any, cast

import asyncpg
import msgspec
import structlog
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.exceptions import (
    ClientException,
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    SerializationException,
    ValidationException,
)
from litestar.handlers.base import BaseRouteHandler
from litestar.response import Stream
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from yitong.kernel import problems
from yitong.kernel.ids import UUID, new_id, parse_id
from yitong.kernel.metrics import PROBLEMS
from yitong.kernel.permissions import NOBODY, Actor
from yitong.kernel.platform import Platform
from yitong.kernel.problems import FieldError, Problem
from yitong.kernel.text import Bilingual, Language
from yitong.kernel.transaction import Transaction

log = structlog.get_logger(__name__)
PROBLEM_JSON = "application/problem+json"
AnyRequest = Request[Any, Any, Any]


def actor_of(platform: Platform, authorization: str | None) -> Actor:
    """The actor of an Authorization header; nobody without one. Raises Problem ``unauthenticated`` for a bad token."""
    if not authorization:
        return NOBODY
    kind, _, token = authorization.partition(" ")
    actor = platform.tokens.read(token.strip(), platform.clock.now()) if kind.lower() == "bearer" else None
    if actor is None or actor.session_id in platform.revocations:
        raise problems.UNAUTHENTICATED()
    return actor


async def provide_platform(request: AnyRequest) -> Platform:
    """Dependency ``platform``."""
    return request.app.state.platform


async def provide_actor(request: AnyRequest) -> Actor:
    """Dependency ``actor``: the party that sent the request."""
    return actor_of(request.app.state.platform, request.headers.get("authorization"))


async def provide_language(request: AnyRequest) -> Language:
    """Dependency ``language``."""
    return Language.from_header(request.headers.get("accept-language"))


async def provide_tx(request: AnyRequest) -> AsyncIterator[Transaction]:
    """Dependency ``tx``: the request's one transaction; an exception in the handler rolls it back.

    Litestar closes a generator dependency after the handler returned and before the answer is sent, so an answer is
    never given for something that could still fail to commit. Raises Problem ``unauthenticated`` and, for a handler
    that wants the key, ``idempotency-key-missing``.
    """
    platform: Platform = request.app.state.platform
    actor = actor_of(platform, request.headers.get("authorization"))
    # Litestar cancels or forgets a generator when a dependency beside it refuses the request, and with it a connection
    # in the middle of a statement: whatever another dependency may refuse is refused here, before anything opens.
    if "idempotency_key" in request.route_handler.parsed_fn_signature.parameters:
        idempotency_key_of(request.headers.get("idempotency-key"))
    language = Language.from_header(request.headers.get("accept-language"))
    async with platform.transaction(actor, language) as tx:
        yield tx


async def provide_idempotency_key(request: AnyRequest) -> UUID:
    """Dependency ``idempotency_key``. Raises Problem ``idempotency-key-missing`` when it is absent or no UUID."""
    return idempotency_key_of(request.headers.get("idempotency-key"))


def idempotency_key_of(header: str | None) -> UUID:
    """The UUID in an Idempotency-Key header. Raises Problem ``idempotency-key-missing``."""
    key = parse_id(header) if header else None
    if key is None:
        raise problems.IDEMPOTENCY_KEY_MISSING()
    return key


def request_id_of(scope: Any) -> str:
    """The request's number; given by the proxy in front of us or made here once."""
    state = scope.setdefault("state", {})
    found = state.get("request_id")
    if not found:
        sent = dict(scope.get("headers", ())).get(b"x-request-id", b"").decode("latin-1")
        found = state["request_id"] = accepted_request_id(sent)
    return found


def accepted_request_id(sent: str) -> str:
    """The number that a header gave a request, or a new one when that cannot be used."""
    return sent if 8 <= len(sent) <= 64 and sent.isprintable() else str(new_id())


def problem_bytes(problem: Problem, language: Language, request_id: str) -> bytes:
    """The problem document as JSON; counts the refusal."""
    PROBLEMS.labels(problem.code).inc()
    return msgspec.json.encode(problem.document(language, request_id))


def to_problem(error: Exception) -> Problem:
    """Any exception as the refusal that a person gets to see; nothing of the error's own text leaves the house."""
    match error:
        case ExceptionGroup() if len(error.exceptions) == 1:  # how a dependency's clean-up hands on a failed commit
            return to_problem(error.exceptions[0])
        case Problem():
            return error
        case ValidationException():
            return problems.VALIDATION_FAILED(errors=_field_errors(error))
        case SerializationException():
            return problems.MALFORMED_JSON()
        case NotFoundException():
            return problems.NOT_FOUND()
        case MethodNotAllowedException():
            return problems.METHOD_NOT_ALLOWED()
        case HTTPException(status_code=413):
            return problems.BODY_TOO_LARGE(limit_kb=0)
        case HTTPException(status_code=415):
            return problems.UNSUPPORTED_MEDIA()
        case ClientException():
            return problems.MALFORMED_JSON()
        case OperationalError() | PoolTimeout() | asyncpg.PostgresConnectionError() | OSError():
            return problems.UNAVAILABLE(retry_after=2)
        case DBAPIError() if getattr(error.orig, "sqlstate", "") in ("40001", "40P01", "53300", "57014", "57P01"):
            return problems.UNAVAILABLE(retry_after=1)
        case _:
            return problems.INTERNAL()


def _field_errors(error: ValidationException) -> list[FieldError]:
    extra = cast("list[dict[str, str]]", error.extra if isinstance(error.extra, list) else [])
    found = [
        FieldError(
            one.get("key") or "body",
            "invalid",
            Bilingual(f"此项填写有误（{one.get('message', '')}）。", f"Not valid: {one.get('message', '')}."),
        )
        for one in extra
    ]
    return found or [
        FieldError("body", "invalid", Bilingual("内容格式不符合要求。", "The content is not as described."))
    ]


def field_error(message: str) -> FieldError:
    """msgspec's sentence about one value, ``… - at `$.path` ``, as the error of that field."""
    text, _, path = message.partition(" - at `$")
    field = path.rstrip("`").lstrip(".") or "body"
    return FieldError(field, "invalid", Bilingual(f"此项填写有误（{text}）。", f"Not valid: {text}."))


def answer_exception(request: AnyRequest, error: Exception) -> Response[bytes]:
    """Litestar's handler for every exception: a problem document, always."""
    problem = to_problem(error)
    request_id = request_id_of(request.scope)
    if problem.kind.status >= 500:
        log.error("request.failed", request_id=request_id, route=request.scope["path"], exc_info=error)
    language = Language.from_header(request.headers.get("accept-language"))
    headers = {"retry-after": str(problem.members["retry_after"])} if problem.members.get("retry_after") else {}
    return Response(
        problem_bytes(problem, language, request_id),
        status_code=problem.kind.status,
        media_type=PROBLEM_JSON,
        headers=headers,
    )


def require_signed_in(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Guard for routes that nobody may call without signing in. Raises Problem ``unauthenticated``."""
    platform: Platform = connection.app.state.platform
    if actor_of(platform, connection.headers.get("authorization")) is NOBODY:
        raise problems.UNAUTHENTICATED()


def event_stream(states: AsyncIterator[tuple[str, Any]]) -> Stream:
    """A server-sent event stream of (event name, JSON value) pairs."""

    async def lines() -> AsyncIterator[bytes]:
        async for name, value in states:
            if name == "":
                yield b": still here\n\n"
            else:
                yield b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(value) + b"\n\n"

    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return Stream(lines(), media_type="text/event-stream", headers=headers)
