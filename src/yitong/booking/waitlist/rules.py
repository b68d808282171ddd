"""Pure decisions about offers: how long one lasts, given the night and the time left before the visit."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

REGION = "00000000-0000-0000-0000-000000000000"  # the row of return_rule that holds where a hospital has none
SHARE_OF_TIME_LEFT = 4  # close to the visit an offer lasts a quarter of the waking time that is left


@dataclass(frozen=True, slots=True)
class OfferRule:
    """What a hospital decided about offers; hours are those of its own day."""

    minutes: int
    least_minutes: int
    night_from: int
    night_until: int


def is_night(moment: datetime, zone: ZoneInfo, rule: OfferRule) -> bool:
    """Whether people sleep: from ``night_from`` to ``night_until``; never when both are equal."""
    hour = moment.astimezone(zone).hour
    if rule.night_from > rule.night_until:
        return hour >= rule.night_from or hour < rule.night_until
    return rule.night_from <= hour < rule.night_until


def awake_from(moment: datetime, zone: ZoneInfo, rule: OfferRule) -> datetime:
    """The moment itself by day, at night the end of that night."""
    if not is_night(moment, zone, rule):
        return moment
    wall = moment.astimezone(zone)
    morning = wall.replace(hour=rule.night_until, minute=0, second=0, microsecond=0)
    return morning if morning > wall else morning + timedelta(days=1)


def after_waking(moment: datetime, span: timedelta, zone: ZoneInfo, rule: OfferRule) -> datetime:
    """The moment at which ``span`` of waking time has passed since ``moment``: the clock stands still at night."""
    at = awake_from(moment, zone, rule)
    while span > timedelta(0):
        step = min(span, _until_night(at, zone, rule))
        at, span = at + step, span - step
        if span > timedelta(0):
            at = awake_from(at, zone, rule)
    return at


def waking_between(start: datetime, end: datetime, zone: ZoneInfo, rule: OfferRule) -> timedelta:
    """How much waking time lies between two moments."""
    total, at = timedelta(0), awake_from(start, zone, rule)
    while at < end:
        night = min(end, at + _until_night(at, zone, rule))
        total, at = total + (night - at), awake_from(night, zone, rule)
    return total


def offer_ends(now: datetime, start: datetime, zone: ZoneInfo, rule: OfferRule) -> datetime | None:
    """Until when an offer made now for a visit at ``start`` can be taken; None when too little time is left.

    It lasts ``minutes`` of waking time, close to the visit a quarter of the waking time left, never less than
    ``least_minutes``, and always ends that long before the visit begins.
    """
    least = timedelta(minutes=rule.least_minutes)
    left = waking_between(now, start, zone, rule)
    if left < 2 * least:
        return None
    span = max(least, min(timedelta(minutes=rule.minutes), left / SHARE_OF_TIME_LEFT))
    ends = after_waking(now, span, zone, rule)
    return ends if ends <= start - least else None


def _until_night(moment: datetime, zone: ZoneInfo, rule: OfferRule) -> timedelta:
    """Waking time from a waking moment to the next night; a whole day where there is no night."""
    if rule.night_from == rule.night_until:
        return timedelta(days=1)
    wall = moment.astimezone(zone)
    midnight = wall.replace(hour=0, minute=0, second=0, microsecond=0)
    night = midnight + timedelta(hours=rule.night_from)
    if night <= wall:
        night = midnight + timedelta(days=1, hours=rule.night_from)
    return night - wall
