"""The problem of the Integrated Healthcare Timetabling Competition 2024 in its public JSON format, read and checked.

Source: the competition's problem description (ihtc2024.github.io); names are the format's own, its spelling included.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from yitong.planning.problems import PlanningError


class Weights(msgspec.Struct, frozen=True):
    """What one unit of each soft cost counts; the order is that of every list of cost parts."""

    room_mixed_age: int
    room_nurse_skill: int
    continuity_of_care: int
    nurse_eccessive_workload: int
    open_operating_theater: int
    surgeon_transfer: int
    patient_delay: int
    unscheduled_optional: int


class Occupant(msgspec.Struct, frozen=True):
    """Somebody who is in a room already; workload and skill are listed per shift of the rest of the stay."""

    id: str
    gender: Literal["A", "B"]
    age_group: str
    length_of_stay: int
    workload_produced: list[int]
    skill_level_required: list[int]
    room_id: str


class Patient(msgspec.Struct, frozen=True):
    """Somebody to be admitted on the day of surgery; minutes of surgery, days of stay, three shifts a day."""

    id: str
    mandatory: bool
    gender: Literal["A", "B"]
    age_group: str
    length_of_stay: int
    surgery_release_day: int
    surgery_duration: int
    surgeon_id: str
    incompatible_room_ids: list[str]
    workload_produced: list[int]
    skill_level_required: list[int]
    surgery_due_day: int | None = None


class Surgeon(msgspec.Struct, frozen=True):
    """Minutes that a surgeon may operate on each day."""

    id: str
    max_surgery_time: list[int]


class Theater(msgspec.Struct, frozen=True):
    """Minutes that a theatre is open on each day."""

    id: str
    availability: list[int]


class Room(msgspec.Struct, frozen=True):
    """A room and its number of beds."""

    id: str
    capacity: int


class WorkingShift(msgspec.Struct, frozen=True):
    """A shift that a nurse works, and the load above which it counts as too much."""

    day: int
    shift: str
    max_load: int


class Nurse(msgspec.Struct, frozen=True):
    """A nurse, how skilled, and when at work."""

    id: str
    skill_level: int
    working_shifts: list[WorkingShift]


class Instance(msgspec.Struct, frozen=True):
    """A whole problem."""

    days: int
    skill_levels: int
    shift_types: list[str]
    age_groups: list[str]
    weights: Weights
    occupants: list[Occupant]
    patients: list[Patient]
    surgeons: list[Surgeon]
    operating_theaters: list[Theater]
    rooms: list[Room]
    nurses: list[Nurse]

    @property
    def shifts(self) -> int:
        """How many shifts the horizon has, numbered by day × shifts of a day + shift."""
        return self.days * len(self.shift_types)


def read_instance(text: str | bytes) -> Instance:
    """An instance from the public JSON; `PlanningError` names the first places that are wrong."""
    try:
        instance = msgspec.json.decode(text, type=Instance)
    except msgspec.DecodeError as error:
        raise PlanningError(f"not an instance of IHTC-2024: {error}") from error
    wrong = [*_shape(instance), *_references(instance), *_stays(instance)]
    if wrong:
        raise PlanningError("the instance contradicts itself: " + "; ".join(wrong[:5]))
    return instance


def _shape(it: Instance) -> Iterable[str]:
    if it.days < 1 or not it.shift_types:
        yield "at least one day and one shift type are needed"
    if not it.rooms or not it.age_groups:
        yield "at least one room and one age group are needed"
    for name, rows in (
        ("patients", it.patients),
        ("occupants", it.occupants),
        ("surgeons", it.surgeons),
        ("operating_theaters", it.operating_theaters),
        ("rooms", it.rooms),
        ("nurses", it.nurses),
    ):
        ids = [row.id for row in rows]
        yield from (f"{name}: {one} is listed twice" for one in sorted({i for i in ids if ids.count(i) > 1}))
    for surgeon in it.surgeons:
        if len(surgeon.max_surgery_time) != it.days:
            yield f"surgeon {surgeon.id}: max_surgery_time needs {it.days} days"
    for theater in it.operating_theaters:
        if len(theater.availability) != it.days:
            yield f"theatre {theater.id}: availability needs {it.days} days"
    for nurse in it.nurses:
        if not 0 <= nurse.skill_level < it.skill_levels:
            yield f"nurse {nurse.id}: skill_level {nurse.skill_level} is outside 0–{it.skill_levels - 1}"
        for at in nurse.working_shifts:
            if not 0 <= at.day < it.days or at.shift not in it.shift_types:
                yield f"nurse {nurse.id}: no shift {at.shift} on day {at.day}"


def _references(it: Instance) -> Iterable[str]:
    rooms = {room.id for room in it.rooms}
    surgeons = {surgeon.id for surgeon in it.surgeons}
    for patient in it.patients:
        if patient.surgeon_id not in surgeons:
            yield f"patient {patient.id}: no surgeon {patient.surgeon_id}"
        for room in patient.incompatible_room_ids:
            if room not in rooms:
                yield f"patient {patient.id}: no room {room}"
    for occupant in it.occupants:
        if occupant.room_id not in rooms:
            yield f"occupant {occupant.id}: no room {occupant.room_id}"


def _stays(it: Instance) -> Iterable[str]:
    for one in (*it.patients, *it.occupants):
        shifts = one.length_of_stay * len(it.shift_types)
        if one.length_of_stay < 1:
            yield f"{one.id}: length_of_stay must be at least one day"
        if one.age_group not in it.age_groups:
            yield f"{one.id}: no age group {one.age_group}"
        if len(one.workload_produced) != shifts or len(one.skill_level_required) != shifts:
            yield f"{one.id}: workload_produced and skill_level_required need {shifts} shifts"
        if any(not 0 <= skill < it.skill_levels for skill in one.skill_level_required):
            yield f"{one.id}: a skill_level_required is outside 0–{it.skill_levels - 1}"
        if any(load < 0 for load in one.workload_produced):
            yield f"{one.id}: a workload_produced is negative"
    for patient in it.patients:
        if patient.surgery_duration < 1 or patient.surgery_release_day < 0:
            yield f"patient {patient.id}: surgery_duration must be at least a minute, surgery_release_day not negative"
        if patient.mandatory and patient.surgery_due_day is None:
            yield f"patient {patient.id}: a mandatory patient needs a surgery_due_day"
        if patient.surgery_due_day is not None and patient.surgery_due_day < patient.surgery_release_day:
            yield f"patient {patient.id}: surgery_due_day is before surgery_release_day"
