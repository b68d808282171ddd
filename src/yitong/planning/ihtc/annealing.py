"""Simulated annealing over admissions and nurses together, in short compiled pieces with room to stop between."""

import math

import numpy as np
from numba import njit

from yitong.planning.ihtc import moves
from yitong.planning.ihtc.chance import Chance, below, share
from yitong.planning.ihtc.layout import (
    DAY,
    END,
    HIGH,
    LOW,
    MUST,
    N_ROOMS,
    N_THEATERS,
    NURSE,
    PATIENTS,
    ROOM,
    ROOM_CHOICES,
    ROOMS,
    SHIFTS,
    THEATER,
    THEATER_CHOICES,
    THEATERS,
    Cells,
    Ints,
)
from yitong.planning.ihtc.state import OUT, admit, dismiss, fits, give_nurse


def decisions_of(w: Cells) -> Ints:
    """A copy of the plan under search: days, rooms, theatres of all people, then nurses by room and shift."""
    return w[w[DAY] : w[END]].copy()


@njit(cache=True)
def _step(w: Cells, chance: Chance, limit: float, to: Cells, before: Cells) -> int:
    kind = below(chance, 100)
    if kind < 34:
        return moves.relocate(w, chance, limit)
    if kind < 50:
        return moves.swap(w, chance, limit, to)
    if kind < 64:
        return moves.kick(w, chance, limit, to)
    if kind < 65:
        return moves.unschedule(w, chance, limit)
    if kind < 82:
        return moves.change_nurse(w, chance, limit)
    if kind < 90:
        return moves.swap_nurses(w, chance, limit)
    return moves.nurse_run(w, chance, limit, before)


@njit(cache=True)
def anneal(w: Cells, best: Ints, cost: int, best_cost: int, heat: float, steps: int, chance: Chance) -> tuple[int, int]:
    """So many steps at one temperature (in units of cost): the cost now and the best cost, kept in `best`."""
    to = np.zeros(6, np.int64)
    before = np.zeros(w[SHIFTS], np.int64)
    for _ in range(steps):
        limit = -heat * math.log(share(chance))
        delta = _step(w, chance, limit, to, before)
        if delta != moves.REFUSED:
            cost += delta
            if cost < best_cost:
                best_cost = cost
                best[:] = w[w[DAY] : w[END]]
    return cost, best_cost


@njit(cache=True)
def restore(w: Cells, plan: Cells) -> int:
    """Change the plan under search to other decisions (as `decisions_of` gives them): the change of the cost."""
    delta = 0
    for p in range(w[PATIENTS]):
        delta += dismiss(w, p)
    nurses = w[NURSE] - w[DAY]
    for room in range(w[N_ROOMS]):
        for shift in range(w[SHIFTS]):
            nurse = plan[nurses + room * w[SHIFTS] + shift]
            if w[w[NURSE] + room * w[SHIFTS] + shift] != nurse:
                delta += give_nurse(w, room, shift, nurse)
    room_at, theater_at = w[ROOM] - w[DAY], w[THEATER] - w[DAY]
    for p in range(w[PATIENTS]):
        delta += admit(w, p, plan[p], plan[room_at + p], plan[theater_at + p])
    return delta


@njit(cache=True)
def fill(w: Cells, chance: Chance, tries: int) -> int:
    """Admit who must come wherever a random place is free, in random order: the change of the cost."""
    delta = 0
    for _ in range(tries):
        p = below(chance, w[PATIENTS])
        if w[w[DAY] + p] != OUT or not w[w[MUST] + p] or not moves.movable(w, p):
            continue
        day = w[w[LOW] + p] + below(chance, w[w[HIGH] + p] - w[w[LOW] + p] + 1)
        room = w[w[ROOMS] + p * w[N_ROOMS] + below(chance, w[w[ROOM_CHOICES] + p])]
        theater = w[w[THEATERS] + p * w[N_THEATERS] + below(chance, w[w[THEATER_CHOICES] + p])]
        if fits(w, p, day, room, theater, OUT, OUT):
            delta += admit(w, p, day, room, theater)
    return delta


def left_out(w: Cells, plan: Cells) -> list[int]:
    """Who must come and is not in the plan (as `decisions_of` gives it)."""
    return [p for p in range(w[PATIENTS]) if w[w[MUST] + p] and plan[p] == OUT]
