"""What the hot path asks: the caps of an actor, and whether a hold or a confirmation may go on."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from yitong.booking.schemas import HoldRequest
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Actor, ActorKind
from yitong.kernel.platform import Platform

Headers = Mapping[bytes, bytes]
"""Request headers as ASGI gives them: lower-case names."""


class Caps(NamedTuple):
    """The exact limits that the gate holds inside its own statement; -1 where there is none.

    ``max_outstanding``: visits of one patient that still lie ahead, running holds among them; ``max_day``: visits of
    one patient on one day; ``max_account``: places one account may book within one day of the hospital's clock.
    """

    max_outstanding: int
    max_day: int
    max_account: int


NO_CAPS = Caps(-1, -1, -1)


async def caps_of(platform: Platform, actor: Actor, now: datetime, organization_id: UUID | None = None) -> Caps:
    """The caps that bind this actor, at a hospital when one is named. Staff decide for themselves: no caps."""
    return Caps(5, 2, 6) if actor.kind is ActorKind.CITIZEN else NO_CAPS


async def before_hold(platform: Platform, actor: Actor, request: HoldRequest, headers: Headers) -> None:
    """Raises the problems of slot tokens, counted limits, hand-overs and risk; no query for an unsuspicious actor."""


async def before_confirm(
    platform: Platform, actor: Actor, organization_id: UUID, appointment_id: UUID, headers: Headers
) -> None:
    """Raises the problems of counted limits and of the check that a suspicious session has to pass first."""
