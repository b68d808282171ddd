"""One search from its first plan to its last degree, in pieces of some hundredths of a second."""

import time

import numpy as np

from yitong.planning.ihtc import chance
from yitong.planning.ihtc.annealing import anneal, decisions_of, fill, left_out, restore
from yitong.planning.ihtc.layout import DAY, HIGH, LOW, MUST, OUT_COST, ROOM, THEATER, W_OUT, Ints
from yitong.planning.ihtc.start import place_everybody_who_must
from yitong.planning.ihtc.state import begin

STEPS_A_PIECE = 20_000
NOTHING = 1 << 60
# Temperatures in units of cost, measured on the public instances: from a share of what leaving somebody out costs.
HOTTEST_SHARE = 0.06
COLDEST = 0.7


class Search:
    """Annealing by a clock: `share` says how much of the time is gone; the best plan is always at hand."""

    def __init__(self, w: Ints, seed: int, heat: float = 1.0) -> None:
        self.w = w
        self.seed = seed
        self.chance = chance.start(seed)
        self.hottest = max(2.0, heat * HOTTEST_SHARE * int(w[W_OUT]))
        self.steps = 0
        self.cost = begin(w)
        self.best = decisions_of(w)
        self.best_cost = NOTHING

    def start(self, *, seconds: float, workers: int = 1) -> None:
        """Find places for everybody who must come: by chance, by annealing, by proof; seconds bound the last two."""
        w, optional = self.w, self._optional()
        high = w[w[HIGH] + optional]
        # Whoever may be left out stays out of the way until everybody else has a place.
        w[w[HIGH] + optional] = w[w[LOW] + optional] - 1
        self.cost += fill(w, self.chance, 20_000)
        started = time.monotonic()
        self._place(started + 0.4 * seconds)
        if left_out(w, decisions_of(w)):
            self._prove(seconds=0.4 * seconds, workers=workers)
            self._place(started + seconds)
        w[w[HIGH] + optional] = high
        self.best = decisions_of(self.w)
        self.best_cost = self.cost

    def _place(self, until: float) -> None:
        pieces = 0
        while left_out(self.w, decisions_of(self.w)) and time.monotonic() < until:
            # Cooling again and again frees a search that is stuck with a few people left.
            self.piece(pieces % 60 / 100)
            pieces += 1

    def _prove(self, *, seconds: float, workers: int) -> None:
        found = place_everybody_who_must(self.w, seconds=seconds, seed=self.seed, workers=workers)
        plan = decisions_of(self.w)
        if found:
            plan[: self.w[ROOM] - self.w[DAY]] = -1
        for p, (day, room, theater) in found.items():
            plan[p] = day
            plan[self.w[ROOM] - self.w[DAY] + p] = room
            plan[self.w[THEATER] - self.w[DAY] + p] = theater
        self.cost += restore(self.w, plan)

    def _optional(self) -> Ints:
        return np.nonzero(self.w[self.w[MUST] : self.w[OUT_COST]] == 0)[0].astype(np.int64)

    def piece(self, share: float) -> None:
        """Some steps at the temperature of that share of the time."""
        heat = self.hottest * (COLDEST / self.hottest) ** min(1.0, share)
        self.cost, self.best_cost = anneal(
            self.w, self.best, self.cost, self.best_cost, heat, STEPS_A_PIECE, self.chance
        )
        self.steps += STEPS_A_PIECE

    def adopt(self, plan: Ints, cost: int) -> None:
        """Go on from another search's plan when it is better than the best of this one."""
        if cost < self.best_cost:
            self.cost += restore(self.w, plan)
            self.best[:], self.best_cost = plan, cost

    def return_to_best(self) -> None:
        """Go on from the best plan so far, wherever the search has got to."""
        self.cost += restore(self.w, self.best)


def warm(w: Ints) -> None:
    """Compile, or load what was compiled before, so that no clock counts it."""
    trial = Search(w.copy(), 1)
    trial.cost += fill(trial.w, trial.chance, 1)
    trial.cost, _ = anneal(trial.w, trial.best, trial.cost, NOTHING, 1.0, 1, trial.chance)
    restore(trial.w, trial.best)


def share_of(started: float, seconds: float, steps: int, most_steps: int | None) -> float:
    """How much of a run is gone, by the clock or, when given, by the number of steps, whichever is more."""
    by_clock = (time.monotonic() - started) / seconds
    return max(by_clock, steps / most_steps) if most_steps else by_clock
