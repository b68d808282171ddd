"""Exact search over sequences of exams, in time order, compiled.

In a sequence each exam takes the earliest place of a location that its predecessors leave: taking it later never helps
the ones after it, and the waiting of a day hangs on its first exam, its last end and the ways only. The exceptions are
tried in full: the first exam of a day when waiting counts, and exams that another must follow soon (`flexible`).
Branches end when an exam left over has no place any more, when waiting is sure to reach the best known, or when the
same exams were done before in a way that leaves at least as much open (`seen_before`).
"""

import numpy as np
from numba import njit

from yitong.planning.exams.bounds import (
    ANY,
    BEFORE,
    CLUSTER,
    DAY_AT,
    DEEP,
    DRAWERS,
    DURATION,
    FINISH,
    NOTHING,
    OPTION,
    PREP,
    READY,
    RECOVERY,
    REPORT,
    REQUEST,
    WAITED,
    WAITING,
    WHERE,
    hopeless,
    latest_starts,
    seen_before,
    soonest_starts,
    window,
)
from yitong.planning.ihtc.layout import Ints


@njit(cache=True)
def candidates(
    mode: int,
    exact: int,
    trips_left: int,
    level: int,
    days: Ints,
    path: Ints,
    used: Ints,
    groups: Ints,
    location: Ints,
    at: Ints,
    start: Ints,
    place: Ints,
    minutes: Ints,
    walk: Ints,
    lags: Ints,
    flexible: Ints,
    cap: Ints,
    out: Ints,
) -> int:
    """Write the options worth trying after a path of `level` exams, and their locations; how many there are."""
    count = 0
    now = path[level - 1, DAY_AT] if level else -1
    last_day = min(now + 2, days.size) if exact else days.size
    if now >= 0 and trips_left == 0:
        last_day = now + 1
    for r in range(used.size):
        if used[r]:
            continue
        waits = False
        for other in range(used.size):
            if not used[other] and lags[BEFORE, other, r]:
                waits = True
        if waits:
            continue
        for d in range(max(0, now), last_day):
            low, high = window(r, d, level, level, path, start, minutes, lags, cap[r])
            share_low, share_high = np.int64(0), np.int64(-1)
            if d == now and path[level - 1, REQUEST] < r:
                share = path[level - 1, CLUSTER]
                share_low, share_high = window(r, d, level, share, path, start, minutes, lags, cap[r])
            for g in range(groups[r], groups[r + 1]):
                first, end = at[g, days[d]], at[g, days[d] + 1]
                if d == now and share_high >= share_low and location[g] == path[level - 1, WHERE]:
                    before = path[level - 1, OPTION]
                    o = first + np.searchsorted(start[first:end], start[before])
                    while o < end and start[o] == start[before] and place[o] != place[before]:
                        o += 1
                    if o < end and start[o] == start[before] and share_low <= start[o] <= share_high:
                        out[count, 0], out[count, 1] = o, g
                        count += 1
                if high < low:
                    continue
                least = low
                if d == now:
                    ready = path[level - 1, READY] + walk[path[level - 1, WHERE], location[g]]
                    least = max(low, ready + minutes[r, PREP])
                o = first + np.searchsorted(start[first:end], least)
                every = flexible[r] or (mode == WAITING and d != now)
                while o < end and start[o] <= high:
                    out[count, 0], out[count, 1] = o, g
                    count += 1
                    if not every:
                        break
                    o += 1
    return count


