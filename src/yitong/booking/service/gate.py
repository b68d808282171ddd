"""What a request for a place may draw on before the database decides: which pools, which days, how many places."""

from datetime import datetime
from typing import NamedTuple

from yitong.booking.channels.service import channel_for, window_of
from yitong.booking.schemas import HoldRequest
from yitong.kernel.permissions import Actor
from yitong.kernel.platform import Platform


class Gate(NamedTuple):
    """The limits of one request, in the order of ``booking_hold_batch``'s arrays; a number below zero is no limit."""

    pools: str  # names separated by commas
    not_before: datetime  # the earliest start that may still be booked this way
    opens_until: datetime  # the latest start that is released this way
    max_outstanding: int  # visits that one person may expect at a time
    max_day: int  # and on one day
    max_account: int  # places that one account may take within a day


async def gate_of(platform: Platform, actor: Actor, request: HoldRequest) -> Gate:
    """The gate for this actor and channel at this moment. Raises Problem ``channel-foreign``."""
    now = platform.clock.now()
    channel = await channel_for(platform, actor, request.organization_id, request.channel)
    window = await window_of(platform, request.organization_id, channel, now)
    return Gate(window.pools, window.not_before, window.opens_until, -1, -1, -1)
