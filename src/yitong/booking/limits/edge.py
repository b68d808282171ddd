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
from yitong.kernel.permissions import ActorKind
from yitong.kernel.platform import Platform
from yitong.kernel.problems import RATE_LIMITED
from yitong.kernel.settings import SettingsError
from yitong.kernel.text import Bilingual, Language

_MOST_BUCKETS, _MOST_TOKENS = 200_000, 50_000
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


class Whose(NamedTuple):
    """What a token says about who sends it: a citizen's session, or somebody who is known by name."""

    session: bytes | None
    bounded: bool


_NOBODY = Whose(None, True)
# A payment platform sends all hospitals' notices from a few addresses; each notice answers for itself by its signature.
_SIGNED = "/api/notify/"
_SENT = frozenset(
    {b"x-device-id", b"authorization", b"user-agent", b"x-slot-token", b"x-proof", b"x-phone-code"},
)


class Edge:
    """The application with clients known and requests bounded."""

    def __init__(self, app: ASGIApp, platform: Platform) -> None:
        self._app = app
        self._platform = platform
        self._memory = memory_of(platform)
        self._clients = Clients(platform.sealer, blocks_in(platform.settings.datacentre_file))
        self._buckets = Buckets()
        self._whose: dict[bytes, Whose] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/api/") or scope["path"].startswith(_SIGNED):
            await self._app(scope, receive, send)
            return
        sent = {name: value for name, value in scope["headers"] if name in _SENT}
        token, address = sent.get(b"authorization"), scope.get("client")
        whose = (self._whose.get(token) or self._read(token)) if token else _NOBODY
        client = self._clients.known(
            sent.get(b"x-device-id"),
            address[0] if address else None,
            sent.get(b"user-agent") if scope["path"].startswith("/api/sign-in") else None,  # kept with sessions only
            whose.session,
            sent,
        )
        set_before = CLIENT.set(client)
        try:
            verdict = self._verdict(client) if whose.bounded and self._platform.settings.rate_limits else None
            if verdict is None:
                await self._app(scope, receive, send)
            elif verdict.refused:
                await self._refuse(verdict, scope, send)
            else:
                await self._app(scope, receive, _telling(send, verdict))
        finally:
            CLIENT.reset(set_before)

    def _read(self, token: bytes) -> Whose:
        """Who a token names. Remembered by its text: whether it still holds is asked further inside."""
        bearer, _, text = token.decode("latin-1").partition(" ")
        actor = None
        if bearer.lower() == "bearer":
            actor = self._platform.tokens.read(text.strip(), self._platform.clock.now())
        if actor is None:
            return _NOBODY
        if actor.kind is not ActorKind.CITIZEN:
            whose = Whose(None, False)
        else:
            whose = Whose(actor.session_id.bytes if actor.session_id is not None else None, True)
        if len(self._whose) > _MOST_TOKENS:
            self._whose.clear()
        self._whose[token] = whose
        return whose

    def _verdict(self, client: Client) -> Verdict | None:
        rules = self._memory.rules
        subjects = [
            ((code, subject), rule)
            for code, subject in (
                ("rate-session", client.session),
                ("rate-device", client.device),
                ("rate-block", client.block),
            )
            if subject is not None and (rule := rules[code]).enabled and rule.value > 0
        ]
        return self._buckets.take(subjects, self._platform.clock.now().timestamp()) if subjects else None

    async def _refuse(self, verdict: Verdict, scope: Scope, send: Send) -> None:
        self._memory.note(verdict.rule, "refused")
        self._memory.poke()
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
