"""Hard rules of exam plans, each with a legal and an illegal case; contradictions; examples; the first rule base."""

from typing import Any

import msgspec
import pytest

from planning.exam_cases import item, pair, place, placed, problem
from yitong.planning.exams.catalogue import default_rules
from yitong.planning.exams.checking import Contradiction, contradictions
from yitong.planning.exams.examples import Example, Expected, run_examples
from yitong.planning.exams.model import DAY, Done, Person, Place, Problem, Request, RuleBase, Walk, Wishes
from yitong.planning.exams.solving import plan
from yitong.planning.exams.validation import validate

SINGLE: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    # The item, then what is legal and what is not: fields of person, place, wishes (by prefix) or problem.
    "device": ({}, {}, {"place.codes": ("Z",)}),
    "duration": ({"duration_min": 60}, {}, {"place.end": 500}),
    "session-sex": ({}, {"place.sex": "female"}, {"place.sex": "male"}),
    "quota": ({}, {"place.quota": "outpatient"}, {"place.quota": "inpatient"}),
    "capacity": ({}, {}, {"place.capacity": 0}),
    "sex": ({"sex": "female"}, {}, {"person.sex": "male"}),
    "age": ({"least_age": 18, "most_age": 65}, {}, {"person.age": 66}),
    "pregnancy": ({"pregnancy": "refused"}, {}, {"person.pregnant": True}),
    "escort": ({"sedation": True}, {}, {"person.escort": False}),
    "implants": ({"refused_implants": ("pacemaker",)}, {}, {"person.implants": ("pacemaker",)}),
    "allergies": ({"refused_allergies": ("iodine",)}, {}, {"person.allergies": ("iodine",)}),
    "conditions": ({"refused_conditions": ("renal",)}, {}, {"person.conditions": ("renal",)}),
    "fasting_hours": ({"fasting_hours": 8}, {"person.last_meal": 0}, {"person.last_meal": 1}),
    "latest_start": ({"latest_start": 480}, {}, {"place.start": 481}),
    "now": ({"prep_min": 20}, {"problem.now": 460}, {"problem.now": 461}),
    "prep_days": ({"prep_days": 1}, {"place.start": DAY + 480}, {}),
    "wishes": ({}, {"wishes.half": "am"}, {"wishes.half": "pm"}),
    "must": ({"report_min": 30}, {"request.wanted_until": 520}, {"request.wanted_until": 519}),
}


def single(fields: dict[str, Any], changes: dict[str, Any]) -> Problem:
    start = changes.get("place.start", 480)
    parts: dict[str, Any] = {
        "place": place("A", start),
        "person": Person(sex="female", age=40),
        "wishes": Wishes(),
        "request": Request(id="a", code="A", must=True),
    }
    more: dict[str, Any] = {}
    for name, value in changes.items():
        owner, field = name.split(".")
        if owner == "problem":
            more[field] = value
        else:
            parts[owner] = msgspec.structs.replace(parts[owner], **{field: value})
    parts["requests"] = (parts.pop("request"),)
    return problem([item("A", **fields)], [parts.pop("place")], **parts, **more)


@pytest.mark.parametrize("rule", SINGLE)
def test_a_rule_of_one_exam_is_kept_and_its_breach_named(rule: str) -> None:
    fields, legal, illegal = SINGLE[rule]
    for changes, broken in ((legal, []), (illegal, [rule])):
        it = single(fields, changes)
        found = validate(it, placed(it, it.places[0].id))
        assert [one.rule for one in found] == broken
        assert all(one.zh and one.en for one in found)
        answer = plan(it)
        assert [one.rule for one in answer.refused] == broken
        assert (answer.best is None) == bool(broken)


def test_people_with_a_condition_begin_earlier() -> None:
    fields = {"fasting_hours": 8, "latest_for": {"diabetes": 470}}
    diabetic = single(fields, {"person.conditions": ("diabetes",)})
    assert [one.rule for one in plan(diabetic).refused] == ["latest_start"]
    assert plan(single(fields, {})).best is not None


def two(fields: tuple[dict[str, Any], dict[str, Any]], *pairs: Any, **more: Any) -> Problem:
    places = [place("A", 480), place("B", 500), place("B", 560), place("B", DAY + 480), place("A", DAY + 600)]
    return problem([item("A", **fields[0]), item("B", **fields[1])], places, *pairs, **more)


BETWEEN: dict[str, tuple[tuple[dict[str, Any], dict[str, Any]], dict[str, Any], int, int]] = {
    # Items, the pair rule, a legal start of B after A at 480, an illegal one.
    "order": (({}, {}), {"first": "B", "then": "A"}, -1, 500),
    "gap": (({}, {}), {"least": 60}, 560, 500),
    "apart": (({}, {}), {}, DAY + 480, 560),
    "result": (({"report_min": 60}, {}), {}, 560, 500),
    "full-bladder": (({"drink": False}, {"bladder": "full"}), {}, 560, 500),
    "overlap": (({"recovery_min": 40}, {}), {}, 560, 500),
    "walk": (({}, {}), {}, 560, 500),
}


