"""The validator of admissions, theatres, rooms and nurses: hand-counted costs, every hard rule, the published plans."""

import csv
import json
from collections.abc import Callable
from typing import Any

import pytest

from planning.published import PLANNING_DATA
from planning.ward import document, plan_document, ward
from yitong.planning.ihtc.instance import read_instance
from yitong.planning.ihtc.plan import read_plan, write_plan
from yitong.planning.ihtc.validation import Verdict, validate
from yitong.planning.problems import PlanningError

PUBLISHED = PLANNING_DATA / "ihtc2024"


def verdict(plan: dict[str, Any], instance: dict[str, Any] | None = None) -> Verdict:
    it = read_instance(json.dumps(instance or document()))
    return validate(it, read_plan(json.dumps(plan), it))


def test_a_plan_costs_what_it_costs_by_hand() -> None:
    found = verdict(plan_document())
    assert found.feasible
    assert found.parts == {
        "room_mixed_age": 7 * 1,  # adult beside elderly in r0 on day 0
        "room_nurse_skill": 5 * 4,  # n0 in the late shifts: o and p0 on day 0, p0 and p2 on day 1
        "continuity_of_care": 3 * 4,  # o, p0, p1, p2 meet one nurse each
        "nurse_eccessive_workload": 2 * 6,  # n0 carries 4 of at most 3 in six shifts
        "open_operating_theater": 30 * 3,
        "surgeon_transfer": 11 * 1,
        "patient_delay": 13 * 1,
        "unscheduled_optional": 0,
    }
    assert found.cost == 7 + 20 + 12 + 12 + 90 + 11 + 13


def test_leaving_an_optional_patient_out_costs_its_weight() -> None:
    plan = plan_document()
    plan["patients"][2] = {"id": "p2", "admission_day": "none"}
    assert verdict(plan).parts["unscheduled_optional"] == 400


def _late(plan: dict[str, Any], instance: dict[str, Any]) -> None:
    instance["patients"][0]["surgery_due_day"] = 0
    plan["patients"][0]["admission_day"] = 1


def _early(plan: dict[str, Any], instance: dict[str, Any]) -> None:
    instance["patients"][2]["surgery_release_day"] = 2
    assert plan


def _left_out(plan: dict[str, Any], instance: dict[str, Any]) -> None:
    plan["patients"][0] = {"id": "p0", "admission_day": "none"}


def _wrong_room(plan: dict[str, Any], instance: dict[str, Any]) -> None:
    instance["patients"][0]["incompatible_room_ids"] = ["r0"]


def _full(plan: dict[str, Any], instance: dict[str, Any]) -> None:
    instance["rooms"][0]["capacity"] = 1


def _genders(plan: dict[str, Any], instance: dict[str, Any]) -> None:
    instance["patients"][0]["gender"] = "B"


def _surgeon(plan: dict[str, Any], instance: dict[str, Any]) -> None:
    instance["surgeons"][0]["max_surgery_time"] = [119, 120]


def _theater(plan: dict[str, Any], instance: dict[str, Any]) -> None:
    instance["operating_theaters"][1]["availability"] = [59, 60]


def _uncovered(plan: dict[str, Any], instance: dict[str, Any]) -> None:
    plan["nurses"][0]["assignments"].pop()


def _absent(plan: dict[str, Any], instance: dict[str, Any]) -> None:
    instance["nurses"][0]["working_shifts"].pop(0)


def _two(plan: dict[str, Any], instance: dict[str, Any]) -> None:
    plan["nurses"][1]["assignments"][0]["rooms"].append("r0")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_late, "p0 is admitted after the due day"),
        (_early, "p2 is admitted before the release day"),
        (_left_out, "mandatory patient p0 is left out"),
        (_wrong_room, "p0 may not lie in room r0"),
        (_full, "room r0 has 2 people in 1 beds on day 0"),
        (_genders, "room r0 has both genders on day 0"),
        (_surgeon, "surgeon s: 120 minutes on day 0, 119 there are"),
        (_theater, "theatre t1: 60 minutes on day 0, 59 there are"),
        (_uncovered, "room r0 has nobody in shift night of day 1"),
        (_absent, "nurse n0 does not work early on day 0"),
        (_two, "room r0 has two nurses in shift early of day 0"),
    ],
)
def test_every_hard_rule_is_named(spoil: Callable[[dict[str, Any], dict[str, Any]], None], said: str) -> None:
    plan, instance = plan_document(), document()
    spoil(plan, instance)
    assert any(said in line for line in verdict(plan, instance).violations)


@pytest.mark.parametrize(
    ("where", "value", "said"),
    [
        (("days",), "two", "$.days"),
        (("patients", 0, "gender"), "X", "$.patients[0].gender"),
        (("patients", 0, "surgeon_id"), "nobody", "patient p0: no surgeon nobody"),
        (("patients", 1, "id"), "p0", "patients: p0 is listed twice"),
        (("patients", 0, "workload_produced"), [1], "p0: workload_produced and skill_level_required need 6 shifts"),
        (("patients", 0, "surgery_due_day"), None, "a mandatory patient needs a surgery_due_day"),
        (("occupants", 0, "room_id"), "attic", "occupant o: no room attic"),
        (("surgeons", 0, "max_surgery_time"), [1], "surgeon s: max_surgery_time needs 2 days"),
        (("nurses", 0, "skill_level"), 9, "nurse n0: skill_level 9 is outside"),
    ],
)
def test_a_bad_instance_is_refused_with_the_place(where: tuple[str | int, ...], value: object, said: str) -> None:
    spoilt = document()
    inner: Any = spoilt
    for step in where[:-1]:
        inner = inner[step]
    inner[where[-1]] = value
    with pytest.raises(PlanningError) as refused:
        read_instance(json.dumps(spoilt))
    assert said in str(refused.value)


def test_a_plan_of_something_else_is_refused() -> None:
    plan = plan_document()
    plan["patients"][0]["room"] = "attic"
    with pytest.raises(PlanningError, match="patient p0: no room attic"):
        read_plan(json.dumps(plan), ward())
    with pytest.raises(PlanningError, match="not a plan"):
        read_plan("[]", ward())


def test_a_plan_survives_writing_and_reading() -> None:
    plan = read_plan(json.dumps(plan_document()), ward())
    assert read_plan(write_plan(plan), ward()) == plan


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the competition's files are not here (../shared/data/planning)")
def test_published_plans_cost_exactly_what_is_published() -> None:
    with (PUBLISHED / "best_known.csv").open(encoding="utf-8") as table:
        listed = {row["instance"]: int(row["best_known_site_2025-12"]) for row in csv.DictReader(table)}
    found: dict[str, int] = {}
    for file in sorted((PUBLISHED / "solutions").glob("sol_*.json")):
        name = file.stem.removeprefix("sol_")
        it = read_instance((PUBLISHED / "instances" / f"{name}.json").read_bytes())
        result = validate(it, read_plan(file.read_bytes(), it))
        assert result.feasible, (name, result.violations[:3])
        found[name] = result.cost
    assert found == listed
