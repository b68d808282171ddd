"""Pure comparison of the three sides of a day: each difference with its kind, what it means and what can mend it."""

from collections.abc import Iterable
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from yitong.billing.reconciliation.sides import Here, Key, There

DifferenceKind = Literal["missing_here", "missing_there", "amount", "state", "date"]
KINDS: tuple[DifferenceKind, ...] = ("missing_here", "missing_there", "amount", "state", "date")


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Where two sides of a movement disagree. ``times`` says how often each side lists it; more than once is wrong."""

    kind: DifferenceKind
    key: Key
    here: Here | None
    there: There | None
    listed_here: int
    listed_there: int

    @property
    def fen(self) -> int:
        """How much money is in question: the gap between what is booked here and what the other side has."""
        booked = (self.here.booked or 0) if self.here is not None else 0
        return abs((self.there.amount if self.there is not None else 0) - booked)


class Comparison(msgspec.Struct, frozen=True):
    """A day's comparison: how many movements were compared, how many agree, and the differences."""

    compared: int
    agreed: int
    differences: list[Difference]


def compare(
    day: date,
    zone: ZoneInfo,
    ledger_side: Iterable[Here],
    channel_side: Iterable[There],
    insurer_side: Iterable[There] = (),
) -> Comparison:
    """The differences of a day.

    The sides may hold the days before and after as well, so that a movement around midnight is told from a missing one.
    A movement belongs to the day it has there, or here when it is not known there; each is reported on that day only.
    """
    here = _joined_here(ledger_side)
    there = _joined_there([*channel_side, *insurer_side])
    compared = agreed = 0
    differences: list[Difference] = []
    for key in sorted(here.keys() | there.keys()):
        mine, listed_here = here.get(key, (None, 0))
        theirs, listed_there = there.get(key, (None, 0))
        if _day(theirs or mine, zone) != day:
            continue
        if mine is not None and theirs is None and mine.state != "done" and mine.booked is None:
            continue  # nothing moved on either side
        compared += 1
        kinds = _kinds(mine, theirs, zone)
        agreed += not kinds
        differences += [
            Difference(kind=kind, key=key, here=mine, there=theirs, listed_here=listed_here, listed_there=listed_there)
            for kind in kinds
        ]
    return Comparison(compared, agreed, differences)


def _kinds(here: Here | None, there: There | None, zone: ZoneInfo) -> list[DifferenceKind]:
    if here is None:
        return ["missing_here"]
    if here.corrected and (here.booked or 0) == (there.amount if there is not None else 0):
        return []  # two people put it right
    if there is None:
        # Done by the payment's own word, in nobody's books: which of the two is wrong is asked, not assumed.
        return ["missing_there"] if here.booked is not None else ["state"]
    if here.state != "done":
        return ["state"]
    if here.booked is None:
        return ["missing_here"]
    kinds: list[DifferenceKind] = []
    if not here.amount == here.booked == there.amount or (here.fund, here.medfee) != (there.fund, there.medfee):
        kinds.append("amount")
    if _day(here, zone) != _day(there, zone):
        kinds.append("date")
    return kinds


def _joined_here(lines: Iterable[Here]) -> dict[Key, tuple[Here, int]]:
    """One line a movement; one that is listed twice counts with the sum of what was booked for it."""
    joined: dict[Key, tuple[Here, int]] = {}
    for line in lines:
        before = joined.get(line.key)
        if before is not None:
            first, listed = before
            booked = first.booked if line.booked is None else (first.booked or 0) + line.booked
            joined[line.key] = (msgspec.structs.replace(first, booked=booked), listed + 1)
        else:
            joined[line.key] = (line, 1)
    return joined


def _joined_there(lines: Iterable[There]) -> dict[Key, tuple[There, int]]:
    """One line a movement; one that is listed twice counts with its sum."""
    joined: dict[Key, tuple[There, int]] = {}
    for line in lines:
        before = joined.get(line.key)
        if before is not None:
            first, listed = before
            sums = msgspec.structs.replace(
                first,
                amount=first.amount + line.amount,
                fund=first.fund + line.fund,
                medfee=first.medfee + line.medfee,
                fee=first.fee + line.fee,
            )
            joined[line.key] = (sums, listed + 1)
        else:
            joined[line.key] = (line, 1)
    return joined


def _day(line: Here | There | None, zone: ZoneInfo) -> date | None:
    return line.at.astimezone(zone).date() if line is not None else None
