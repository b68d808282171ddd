"""How long dispensed drugs last and at which times of the day they are taken: pure."""

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from yitong.kernel.clock import at
from yitong.prescriptions.facts import frequencies
from yitong.prescriptions.schemas import SheetLine

WHEN_NEEDED = frozenset({"st", "prn"})
_TIMES: dict[int, tuple[str, ...]] = {
    1: ("08:00",),
    2: ("08:00", "20:00"),
    3: ("08:00", "13:00", "19:00"),
    4: ("08:00", "12:00", "17:00", "21:00"),
    5: ("07:00", "11:00", "14:00", "18:00", "22:00"),
    6: ("06:00", "10:00", "14:00", "18:00", "22:00", "02:00"),
}
"""The usual times of so many doses a day, waking hours first; more often than that nobody is reminded."""


def times_of(line: SheetLine) -> list[str]:
    """The usual times of the day; none for what is taken when needed, or more often than six times a day."""
    often = frequencies()[line.frequency]
    if line.frequency in WHEN_NEEDED:
        return []
    if line.frequency == "qn":
        return ["21:00"]
    return list(_TIMES.get(often.times if often.days == 1 else 1, ()))


def every_days(line: SheetLine) -> int:
    """On every how many-th day it is taken: 1 for daily, 7 for weekly; twice a week is every third day."""
    often = frequencies()[line.frequency]
    return max(1, int(Fraction(often.days, often.times))) if often.days > 1 else 1


def span(line: SheetLine, units: int, wanted: int, dispensed_at: datetime, zone: str) -> tuple[date, date]:
    """First and last day that ``units`` of the ``wanted`` last; at least one day."""
    first = dispensed_at.astimezone(ZoneInfo(zone)).date()
    days = max(1, line.days * units // wanted) if wanted else line.days
    return first, first + timedelta(days=days - 1)


def due(
    times: list[str], zone: str, first: date, last: date, every: int, after: datetime, now: datetime
) -> datetime | None:
    """The last moment to take it that lies after ``after`` and not after ``now``; None when there is none.

    Only the last: somebody whose phone was off is reminded once and not ten times.
    """
    found: datetime | None = None
    day = max(first, after.astimezone(ZoneInfo(zone)).date())
    until = min(last, now.astimezone(ZoneInfo(zone)).date())
    while day <= until:
        if (day - first).days % every == 0:
            for wall in times:
                moment = at(day, time.fromisoformat(wall), zone).astimezone(UTC)
                if after < moment <= now and (found is None or moment > found):
                    found = moment
        day += timedelta(days=1)
    return found