@njit(cache=True)
def search(
    mode: int,
    exact: int,
    most_trips: int,
    best: int,
    days: Ints,
    groups: Ints,
    location: Ints,
    at: Ints,
    start: Ints,
    place: Ints,
    minutes: Ints,
    walk: Ints,
    lags: Ints,
    flexible: Ints,
    cap: Ints,
    most_steps: int,
    chosen: Ints,
) -> int:
    """The best value below `best`, its options in `chosen`, or `NOTHING`. `exact`: every one of the days is used.
    The search ends after `most_steps`; how many it took is the last number of `chosen`.

    ANY: 0 as soon as there is a plan. FINISH: the least last report. WAITING: the least waiting. No exam starts after
    its cap.
    """
    size = groups.size - 1
    path, used = np.zeros((size, 7), np.int64), np.zeros(size, np.int64)
    spread = np.zeros((size, start.size * 2, 2), np.int64)
    count, cursor = np.zeros(size, np.int64), np.zeros(size, np.int64)
    trips = np.zeros(size + 1, np.int64)
    label, seen = np.zeros(6 + 3 * size, np.int64), np.zeros(DRAWERS, np.int64)
    labels = np.empty((DRAWERS, DEEP, label.size), np.int64)
    closed, closings = np.zeros(DRAWERS, np.int64), np.empty((DRAWERS, DEEP, label.size), np.int64)
    sooner = soonest_starts(days, groups, at, start)
    cap = cap.copy()
    latest = latest_starts(days, groups, at, start, cap)
    farthest = walk.max() if walk.size else 0
    found = NOTHING
    for r in range(size):
        if latest[r].max() < 0:
            return found
    level = 0
    # fmt: off
    count[0] = candidates(mode, exact, most_trips, 0, days, path, used, groups, location, at, start, place, minutes,
                          walk, lags, flexible, cap, spread[0])
    # fmt: on
    steps = 0
    while level >= 0 and steps < most_steps:
        steps += 1
        chosen[size] = steps
        if cursor[level] >= count[level]:
            level -= 1
            if level >= 0:
                used[path[level, REQUEST]] = 0
            continue
        # Late beginnings of a day first: they wait least, so `seen_before` ends most of the early ones.
        turn = count[level] - 1 - cursor[level] if mode == WAITING else cursor[level]
        o: int = spread[level, turn, 0]
        g: int = spread[level, turn, 1]
        cursor[level] += 1
        r = int(np.searchsorted(groups, g + 1)) - 1
        if start[o] > cap[r]:
            continue
        day = 0
        while at[g, days[day] + 1] <= o:
            day += 1
        waited, cluster, new_day = 0, level, 1
        if level and path[level - 1, DAY_AT] == day:
            new_day = 0
            waited = path[level - 1, WAITED]
            before = path[level - 1, OPTION]
            if start[o] == start[before]:
                cluster = path[level - 1, CLUSTER]
            else:
                way = walk[path[level - 1, WHERE], location[g]]
                waited += start[o] - minutes[r, PREP] - path[level - 1, READY] - way
        elif level:
            waited = path[level - 1, WAITED]
        if mode == WAITING and waited >= best:
            continue
        trips[level + 1] = trips[level] + new_day
        if trips[level + 1] > most_trips or (exact and level == 0 and day > 0):
            continue
        ready = start[o] + minutes[r, DURATION] + minutes[r, RECOVERY]
        path[level, OPTION], path[level, REQUEST], path[level, DAY_AT] = o, r, day
        path[level, WAITED], path[level, READY], path[level, WHERE] = waited, ready, location[g]
        path[level, CLUSTER] = cluster
        if level == size - 1:
            if exact and day != days.size - 1:
                continue
            found = 0
            if mode == WAITING:
                found = waited
            if mode == FINISH:
                for n in range(size):
                    v = path[n, REQUEST]
                    found = max(found, start[path[n, OPTION]] + minutes[v, DURATION] + minutes[v, REPORT])
                for v in range(size):
                    cap[v] = min(cap[v], found - 1 - minutes[v, DURATION] - minutes[v, REPORT])
                latest = latest_starts(days, groups, at, start, cap)
            best = found
            for n in range(size):
                chosen[path[n, REQUEST]] = path[n, OPTION]
            if mode == ANY or (mode == WAITING and found == 0):
                return found
            continue
        used[r] = 1
        trips_left = most_trips - trips[level + 1]
        # fmt: off
        if hopeless(mode, exact, trips_left, level + 1, best, days, path, used, groups, at, start, minutes, lags, cap,
                    latest, farthest):
            used[r] = 0
            continue
        if seen_before(mode, level + 1, trips[level + 1], path, used, start, minutes, lags, sooner, False, label,
                       labels, seen):
            used[r] = 0
            continue
        if trips_left and day + 1 < days.size and seen_before(mode, level + 1, trips[level + 1], path, used, start,
                                                              minutes, lags, sooner, True, label, closings, closed):
            trips_left = 0
        level += 1
        cursor[level] = 0
        count[level] = candidates(mode, exact, trips_left, level, days, path, used, groups, location, at, start, place,
                                  minutes, walk, lags, flexible, cap, spread[level])
        # fmt: on
    return found
