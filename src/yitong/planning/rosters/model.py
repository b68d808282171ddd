"""A roster problem as arrays: what each employee may do, what requests cost, what cover costs."""

import math
from typing import NamedTuple

import numpy as np

from yitong.planning.problems import NoFeasiblePlanError
from yitong.planning.rosters.instance import Employee, RosterInstance
from yitong.planning.rosters.pricing import OFF, Floats, Ints, best_roster
from yitong.planning.rosters.validation import Roster

LABELS = 4


class Staff(NamedTuple):
    """One employee: limits for `best_roster`, and the request cost of each shift on each day beside `base`."""

    most: Ints
    limits: Ints
    wish: Floats
    base: int


class Model(NamedTuple):
    """All employees; what is wanted on each day of each shift, and what too few and too many cost."""

    staff: list[Staff]
    follows: Ints
    minutes: Ints
    wanted: Ints
    under: Ints
    over: Ints


def build(it: RosterInstance) -> Model:
    """The arrays of an instance; minutes in the greatest unit that divides every shift."""
    kinds = [one.id for one in it.shifts]
    unit = math.gcd(*(one.minutes for one in it.shifts)) or 1
    minutes = np.array([one.minutes // unit for one in it.shifts], np.int64)
    wanted, under, over = (np.zeros((it.days, len(kinds)), np.int64) for _ in range(3))
    for one in it.cover:
        at = one.day, kinds.index(one.shift)
        wanted[at], under[at], over[at] = one.wanted, one.under, one.over
    follows = np.array([[int(b.id not in a.not_before) for b in it.shifts] for a in it.shifts], np.int64)
    staff = [_staff(it, one, kinds, minutes, unit) for one in it.employees]
    return Model(staff, follows, minutes, wanted, under, over)


def _staff(it: RosterInstance, one: Employee, kinds: list[str], minutes: Ints, unit: int) -> Staff:
    wish = np.zeros((it.days, len(kinds)))
    base = 0
    for request in it.requests:
        if request.employee == one.id:
            base += request.weight if request.on else 0
            wish[request.day, kinds.index(request.shift)] += -request.weight if request.on else request.weight
    most = np.array([one.most[kind] for kind in kinds], np.int64)
    wish[:, most == 0] = np.inf
    wish[sorted(one.days_off), :] = np.inf
    most_minutes = one.most_minutes // unit
    could = most_minutes // max(1, int(minutes.min()))
    binding = any(0 < n < min(could, it.days) for n in most)
    limits = [most_minutes, -(-one.least_minutes // unit), min(one.most_in_a_row, 14), one.least_in_a_row]
    limits += [
        max(1, min(one.least_days_off, 30)),
        one.most_weekends,
        int(binding),
        most_minutes + 1,
        int(minutes.max()),
    ]
    return Staff(most, np.array(limits, np.int64), wish, base)


def cheapest(m: Model, employee: int, price: Floats, labels: int = LABELS) -> tuple[float, Ints]:
    """The employee's cheapest row of shifts for prices on top of requests, and its reduced cost without `base`."""
    one = m.staff[employee]
    return best_roster(one.wish + price, m.follows, m.minutes, one.most, one.limits, labels)


def request_cost(m: Model, employee: int, row: Ints) -> int:
    """What a row costs by refused requests."""
    one = m.staff[employee]
    return one.base + int(sum(one.wish[day, shift] for day, shift in enumerate(row) if shift != OFF))


def cover_of(m: Model, rows: list[Ints]) -> Ints:
    """How many work each shift on each day."""
    there = np.zeros_like(m.wanted)
    for row in rows:
        on = np.nonzero(row != OFF)[0]
        there[on, row[on]] += 1
    return there


def cost_of(m: Model, rows: list[Ints]) -> int:
    """The cost of a whole roster."""
    there = cover_of(m, rows)
    lacking = np.maximum(0, m.wanted - there) * m.under + np.maximum(0, there - m.wanted) * m.over
    return int(lacking.sum()) + sum(request_cost(m, number, row) for number, row in enumerate(rows))


def respond(m: Model, rows: list[Ints], employee: int) -> Ints:
    """The employee's best row while everybody else keeps theirs."""
    there = cover_of(m, rows[:employee] + rows[employee + 1 :])
    price = np.where(there < m.wanted, -m.under, m.over).astype(np.float64)
    return cheapest(m, employee, price)[1]


def first_rows(m: Model, it: RosterInstance) -> list[Ints]:
    """A roster that keeps every hard rule, one employee after another; `NoFeasiblePlanError` names who has none."""
    rows: list[Ints] = []
    for number, one in enumerate(it.employees):
        price = np.where(cover_of(m, rows) < m.wanted, -m.under, m.over).astype(np.float64)
        for labels in (LABELS, 64):
            total, row = cheapest(m, number, price, labels)
            if total < np.inf:
                break
        else:
            raise NoFeasiblePlanError(f"employee {one.id} has no row of shifts that keeps every rule of theirs")
        rows.append(row)
    return rows


def roster_of(it: RosterInstance, rows: list[Ints]) -> Roster:
    """The public form of rows."""
    return {
        one.id: ["" if shift == OFF else it.shifts[int(shift)].id for shift in row]
        for one, row in zip(it.employees, rows, strict=True)
    }
