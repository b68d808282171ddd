"""What a request for a place may draw on before the database decides: which pools, which days, how many places."""

from datetime import datetime
from typing import NamedTuple

from yitong.booking.channels.pools import Channel
from yitong.booking.channels.service import window_of
from yitong.booking.limits.service import caps_of
from yitong.kernel.ids import UUID
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


async def gate_of(platform: Platform, actor: Actor, organization_id: UUID, channel: Channel) -> Gate:
    """The gate of an actor who comes through a channel, at a hospital and at this moment."""
    now = platform.clock.now()
    window = await window_of(platform, organization_id, channel, now)
    caps = await caps_of(platform, actor, now, organization_id)
    return Gate(window.pools, window.not_before, window.opens_until, *caps)
