"""What pair rules mean between the requests of one person, as a table of minutes for the search."""

from itertools import permutations
from typing import NamedTuple

import numpy as np

from yitong.planning.exams.model import Done, ExamRule, PairRule, Problem, RuleBase, tags_of
from yitong.planning.ihtc.layout import Ints
from yitong.planning.problems import PlanningError

NONE = -1
LONG = 1 << 40


class Lags(NamedTuple):
    """Between requests i (row) and j (column): with i before j at least `least[i, j]` minutes from the end of i to the
    start of j, at most `most[i, j]`; on one day `same_day[i, j]` instead when it is more; `before[i, j]`: i has to be
    before j, `before_same_day[i, j]`: if they are on one day; `apart[i, j]`: never on one day; `together[i, j]`: may
    be done at one place at one time; `needs[i, j]`: j is not done without i.
    """

    least: Ints
    most: Ints
    same_day: Ints
    before: Ints
    before_same_day: Ints
    apart: Ints
    together: Ints
    needs: Ints


def rules_of(problem: Problem) -> list[ExamRule]:
    """The rule of each request; `PlanningError` when a code is not in the rule base."""
    by_code = {one.code: one for one in problem.rules.items}
    unknown = sorted({one.code for one in problem.requests} - set(by_code))
    if unknown:
        raise PlanningError(f"no exam item {', '.join(unknown)} in rule base {problem.rules.version}")
    return [by_code[one.code] for one in problem.requests]


def lags_of(rules: RuleBase, items: list[ExamRule]) -> Lags:
    """The table for these items, in their order."""
    size = (len(items), len(items))
    least, same_day, before, before_same_day, apart, together, needs = (np.zeros(size, np.int64) for _ in range(7))
    table = Lags(least, np.full(size, LONG), same_day, before, before_same_day, apart, together, needs)
    tags = [tags_of(one) for one in items]
    for i, j in permutations(range(len(items)), 2):
        for pair in rules.pairs:
            if pair.first in tags[i] and pair.then in tags[j]:
                _enter(table, pair, i, j, items[i])
        if not items[i].drink and items[j].bladder == "full":
            before_same_day[i, j] = 1
            same_day[i, j] = max(same_day[i, j], items[j].fill_min)
    for i, j in permutations(range(len(items)), 2):
        together[i, j] = _together(items[i], items[j]) and not _ordered(table, i, j) and not _ordered(table, j, i)
    return table


def _enter(t: Lags, pair: PairRule, i: int, j: int, first: ExamRule) -> None:
    if pair.kind == "apart":
        t.apart[i, j] = t.apart[j, i] = 1
        return
    least = pair.least if pair.kind == "gap" else first.report_min if pair.kind == "result" else 0
    t.least[i, j] = max(t.least[i, j], least)
    if pair.most is not None and pair.kind == "gap":
        t.most[i, j] = min(t.most[i, j], pair.most)
    if pair.kind != "gap" or pair.most is not None:
        t.before[i, j] = 1
    if pair.kind == "result":
        t.needs[i, j] = 1


def _together(one: ExamRule, other: ExamRule) -> bool:
    minutes = [(x.shared, x.prep_min, x.duration_min, x.recovery_min) for x in (one, other)]
    return bool(one.shared) and minutes[0] == minutes[1]


def _ordered(t: Lags, i: int, j: int) -> bool:
    return bool(t.before[i, j] or t.before_same_day[i, j] or t.apart[i, j])


def window_after_done(problem: Problem, item: ExamRule) -> tuple[int, int, set[int]]:
    """Earliest and latest start, and days that are out, that pair rules leave because of exams done already."""
    by_code = {one.code: one for one in problem.rules.items}
    low, high, not_days = -LONG, LONG, set[int]()
    for done in problem.done:
        if done.code in by_code:
            low, high = _towards(problem.rules, by_code[done.code], done, item, low, high, not_days)
    return low, high, not_days


def _towards(
    rules: RuleBase, first: ExamRule, done: Done, item: ExamRule, low: int, high: int, not_days: set[int]
) -> tuple[int, int]:
    mine, theirs = tags_of(item), tags_of(first)
    for pair in rules.pairs:
        if pair.kind == "apart" and (
            (pair.first in theirs and pair.then in mine) or (pair.first in mine and pair.then in theirs)
        ):
            not_days.add(done.start // 1440)
        elif pair.first in theirs and pair.then in mine:
            low = max(low, done.report_at if pair.kind == "result" else done.end + pair.least)
            high = min(high, done.end + pair.most if pair.most is not None else high)
    return low, high
