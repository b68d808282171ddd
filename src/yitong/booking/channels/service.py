"""What a channel may book at an organization right now, and through which channel somebody books."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from yitong.booking.channels import refusals, rules
from yitong.booking.channels.board import board_of
from yitong.booking.channels.pools import Channel
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Actor, ActorKind
from yitong.kernel.platform import Platform

__all__ = ["ChannelWindow", "ReleaseSpan", "channel_for", "release_of", "window_of"]


class ChannelWindow(NamedTuple):
    """What a channel may take: pools (names between commas, none when it is closed) and slot starts in a span."""

    pools: str
    opens_until: datetime
    not_before: datetime


class ReleaseSpan(NamedTuple):
    """The span in which a day opens; the moment inside is not told."""

    opens_at: datetime
    opens_by: datetime


async def window_of(platform: Platform, organization_id: UUID, channel: str, now: datetime) -> ChannelWindow:
    """The pools and the span of slot starts that are open to a channel at ``now``; a channel unknown has none.

    Rules are kept in the process for up to five seconds; a rule changed here holds at once, elsewhere after that.
    """
    kept = await board_of(platform).of(organization_id)
    rule = kept.by_channel.get(channel)  # type: ignore[call-overload]
    if rule is None or not rule.enabled:
        return ChannelWindow("", now, now)
    known = kept.released.get(rule.channel)
    if known is None or not known[0] <= now < known[2]:  # every hold asks: worked out once until the next release
        until, coming = rules.opens_until(rule, organization_id, now, kept.zone, platform.sealer.lookup_hash)
        known = kept.released[rule.channel] = (now, until, coming)
    return ChannelWindow(",".join(rule.pools), known[1], rules.not_before(rule, now))


async def release_of(platform: Platform, organization_id: UUID, channel: str, day: date) -> ReleaseSpan | None:
    """When ``day`` opens to a channel, for people to read; None for a channel that is closed or unknown."""
    kept = await board_of(platform).of(organization_id)
    rule: Any = kept.by_channel.get(channel)  # type: ignore[call-overload]
    if rule is None or not rule.enabled:
        return None
    opens = rules.announced_release(rule, day, kept.zone)
    return ReleaseSpan(opens, opens + timedelta(seconds=rule.jitter_seconds))


async def channel_for(platform: Platform, actor: Actor, organization_id: UUID, asked: Channel | None) -> Channel:
    """The channel of a request: the one asked for when it is the actor's, else the actor's own.

    Raises Problem ``channel-foreign`` for a channel that belongs to somebody else.
    """
    if asked is None and actor.kind is ActorKind.CITIZEN:
        return "h5"
    centres: list[UUID] = []
    if actor.kind is ActorKind.STAFF and organization_id not in actor.organization_ids:
        board = board_of(platform)
        centres = [one for one in actor.organization_ids if (await board.of(one)).community_centre]
    permitted = rules.permitted_channels(actor, organization_id, centres)
    if asked is None and permitted:
        return permitted[0]
    if asked is None or asked not in permitted:
        raise refusals.CHANNEL_FOREIGN(channel=asked or "-")
    return asked
