"""The best row of shifts of one employee for given prices, by labels that grow day by day and dominate each other."""

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

OFF = -1
# Runs that begin with the horizon are exempt from least lengths: work counts on from here, days off stay there.
EXEMPT = 16
ALWAYS_OFF = 31


@njit(cache=True)
def _no_more(a: int, b: int) -> bool:
    """Whether each count packed in a (six bits a kind) is at most the one in b."""
    while a > 0:
        if (a & 63) > (b & 63):
            return False
        a >>= 6
        b >>= 6
    return True


@njit(cache=True)
def _key(last: int, run: int, minutes: int, weekends: int, saturday: int, limits: Ints) -> int:
    return ((((last + 1) * 32 + run) * limits[7] + minutes) * (limits[5] + 1) + weekends) * 2 + saturday


@njit(cache=True)
def best_roster(
    price: Floats, follows: Ints, minutes_of: Ints, most: Ints, limits: Ints, keep: int
) -> tuple[float, Ints]:
    """The cheapest feasible row of shifts (OFF for a day off) and its price; infinity when there is none.

    `price[day, shift]` is infinite where work is forbidden; `follows[a, b]` is 1 where b may follow a; `minutes_of` and
    limits are in the common unit of minutes. `limits`: most and least minutes, most and least shifts in a row, least
    days off in a row, most weekends, whether counts of kinds bind, most minutes + 1, the longest shift. `keep` labels
    are held for the same last shift, run, minutes and weekends: with few of them the answer may miss the best,
    never a rule.
    """
    days, shifts = price.shape
    room = 1_000_000
    cost, before = np.empty(room, np.float64), np.empty(room, np.int64)
    counts, state = np.empty(room, np.int64), np.empty((room, 5), np.int64)
    following, heads = np.empty(room, np.int64), np.full((shifts + 1) * 64 * limits[7] * (limits[5] + 1), -1, np.int64)
    cost[0], before[0], counts[0] = 0.0, -1, 0
    state[0, 0], state[0, 1], state[0, 2], state[0, 3], state[0, 4] = OFF, ALWAYS_OFF, 0, 0, 0
    begin, end = 0, 1
    for day in range(days):
        new = end
        for label in range(begin, end):
            last, run, minutes, weekends, saturday = state[label]
            for shift in range(-1, shifts):
                n_run, n_minutes, n_weekends, n_counts, n_saturday = 1, minutes, weekends, counts[label], 0
                n_cost = cost[label]
                if shift == OFF:
                    if last != OFF and run < limits[3]:
                        continue
                    if last == OFF:
                        n_run = ALWAYS_OFF if run == ALWAYS_OFF else min(run + 1, limits[4])
                    n_saturday = saturday if day % 7 == 5 else 0
                else:
                    if price[day, shift] == np.inf or (last >= 0 and not follows[last, shift]):
                        continue
                    if last == OFF and run < limits[4]:
                        continue
                    n_run = run + 1 if last != OFF else 1
                    if day == 0:
                        n_run = EXEMPT + 1
                    if n_run % EXEMPT > limits[2]:
                        continue
                    n_minutes = minutes + minutes_of[shift]
                    if n_minutes > limits[0]:
                        continue
                    if limits[6]:
                        n_counts += 1 << (6 * shift)
                        if ((n_counts >> (6 * shift)) & 63) > most[shift]:
                            continue
                    if day % 7 == 5:
                        n_weekends, n_saturday = weekends + 1, 1
                    elif day % 7 == 6 and not saturday:
                        n_weekends = weekends + 1
                    if n_weekends > limits[5]:
                        continue
                    n_cost += price[day, shift]
                # Whoever works every day that is left must still be able to reach the least minutes.
                if n_minutes + (days - 1 - day) * limits[8] < limits[1]:
                    continue
                key = _key(shift, n_run, n_minutes, n_weekends, n_saturday, limits)
                held, worse, dominated, at = 0, -1, False, heads[key]
                while at >= new:
                    if cost[at] <= n_cost and _no_more(int(counts[at]), n_counts):
                        dominated = True
                        break
                    if cost[at] > n_cost and (worse < 0 or cost[at] > cost[worse]):
                        worse = at
                    held += 1
                    at = following[at]
                if dominated or (held >= keep and worse < 0):
                    continue
                place = worse if held >= keep else end
                if place == end:
                    if end >= room:
                        continue
                    following[end] = heads[key] if heads[key] >= new else -1
                    heads[key] = end
                    end += 1
                cost[place], before[place], counts[place] = n_cost, label, n_counts
                state[place, 0], state[place, 1], state[place, 2] = shift, n_run, n_minutes
                state[place, 3], state[place, 4] = n_weekends, n_saturday
        begin = new
    best, row = -1, np.full(days, OFF, np.int64)
    for label in range(begin, end):
        if state[label, 2] >= limits[1] and (best < 0 or cost[label] < cost[best]):
            best = label
    if best < 0:
        return np.inf, row
    total, label = cost[best], best
    for day in range(days - 1, -1, -1):
        row[day] = state[label, 0]
        label = before[label]
    return total, row
