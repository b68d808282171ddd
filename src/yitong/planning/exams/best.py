"""The best plan of a set of exams that are all to be placed: fewest trips, then earliest finish, then least waiting."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from yitong.planning.exams.bounds import ANY, FINISH, NOTHING, WAITING
from yitong.planning.exams.layout import Layout
from yitong.planning.exams.search import search
from yitong.planning.ihtc.layout import Ints

# Minutes of waiting to try first.
LIMITS = (15, 30, 60, 120, 240)


@dataclass(frozen=True)
class Found:
    """Trips, minute of the last report, minutes of waiting, the option of each request, numbers of the days."""

    trips: int
    finish: int
    waiting: int
    options: tuple[int, ...]
    days: tuple[int, ...]

    @property
    def value(self) -> tuple[int, int, int]:
        """What is made as small as possible, in this order."""
        return self.trips, self.finish, self.waiting


class Searcher:
    """Compiled search on one layout, with a latest report for each request; exact unless `steps` are set."""

    def __init__(self, it: Layout, until: list[int | None]) -> None:
        self.it = it
        self.size = len(until)
        after = it.minutes[:, 1] + it.minutes[:, 3]
        last = [NOTHING if one is None else one for one in until]
        self.cap = np.array([min(one, NOTHING) - int(gone) for one, gone in zip(last, after, strict=True)], np.int64)
        self.after = after
        lags = it.lags
        layers = (lags.least, lags.most, lags.same_day, lags.before, lags.before_same_day, lags.apart, lags.together)
        self.lags = np.stack(layers)
        self.chosen = np.zeros(self.size + 1, np.int64)
        self.steps = NOTHING
        self.masks, self.soonest = self._by_day()

    def _by_day(self) -> tuple[list[int], Ints]:
        """Of each request: a bit for each day it could be on, and its earliest report on each."""
        it, days = self.it, len(self.it.days)
        soonest = np.full((self.size, days), NOTHING, np.int64)
        for row in range(self.size):
            for group in range(it.groups[row], it.groups[row + 1]):
                for day in range(days):
                    first = it.at[group, day]
                    if first < it.at[group, day + 1] and it.start[first] <= self.cap[row]:
                        soonest[row, day] = min(soonest[row, day], it.start[first] + self.after[row])
        return [sum(1 << day for day in range(days) if row[day] < NOTHING) for row in soonest], soonest

    def run(self, mode: int, exact: bool, trips: int, best: int, days: tuple[int, ...], finish: int | None) -> int:
        """One search; options are left in `chosen`."""
        it = self.it
        cap = self.cap if finish is None else np.minimum(self.cap, finish - self.after)
        wanted = np.array(days, np.int64)
        tables = (it.groups, it.location, it.at, it.start, it.place, it.minutes, it.walk, self.lags, it.flexible)
        self.chosen[self.size] = 0
        found = int(search(mode, int(exact), trips, best, wanted, *tables, cap, self.steps, self.chosen))
        self.steps -= int(self.chosen[self.size])
        return found

    def possible(self, most_trips: int) -> bool:
        """Whether there is any plan of so many trips."""
        if not all(self.masks):
            return False
        days = tuple(range(len(self.it.days)))
        return self.run(ANY, False, min(most_trips, self.size), NOTHING, days, None) < NOTHING

    def day_sets(self, trips: int, without: frozenset[tuple[int, ...]]) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Sets of days on which everything has a place by itself, with the earliest finish they could have."""
        for days in combinations(range(len(self.it.days)), trips):
            bits = sum(1 << day for day in days)
            if all(mask & bits for mask in self.masks) and tuple(self.it.days[day] for day in days) not in without:
                yield int(self.soonest[:, list(days)].min(axis=1).max()), days

    def best_of(self, trips: int, without: frozenset[tuple[int, ...]], before: int = NOTHING) -> Found | None:
        """The best plan of exactly so many trips that is finished before a minute."""
        sets = sorted(self.day_sets(trips, without))
        finish = before
        for bound, days in sets:
            if bound < finish:
                finish = min(finish, self.run(FINISH, True, trips, NOTHING, days, finish - 1))
        if finish == before:
            return None
        # Most optima wait little: a low limit that turns out too low costs less than a search without one.
        for limit in (*LIMITS, NOTHING):
            best = self._least_waiting(sets, trips, finish, limit)
            if best is not None:
                return best
        # Only when steps are limited: a plan with this finish was found before.
        return None

    def _least_waiting(
        self, sets: list[tuple[int, tuple[int, ...]]], trips: int, finish: int, limit: int
    ) -> Found | None:
        best = None
        for bound, days in sets:
            if bound <= finish:
                found = self.run(WAITING, True, trips, limit, days, finish)
                if found < limit:
                    limit = found
                    when = tuple(self.it.days[day] for day in days)
                    best = Found(trips, finish, found, tuple(int(one) for one in self.chosen[: self.size]), when)
        return best

    def best(self, most_trips: int, without: frozenset[tuple[int, ...]] = frozenset()) -> Found | None:
        """The best plan of at most so many trips whose days are none of those left out."""
        for trips in range(1, min(most_trips, self.size, len(self.it.days)) + 1):
            found = self.best_of(trips, without)
            if found is not None:
                return found
        return None
