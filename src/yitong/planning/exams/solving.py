"""The best complete plan for the exams of one person: exact, by compiled search over days and sequences.

What counts, in this order: every request placed, bookings that stay, reports before the return visit, fewest trips,
earliest finish, least waiting. Among equals the first by the order of requests and places is taken, so the same problem
has the same plan always.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import msgspec

from yitong.planning.exams.best import Found, Searcher
from yitong.planning.exams.fitness import open_places
from yitong.planning.exams.lags import lags_of, rules_of
from yitong.planning.exams.layout import lay_out
from yitong.planning.exams.model import Answer, Booking, Choice, ExamRule, Place, Plan, Problem, Refusal
from yitong.planning.exams.reasons import needs_result, not_together, reasons_of
from yitong.planning.problems import PlanningError

# Steps of search for alternatives: some ten milliseconds. The best plan has no such limit.
STEPS = 30_000

_Rows = tuple[int, ...]


class _Variant(NamedTuple):
    """Which requests are placed, which of them leave the place they have, whose reports may be late."""

    kept: _Rows
    moved: _Rows = ()
    late: _Rows = ()


def plan(problem: Problem) -> Answer:
    """The best plan, up to two alternatives, and why a request has no place.

    Raises `PlanningError` for a code that is not in the rule base and for requests, places or bookings that do not fit
    together. Places in `fixed` are kept where possible.
    """
    _check(problem)
    return _Planner(problem).answer()


def replan(problem: Problem, kept: tuple[Booking, ...], lost: tuple[str, ...]) -> Answer:
    """The plan that moves as few of the bookings in `kept` as possible when the places with ids in `lost` are gone."""
    gone = set(lost)
    places = tuple(one for one in problem.places if one.id not in gone)
    fixed = tuple(one for one in kept if one.place.id not in gone)
    return plan(msgspec.structs.replace(problem, places=places, fixed=fixed))


def _check(problem: Problem) -> None:
    requests = [one.id for one in problem.requests]
    if len(set(requests)) < len(requests):
        raise PlanningError("two requests have the same id")
    places = [one.id for one in problem.places]
    if len(set(places)) < len(places):
        raise PlanningError("two places have the same id")
    booked = [one.request for one in problem.fixed]
    if len(set(booked)) < len(booked) or not set(booked) <= set(requests):
        raise PlanningError("a fixed place belongs to no request, or a request has two")
    if bad := [one.code for one in problem.rules.items if one.duration_min < 1]:
        raise PlanningError(f"an exam takes at least one minute: {', '.join(bad)}")


class _Planner:
    """One problem, the places open for each request, and searches made already."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.requests = problem, problem.requests
        self.items: list[ExamRule] = rules_of(problem)
        self.lags = lags_of(problem.rules, self.items)
        self.places: list[list[Place]] = []
        self.refused: dict[int, Refusal] = {}
        for row, (request, item) in enumerate(zip(self.requests, self.items, strict=True)):
            places, refusal = open_places(problem, request, item)
            self.places.append(places)
            if refusal is not None:
                self.refused[row] = refusal
        held = {one.request: one.place.id for one in problem.fixed}
        self.held = {row: held[one.id] for row, one in enumerate(self.requests) if one.id in held}
        wished = problem.wishes.most_trips
        self.most_trips = len(self.requests) if wished is None else wished
        self.searchers: dict[_Variant, Searcher] = {}

    def answer(self) -> Answer:
        """What `plan` gives."""
        self._refuse_what_needs_refused()
        rows = tuple(row for row in range(len(self.items)) if row not in self.refused)
        for size in range(len(rows), 0, -1):
            variants = self._cheapest([_Variant(kept) for kept in self._subsets(rows, size)])
            if variants:
                found, variant = self._best(variants)
                for row in set(rows) - set(variant.kept):
                    self.refused[row] = self._left_out(row, variant.kept)
                best = self._written(found, variant)
                others = tuple(self._written(one, variant) for one in self._alternatives(found, variant))
                return Answer(best=best, alternatives=others, refused=self._refusals())
        for row in rows:
            self.refused[row] = self._left_out(row, ())
        return Answer(best=None, refused=self._refusals())

    def _refusals(self) -> tuple[Refusal, ...]:
        return tuple(self.refused[row] for row in sorted(self.refused))

    def _refuse_what_needs_refused(self) -> None:
        found = True
        while found:
            found = False
            for then in range(len(self.items)):
                first = next((row for row in sorted(self.refused) if self.lags.needs[row, then]), None)
                if first is not None and then not in self.refused:
                    self.refused[then] = needs_result(self.problem, self.requests[then], self.items, first, then)
                    found = True

    def _subsets(self, rows: _Rows, size: int) -> Iterator[_Rows]:
        """What to place; nothing without what it needs the result of."""
        for kept in combinations(rows, size):
            if not any(self.lags.needs[first, then] for first in set(rows) - set(kept) for then in kept):
                yield kept

    def _cheapest(self, wide: list[_Variant]) -> list[_Variant]:
        """With the fewest places left and then the fewest late reports, every variant that has a plan."""
        due = {row for row, one in enumerate(self.requests) if one.wanted_until is not None and not one.must}
        stays = {row for row, place in self.held.items() if any(one.id == place for one in self.places[row])}
        relaxed = [
            _Variant(one.kept, tuple(sorted(stays & set(one.kept))), tuple(sorted(due & set(one.kept)))) for one in wide
        ]
        # Who may move is free here: only a place that is held can be lost by being told to leave it.
        possible = [one for one in relaxed if self._free(one).possible(self.most_trips)]
        moved = self._least(possible, "moved")
        return self._least(moved, "late")

    def _least(self, variants: list[_Variant], field: str) -> list[_Variant]:
        longest = max((len(getattr(one, field)) for one in variants), default=-1)
        for size in range(longest + 1):
            narrowed = [
                one._replace(**{field: part}) for one in variants for part in combinations(getattr(one, field), size)
            ]
            if found := [one for one in narrowed if self._searcher(one).possible(self.most_trips)]:
                return found
        return []

    def _best(self, variants: list[_Variant]) -> tuple[Found, _Variant]:
        found = [(self._searcher(one).best(self.most_trips), one) for one in variants]
        plans = [(best, one) for best, one in found if best is not None]
        return min(plans, key=lambda pair: pair[0].value)

    def _alternatives(self, best: Found, variant: _Variant) -> list[Found]:
        """Plans on other days, and one that is finished earlier by coming once more; the best that few steps find."""
        searcher, days = self._searcher(variant), frozenset({best.days})
        searcher.steps = STEPS
        others = [searcher.best(self.most_trips, days)]
        if best.trips < self.most_trips:
            others.append(searcher.best_of(best.trips + 1, days, best.finish))
        if others[0] is not None and others[-1] in (None, others[0]):
            others.append(searcher.best_of(others[0].trips, days | {others[0].days}))
        found: list[Found] = []
        for one in others:
            if one is not None and one.days not in [other.days for other in found]:
                found.append(one)
        return found[:2]

    def _searcher(self, variant: _Variant, *, free: bool = False) -> Searcher:
        key = variant if not free else variant._replace(moved=(-1,))
        if key not in self.searchers:
            self.searchers[key] = self._new_searcher(variant, free)
        return self.searchers[key]

    def _free(self, variant: _Variant) -> Searcher:
        return self._searcher(variant, free=bool(variant.moved))

    def _new_searcher(self, variant: _Variant, free: bool) -> Searcher:
        places: list[list[Place]] = []
        for row in variant.kept:
            held, mine = self.held.get(row), self.places[row]
            stays = [one for one in mine if one.id == held]
            leaves = [one for one in mine if one.id != held]
            places.append(mine if free or not stays else leaves if row in variant.moved else stays)
        items = [self.items[row] for row in variant.kept]
        until = [
            None if row in variant.late and not self.requests[row].must else self.requests[row].wanted_until
            for row in variant.kept
        ]
        return Searcher(lay_out(self.problem, items, places, lags_of(self.problem.rules, items)), until)

    def _left_out(self, row: int, kept: _Rows) -> Refusal:
        """Why a request that has places by itself has none in the plan."""
        for other in kept:
            both = tuple(sorted((row, other)))
            late = tuple(one for one in both if not self.requests[one].must)
            if not self._searcher(_Variant(both, (), late), free=True).possible(self.most_trips):
                return not_together(self.problem, self.requests[row], self.items, row, other)
        return not_together(self.problem, self.requests[row], self.items, row, None)

    def _written(self, found: Found, variant: _Variant) -> Plan:
        options = self._searcher(variant).it.options
        choices: list[Choice] = []
        for row, option in zip(variant.kept, found.options, strict=True):
            request, item, place = self.requests[row], self.items[row], options[option][1]
            end = place.start + item.duration_min
            arrive = place.start - item.prep_min
            choices.append(Choice(request.id, item.code, place.id, arrive, place.start, end, end + item.report_min))
        choices.sort(key=lambda one: (one.start, one.request))
        until = {one.id: one.wanted_until for one in self.requests}
        late = [one.request for one in choices if one.report_at > (until[one.request] or one.report_at)]
        held = {one.request: one.place.id for one in self.problem.fixed}
        changed = [one.request for one in choices if held.get(one.request, one.place) != one.place]
        written = Plan(
            choices=tuple(choices),
            days=found.days,
            finish=found.finish,
            waiting=found.waiting,
            late=tuple(late),
            changed=tuple(changed),
        )
        return msgspec.structs.replace(written, reasons=reasons_of(self.problem, written))
