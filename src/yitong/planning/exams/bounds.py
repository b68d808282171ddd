"""What ends a branch of the search over sequences of exams: no place left, a bound, or no better than one before.

Compiled. A path is a table with one row for each exam done, its columns named below.
"""

import numpy as np
from numba import njit

from yitong.planning.ihtc.layout import Ints

ANY, FINISH, WAITING = range(3)
NOTHING = 1 << 60
# Columns of a path: option, request, position of its day, waiting so far, free again at, location, first of those done
# at one place at one time.
OPTION, REQUEST, DAY_AT, WAITED, READY, WHERE, CLUSTER = range(7)
# Columns of `minutes`.
PREP, DURATION, RECOVERY, REPORT = range(4)
# Paths remembered: how many for one group of exams done, in how many drawers.
DRAWERS, DEEP = 1024, 64
# Layers of `lags`.
LEAST, MOST, SAME_DAY, BEFORE, BEFORE_SAME_DAY, APART, TOGETHER = range(7)


@njit(cache=True)
def latest_starts(days: Ints, groups: Ints, at: Ints, start: Ints, cap: Ints) -> Ints:
    """The latest start of each request on each of the days that is not above its cap; -1 when there is none."""
    latest = np.full((groups.size - 1, days.size), -1, np.int64)
    for r in range(groups.size - 1):
        for g in range(groups[r], groups[r + 1]):
            for d in range(days.size):
                low, high = at[g, days[d]], at[g, days[d] + 1]
                above: int = cap[r] + 1
                within = int(np.searchsorted(start[low:high], above))
                if within:
                    latest[r, d] = max(latest[r, d], start[low + within - 1])
    return latest


@njit(cache=True)
def soonest_starts(days: Ints, groups: Ints, at: Ints, start: Ints) -> Ints:
    """The first start of each request on any of the days from each one on; `NOTHING` when there is none."""
    sooner = np.full((groups.size - 1, days.size + 1), NOTHING, np.int64)
    for r in range(groups.size - 1):
        for d in range(days.size - 1, -1, -1):
            sooner[r, d] = sooner[r, d + 1]
            for g in range(groups[r], groups[r + 1]):
                if at[g, days[d]] < at[g, days[d] + 1]:
                    sooner[r, d] = min(sooner[r, d], start[at[g, days[d]]])
    return sooner


@njit(cache=True)
def window(r: int, d: int, level: int, share: int, path: Ints, start: Ints, minutes: Ints, lags: Ints, cap: int):
    """Earliest and latest start of request r on a day by what is done before; those from `share` on go with it."""
    low, high = -NOTHING, int(cap)
    for n in range(share):
        v = path[n, REQUEST]
        end = start[path[n, OPTION]] + minutes[v, DURATION]
        lag = lags[LEAST, v, r]
        if path[n, DAY_AT] == d:
            if lags[APART, v, r] or lags[BEFORE_SAME_DAY, r, v]:
                return 0, -1
            lag = max(lag, lags[SAME_DAY, v, r])
        low = max(low, end + lag)
        high = min(high, end + lags[MOST, v, r])
    for n in range(share, level):
        if not lags[TOGETHER, path[n, REQUEST], r]:
            return 0, -1
    return low, high


