"""The exam planner: every plan legal, every optimum that of CP-SAT, alternatives, reasons, re-planning."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.exam_cases import item, pair, place, problem, random_problem
from yitong.planning.exams.model import DAY, Booking, Plan, Request, Walk, Wishes
from yitong.planning.exams.solving import plan, replan
from yitong.planning.exams.validation import validate
from yitong.planning.problems import PlanningError
from yitong.simulation.bench.exams import value_of
from yitong.simulation.bench.exams_reference import optimum


def at(found: Plan) -> dict[str, str]:
    return {one.request: one.place for one in found.choices}


def best(*args: Any, **fields: Any) -> Plan:
    found = plan(problem(*args, **fields)).best
    assert found is not None
    return found


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_every_plan_and_alternative_is_legal_and_says_what_is_so(data: st.DataObject) -> None:
    it = random_problem(data, st)
    answer = plan(it)
    for one in (answer.best, *answer.alternatives):
        assert one is None or validate(it, one) == []
    placed: set[str] = set() if answer.best is None else set(at(answer.best))
    assert placed | {one.request for one in answer.refused} == {one.id for one in it.requests}
    assert all(one.words.zh and one.words.en and one.rule for one in answer.refused)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.data())
def test_the_best_plan_is_the_optimum_by_constraint_programming(data: st.DataObject) -> None:
    it = random_problem(data, st)
    reference = optimum(it)
    assert reference.proved
    assert value_of(plan(it)) == (reference.value if plan(it).best else (len(it.requests), 0, 0, 0, 0))


def test_fewest_trips_go_before_an_earlier_finish_and_that_before_waiting() -> None:
    items = [item("A"), item("B")]
    split = [place("A", 480), place("B", DAY + 480), place("A", 2 * DAY + 480), place("B", 2 * DAY + 900)]
    assert at(best(items, split)) == {"a": f"A@{2 * DAY + 480}", "b": f"B@{2 * DAY + 900}"}
    later = [place("B", 600), place("A", 480), place("A", 580)]
    assert at(best(items, later))["a"] == "A@580"
    assert best(items, later).waiting == 10 - 3


def test_alternatives_are_on_other_days_or_finished_earlier() -> None:
    items = [item("A"), item("B")]
    places = [place(code, day * DAY + 480 + 60 * n) for day in (1, 2) for n, code in enumerate("AB")]
    answer = plan(problem(items, [*places, place("B", 480), place("A", DAY + 420)]))
    assert answer.best is not None
    assert answer.best.days == (1,)
    assert [one.days for one in answer.alternatives] == [(2,), (0, 1)]
    assert answer.alternatives[1].finish < answer.best.finish


def test_reasons_say_what_is_fasting_and_when() -> None:
    items = [
        item("A", name="抽血", fasting_hours=8, shared="x"),
        item("B", name="腹部彩超", fasting_hours=8, shared="x"),
    ]
    both = place("A", 480, codes=("A", "B"))
    found = best(items, [both])
    assert "抽血和腹部彩超需空腹，已排在8:00" in [one.zh for one in found.reasons]
    assert "全部检查安排在同一天，只需来院一次" in [one.zh for one in found.reasons]


def test_reports_before_the_return_visit_go_before_fewer_trips_when_possible() -> None:
    items = [item("A", report_min=60), item("B")]
    places = [place("A", 480), place("B", DAY + 480), place("A", DAY + 480), place("B", DAY + 600)]
    asked = (Request(id="a", code="A", wanted_until=DAY), Request(id="b", code="B"))
    found = best(items, places, requests=asked)
    assert found.trips == 2
    assert at(found)["a"] == "A@480"
    late = best(items, places[2:], requests=asked)
    assert late.late == ("a",)
    assert "检查A的报告晚于复诊时间" in [one.zh for one in late.reasons]
    hard = (Request(id="a", code="A", wanted_until=DAY, must=True), asked[1])
    assert [(one.request, one.rule) for one in plan(problem(items, places[2:], requests=hard)).refused] == [
        ("a", "must")
    ]


def test_what_cannot_be_placed_names_the_rule() -> None:
    items, one_day = [item("A", pregnancy="refused"), item("B")], [place("A", 480), place("B", 480), place("B", 600)]
    pregnant = msgspec.structs.replace(problem(items, one_day).person, pregnant=True)
    answer = plan(problem(items, one_day, pair("p", "A", "B", "result"), person=pregnant))
    assert answer.best is None
    assert [(one.request, one.rule) for one in answer.refused] == [("a", "pregnancy"), ("b", "p")]
    apart = plan(problem(items, one_day, pair("p", "A", "B", "apart")))
    assert apart.best is not None
    assert [one.rule for one in apart.refused] == ["p"]
    assert apart.refused[0].words.zh == "检查A与检查B不能同一天做"


def test_a_lost_place_moves_as_few_bookings_as_possible() -> None:
    items = [item("A"), item("B"), item("C")]
    places = [place("A", 480), place("B", 540), place("C", 600), place("A", 660), place("B", DAY + 540)]
    it = problem(items, [*places, place("C", DAY + 600), place("A", DAY + 480)])
    first = plan(it).best
    assert first is not None
    by_id = {one.id: one for one in it.places}
    kept = tuple(Booking(one.request, by_id[one.place]) for one in first.choices)
    again = replan(it, kept, ("A@480",)).best
    assert again is not None
    assert at(again) == {"a": "A@660", "b": "B@540", "c": "C@600"}
    moved = replan(msgspec.structs.replace(it, wishes=Wishes(not_days=(0,))), kept, ()).best
    assert moved is not None
    assert moved.changed == ("a", "b", "c")
    assert moved.days == (1,)


def test_the_way_between_buildings_takes_its_time_and_the_shortest_way_counts() -> None:
    items = [item("A"), item("B")]
    places = [place("A", 480, building="N"), place("B", 495, building="S"), place("B", 505, building="S")]
    far = (Walk("N", "M", 5), Walk("M", "S", 9))
    assert at(best(items, places, walks=far, between_min=40))["b"] == "B@505"
    assert best(items, places, walks=far, between_min=40).waiting == 1


def test_one_visit_serves_several_samples() -> None:
    items = [item(code, shared="blood") for code in "ABC"]
    drawn = [place("A", 480, codes=("A", "B", "C")), place("B", 540), place("C", 600)]
    assert set(at(best(items, drawn)).values()) == {"A@480"}


def test_an_unknown_code_and_doubled_ids_are_refused() -> None:
    items = [item("A")]
    with pytest.raises(PlanningError, match="no exam item Z"):
        plan(problem(items, [], requests=(Request(id="z", code="Z"),)))
    with pytest.raises(PlanningError, match="same id"):
        plan(problem(items, [place("A", 480), place("A", 480)]))
