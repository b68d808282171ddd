"""The roster problem of Curtois and Qu in its public text format, read and checked.

Source: T. Curtois and R. Qu, Computational results on new staff scheduling benchmark instances (2014).
Day 0 is a Monday.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from yitong.planning.problems import PlanningError

T = TypeVar("T")


class Shift(NamedTuple):
    """A kind of shift: minutes, and the kinds that may not follow on the next day."""

    id: str
    minutes: int
    not_before: frozenset[str]


class Employee(NamedTuple):
    """Somebody's limits: shifts of each kind, minutes in all, shifts and days off in a row, weekends; days off."""

    id: str
    most: dict[str, int]
    most_minutes: int
    least_minutes: int
    most_in_a_row: int
    least_in_a_row: int
    least_days_off: int
    most_weekends: int
    days_off: frozenset[int]


class Request(NamedTuple):
    """A wish to work a shift (`on`) or not to, and what it costs to refuse it."""

    employee: str
    day: int
    shift: str
    weight: int
    on: bool


class Cover(NamedTuple):
    """How many are wanted, and what each one too few or too many costs."""

    day: int
    shift: str
    wanted: int
    under: int
    over: int


class RosterInstance(NamedTuple):
    """A whole problem."""

    days: int
    shifts: list[Shift]
    employees: list[Employee]
    requests: list[Request]
    cover: list[Cover]


def read_instance(text: str) -> RosterInstance:
    """An instance from the public text; `PlanningError` names the line that cannot be read or contradicts another."""
    lines = _sections(text)
    horizon = lines.get("SECTION_HORIZON", [])
    if len(horizon) != 1:
        raise PlanningError("SECTION_HORIZON needs one line with the number of days")
    days = _parsed(horizon[0], lambda row: int(row[0]))
    if days < 1:
        raise PlanningError("SECTION_HORIZON needs at least one day")
    shifts = [_parsed(line, _shift) for line in lines.get("SECTION_SHIFTS", [])]
    off = {row[0]: row for row in (_parsed(line, _days_off) for line in lines.get("SECTION_DAYS_OFF", []))}
    employees = [_parsed(line, lambda row: _employee(row, off)) for line in lines.get("SECTION_STAFF", [])]
    requests = [
        _parsed(line, lambda row: _request(row, on=True)) for line in lines.get("SECTION_SHIFT_ON_REQUESTS", [])
    ]
    requests += [
        _parsed(line, lambda row: _request(row, on=False)) for line in lines.get("SECTION_SHIFT_OFF_REQUESTS", [])
    ]
    cover = [_parsed(line, _cover) for line in lines.get("SECTION_COVER", [])]
    instance = RosterInstance(days, shifts, employees, requests, cover)
    _check(instance, set(off))
    return instance


def _sections(text: str) -> dict[str, list[tuple[int, str]]]:
    found: dict[str, list[tuple[int, str]]] = {}
    name = ""
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("SECTION_"):
            name = line
            found[name] = []
        elif not name:
            raise PlanningError(f"line {number}: a section is expected before {line!r}")
        else:
            found[name].append((number, line))
    return found


def _parsed(numbered: tuple[int, str], read: Callable[[list[str]], T]) -> T:
    number, line = numbered
    try:
        return read([part.strip() for part in line.split(",")])
    except (ValueError, IndexError, KeyError) as error:
        raise PlanningError(f"line {number} cannot be read: {line!r}") from error


def _shift(row: list[str]) -> Shift:
    return Shift(row[0], int(row[1]), frozenset(filter(None, row[2].split("|"))) if len(row) > 2 else frozenset())


def _days_off(row: list[str]) -> tuple[str, frozenset[int]]:
    return row[0], frozenset(int(day) for day in row[1:])


def _employee(row: list[str], off: dict[str, tuple[str, frozenset[int]]]) -> Employee:
    most = {kind: int(count) for kind, count in (part.split("=") for part in row[1].split("|"))}
    minutes_most, minutes_least, row_most, row_least, off_least, weekends = (int(part) for part in row[2:8])
    days_off = off[row[0]][1] if row[0] in off else frozenset[int]()
    return Employee(row[0], most, minutes_most, minutes_least, row_most, row_least, off_least, weekends, days_off)


def _request(row: list[str], *, on: bool) -> Request:
    return Request(row[0], int(row[1]), row[2], int(row[3]), on)


def _cover(row: list[str]) -> Cover:
    return Cover(int(row[0]), row[1], int(row[2]), int(row[3]), int(row[4]))


def _check(it: RosterInstance, with_days_off: set[str]) -> None:
    shifts = {one.id for one in it.shifts}
    names = [one.id for one in it.employees]
    wrong = [f"employee {one} is listed twice" for one in sorted({n for n in names if names.count(n) > 1})]
    wrong += [f"no employee {one} to have days off" for one in sorted(with_days_off - set(names))]
    wrong += [f"shift {one.id}: no shift {x}" for one in it.shifts for x in sorted(one.not_before - shifts)]
    for one in it.employees:
        wrong += [f"employee {one.id}: no shift {kind}" for kind in one.most if kind not in shifts]
        wrong += [f"employee {one.id}: no limit for shift {kind}" for kind in sorted(shifts - set(one.most))]
        if one.least_minutes > one.most_minutes or one.least_in_a_row > one.most_in_a_row:
            wrong.append(f"employee {one.id}: a least is above its most")
    wrong += [f"request: no employee {one.employee}" for one in it.requests if one.employee not in names]
    for one in (*it.requests, *it.cover):
        if one.shift not in shifts or not 0 <= one.day < it.days:
            wrong.append(f"no shift {one.shift} on day {one.day}")
    if not it.shifts or not it.employees:
        wrong.append("at least one shift and one employee are needed")
    if wrong:
        raise PlanningError("the instance contradicts itself: " + "; ".join(wrong[:5]))
