"""Opening hours: which weekdays and times, whether a moment lies within them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

Wall = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]


class OpeningHours(msgspec.Struct, frozen=True):
    """A span of a weekday (1 is Monday) on the wall's clock; ``closes`` may be 24:00. Nights are two spans."""

    weekday: Annotated[int, Meta(ge=1, le=7)]
    opens: Wall
    closes: Wall


def open_at(hours: Sequence[OpeningHours], moment: datetime, zone: str) -> bool:
    """Whether somebody is there at a moment, in the pharmacy's zone."""
    here = moment.astimezone(ZoneInfo(zone))
    wall = f"{here:%H:%M}"
    return any(one.weekday == here.isoweekday() and one.opens <= wall < one.closes for one in hours)


def sensible(hours: Sequence[OpeningHours]) -> bool:
    """Whether every span ends after it begins and none of a day overlap."""
    days: dict[int, list[OpeningHours]] = {}
    for one in sorted(hours, key=lambda span: (span.weekday, span.opens)):
        if one.opens >= one.closes or (days.get(one.weekday) and days[one.weekday][-1].closes > one.opens):
            return False
        days.setdefault(one.weekday, []).append(one)
    return True
