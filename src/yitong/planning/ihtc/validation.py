"""Every hard rule and all eight soft costs of IHTC-2024, counted plainly from the rules and apart from the solver.

Source: the competition's problem description. Occupants count in age mix, skill, load and continuity of care; a stay
that runs past the horizon counts up to its end.
"""

from collections import defaultdict
from typing import NamedTuple

import msgspec

from yitong.planning.ihtc.instance import Instance, Occupant, Patient
from yitong.planning.ihtc.plan import Plan


class Verdict(NamedTuple):
    """What a plan breaks and costs; the cost of a plan that breaks a hard rule means nothing."""

    violations: list[str]
    parts: dict[str, int]

    @property
    def cost(self) -> int:
        """The weighted sum of the eight parts."""
        return sum(self.parts.values())

    @property
    def feasible(self) -> bool:
        """Whether every hard rule is kept."""
        return not self.violations


_Occupied = dict[tuple[str, int], list[Patient | Occupant]]


class _Stay(NamedTuple):
    who: Patient | Occupant
    day: int
    room: str


class _Placed(NamedTuple):
    patient: Patient
    day: int
    room: str
    theater: str


def validate(instance: Instance, plan: Plan) -> Verdict:
    """The broken hard rules, each in a sentence, and the weighted cost parts by the format's names."""
    placed = _placed(instance, plan)
    stays = [_Stay(one, 0, one.room_id) for one in instance.occupants]
    stays += [_Stay(one.patient, one.day, one.room) for one in placed]
    nurse_of, violations = _nurse_of(instance, plan)
    violations += _admission_rules(instance, placed)
    violations += _minutes(instance, placed)
    by_day = _by_room_and_day(instance, stays)
    violations += _rooms(instance, by_day)
    violations += _uncovered(instance, by_day, nurse_of)
    counts = {**_surgery_costs(instance, placed), **_care_costs(instance, stays, nurse_of)}
    counts["room_mixed_age"] = _mixed_age(instance, by_day)
    weights = msgspec.structs.asdict(instance.weights)
    return Verdict(violations, {name: weight * counts[name] for name, weight in weights.items()})


def _placed(it: Instance, plan: Plan) -> list[_Placed]:
    patients = {one.id: one for one in it.patients}
    return [
        _Placed(patients[one.id], one.admission_day, one.room or "", one.operating_theater or "")
        for one in plan.patients
        if one.admission_day != "none"
    ]


def _by_room_and_day(it: Instance, stays: list[_Stay]) -> _Occupied:
    there: _Occupied = defaultdict(list)
    for stay in stays:
        for day in range(stay.day, min(it.days, stay.day + stay.who.length_of_stay)):
            there[stay.room, day].append(stay.who)
    return there


def _nurse_of(it: Instance, plan: Plan) -> tuple[dict[tuple[str, int], str], list[str]]:
    works = {(one.id, at.day, at.shift) for one in it.nurses for at in one.working_shifts}
    nurse_of: dict[tuple[str, int], str] = {}
    wrong: list[str] = []
    for nurse in plan.nurses:
        for at in nurse.assignments:
            if at.rooms and (nurse.id, at.day, at.shift) not in works:
                wrong.append(f"nurse {nurse.id} does not work {at.shift} on day {at.day}")
            shift = at.day * len(it.shift_types) + it.shift_types.index(at.shift)
            twice = [room for room in at.rooms if nurse_of.setdefault((room, shift), nurse.id) != nurse.id]
            wrong += [f"room {room} has two nurses in shift {at.shift} of day {at.day}" for room in twice]
    return nurse_of, wrong


def _admission_rules(it: Instance, placed: list[_Placed]) -> list[str]:
    admitted = {one.patient.id for one in placed}
    wrong = [
        f"mandatory patient {one.id} is left out" for one in it.patients if one.mandatory and one.id not in admitted
    ]
    for patient, day, room, _ in placed:
        if day < patient.surgery_release_day:
            wrong.append(f"patient {patient.id} is admitted before the release day")
        if patient.mandatory and patient.surgery_due_day is not None and day > patient.surgery_due_day:
            wrong.append(f"mandatory patient {patient.id} is admitted after the due day")
        if room in patient.incompatible_room_ids:
            wrong.append(f"patient {patient.id} may not lie in room {room}")
    return wrong


