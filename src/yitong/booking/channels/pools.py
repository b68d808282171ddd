"""The names of channels and pools, and the rules that hold until somebody sets their own."""

from datetime import time
from typing import Literal, get_args

import msgspec

from yitong.booking.schemas import Channel

Pool = Literal["common", "onsite", "elderly", "community", "partner", "extra", "draw"]
QuotaPool = Literal["onsite", "elderly", "community", "partner", "draw"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)
POOLS: tuple[Pool, ...] = get_args(Pool)
# Where a person of a certain age books face to face or by voice; the elderly pool is never taken by an app.
ELDERLY_CHANNELS: tuple[Channel, ...] = ("window", "phone", "kiosk")
MOST_JITTER_S = 3600
MOST_DAYS_AHEAD = 366
# Somebody at a desk may still use a slot that has begun; a slot lasts thirty minutes at most.
AT_A_DESK_MINUTES = -30


class ChannelRule(msgspec.Struct, frozen=True):
    """When a channel may book what: days ahead, the hour at which a day opens, and the pools it takes from."""

    channel: Channel
    enabled: bool
    days_ahead: int
    release_time: time
    jitter_seconds: int
    min_lead_minutes: int
    pools: tuple[Pool, ...]


def default_rule(channel: Channel, days_ahead: int) -> ChannelRule:
    """The rule of a channel where neither the region nor the hospital has one; ``days_ahead`` is the setting's."""
    online = channel in ("wechat", "alipay", "h5")
    desk = channel in ("window", "phone", "doctor", "system")
    return ChannelRule(
        channel=channel,
        enabled=True,
        days_ahead=days_ahead if online or channel in ("kiosk", "community", "third_party") else 92,
        release_time=time(8) if online or channel == "third_party" else time(0),
        jitter_seconds=120 if online else 0,
        min_lead_minutes=AT_A_DESK_MINUTES if desk else 0,
        pools=_POOLS[channel],
    )


_POOLS: dict[Channel, tuple[Pool, ...]] = {
    "wechat": ("common",),
    "alipay": ("common",),
    "h5": ("common",),
    "window": ("common", "onsite", "elderly"),
    "kiosk": ("common", "onsite", "elderly"),
    "phone": ("common", "elderly"),
    "doctor": ("common",),
    "system": ("common", "onsite", "partner"),
    "third_party": ("partner", "common"),
    "community": ("community", "common"),
}
