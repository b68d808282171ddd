"""The exact optimum of an exam plan by CP-SAT, modelled apart from the planner: single rules by the validator."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import msgspec

from yitong.planning.exams.model import DAY, Choice, ExamRule, PairRule, Place, Plan, Problem, Request, tags_of
from yitong.planning.exams.validation import validate


@dataclass(frozen=True)
class Optimum:
    """Exams left out, late reports, trips, minute of the last report, minutes of waiting; whether that is proved."""

    value: tuple[int, int, int, int, int]
    proved: bool


@dataclass(frozen=True)
class _Exam:
    request: Request
    item: ExamRule
    places: list[Place]
    x: list[Any]
    placed: Any
    start: Any


def single(problem: Problem, request: Request, item: ExamRule, place: Place) -> bool:
    """Whether the validator lets this request have this place when there is nothing else."""
    end = place.start + item.duration_min
    report = end + item.report_min
    choice = Choice(request.id, item.code, place.id, place.start - item.prep_min, place.start, end, report)
    days = (place.start // DAY,)
    late = (request.id,) if request.wanted_until is not None and report > request.wanted_until else ()
    plan = Plan(choices=(choice,), days=days, finish=report, waiting=0, late=late)
    return not validate(msgspec.structs.replace(problem, requests=(request,), places=(place,), fixed=()), plan)


def _serves(place: Place, item: ExamRule) -> bool:
    return item.code in place.codes or item.device_class in place.device_classes


class _Model:
    """The constraint model of one problem; the solver's library loads when one is made."""

    def __init__(self, problem: Problem) -> None:
        from ortools.sat.python import cp_model

        self.problem = problem
        self.m: Any = cp_model.CpModel()
        self.items = {one.code: one for one in problem.rules.items}
        self.horizon = max((one.end for one in problem.places), default=0) + 1
        self.exams = [self._exam(one, self.items[one.code]) for one in problem.requests]
        self.days = sorted({place.start // DAY for exam in self.exams for place in exam.places})
        self.on = [[self._day(e, day) for day in self.days] for e in self.exams]
        self.arcs: list[Any] = []
        self.waits: list[Any] = []

    def yes(self) -> Any:
        """A new yes or no."""
        return self.m.new_bool_var("")

    def number(self, high: int) -> Any:
        """A new number from 0."""
        return self.m.new_int_var(0, high, "")

    def _exam(self, request: Request, item: ExamRule) -> _Exam:
        legal = [p for p in self.problem.places if _serves(p, item) and single(self.problem, request, item, p)]
        # Rooms in which nothing else of this person could be done differ in nothing.
        names = [p.id if item.shared else p.room if self._for_others(p, request) else "" for p in legal]
        alike = {(p.start, p.building, name): p for p, name in zip(legal, names, strict=True)}
        places = list(alike.values())
        x, placed, start = [self.yes() for _ in places], self.yes(), self.number(self.horizon)
        self.m.add(sum(x) == placed)
        self.m.add(start == sum(place.start * one for place, one in zip(places, x, strict=True)))
        return _Exam(request, item, places, x, placed, start)

    def _for_others(self, place: Place, request: Request) -> bool:
        return any(_serves(place, self.items[one.code]) for one in self.problem.requests if one is not request)

    def _any(self, exam: _Exam, keeps: Callable[[Place], bool]) -> Any:
        return sum(one for place, one in zip(exam.places, exam.x, strict=True) if keeps(place))

    def _day(self, exam: _Exam, day: int) -> Any:
        return self._any(exam, lambda p: p.start // DAY == day)

    def _in_room(self, exam: _Exam, room: tuple[str, str]) -> Any:
        return self._any(exam, lambda p: (p.building, p.room) == room)

    def _in_building(self, exam: _Exam, building: str) -> Any:
        return self._any(exam, lambda p: p.building == building)

    def build(self) -> None:
        """Every rule and the aim."""
        together: dict[tuple[int, int], Any] = {}
        for i, j in permutations(range(len(self.exams)), 2):
            if i < j:
                together[i, j] = together[j, i] = self._together(self.exams[i], self.exams[j])
        for i, j in permutations(range(len(self.exams)), 2):
            self._two(i, j, together[i, j])
        for number, exam in enumerate(self.exams):
            self.arcs += [(0, number + 1, self.yes()), (number + 1, 0, self.yes())]
            self.arcs.append((number + 1, number + 1, exam.placed.negated()))
        empty = self.yes()
        self.m.add_circuit([*self.arcs, (0, 0, empty)])
        self._aim()

    def _together(self, one: _Exam, other: _Exam) -> Any:
        """Yes when both are done at one place at one time; only for items that share."""
        alike = [(e.item.shared, e.item.prep_min, e.item.duration_min, e.item.recovery_min) for e in (one, other)]
        shared = self.yes()
        if not one.item.shared or alike[0] != alike[1]:
            self.m.add(shared == 0)
        here = {place.id: x for place, x in zip(one.places, one.x, strict=True)}
        there = {place.id: x for place, x in zip(other.places, other.x, strict=True)}
        for id_ in {**here, **there}:
            self.m.add(here.get(id_, 0) == there.get(id_, 0)).only_enforce_if(shared)
        self.m.add_implication(shared, one.placed)
        return shared

    def _two(self, i: int, j: int, together: Any) -> None:
        """Rules with i before j, and j next after i."""
        one, other = self.exams[i], self.exams[j]
        if i < j:
            before, after = self.yes(), self.yes()
            self.m.add(before + after + together >= one.placed + other.placed - 1)
            self._ordered(one, other, before, together)
            self._ordered(other, one, after, together)
            for day in range(len(self.days)):
                if self._never_one_day(one, other):
                    self.m.add(self.on[i][day] + self.on[j][day] <= 1)
                else:
                    self._dry(one, other, self.on[i][day] + self.on[j][day], before)
                    self._dry(other, one, self.on[i][day] + self.on[j][day], after)
        self._next(i, j, together)

    def _means(self, one: _Exam, other: _Exam) -> list[PairRule]:
        a, b = tags_of(one.item), tags_of(other.item)
        return [pair for pair in self.problem.rules.pairs if pair.first in a and pair.then in b]

    def _never_one_day(self, one: _Exam, other: _Exam) -> bool:
        return any(pair.kind == "apart" for pair in self._means(one, other) + self._means(other, one))

    def _ordered(self, one: _Exam, other: _Exam, before: Any, together: Any) -> None:
        end = one.start + one.item.duration_min
        self.m.add(other.start - other.item.prep_min >= end + one.item.recovery_min).only_enforce_if(before)
        both = [one.placed, other.placed]
        for pair in self._means(one, other):
            if pair.kind == "gap":
                self.m.add(other.start >= end + pair.least).only_enforce_if(before)
            if pair.kind == "result":
                self.m.add(other.start >= end + one.item.report_min).only_enforce_if(before)
                self.m.add_implication(other.placed, one.placed)
            if pair.kind == "gap" and pair.most is not None:
                self.m.add(other.start <= end + pair.most).only_enforce_if(before)
            if pair.kind in ("order", "result") or pair.most is not None:
                self.m.add(before == 1).only_enforce_if(both)
                self.m.add(together == 0)

    def _dry(self, one: _Exam, other: _Exam, both: Any, before: Any) -> None:
        """No drink for one of them, a full bladder for the other: in this order on one day."""
        if one.item.drink or other.item.bladder != "full":
            return
        one_day = self.yes()
        self.m.add(both <= 1 + one_day)
        self.m.add_implication(one_day, before)
        end = one.start + one.item.duration_min
        self.m.add(other.start >= end + other.item.fill_min).only_enforce_if(one_day)

    def _next(self, i: int, j: int, together: Any) -> None:
        """If j is the next after i on the same day, the way is walked and the rest of the gap is waiting."""
        one, other = self.exams[i], self.exams[j]
        arc, one_day, walk, wait = self.yes(), self.yes(), self.number(1000), self.number(DAY)
        self.arcs.append((i + 1, j + 1, arc))
        self.waits.append(wait)
        for day in range(len(self.days)):
            self.m.add(self.on[i][day] + self.on[j][day] <= 1 + one_day)
        self.m.add(other.start >= one.start).only_enforce_if(arc)
        when = [arc, one_day, together.negated()]
        leave = one.start + one.item.duration_min + one.item.recovery_min
        gap = other.start - other.item.prep_min - leave
        self.m.add(gap - walk == wait).only_enforce_if(when)
        self._walk(one, other, walk)

    def _walk(self, one: _Exam, other: _Exam, walk: Any) -> None:
        rooms = {(p.building, p.room) for p in one.places} & {(p.building, p.room) for p in other.places if p.room}
        same_room: list[Any] = []
        for room in rooms:
            same = self.yes()
            here, there = self._in_room(one, room), self._in_room(other, room)
            self.m.add(here + there <= 1 + same)
            self.m.add(here + there >= 2 * same)
            self.m.add(walk == 0).only_enforce_if(same)
            same_room.append(same.negated())
        for a in {p.building for p in one.places}:
            for b in {p.building for p in other.places}:
                both = self.yes()
                here, there = self._in_building(one, a), self._in_building(other, b)
                self.m.add(here + there <= 1 + both)
                self.m.add(here + there >= 2 * both)
                self.m.add(walk == self._far(a, b)).only_enforce_if([both, *same_room])

    def _far(self, a: str, b: str) -> int:
        """Minutes between buildings when no way over a third one is shorter."""
        if a == b:
            return self.problem.inside_min
        known = {frozenset((one.a, one.b)): one.minutes for one in self.problem.walks}
        return known.get(frozenset((a, b)), self.problem.between_min)

    def _aim(self) -> None:
        visited = [self.yes() for _ in self.days]
        longest = self.horizon + max(one.item.report_min for one in self.exams) + 1
        finish, late = self.number(longest), list[Any]()
        for number, exam in enumerate(self.exams):
            report = exam.start + exam.item.duration_min + exam.item.report_min
            self.m.add(finish >= report).only_enforce_if(exam.placed)
            for day, there in enumerate(visited):
                self.m.add(self.on[number][day] <= there)
            if exam.request.wanted_until is not None:
                late.append(self.yes())
                in_time = [exam.placed, late[-1].negated()]
                self.m.add(report <= exam.request.wanted_until).only_enforce_if(in_time)
        if self.problem.wishes.most_trips is not None:
            self.m.add(sum(visited) <= self.problem.wishes.most_trips)
        out = len(self.exams) - sum(exam.placed for exam in self.exams)
        self.counts: list[Any] = [out, sum(late), sum(visited), finish, sum(self.waits)]
        self.aims: list[Any] = [64 * out + 8 * sum(late) + sum(visited), finish, sum(self.waits)]


def optimum(problem: Problem, *, seconds: float = 60.0, workers: int = 1) -> Optimum:
    """The best value there is. Buildings must have direct walks that no way over a third one undercuts."""
    from ortools.sat.python import cp_model

    model = _Model(problem)
    model.build()
    solver: Any = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    ends, proved = time.monotonic() + seconds, True
    for aim in model.aims:
        # Counts, then minutes: the weighted sum of all has a bound too weak to prove anything in good time.
        solver.parameters.max_time_in_seconds = max(1.0, ends - time.monotonic())
        model.m.minimize(aim)
        status = solver.solve(model.m)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            raise RuntimeError(f"CP-SAT ended with {solver.status_name(status)}")
        proved = proved and status == cp_model.OPTIMAL
        value = round(solver.value(aim))
        model.m.add(aim <= value)
        model.m.clear_hints()
        for number in range(len(model.m.proto.variables)):
            variable = model.m.get_int_var_from_proto_index(number)
            model.m.add_hint(variable, solver.value(variable))
    left_out, trips, finish, waiting = (round(solver.value(one)) for one in (model.counts[0], *model.counts[2:]))
    late = round(solver.value(model.counts[1])) if not isinstance(model.counts[1], int) else 0
    return Optimum((left_out, late, trips, finish, waiting), proved)
