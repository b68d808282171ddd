"""Bare handlers in front of the application refuse bad requests with the same documents as everybody else."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest

from yitong.kernel.clock import SetClock
from yitong.kernel.hot import HotRequest, HotRoute, HotRoutes, decode
from yitong.kernel.ids import new_id
from yitong.kernel.permissions import Actor, ActorKind
from yitong.kernel.platform import Platform, open_platform
from yitong.kernel.problems import RATE_LIMITED
from yitong.kernel.settings import Settings

pytestmark = pytest.mark.unit


class Thing(msgspec.Struct):
    count: int


class Made(msgspec.Struct):
    count: int
    actor: str
    id: str | None


async def make(request: HotRequest) -> tuple[int, Made]:
    thing = decode(request.body, Thing)
    if thing.count == 13:
        raise ZeroDivisionError("13800138000")
    if thing.count == 14:
        raise RATE_LIMITED(retry_after=7)
    if thing.count == 15:
        request.idempotency_key()
    return 201, Made(thing.count, request.actor.kind.value, str(request.path_id) if request.path_id else None)


async def ordinary(scope: Any, receive: Any, send: Any) -> None:
    """Everything that is not hot."""
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"ordinary"})


@pytest.fixture
def idle(settings: Settings, clock: SetClock) -> Platform:
    """A platform whose database is never asked."""
    return open_platform(msgspec.structs.replace(settings, body_limit_kb=1), "postgresql://nobody@/none", clock)


@pytest.fixture
async def hot(idle: Platform) -> AsyncGenerator[httpx.AsyncClient]:
    routes = [HotRoute("/api/things", make), HotRoute("/api/things/{id}/make", make)]
    app: Any = HotRoutes(ordinary, idle, routes)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://yitong.test") as client:
        yield client


async def test_hot_paths_answer_and_all_others_go_on(hot: httpx.AsyncClient, idle: Platform, clock: SetClock) -> None:
    token = idle.tokens.sign(Actor(ActorKind.STAFF, new_id()), clock.now() + timedelta(hours=1))
    answer = await hot.post("/api/things", json={"count": 1}, headers={"authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()) == (201, {"count": 1, "actor": "staff", "id": None})
    thing = new_id()
    answer = await hot.post(f"/api/things/{thing}/make", json={"count": 2})
    assert (answer.status_code, answer.json()) == (201, {"count": 2, "actor": "anonymous", "id": str(thing)})
    for method, path in (("GET", "/api/things"), ("POST", "/api/thing"), ("POST", "/api/things/short/make")):
        assert (await hot.request(method, path)).status_code == 299


@pytest.mark.parametrize(
    ("body", "headers", "path", "code", "status"),
    [
        (b"{", {}, "/api/things", "malformed-json", 400),
        (b"\xff\xfe", {}, "/api/things", "malformed-json", 400),
        (b"", {}, "/api/things", "malformed-json", 400),
        (b'{"count": "many"}', {}, "/api/things", "validation-failed", 400),
        (b"{}", {}, "/api/things", "validation-failed", 400),
        (b" " * 1025, {}, "/api/things", "body-too-large", 413),
        (b'{"count": 1}', {"authorization": "Bearer v1.a.b"}, "/api/things", "unauthenticated", 401),
        (b'{"count": 1}', {"authorization": "Basic eDp5"}, "/api/things", "unauthenticated", 401),
        (b'{"count": 1}', {}, f"/api/things/{'z' * 36}/make", "not-found", 404),
        (b'{"count": 13}', {}, "/api/things", "internal", 500),
        (b'{"count": 14}', {}, "/api/things", "rate-limited", 429),
        (b'{"count": 15}', {}, "/api/things", "idempotency-key-missing", 400),
        (b'{"count": 15}', {"idempotency-key": "1"}, "/api/things", "idempotency-key-missing", 400),
    ],
)
async def test_bad_requests(
    hot: httpx.AsyncClient, body: bytes, headers: dict[str, str], path: str, code: str, status: int
) -> None:
    answer = await hot.post(path, content=body, headers={**headers, "accept-language": "en"})
    document = answer.json()
    assert (answer.status_code, document["code"], document["status"]) == (status, code, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert document["title"] == document["message"]["en"]
    assert document["request_id"]
    assert "13800138000" not in answer.text
    if code == "validation-failed" and body != b"{}":
        assert document["errors"][0]["field"] == "count"
    assert answer.headers.get("retry-after") == ("7" if code == "rate-limited" else None)


async def test_a_session_that_was_ended_is_refused(hot: httpx.AsyncClient, idle: Platform, clock: SetClock) -> None:
    session = new_id()
    token = idle.tokens.sign(Actor(ActorKind.CITIZEN, new_id(), session_id=session), clock.now() + timedelta(hours=1))
    headers = {"authorization": f"Bearer {token}"}
    assert (await hot.post("/api/things", json={"count": 1}, headers=headers)).status_code == 201
    idle.revocations.add(session)
    assert (await hot.post("/api/things", json={"count": 1}, headers=headers)).json()["code"] == "unauthenticated"
    idle.revocations.replace(frozenset())
    clock.advance(hours=1)
    assert (await hot.post("/api/things", json={"count": 1}, headers=headers)).json()["code"] == "unauthenticated"