def _minutes(it: Instance, placed: list[_Placed]) -> list[str]:
    surgeon_minutes: dict[tuple[str, int], int] = defaultdict(int)
    theater_minutes: dict[tuple[str, int], int] = defaultdict(int)
    for one in placed:
        surgeon_minutes[one.patient.surgeon_id, one.day] += one.patient.surgery_duration
        theater_minutes[one.theater, one.day] += one.patient.surgery_duration
    surgeons = {one.id: one.max_surgery_time for one in it.surgeons}
    theaters = {one.id: one.availability for one in it.operating_theaters}
    over = [("surgeon", *key, used, surgeons[key[0]][key[1]]) for key, used in surgeon_minutes.items()]
    over += [("theatre", *key, used, theaters[key[0]][key[1]]) for key, used in theater_minutes.items()]
    return [
        f"{kind} {id_}: {used} minutes on day {day}, {most} there are"
        for kind, id_, day, used, most in over
        if used > most
    ]


def _rooms(it: Instance, by_day: _Occupied) -> list[str]:
    capacity = {one.id: one.capacity for one in it.rooms}
    wrong: list[str] = []
    for (room, day), people in by_day.items():
        if len(people) > capacity[room]:
            wrong.append(f"room {room} has {len(people)} people in {capacity[room]} beds on day {day}")
        if len({one.gender for one in people}) > 1:
            wrong.append(f"room {room} has both genders on day {day}")
    return wrong


def _uncovered(it: Instance, by_day: _Occupied, nurse_of: dict[tuple[str, int], str]) -> list[str]:
    each = len(it.shift_types)
    return [
        f"room {room} has nobody in shift {it.shift_types[shift]} of day {day}"
        for room, day in by_day
        for shift in range(each)
        if (room, day * each + shift) not in nurse_of
    ]


def _mixed_age(it: Instance, by_day: _Occupied) -> int:
    ages = [[it.age_groups.index(one.age_group) for one in people] for people in by_day.values()]
    return sum(max(one) - min(one) for one in ages)


def _surgery_costs(it: Instance, placed: list[_Placed]) -> dict[str, int]:
    optional = sum(not one.mandatory for one in it.patients)
    with_surgeon = {(one.patient.surgeon_id, one.day, one.theater) for one in placed}
    return {
        "open_operating_theater": len({(one.theater, one.day) for one in placed}),
        "surgeon_transfer": len(with_surgeon) - len({(surgeon, day) for surgeon, day, _ in with_surgeon}),
        "patient_delay": sum(one.day - one.patient.surgery_release_day for one in placed),
        "unscheduled_optional": optional - sum(not one.patient.mandatory for one in placed),
    }


def _care_costs(it: Instance, stays: list[_Stay], nurse_of: dict[tuple[str, int], str]) -> dict[str, int]:
    each = len(it.shift_types)
    skill = {one.id: one.skill_level for one in it.nurses}
    most = {
        (one.id, at.day * each + it.shift_types.index(at.shift)): at.max_load
        for one in it.nurses
        for at in one.working_shifts
    }
    load: dict[tuple[str, int], int] = defaultdict(int)
    missing = met = 0
    for who, first, room in stays:
        nurses: set[str] = set()
        for offset in range(min(it.days - first, who.length_of_stay) * each):
            shift = first * each + offset
            nurse = nurse_of.get((room, shift))
            if nurse is None:
                continue
            nurses.add(nurse)
            load[nurse, shift] += who.workload_produced[offset]
            missing += max(0, who.skill_level_required[offset] - skill[nurse])
        met += len(nurses)
    return {
        "room_nurse_skill": missing,
        "continuity_of_care": met,
        "nurse_eccessive_workload": sum(max(0, one - most.get(key, 0)) for key, one in load.items()),
    }
