"""The search for plans of admissions, theatres, rooms and nurses: valid, seeded, stoppable, around what is fixed."""

import itertools
import json
from typing import Any

import pytest

from planning.ward import document, ward
from yitong.planning.ihtc.instance import Instance, read_instance
from yitong.planning.ihtc.locks import Locks, PatientLock
from yitong.planning.ihtc.plan import Admission, NurseRooms, Plan, ShiftRooms
from yitong.planning.ihtc.solving import Progress, solve
from yitong.planning.ihtc.validation import validate
from yitong.planning.problems import NoFeasiblePlanError, PlanningError

STEPS = 200_000


def best_with_one_nurse_a_room(it: Instance) -> int:
    """The least cost over every admission, with one nurse a room for the whole time: a bound from above."""
    days: list[int | str] = [0, 1, "none"]
    places: list[list[Admission]] = [
        [
            Admission(one.id, day, room.id, theater.id) if isinstance(day, int) else Admission(one.id, "none")
            for day in days
            for room in it.rooms
            for theater in it.operating_theaters
        ]
        for one in it.patients
    ]
    best = 1 << 30
    for admissions in itertools.product(*(dict.fromkeys(each) for each in places)):
        for pair in itertools.product(("n0", "n1"), repeat=2):
            nurses = [
                NurseRooms(
                    id_,
                    [
                        ShiftRooms(day, shift, [f"r{n}" for n in range(2) if pair[n] == id_])
                        for day in range(2)
                        for shift in it.shift_types
                    ],
                )
                for id_ in ("n0", "n1")
            ]
            found = validate(it, Plan(list(admissions), nurses))
            if found.feasible:
                best = min(best, found.cost)
    return best


def test_the_plan_keeps_every_rule_and_is_at_least_as_good_as_one_nurse_a_room() -> None:
    it = ward()
    outcome = solve(it, seconds=60, most_steps=STEPS)
    verdict = validate(it, outcome.plan)
    assert verdict.feasible
    assert verdict.cost == outcome.cost == sum(outcome.parts.values())
    assert outcome.cost <= best_with_one_nurse_a_room(it)


def test_the_same_seed_gives_the_same_plan() -> None:
    first, second = (solve(ward(), seconds=60, seed=7, most_steps=STEPS) for _ in range(2))
    assert first.plan == second.plan


def test_fixed_decisions_are_kept() -> None:
    fixed = Locks(
        patients={
            "p0": PatientLock(admission_day=1, room="r1", operating_theater="t1"),
            "p2": PatientLock(admission_day="none"),
        },
        nurses={("r0", 0, "late"): "n1", ("r0", 1, "night"): "n0"},
    )
    outcome = solve(ward(), seconds=60, locked=fixed, most_steps=STEPS)
    admissions = {one.id: one for one in outcome.plan.patients}
    assert admissions["p0"] == Admission("p0", 1, "r1", "t1")
    assert admissions["p2"].admission_day == "none"
    has = {
        (one.id, at.day, at.shift, room) for one in outcome.plan.nurses for at in one.assignments for room in at.rooms
    }
    assert ("n1", 0, "late", "r0") in has
    assert ("n1", 1, "night", "r0") not in has


def test_an_optional_patient_who_is_fixed_comes() -> None:
    spoilt = document()
    spoilt["weights"]["unscheduled_optional"] = 0
    it = read_instance(json.dumps(spoilt))
    left_out = solve(it, seconds=60, most_steps=STEPS)
    assert {one.id: one.admission_day for one in left_out.plan.patients}["p2"] == "none"
    fixed = solve(it, seconds=60, most_steps=STEPS, locked=Locks({"p2": PatientLock(admission_day=1)}))
    assert {one.id: one.admission_day for one in fixed.plan.patients}["p2"] == 1


@pytest.mark.parametrize(
    ("locks", "said"),
    [
        (Locks({"p9": PatientLock()}), "no patient p9"),
        (Locks({"p0": PatientLock(admission_day="none")}), "mandatory patient p0 cannot be left out"),
        (Locks({"p0": PatientLock(admission_day=5)}), "p0 cannot be admitted on day 5"),
        (Locks({"p0": PatientLock(room="attic")}), "p0 may not lie in room attic"),
        (Locks({"p0": PatientLock(operating_theater="t9")}), "p0: no theatre t9"),
        (Locks({}, {("r0", 0, "noon"): "n0"}), "n0 does not work noon on day 0"),
    ],
)
def test_what_cannot_be_fixed_is_named(locks: Locks, said: str) -> None:
    with pytest.raises(PlanningError, match=said):
        solve(ward(), seconds=1, locked=locks)


def test_fixed_decisions_that_exclude_each_other_are_proved_impossible() -> None:
    both = Locks({id_: PatientLock(admission_day=0, room="r1") for id_ in ("p0", "p1")})
    with pytest.raises(NoFeasiblePlanError, match="this is proved"):
        solve(ward(), seconds=4, locked=both, most_steps=STEPS)


def test_a_shift_without_any_nurse_is_named() -> None:
    spoilt: dict[str, Any] = document()
    for nurse in spoilt["nurses"]:
        nurse["working_shifts"].pop()
    with pytest.raises(PlanningError, match="no nurse works shift night of day 1"):
        solve(read_instance(json.dumps(spoilt)), seconds=1)


def test_stopping_early_gives_the_best_plan_so_far() -> None:
    seen: list[Progress] = []
    outcome = solve(ward(), seconds=600, on_progress=seen.append, stop=lambda: len(seen) >= 3)
    assert len(seen) == 3
    assert validate(ward(), outcome.plan).feasible
    assert outcome.cost == seen[-1].cost


def test_ctrl_c_gives_the_best_plan_so_far() -> None:
    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    outcome = solve(ward(), seconds=600, on_progress=interrupt)
    assert validate(ward(), outcome.plan).feasible


def test_two_processes_share_the_best() -> None:
    outcome = solve(ward(), seconds=600, processes=2, most_steps=4 * STEPS)
    assert validate(ward(), outcome.plan).cost == outcome.cost
