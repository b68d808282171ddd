"""Rosters by column generation: rows priced employee by employee, dives to whole rows, then the best mix of all."""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from yitong.planning.rosters.instance import RosterInstance
from yitong.planning.rosters.master import SMALL, Master, pick
from yitong.planning.rosters.model import Model, build, cheapest, cost_of, first_rows, respond, roster_of
from yitong.planning.rosters.pricing import Ints
from yitong.planning.rosters.validation import Roster, validate


class Progress(NamedTuple):
    """How far a run is: seconds gone, the cost of the best roster so far, what is being done."""

    seconds: float
    cost: int
    phase: str


class Outcome(NamedTuple):
    """The best roster, its cost parts and their sum, the linear master's value, seconds taken (compiling not counted).

    `relaxed` is a bound on every roster only as far as pricing kept every label; it is a guide, not a proof.
    """

    roster: Roster
    parts: dict[str, int]
    cost: int
    relaxed: float | None
    seconds: float


class _Run:
    """The best roster so far, the clock, and whom to tell."""

    def __init__(
        self,
        m: Model,
        rows: list[Ints],
        seconds: float,
        on_progress: Callable[[Progress], None] | None,
        stop: Callable[[], bool] | None,
    ) -> None:
        self.m, self.rows, self.cost = m, rows, cost_of(m, rows)
        self.started, self.seconds = time.monotonic(), seconds
        self.on_progress, self.stop = on_progress, stop
        self.relaxed: float | None = None

    def left(self, share: float = 1.0) -> float:
        """Seconds to that share of the time; not above 0 when it is over or somebody stopped the run."""
        if self.stop is not None and self.stop():
            return 0.0
        return self.started + share * self.seconds - time.monotonic()

    def take(self, rows: list[Ints], phase: str) -> None:
        """Keep a roster if it is better, and tell."""
        cost = cost_of(self.m, rows)
        if cost < self.cost:
            self.rows, self.cost = list(rows), cost
        if self.on_progress is not None:
            self.on_progress(Progress(time.monotonic() - self.started, self.cost, phase))


def solve(
    instance: RosterInstance,
    *,
    seconds: float,
    seed: int = 1,
    on_progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Outcome:
    """The best roster found within the seconds; always one that keeps every hard rule.

    Ctrl-C and `stop` end a run early with the best roster so far. Raises `NoFeasiblePlanError` with the name of an
    employee whose own rules leave no row of shifts.
    """
    m = build(instance)
    cheapest(m, 0, np.zeros(m.wanted.shape), 1)
    run = _Run(m, first_rows(m, instance), seconds, on_progress, stop)
    chance = np.random.default_rng(seed)
    try:
        _descend(run, run.rows, chance, "first")
        _generate(run, seed, chance)
    except KeyboardInterrupt:
        pass
    roster = roster_of(instance, run.rows)
    verdict = validate(instance, roster)
    if not verdict.feasible or verdict.cost != run.cost:
        # The validator shares no code with the search: a difference is a fault of ours, never a roster to hand out.
        raise AssertionError(f"search says {run.cost}, rules say {verdict.cost}: {verdict.violations[:3]}")
    return Outcome(roster, verdict.parts, verdict.cost, run.relaxed, time.monotonic() - run.started)


def _descend(run: _Run, rows: list[Ints], chance: np.random.Generator, phase: str) -> list[Ints]:
    """Let one employee after another answer the others until nobody can do better."""
    rows = list(rows)
    cost = cost_of(run.m, rows)
    better = True
    while better and run.left() > 0:
        better = False
        for employee in chance.permutation(len(rows)):
            changed = [*rows]
            changed[employee] = respond(run.m, rows, int(employee))
            if (now := cost_of(run.m, changed)) < cost:
                rows, cost, better = changed, now, True
            if run.left() <= 0:
                break
        run.take(rows, phase)
    return rows


def _generate(run: _Run, seed: int, chance: np.random.Generator) -> None:
    master = Master(run.m)
    for employee, row in enumerate(run.rows):
        master.add(employee, row)
    while run.left(0.5) > 0 and _price(run, master, range(len(run.rows))):
        run.take(run.rows, "columns")
    run.relaxed = master.solve()[0]
    turn = 0
    while run.left() > 0 and run.cost > run.relaxed + 1 - SMALL:
        rows = _dive(run, master, chance, turn)
        rows = _descend(run, rows, chance, "dive")
        for employee, row in enumerate(rows):
            master.add(employee, row)
        for employee, row in enumerate(run.rows):
            master.add(employee, row)
        budget = min(run.left(), max(2.0, run.seconds * 0.15))
        if budget > 0:
            run.take(pick(run.m, _near(run, master), run.rows, seconds=budget, seed=seed + turn), "mix")
        turn += 1


def _price(run: _Run, master: Master, employees: range | list[int]) -> bool:
    """Add the best row of each employee at today's prices; whether any was worth it."""
    _, shifts, people = master.solve()
    added = False
    for employee in employees:
        if run.left() <= 0:
            return False
        total, row = cheapest(run.m, employee, -shifts)
        if total + run.m.staff[employee].base < people[employee] - SMALL:
            added |= master.add(employee, row)
    return added


def _dive(run: _Run, master: Master, chance: np.random.Generator, turn: int) -> list[Ints]:
    """Fix the row with the greatest share, price for the others again, and so on: a whole roster."""
    fixed: dict[int, int] = {}
    while len(fixed) < len(run.rows) and run.left() > 0:
        shares = {n: share for n, share in master.shares().items() if master.rows[n][0] not in fixed}
        whole = [n for n, share in shares.items() if share > 1 - SMALL]
        noisy = {n: share + (chance.random() * 0.15 if turn else 0.0) for n, share in shares.items()}
        for number in whole or [max(noisy, key=lambda n: noisy[n])]:
            master.fix(number)
            fixed[master.rows[number][0]] = number
        waiting = [who for who in range(len(run.rows)) if who not in fixed]
        for _ in range(2):
            if not waiting or not _price(run, master, waiting):
                break
    master.release()
    return [master.rows[fixed[who]][1] if who in fixed else row for who, row in enumerate(run.rows)]


def _near(run: _Run, master: Master) -> list[tuple[int, Ints, int]]:
    """The rows worth mixing: those of small reduced cost, and the best roster's own."""
    _, shifts, people = master.solve()
    best = {(employee, row.tobytes()) for employee, row in enumerate(run.rows)}
    priced: list[tuple[float, int]] = []
    for number, (employee, row, cost) in enumerate(master.rows):
        reduced = cost - people[employee] - sum(shifts[day, shift] for day, shift in enumerate(row) if shift >= 0)
        priced.append((-1.0 if (employee, row.tobytes()) in best else float(reduced), number))
    return [master.rows[number] for _, number in sorted(priced)[:4000]]
