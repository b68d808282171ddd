"""Pure decisions about channels: when a day opens, until when slots are released, and whose a channel is."""

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta

from yitong.booking.channels.pools import Channel, ChannelRule
from yitong.kernel.clock import at, day_bounds, day_of
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Actor, ActorKind, Role

LookupHash = Callable[[str, str], bytes]
_DESK: tuple[Channel, ...] = ("window", "phone")
_STEP = timedelta(microseconds=1)


def announced_release(rule: ChannelRule, day: date, zone: str) -> datetime:
    """The moment that is announced for the opening of ``day``: the rule's hour, ``days_ahead`` days before."""
    return at(day - timedelta(days=rule.days_ahead), rule.release_time, zone)


def jitter(rule: ChannelRule, organization_id: UUID, day: date, lookup_hash: LookupHash) -> timedelta:
    """How long after the announced moment ``day`` really opens: the same for everybody, known to nobody outside.

    A keyed hash of organization, channel and day, so that every server process opens at the same moment without
    talking to the others, and a script cannot tell it in advance. From 0 up to ``jitter_seconds``, in milliseconds.
    """
    if rule.jitter_seconds == 0:
        return timedelta(0)
    tag = lookup_hash("channel-release", f"{organization_id}:{rule.channel}:{day.isoformat()}")
    return timedelta(milliseconds=int.from_bytes(tag[:8]) % (rule.jitter_seconds * 1000 + 1))


def released(rule: ChannelRule, organization_id: UUID, day: date, zone: str, lookup_hash: LookupHash) -> datetime:
    """The moment at which ``day`` really opens to the rule's channel; never before the announced one."""
    return announced_release(rule, day, zone) + jitter(rule, organization_id, day, lookup_hash)


def opens_until(
    rule: ChannelRule, organization_id: UUID, now: datetime, zone: str, lookup_hash: LookupHash
) -> tuple[datetime, datetime]:
    """The last moment a slot may start at to be released by ``now``, the end of the last opened day; and the real
    moment at which the next day opens."""
    day = day_of(now, zone) + timedelta(days=rule.days_ahead + 1)
    coming = released(rule, organization_id, day, zone, lookup_hash)
    while (opening := released(rule, organization_id, day - timedelta(days=1), zone, lookup_hash)) > now:
        day -= timedelta(days=1)
        coming = opening
    return day_bounds(day - timedelta(days=1), zone)[1] - _STEP, coming


def not_before(rule: ChannelRule, now: datetime) -> datetime:
    """The earliest slot start that may still be booked; a negative lead reaches into slots that have begun."""
    return now + timedelta(minutes=rule.min_lead_minutes)


def permitted_channels(actor: Actor, organization_id: UUID, community_centres: Collection[UUID]) -> tuple[Channel, ...]:
    """The channels somebody may book through at an organization; the first is taken when the request names none.

    Citizens book online, a hospital's staff at the desk, by telephone or as the doctor, kiosks as kiosks, hospital
    systems as themselves or for a third party. Staff of a community health centre refer to other hospitals.
    """
    if actor.kind is ActorKind.CITIZEN:
        return ("h5", "wechat", "alipay")
    found: list[Channel] = []
    here = {held.role for held in actor.roles if held.organization_id == organization_id}
    if actor.kind is ActorKind.TERMINAL and Role.KIOSK in here:
        found.append("kiosk")
    if actor.kind is ActorKind.STAFF and here:
        found += _DESK
        if Role.DOCTOR in here:
            found.insert(0 if here == {Role.DOCTOR} else len(found), "doctor")
    if Role.HOSPITAL_SYSTEM in here:
        found = ["system", "third_party"]
    if actor.kind is ActorKind.STAFF and not here and community_centres_of(actor, community_centres):
        found.append("community")
    if actor.kind is ActorKind.SYSTEM and not found:
        found.append("system")
    return tuple(found)


def community_centres_of(actor: Actor, community_centres: Collection[UUID]) -> list[UUID]:
    """The community health centres that somebody works for, in the order of their roles."""
    mine = (held.organization_id for held in actor.roles)
    return [one for one in dict.fromkeys(mine) if one is not None and one in community_centres]