@pytest.mark.parametrize("rule", BETWEEN)
def test_a_rule_of_two_exams_is_kept_and_its_breach_named(rule: str) -> None:
    fields, more, legal, illegal = BETWEEN[rule]
    known = rule in ("order", "gap", "apart", "result")
    pairs = (
        [pair(rule, more.get("first", "A"), more.get("then", "B"), rule, least=more.get("least", 0))] if known else []
    )
    far: dict[str, Any] = {"inside_min": 20} if rule == "walk" else {}
    it = two(fields, *pairs, **far)
    for start, broken in ((legal, []), (illegal, [rule])):
        first, then = ("A@480", f"B@{start}") if start > 0 else (f"A@{DAY + 600}", "B@500")
        assert [one.rule for one in validate(it, placed(it, first, then))] == broken
    found = plan(it).best
    assert found is not None
    assert validate(it, found) == []


def test_a_greatest_interval_and_exams_done_before_bind() -> None:
    it = two(({}, {}), pair("soon", "A", "B", "gap", least=5, most=30))
    assert [one.rule for one in validate(it, placed(it, "A@480", "B@560"))] == ["soon"]
    assert validate(it, placed(it, "A@480", "B@500")) == []
    barium = two(({}, {}), pair("wash", "X", "B", "gap", least=DAY))
    rules = msgspec.structs.replace(barium.rules, items=(*barium.rules.items, item("X")))
    done = msgspec.structs.replace(barium, rules=rules, done=(Done(code="X", start=400, end=410, report_at=410),))
    assert [one.rule for one in validate(done, placed(done, "A@480", "B@560"))] == ["wash"]
    found = plan(done).best
    assert found is not None
    assert [one.place for one in found.choices if one.request == "b"] == [f"B@{DAY + 480}"]


def test_a_plan_must_say_what_is_so_and_use_places_there_are() -> None:
    it = two(({}, {}))
    good = placed(it, "A@480", "B@500")
    wrong = msgspec.structs.replace(good, waiting=0)
    assert [one.rule for one in validate(it, wrong)] == ["stated"]
    nowhere = msgspec.structs.replace(it, places=it.places[1:])
    assert "unknown" in [one.rule for one in validate(nowhere, good)]
    once = msgspec.structs.replace(it, wishes=Wishes(most_trips=1))
    assert [one.rule for one in validate(once, placed(it, "A@480", f"B@{DAY + 480}"))] == ["most_trips"]


def found(*items: Any, pairs: tuple[Any, ...] = ()) -> list[Contradiction]:
    return contradictions(RuleBase(version="1", items=items, pairs=pairs))


def test_contradictions_are_named() -> None:
    a, b, c = item("A"), item("B", report_min=300), item("C")
    ring = (pair("p1", "A", "B", "order"), pair("p2", "B", "C", "result"), pair("p3", "C", "A", "order"))
    (cycle,) = found(a, b, c, pairs=ring)
    assert cycle.kind == "cycle"
    assert set(cycle.rules) == {"p1", "p2", "p3"}
    assert cycle.zh.count("→") == 3
    (window,) = found(a, b, c, pairs=(ring[1], pair("p4", "B", "C", "gap", most=100)))
    assert window.kind == "interval"
    assert set(window.rules) == {"p2", "p4"}
    kinds = {
        "duplicate": found(a, a),
        "unknown": found(a, pairs=(pair("p", "A", "nobody", "order"),)),
        "minutes": found(item("A", duration_min=0)),
        "age": found(item("A", least_age=9, most_age=8)),
        "window": found(item("A", fasting_hours=12, latest_start=450)),
        "shared": found(item("A", shared="x"), item("B", shared="x", duration_min=5)),
        "itself": found(item("A", tags=("t",)), pairs=(pair("p", "A", "t", "order"),)),
        "interval": found(a, b, pairs=(pair("p", "A", "B", "gap", least=9, most=8),)),
    }
    for kind, said in kinds.items():
        assert kind in [one.kind for one in said], kind
        assert all(one.zh and one.en and one.rules for one in said)
    apart = found(a, b, pairs=(pair("p", "A", "B", "gap", most=60), pair("q", "A", "B", "apart")))
    assert [one.rules for one in apart] == [("p", "q")]


def test_the_first_rule_base_is_large_free_of_contradictions_and_says_why() -> None:
    rules = default_rules()
    assert len(rules.items) >= 120
    assert contradictions(rules) == []
    assert all(one.name and one.name_en and one.preparation and one.preparation_en for one in rules.items)
    assert all(one.words.zh and one.words.en and one.source for one in rules.pairs)
    broken = msgspec.structs.replace(rules, pairs=(*rules.pairs, pair("new", "iodine", "kidney-function", "order")))
    assert [one.kind for one in contradictions(broken)] == ["cycle"]


def test_examples_of_a_department_hold_or_say_what_differs() -> None:
    rules = default_rules()
    places = (
        Place(id="blood", start=480, end=490, device_classes=("LAB-BLOOD",)),
        Place(id="early", start=510, end=540, device_classes=("CT",)),
        Place(id="late", start=660, end=720, device_classes=("CT",)),
    )
    expected = Expected(trips=1, places={"ct": "late"}, before=(("kidney", "ct"),))
    example = Example(
        name="增强CT等肾功能",
        person=Person(sex="male", age=60),
        requests=(Request(id="ct", code="CT012"), Request(id="kidney", code="LB003")),
        places=places,
        walks=(Walk("A", "B", 5),),
        expected=expected,
    )
    assert run_examples(rules, (example,)) == []
    free = msgspec.structs.replace(rules, pairs=())
    assert [one.words.zh for one in run_examples(free, (example,))] == ["申请ct未排在late"]
    allergic = msgspec.structs.replace(example, person=Person(sex="male", age=60, allergies=("iodine-contrast",)))
    assert "申请ct应为可安排，实际为allergies" in [one.words.zh for one in run_examples(rules, (allergic,))]
