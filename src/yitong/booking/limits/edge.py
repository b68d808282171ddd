"""The outermost layer: says who is at the other end, and bounds the requests of a session, a device and a block.

Buckets live in the process (GCRA: one number a subject), so several processes allow several times as much. Only
citizens and people not signed in are bounded: staff, terminals and systems answer for what they do by name. Answers
carry RateLimit-Limit, -Remaining and -Reset of the tightest bucket, as in the IETF's draft on rate limit headers.
"""

import ipaddress
from collections.abc import Iterable
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

from litestar.types import ASGIApp, Receive, Scope, Send

from yitong.booking.limits.memory import memory_of
from yitong.booking.limits.rules import Rule
from yitong.kernel import web
from yitong.kernel.client import CLIENT, Blocks, Client, Clients
from yitong.kernel.permissions import Actor, ActorKind
from yitong.kernel.platform import Platform
from yitong.kernel.problems import RATE_LIMITED
from yitong.kernel.settings import SettingsError
from yitong.kernel.text import Bilingual, Language

_MOST_BUCKETS = 200_000
Subject = tuple[str, bytes]


class Verdict(NamedTuple):
    """What a bucket says: its size, what is left of it, and seconds until it is full (or, refused, until it takes
    another request)."""

    rule: str
    limit: int
    remaining: int
    reset: int
    refused: bool


class Buckets:
    """Token buckets: as many requests at once as the rule says for its window, refilled evenly over the window."""

    def __init__(self) -> None:
        self._full_at: dict[Subject, float] = {}

    def take(self, subjects: Iterable[tuple[Subject, Rule]], now: float) -> Verdict | None:
        """Take one request from each bucket, or from none when one of them is empty; answers the tightest."""
        tightest: Verdict | None = None
        taken: list[tuple[Subject, float]] = []
        for subject, rule in subjects:
            step = rule.window / rule.value
            full_at = max(self._full_at.get(subject, 0.0), now) + step
            wait = full_at - now - rule.window
            if wait > 1e-6:
                return Verdict(subject[0], rule.value, 0, max(1, ceil(wait)), True)
            remaining = int((rule.window - (full_at - now)) / step + 1e-6)
            taken.append((subject, full_at))
            if tightest is None or remaining < tightest.remaining:
                tightest = Verdict(subject[0], rule.value, remaining, ceil(full_at - now), False)
        self._full_at.update(taken)
        if len(self._full_at) > _MOST_BUCKETS:
            self._full_at = {subject: at for subject, at in self._full_at.items() if at > now}
        return tightest


def blocks_in(path: str) -> Blocks:
    """Whether an address belongs to a hosting provider, by a file with one network a line (``#`` begins a remark).

    Raises SettingsError when the file cannot be read or a line is no network.
    """
    if not path:
        return lambda _: False
    try:
        lines = [line.partition("#")[0].strip() for line in Path(path).read_text("utf-8").splitlines()]
        networks = [ipaddress.ip_network(line) for line in lines if line]
    except (OSError, ValueError) as error:
        raise SettingsError(
            Bilingual(f"设置 datacentre_file 无法使用：{error}", f"datacentre_file cannot be used: {error}")
        ) from error
    return lambda address: any(address.version == one.version and address in one for one in networks)


class Edge:
    """The application with clients known and requests bounded."""

    def __init__(self, app: ASGIApp, platform: Platform) -> None:
        self._app = app
        self._platform = platform
        self._clients = Clients(platform.sealer, blocks_in(platform.settings.datacentre_file))
        self._buckets = Buckets()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        headers = scope["headers"]
        address = scope.get("client")
        client = self._clients.of(headers, address[0] if address else None)
        actor = self._actor(headers)
        if actor is not None and actor.kind is ActorKind.CITIZEN and actor.session_id is not None:
            client = client._replace(session=actor.session_id.bytes)
        known = actor is not None and actor.kind is not ActorKind.CITIZEN
        set_before = CLIENT.set(client)
        try:
            verdict = self._verdict(client) if self._platform.settings.rate_limits and not known else None
            if verdict is None:
                await self._app(scope, receive, send)
            elif verdict.refused:
                await self._refuse(verdict, scope, send)
            else:
                await self._app(scope, receive, _telling(send, verdict))
        finally:
            CLIENT.reset(set_before)

    def _actor(self, headers: Iterable[tuple[bytes, bytes]]) -> Actor | None:
        """Who sends this, when the token says so; whether the session still runs is asked further inside."""
        token = next((value for name, value in headers if name == b"authorization"), b"")
        if token[:7].lower() != b"bearer ":
            return None
        return self._platform.tokens.read(token[7:].decode("latin-1").strip(), self._platform.clock.now())

    def _verdict(self, client: Client) -> Verdict | None:
        rules = memory_of(self._platform).rules
        subjects = [
            ((code, subject), rule)
            for code, subject in (
                ("rate-session", client.session),
                ("rate-device", client.device),
                ("rate-block", client.block),
            )
            if subject is not None and (rule := rules[code]).enabled and rule.value > 0
        ]
        return self._buckets.take(subjects, self._platform.clock.now().timestamp())

    async def _refuse(self, verdict: Verdict, scope: Scope, send: Send) -> None:
        memory = memory_of(self._platform)
        memory.note(verdict.rule, "refused")
        memory.poke()
        accepted = next((value for name, value in scope["headers"] if name == b"accept-language"), b"")
        problem = RATE_LIMITED(retry_after=verdict.reset)
        language = Language.from_header(accepted.decode("latin-1"))
        body = web.problem_bytes(problem, language, web.request_id_of(scope))
        sent = [
            (b"content-type", web.PROBLEM_JSON.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"retry-after", str(verdict.reset).encode()),
            *_headers(verdict),
        ]
        await send({"type": "http.response.start", "status": 429, "headers": sent})
        await send({"type": "http.response.body", "body": body, "more_body": False})


def _headers(verdict: Verdict) -> list[tuple[bytes, bytes]]:
    return [
        (b"ratelimit-limit", b"%d" % verdict.limit),
        (b"ratelimit-remaining", b"%d" % verdict.remaining),
        (b"ratelimit-reset", b"%d" % verdict.reset),
    ]


def _telling(send: Send, verdict: Verdict) -> Send:
    """The sender that adds the rate limit headers to the answer."""

    async def told(message: Any) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *_headers(verdict)]}
        await send(message)

    return told