@njit(cache=True)
def hopeless(
    mode: int,
    exact: int,
    trips_left: int,
    level: int,
    best: int,
    days: Ints,
    path: Ints,
    used: Ints,
    groups: Ints,
    at: Ints,
    start: Ints,
    minutes: Ints,
    lags: Ints,
    cap: Ints,
    latest: Ints,
    farthest: int,
) -> bool:
    """Whether no sequence that begins with this path can be legal, or better than the best."""
    here = path[level - 1, DAY_AT]
    end = days.size if trips_left > 0 else here + 1
    work = 0
    left = 0
    for r in range(used.size):
        if used[r]:
            continue
        left += 1
        work += minutes[r, PREP] + minutes[r, DURATION] + minutes[r, RECOVERY]
    if exact and left < days.size - 1 - here:
        return True
    for n in range(level):
        if start[path[n, OPTION]] > cap[path[n, REQUEST]]:
            return True
    began = start[path[level - 1, OPTION]]
    for r in range(used.size):
        if used[r]:
            continue
        low, high = began, np.int64(NOTHING)
        for n in range(path[level - 1, CLUSTER]):
            v = path[n, REQUEST]
            low = max(low, start[path[n, OPTION]] + minutes[v, DURATION] + lags[LEAST, v, r])
            high = min(high, start[path[n, OPTION]] + minutes[v, DURATION] + lags[MOST, v, r])
        today = later = False
        for d in range(here, end):
            if latest[r, d] < low:
                continue
            legal = True
            for n in range(level):
                legal = legal and not (path[n, DAY_AT] == d and lags[APART, path[n, REQUEST], r])
            today = today or (legal and d == here)
            later = later or (legal and d > here)
        if high < low or not (today or later):
            return True
        if mode == WAITING and today and not later:
            earliest = np.int64(NOTHING)
            for g in range(groups[r], groups[r + 1]):
                o = at[g, days[here]]
                stop = at[g, days[here] + 1]
                o += np.searchsorted(start[o:stop], low)
                if o < stop:
                    earliest = min(earliest, start[o])
            own = minutes[r, PREP] + minutes[r, DURATION] + minutes[r, RECOVERY]
            gap = earliest - minutes[r, PREP] - path[level - 1, READY] - (work - own) - left * farthest
            if path[level - 1, WAITED] + gap >= best:
                return True
    return False


@njit(cache=True)
def seen_before(
    mode: int,
    level: int,
    trips: int,
    path: Ints,
    used: Ints,
    start: Ints,
    minutes: Ints,
    lags: Ints,
    sooner: Ints,
    closing: bool,
    label: Ints,
    labels: Ints,
    counts: Ints,
) -> bool:
    """Whether a path with the same exams, ending on the same day at the same location, was no worse in anything that
    still matters: trips, when the person is free, waiting or last report, and between when each exam left may begin.
    `closing`: the person goes home now, so where and when the day ended does not matter.
    """
    size = used.size
    last = path[level - 1]
    mask, finish = 0, 0
    for r in range(size):
        if used[r]:
            mask |= 1 << r
        elif lags[TOGETHER, last[REQUEST], r] and not closing:
            return False
    label[0], label[1], label[2], label[3], label[4] = mask, last[DAY_AT], last[WHERE], trips, last[READY]
    for n in range(level):
        v = path[n, REQUEST]
        finish = max(finish, start[path[n, OPTION]] + minutes[v, DURATION] + minutes[v, REPORT])
    label[5] = last[WAITED] - last[READY] if mode == WAITING else finish if mode == FINISH else 0
    if closing:
        label[2], label[4] = -1, 0
        label[5] = last[WAITED] if mode == WAITING else label[5]
    for r in range(size):
        today = later = last[READY] if not used[r] else 0
        high = NOTHING
        for n in range(level if not used[r] else 0):
            v = path[n, REQUEST]
            end = start[path[n, OPTION]] + minutes[v, DURATION]
            lag = lags[LEAST, v, r]
            later = max(later, end + lag)
            high = min(high, end + lags[MOST, v, r])
            if path[n, DAY_AT] == last[DAY_AT]:
                lag = max(lag, lags[SAME_DAY, v, r])
                if lags[APART, v, r] or lags[BEFORE_SAME_DAY, r, v]:
                    today = NOTHING
            today = max(today, end + lag)
        if closing:
            today = 0
        # What is sooner than the first place there is on a later day does not matter.
        if later <= sooner[r, last[DAY_AT] + 1]:
            later = 0
        label[6 + r], label[6 + size + r], label[6 + 2 * size + r] = today, later, -high
    drawer = (mask * 8 + last[DAY_AT]) % DRAWERS
    for k in range(counts[drawer]):
        other = labels[drawer, k]
        worse = other[0] != label[0] or other[1] != label[1] or other[2] != label[2]
        column = 3
        while not worse and column < label.size:
            worse = other[column] > label[column]
            column += 1
        if not worse:
            return True
    if counts[drawer] < DEEP:
        labels[drawer, counts[drawer]] = label
        counts[drawer] += 1
    return False
