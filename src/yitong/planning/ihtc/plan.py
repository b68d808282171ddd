"""A plan in the competition's solution format: who is admitted when and where, and which nurse has which rooms."""

from typing import Any, Literal

import msgspec

from yitong.planning.ihtc.instance import Instance
from yitong.planning.problems import PlanningError


class Admission(msgspec.Struct, frozen=True, omit_defaults=True):
    """A patient's day, room and theatre; the day `none` leaves the patient out."""

    id: str
    admission_day: int | Literal["none"]
    room: str | None = None
    operating_theater: str | None = None


class ShiftRooms(msgspec.Struct, frozen=True):
    """The rooms that a nurse has in one shift."""

    day: int
    shift: str
    rooms: list[str]


class NurseRooms(msgspec.Struct, frozen=True):
    """All shifts of one nurse."""

    id: str
    assignments: list[ShiftRooms]


class Plan(msgspec.Struct, frozen=True):
    """A whole plan."""

    patients: list[Admission]
    nurses: list[NurseRooms]


def read_plan(text: str | bytes, instance: Instance) -> Plan:
    """A plan from the public JSON; `PlanningError` when it is malformed or names what the instance does not have.

    Whether it keeps the rules is another question: see `validate`.
    """
    try:
        plan = msgspec.json.decode(text, type=Plan)
    except msgspec.DecodeError as error:
        raise PlanningError(f"not a plan of IHTC-2024: {error}") from error
    wrong = [*_unknown_admissions(plan, instance), *_unknown_assignments(plan, instance)]
    if wrong:
        raise PlanningError("the plan does not fit the instance: " + "; ".join(wrong[:5]))
    return plan


def write_plan(plan: Plan) -> str:
    """The plan as the public JSON text."""
    return msgspec.json.format(msgspec.json.encode(plan), indent=1).decode() + "\n"


def _unknown_admissions(plan: Plan, it: Instance) -> list[str]:
    patients = {one.id for one in it.patients}
    rooms = {one.id for one in it.rooms}
    theaters = {one.id for one in it.operating_theaters}
    seen: set[str] = set()
    wrong: list[str] = []
    for one in plan.patients:
        if one.id not in patients:
            wrong.append(f"no patient {one.id}")
        if one.id in seen:
            wrong.append(f"patient {one.id} is listed twice")
        seen.add(one.id)
        if one.admission_day == "none":
            continue
        if not 0 <= one.admission_day < it.days:
            wrong.append(f"patient {one.id}: no day {one.admission_day}")
        if one.room not in rooms:
            wrong.append(f"patient {one.id}: no room {one.room}")
        if one.operating_theater not in theaters:
            wrong.append(f"patient {one.id}: no theatre {one.operating_theater}")
    return wrong


def _unknown_assignments(plan: Plan, it: Instance) -> list[str]:
    known: dict[str, Any] = {one.id: one for one in it.nurses}
    rooms = {one.id for one in it.rooms}
    wrong: list[str] = []
    for nurse in plan.nurses:
        if nurse.id not in known:
            wrong.append(f"no nurse {nurse.id}")
        for at in nurse.assignments:
            if not 0 <= at.day < it.days or at.shift not in it.shift_types:
                wrong.append(f"nurse {nurse.id}: no shift {at.shift} on day {at.day}")
            wrong += [f"nurse {nurse.id}: no room {room}" for room in at.rooms if room not in rooms]
    return wrong
