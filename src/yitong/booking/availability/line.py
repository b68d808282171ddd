"""A virtual waiting room: when more people ask than can be answered at once, each gets an honest place in line.

A ticket says when it was drawn and is signed; people go in by that time, so it does not matter which server process
they meet when they come back. Nobody without a ticket passes somebody with one.
"""

import base64
import hmac
from bisect import bisect_right, insort
from hashlib import sha256
from math import ceil
from time import time_ns

from yitong.kernel.ids import new_id
from yitong.kernel.keys import token_key
from yitong.kernel.platform import Platform
from yitong.kernel.problems import problem_kind
from yitong.kernel.text import Bilingual

WAITING_ROOM = problem_kind(
    "waiting-room",
    503,
    Bilingual("现在预约的人很多，您前面还有 {ahead} 人。", "Many people are booking now; {ahead} are ahead of you."),
    Bilingual("请不要关闭页面，轮到您时会自动继续。", "Keep this page open; it goes on when it is your turn."),
    retry=True,
)
_FORGOTTEN_AFTER_NS = 15 * 60 * 1_000_000_000
_TURN_S = 0.25  # about how long a server takes for one round of requests; only used to say when to come again


class Line:
    """The tickets that one server process has drawn and not yet called."""

    def __init__(self, key: bytes, room: int, servers: int) -> None:
        """``room``: how many requests may wait inside; ``servers``: how many processes share the crowd."""
        self._key = key
        self._room = room
        self._servers = servers
        self._drawn: list[int] = []
        self._called_until = 0

    def enter(self, ticket: bytes | None, inside: int) -> None:
        """Let a request in or send it to the line; ``inside``: how many requests wait to be decided at the moment.

        Raises Problem ``waiting-room`` with ``ticket``, ``place``, ``ahead`` and ``poll_after_s``.
        """
        self._call(self._room - inside)
        drawn_at = self._drawn_at(ticket.decode("latin-1")) if ticket else None
        if drawn_at is None:
            if not self._drawn and inside < self._room:
                return
            drawn_at = time_ns()
            insort(self._drawn, drawn_at)
        elif drawn_at <= self._called_until or not self._drawn:
            return
        raise self._wait(drawn_at)

    def _call(self, free: int) -> None:
        """Call as many people as there is room for; tickets nobody came back with are forgotten."""
        oldest = time_ns() - _FORGOTTEN_AFTER_NS
        called = max(min(free, len(self._drawn)), bisect_right(self._drawn, oldest))
        if called > 0:
            self._called_until = max(self._called_until, self._drawn[called - 1])
            del self._drawn[:called]

    def _wait(self, drawn_at: int) -> Exception:
        ahead = max(0, bisect_right(self._drawn, drawn_at) - 1) * self._servers
        rounds = ceil((ahead + 1) / (self._room * self._servers))
        poll = round(min(30.0, max(0.5, rounds * _TURN_S)), 2)
        extra = {"ticket": self._ticket(drawn_at), "place": ahead + 1, "ahead": ahead, "poll_after_s": poll}
        return WAITING_ROOM(ahead=ahead, retry_after=ceil(poll), extra=extra)

    def _ticket(self, drawn_at: int) -> str:
        body = f"{drawn_at}.{new_id()}"
        return f"{body}.{self._tag(body)}"

    def _drawn_at(self, ticket: str) -> int | None:
        """When a ticket was drawn, or None for one that is forged or too old."""
        body, _, tag = ticket.rpartition(".")
        if not hmac.compare_digest(tag.encode(), self._tag(body).encode()):
            return None
        drawn_at = int(body.partition(".")[0])
        return drawn_at if drawn_at > time_ns() - _FORGOTTEN_AFTER_NS else None

    def _tag(self, body: str) -> str:
        return base64.urlsafe_b64encode(hmac.digest(self._key, b"ticket " + body.encode(), sha256)[:18]).decode()


def line_of(platform: Platform) -> Line:
    """The process's line, made when first asked for."""
    kept = platform.ports.get(Line)
    if isinstance(kept, Line):
        return kept
    settings = platform.settings
    made = Line(token_key(settings), settings.batch_size * settings.waiting_batches, settings.workers)
    platform.connect(Line, made)
    return made
