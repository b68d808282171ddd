"""Every hard rule and soft cost of a roster, counted plainly from the rules and apart from the solver.

Runs that touch either end of the horizon are exempt from least lengths: what lies before and after is not known.
"""

from collections import Counter
from itertools import groupby, pairwise
from typing import NamedTuple

from yitong.planning.problems import PlanningError
from yitong.planning.rosters.instance import Employee, RosterInstance

Roster = dict[str, list[str]]


class Verdict(NamedTuple):
    """What a roster breaks and costs; the cost of one that breaks a hard rule means nothing."""

    violations: list[str]
    parts: dict[str, int]

    @property
    def cost(self) -> int:
        """The sum of the parts."""
        return sum(self.parts.values())

    @property
    def feasible(self) -> bool:
        """Whether every hard rule is kept."""
        return not self.violations


def read_roster(text: str, it: RosterInstance) -> Roster:
    """A roster from its text: a line an employee in the instance's order, a tab between days, empty for a day off."""
    lines = text.rstrip("\n").split("\n")
    if len(lines) != len(it.employees):
        raise PlanningError(f"the roster has {len(lines)} lines for {len(it.employees)} employees")
    known = {one.id for one in it.shifts} | {""}
    roster: Roster = {}
    for number, (employee, line) in enumerate(zip(it.employees, lines, strict=True), 1):
        days = [cell.strip() for cell in line.split("\t")]
        if len(days) != it.days:
            raise PlanningError(f"line {number} has {len(days)} days of {it.days}")
        if unknown := sorted(set(days) - known):
            raise PlanningError(f"line {number}: no shift {unknown[0]}")
        roster[employee.id] = days
    return roster


def write_roster(roster: Roster, it: RosterInstance) -> str:
    """The text that `read_roster` reads."""
    return "".join("\t".join(roster[one.id]) + "\n" for one in it.employees)


def validate(it: RosterInstance, roster: Roster) -> Verdict:
    """The broken hard rules, each in a sentence, and the cost of refused requests and of too few or too many people."""
    violations = [line for one in it.employees for line in _broken(it, one, roster[one.id])]
    refused = sum(one.weight for one in it.requests if (roster[one.employee][one.day] == one.shift) != one.on)
    there = Counter((day, shift) for days in roster.values() for day, shift in enumerate(days) if shift)
    under = sum(max(0, one.wanted - there[one.day, one.shift]) * one.under for one in it.cover)
    over = sum(max(0, there[one.day, one.shift] - one.wanted) * one.over for one in it.cover)
    return Verdict(violations, {"requests": refused, "under_cover": under, "over_cover": over})


def _broken(it: RosterInstance, one: Employee, days: list[str]) -> list[str]:
    kinds = {shift.id: shift for shift in it.shifts}
    wrong: list[str] = []
    for day, (today, tomorrow) in enumerate(pairwise(days)):
        if today and tomorrow in kinds[today].not_before:
            wrong.append(f"{tomorrow} may not follow {today} (day {day + 1})")
    counts = Counter(shift for shift in days if shift)
    wrong += [f"{n} shifts {kind}, at most {one.most[kind]}" for kind, n in counts.items() if n > one.most[kind]]
    minutes = sum(kinds[shift].minutes for shift in days if shift)
    if not one.least_minutes <= minutes <= one.most_minutes:
        wrong.append(f"{minutes} minutes, {one.least_minutes} to {one.most_minutes} are allowed")
    wrong += [f"works on day {day}, which is off" for day in sorted(one.days_off) if days[day]]
    weekends = {day // 7 for day, shift in enumerate(days) if shift and day % 7 >= 5}
    if len(weekends) > one.most_weekends:
        wrong.append(f"{len(weekends)} weekends, at most {one.most_weekends}")
    wrong += _runs(it, one, days)
    return [f"employee {one.id}: {line}" for line in wrong]


def _runs(it: RosterInstance, one: Employee, days: list[str]) -> list[str]:
    wrong: list[str] = []
    start = 0
    for works, group in groupby(days, key=bool):
        length = len(list(group))
        inside = start > 0 and start + length < it.days
        if works and length > one.most_in_a_row:
            wrong.append(f"{length} shifts in a row from day {start}, at most {one.most_in_a_row}")
        if works and inside and length < one.least_in_a_row:
            wrong.append(f"{length} shifts in a row from day {start}, at least {one.least_in_a_row}")
        if not works and inside and length < one.least_days_off:
            wrong.append(f"{length} days off in a row from day {start}, at least {one.least_days_off}")
        start += length
    return wrong
