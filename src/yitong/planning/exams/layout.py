"""A problem as arrays for compiled search: options by request, location and day; minutes; walks; pair rules."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from yitong.planning.exams.lags import Lags
from yitong.planning.exams.model import DAY, ExamRule, Place, Problem
from yitong.planning.ihtc.layout import Ints


@dataclass(frozen=True)
class Layout:
    """Options lie request by request, in each location by location, by time.

    `groups[r]` to `groups[r + 1]` are the locations of request r; `at[g, day]` to `at[g, day + 1]` their options of a
    day (days are counted in `days`, not in the calendar). `minutes[r]`: preparation, duration, recovery, report.
    `flexible[r]`: another exam must follow r soon, so the earliest option is not always the best.
    """

    options: list[tuple[int, Place]]
    start: Ints
    place: Ints
    groups: Ints
    location: Ints
    at: Ints
    days: list[int]
    minutes: Ints
    walk: Ints
    lags: Lags
    flexible: Ints


def walks_between(problem: Problem, buildings: list[str]) -> Ints:
    """Minutes between buildings, the shortest way; 0 within one."""
    names = sorted({*buildings, *(one.a for one in problem.walks), *(one.b for one in problem.walks)})
    number = {name: row for row, name in enumerate(names)}
    far = np.full((len(names), len(names)), problem.between_min, np.int64)
    np.fill_diagonal(far, 0)
    for one in problem.walks:
        far[number[one.a], number[one.b]] = far[number[one.b], number[one.a]] = one.minutes
    for middle in range(len(names)):
        far = np.minimum(far, far[:, middle : middle + 1] + far[middle : middle + 1, :])
    rows = [number[name] for name in buildings]
    return far[np.ix_(rows, rows)]


def lay_out(problem: Problem, items: list[ExamRule], choices: list[list[Place]], lags: Lags) -> Layout:
    """The arrays; of places that make no difference to this person the first is kept."""
    keys = _location_keys(choices)
    serves: dict[str, set[int]] = defaultdict(set)
    for row, places in enumerate(choices):
        for place in places:
            serves[place.id].add(row)
    found: set[tuple[int, int, int, frozenset[int]]] = set()
    names = sorted(set(keys.values()))
    number = {name: row for row, name in enumerate(names)}
    rows: list[tuple[int, int, int, Place]] = []
    for row, places in enumerate(choices):
        for place in places:
            where = number[keys[place.building, place.room]]
            same = frozenset(serves[place.id]) if items[row].shared else frozenset[int]()
            if (row, where, place.start, same) not in found:
                found.add((row, where, place.start, same))
                rows.append((row, where, place.start, place))
    rows.sort(key=lambda one: one[:3])
    days = sorted({start // DAY for _, _, start, _ in rows})
    return _arrays(problem, items, rows, names, days, lags)


def _location_keys(choices: list[list[Place]]) -> dict[tuple[str, str], tuple[str, str]]:
    """A room is a location of its own only when two of the requests could be done in it."""
    users: dict[tuple[str, str], set[int]] = defaultdict(set)
    for row, places in enumerate(choices):
        for place in places:
            users[place.building, place.room].add(row)
    return {key: key if len(rows) > 1 else (key[0], "") for key, rows in users.items()}


def _arrays(
    problem: Problem,
    items: list[ExamRule],
    rows: list[tuple[int, int, int, Place]],
    names: list[tuple[str, str]],
    days: list[int],
    lags: Lags,
) -> Layout:
    starts = np.array([start for _, _, start, _ in rows], np.int64)
    heads = [n for n, one in enumerate(rows) if n == 0 or one[:2] != rows[n - 1][:2]]
    owner = np.array([rows[n][0] for n in heads], np.int64)
    at = np.zeros((len(heads), len(days) + 1), np.int64)
    for group, (low, high) in enumerate(zip(heads, [*heads[1:], len(rows)], strict=True)):
        at[group] = low + np.searchsorted(starts[low:high], [*(day * DAY for day in days), 1 << 50])
    places: dict[str, int] = {}
    walk = walks_between(problem, [building for building, _ in names])
    for one, (building, room) in enumerate(names):
        for other, (near, door) in enumerate(names):
            if building == near and not (one == other and room):
                walk[one, other] = problem.inside_min if one != other or not door else 0
    return Layout(
        options=[(row, place) for row, _, _, place in rows],
        start=starts,
        place=np.array([places.setdefault(one[3].id, len(places)) for one in rows], np.int64),
        groups=np.searchsorted(owner, np.arange(len(items) + 1)).astype(np.int64),
        location=np.array([rows[n][1] for n in heads], np.int64),
        at=at,
        days=days,
        minutes=np.array([[x.prep_min, x.duration_min, x.recovery_min, x.report_min] for x in items], np.int64),
        walk=walk,
        lags=lags,
        flexible=np.array([int((lags.most[row] < 1 << 39).any()) for row in range(len(items))], np.int64),
    )
