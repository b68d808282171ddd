"""Exam plans of generated patients on a loaded week, against the exact optimum and first-come booking."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import msgspec

from yitong.kernel.process import settle
from yitong.planning.exams.catalogue import default_rules
from yitong.planning.exams.model import Answer, Choice, ExamRule, Place, Plan, Problem, Request
from yitong.planning.exams.solving import plan
from yitong.planning.exams.validation import Totals, totals, validate
from yitong.simulation.bench.exams_reference import optimum
from yitong.simulation.bench.exams_week import loaded_week, patient


@dataclass(frozen=True)
class Compared:
    """One patient: exams asked for and placed, milliseconds, our value and the optimum's, both plans' totals."""

    exams: int
    placed: int
    milliseconds: float
    cpu_ms: float
    optimal: bool
    proved: bool
    reference_s: float
    ours: Totals
    first_come: Totals
    first_come_placed: int


def value_of(answer: Answer) -> tuple[int, int, int, int, int]:
    """Exams left out, late reports, trips, last report, waiting."""
    best = answer.best
    if best is None:
        return (len(answer.refused), 0, 0, 0, 0)
    return (len(answer.refused), len(best.late), best.trips, best.finish, best.waiting)


def _choice(request: Request, item: ExamRule, place: Place) -> Choice:
    end = place.start + item.duration_min
    arrive = place.start - item.prep_min
    return Choice(request.id, item.code, place.id, arrive, place.start, end, end + item.report_min)


def first_come(problem: Problem) -> tuple[Choice, ...]:
    """Each exam in the order of requests at its earliest free place that breaks no hard rule."""
    items = {one.code: one for one in problem.rules.items}
    waiting_for = list(problem.requests)
    chosen: list[Choice] = []
    places: list[Place] = []
    for request in waiting_for:
        item = items[request.code]
        free = [p for p in problem.places if item.code in p.codes or item.device_class in p.device_classes]
        for place in sorted(free, key=lambda one: one.start):
            now = (*chosen, _choice(request, item, place))
            known = tuple({one.id: one for one in (*places, place)}.values())
            taken = tuple(one for one in problem.requests if one.id in {choice.request for choice in now})
            small = msgspec.structs.replace(problem, places=known, requests=taken)
            days, finish, waiting, late = totals(small, now)
            if not validate(small, Plan(choices=now, days=days, finish=finish, waiting=waiting, late=late)):
                chosen.append(now[-1])
                places.append(place)
                break
    return tuple(chosen)


def compare(problem: Problem, answer: Answer, milliseconds: float, cpu_ms: float, seconds: float) -> Compared:
    """One answer against CP-SAT and first come, first served; raises when a plan breaks a rule."""
    for one in (answer.best, *answer.alternatives):
        if one is not None and (broken := validate(problem, one)):
            raise RuntimeError(f"a plan breaks rules: {[(v.rule, v.en) for v in broken]}")
    began = time.perf_counter()
    best = optimum(problem, seconds=seconds)
    reference_s = time.perf_counter() - began
    choices = answer.best.choices if answer.best is not None else ()
    simple = first_come(problem)
    return Compared(
        exams=len(problem.requests),
        placed=len(choices),
        milliseconds=milliseconds,
        cpu_ms=cpu_ms,
        optimal=value_of(answer) <= best.value if not best.proved else value_of(answer) == best.value,
        proved=best.proved,
        reference_s=reference_s,
        ours=totals(problem, choices),
        first_come=totals(problem, simple),
        first_come_placed=len(simple),
    )


def run(
    *, say: Callable[[str], None], patients: int, days: int, load: float, seed: int, seconds: float
) -> dict[str, Any]:
    """The figures. Patients are planned one after another, and what they choose is gone for the next."""
    chance = random.Random(seed)
    week = loaded_week(default_rules(), days=days, load=load, chance=chance)
    say("compiling")
    plan(patient(week, random.Random(seed)))
    settle()
    rows: list[Compared] = []
    for number in range(patients):
        problem = patient(week, chance)
        began, cpu = time.perf_counter(), time.process_time()
        answer = plan(problem)
        spent = (time.perf_counter() - began) * 1000, (time.process_time() - cpu) * 1000
        rows.append(compare(problem, answer, *spent, seconds))
        if answer.best is not None:
            for place in sorted({one.place for one in answer.best.choices}):
                week.take(place)
        if (number + 1) % 100 == 0:
            say(f"{number + 1} patients")
    settings = {"patients": patients, "days": days, "load": load, "seed": seed, "reference_seconds": seconds}
    return _figures(rows) | {"settings": settings}


def _figures(rows: list[Compared]) -> dict[str, Any]:
    times = sorted(one.milliseconds for one in rows)
    # Both place the same number of exams: otherwise fewer trips could come from fewer exams.
    fair = [one for one in rows if one.placed and one.placed == one.first_come_placed]
    return {
        "optimal_share": round(sum(one.optimal for one in rows) / len(rows), 5),
        "proved_share": round(sum(one.proved for one in rows) / len(rows), 5),
        "p50_ms": round(times[len(times) // 2], 2),
        "p99_ms": round(times[len(times) * 99 // 100], 2),
        "p99_cpu_ms": round(sorted(one.cpu_ms for one in rows)[len(rows) * 99 // 100], 2),
        "worst_ms": round(times[-1], 2),
        "reference_p50_ms": round(sorted(one.reference_s for one in rows)[len(rows) // 2] * 1000, 1),
        "exams": sum(one.exams for one in rows),
        "placed": sum(one.placed for one in rows),
        "first_come_placed": sum(one.first_come_placed for one in rows),
        "compared": len(fair),
        **_saved(fair),
        "unit": "trips, minutes of waiting and hours to the last report are means over patients of whom both ways"
        " place as many exams; a plan's time includes its alternatives and reasons",
    }


def _saved(rows: list[Compared]) -> dict[str, float]:
    if not rows:
        return {}
    trips = fmean(len(one.ours.days) for one in rows), fmean(len(one.first_come.days) for one in rows)
    waiting = fmean(one.ours.waiting for one in rows), fmean(one.first_come.waiting for one in rows)
    finish = fmean(one.ours.finish for one in rows) / 60, fmean(one.first_come.finish for one in rows) / 60
    late = sum(len(one.ours.late) for one in rows), sum(len(one.first_come.late) for one in rows)
    figures: dict[str, float] = {}
    for name, (ours, simple) in {"trips": trips, "waiting_min": waiting, "finish_h": finish, "late": late}.items():
        figures[name] = round(ours, 2)
        figures[f"first_come_{name}"] = round(simple, 2)
        figures[f"{name}_saved"] = round(simple - ours, 2)
    return figures
