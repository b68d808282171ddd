"""Names, numbers and parties that the tests of identity share."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from yitong.directory.demo import check_digit
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, ActorKind, RoleAt
from yitong.kernel.platform import Platform

Client = httpx.AsyncClient
Headers = dict[str, str]
COMMISSION = UUID(int=0xC0)
HOSPITAL = UUID(int=0xA1)
OTHER_HOSPITAL = UUID(int=0xA2)
PHONE = "13800138000"


def citizen_number(area: str, birth: str, sequence: int) -> str:
    """An 18-character number with a right check digit; an odd sequence is male."""
    first = f"{area}{birth}{sequence:03d}"
    return first + check_digit(first)


@dataclass
class Inbox:
    """Plays the text-message gateway: keeps what was sent, and can refuse."""

    sent: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    broken: bool = False

    async def send(self, phone: str, code: str, purpose: str) -> None:
        if self.broken:
            raise ConnectionError("no gateway")
        self.sent.append((phone, code, purpose))

    def code_of(self, phone: str) -> str:
        return next(code for number, code, _ in reversed(self.sent) if number == phone)


def token_for(platform: Platform, *roles: RoleAt, kind: ActorKind = ActorKind.STAFF, id: UUID | None = None) -> str:
    """A token of a party with these roles, as sign-in would make it."""
    actor = Actor(kind, id or new_id(), roles)
    return platform.tokens.sign(actor, platform.clock.now() + timedelta(days=8))


def bearer(token: str) -> Headers:
    return {"authorization": f"Bearer {token}"}


def adult(name: str = "张伟", sequence: int = 123, birth: str = "19900307", **more: Any) -> dict[str, Any]:
    """A registration of oneself."""
    return {
        "relation": "self",
        "name": name,
        "id_kind": "01",
        "id_number": citizen_number("110101", birth, sequence),
        **more,
    }


@dataclass
class Citizen:
    """Somebody registered and signed in."""

    headers: Headers
    patient_id: str
    phone: str
    session: dict[str, Any]


SignIn = Callable[[str], Awaitable[dict[str, Any]]]
NewCitizen = Callable[..., Awaitable[Citizen]]


def code_in(problem: Any) -> str:
    """The code of a problem document, after checking that it is a complete one."""
    document = problem.json()
    assert problem.headers["content-type"].startswith("application/problem+json"), problem.text
    assert document["status"] == problem.status_code
    for part in ("message", "next"):
        assert document[part]["zh"]
        assert document[part]["en"]
    return document["code"]
