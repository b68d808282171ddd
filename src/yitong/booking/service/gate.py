"""What a request for a place may draw on before the database decides: which pools, which days, how many places."""

from datetime import UTC, datetime
from typing import NamedTuple

from yitong.booking.schemas import HoldRequest
from yitong.kernel.permissions import Actor, ActorKind
from yitong.kernel.platform import Platform

_EVERY_POOL = "common,onsite,elderly,community,partner"
_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
_FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


class Gate(NamedTuple):
    """The limits of one request, in the order of ``booking_hold_batch``'s arrays; a number below zero is no limit."""

    pools: str  # names separated by commas
    not_before: datetime  # the earliest start that may still be booked this way
    opens_until: datetime  # the latest start that is released this way
    max_outstanding: int  # visits that one person may expect at a time
    max_day: int  # and on one day
    max_account: int  # places that one account may take within a day


async def gate_of(_platform: Platform, actor: Actor, _request: HoldRequest) -> Gate:
    """The gate for this actor and channel at this moment."""
    pools = "common" if actor.kind is ActorKind.CITIZEN else _EVERY_POOL
    return Gate(pools, _ALWAYS, _FOREVER, -1, -1, -1)
