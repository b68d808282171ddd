"""A tiny invented hospital whose costs can be counted by hand: two days, two rooms, two nurses, one occupant."""

import json
from typing import Any

from yitong.planning.ihtc.instance import Instance, read_instance

SHIFTS = ("early", "late", "night")


def _patient(
    id_: str, *, gender: str = "A", age: str = "adult", stay: int = 2, mandatory: bool = True
) -> dict[str, Any]:
    return {
        "id": id_,
        "mandatory": mandatory,
        "gender": gender,
        "age_group": age,
        "length_of_stay": stay,
        "surgery_release_day": 0,
        "surgery_duration": 60,
        "surgeon_id": "s",
        "incompatible_room_ids": [],
        "workload_produced": [2] * 3 * stay,
        "skill_level_required": [0, 1, 0] * stay,
        **({"surgery_due_day": 1} if mandatory else {}),
    }


def document() -> dict[str, Any]:
    """The instance as a JSON object, to be spoiled by tests."""
    works = [{"day": day, "shift": shift, "max_load": 3} for day in range(2) for shift in SHIFTS]
    occupant = _patient("o", age="elderly", stay=1)
    return {
        "days": 2,
        "skill_levels": 2,
        "shift_types": list(SHIFTS),
        "age_groups": ["infant", "adult", "elderly"],
        "weights": {
            "room_mixed_age": 7,
            "room_nurse_skill": 5,
            "continuity_of_care": 3,
            "nurse_eccessive_workload": 2,
            "open_operating_theater": 30,
            "surgeon_transfer": 11,
            "patient_delay": 13,
            "unscheduled_optional": 400,
        },
        "occupants": [{**occupant, "room_id": "r0"}],
        "patients": [
            _patient("p0"),
            _patient("p1", gender="B"),
            _patient("p2", stay=1, mandatory=False),
        ],
        "surgeons": [{"id": "s", "max_surgery_time": [120, 120]}],
        "operating_theaters": [{"id": "t0", "availability": [120, 120]}, {"id": "t1", "availability": [120, 60]}],
        "rooms": [{"id": "r0", "capacity": 2}, {"id": "r1", "capacity": 1}],
        "nurses": [
            {"id": "n0", "skill_level": 0, "working_shifts": list(works)},
            {"id": "n1", "skill_level": 1, "working_shifts": list(works)},
        ],
    }


def ward() -> Instance:
    """The instance."""
    return read_instance(json.dumps(document()))


def plan_document() -> dict[str, Any]:
    """A plan that keeps every rule: n0 has room r0, n1 has r1; p0 and p1 on day 0 in two theatres, p2 a day late."""

    def all_shifts(room: str) -> list[dict[str, Any]]:
        return [{"day": day, "shift": shift, "rooms": [room]} for day in range(2) for shift in SHIFTS]

    return {
        "patients": [
            {"id": "p0", "admission_day": 0, "room": "r0", "operating_theater": "t0"},
            {"id": "p1", "admission_day": 0, "room": "r1", "operating_theater": "t1"},
            {"id": "p2", "admission_day": 1, "room": "r0", "operating_theater": "t0"},
        ],
        "nurses": [{"id": "n0", "assignments": all_shifts("r0")}, {"id": "n1", "assignments": all_shifts("r1")}],
    }
