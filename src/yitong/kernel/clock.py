"""Time comes from one clock that tests can set; a day is always the hospital's day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Where the present moment comes from."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True)
class OffsetClock:
    """The machine's clock moved by a fixed span: a rehearsal at nine in the morning, whatever the hour outside."""

    offset: timedelta

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


@dataclass
class SetClock:
    """A clock that stands where a test put it until it is moved."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment

    def advance(self, **parts: float) -> None:
        """Move forward by ``timedelta(**parts)``."""
        self.moment += timedelta(**parts)


def day_of(moment: datetime, zone: str) -> date:
    """The calendar day that ``moment`` falls on in ``zone`` (an IANA name)."""
    return moment.astimezone(ZoneInfo(zone)).date()


def at(day: date, wall: time, zone: str) -> datetime:
    """The moment at which the clock on the wall of ``zone`` shows ``wall`` on ``day``."""
    return datetime.combine(day, wall, ZoneInfo(zone))


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """The first moment of ``day`` in ``zone`` and the first moment after it."""
    return at(day, time(), zone), at(day + timedelta(days=1), time(), zone)


def age_in_years(birth_date: date, today: date) -> int:
    """Whole years lived on ``today``; somebody born on 29 February ages on 1 March in other years."""
    return today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))
