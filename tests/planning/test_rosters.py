"""Rosters: hand-counted costs, every hard rule, refused input, and a search that is checked by trying everything."""

import itertools
from pathlib import Path

import pytest

from planning.published import PLANNING_DATA
from planning.small_roster import TEXT
from yitong.planning.problems import NoFeasiblePlanError, PlanningError
from yitong.planning.rosters.instance import RosterInstance, read_instance
from yitong.planning.rosters.solving import Progress, solve
from yitong.planning.rosters.validation import Verdict, read_roster, validate, write_roster

CURTOIS = PLANNING_DATA / "curtois"


def verdict(a: str, b: str = "........") -> Verdict:
    """The verdict on rows written as a letter a day, a dot for a day off."""
    days = [["" if cell == "." else cell for cell in row] for row in (a, b)]
    return validate(read_instance(TEXT), {"A": days[0], "B": days[1]})


def test_a_roster_costs_what_it_costs_by_hand() -> None:
    found = verdict("EE..EE..", ".LL.....")
    assert found.violations == []
    assert found.parts == {
        "requests": 3,  # A works early on day 1
        "under_cover": 100,  # one of two is missing on day 1
        "over_cover": 1,  # B's late on day 2
    }
    assert verdict("EE..EE..").parts["requests"] == 3 + 5


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        ("LE..EE..", "........", "A: E may not follow L (day 1)"),
        ("LL..LL..", "........", "A: 4 shifts L, at most 2"),
        ("EE......", "........", "A: 960 minutes, 1440 to 2400 are allowed"),
        ("EEEE....", "........", "A: works on day 3"),
        ("EE..EE..", ".....E..", "B: 1 weekends, at most 0"),
        ("EE..EE..", "EEEE....", "B: 4 shifts in a row from day 0, at most 3"),
        ("E...E..E", "........", "A: 1 shifts in a row from day 4, at least 2"),
        ("EEE.EE..", "........", "A: 1 days off in a row from day 3, at least 2"),
    ],
)
def test_every_hard_rule_is_named(a: str, b: str, said: str) -> None:
    assert any(said in line for line in verdict(a, b).violations)


def test_runs_at_either_end_may_be_short() -> None:
    assert verdict("E...EE..").violations == []
    assert verdict("....EE.E".replace(".E", "EE")).violations != []
    assert verdict(".EE...EE").violations == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("\n8\n", "\nmany\n", "line 3 cannot be read: 'many'"),
        ("L,480,E", "L,480,N", "shift L: no shift N"),
        ("A,E=8|L=2,", "A,E=8,", "employee A: no limit for shift L"),
        ("B,1,L,5", "C,1,L,5", "request: no employee C"),
        ("5,E,1,100,10", "9,E,1,100,10", "no shift E on day 9"),
        ("5,E,1,100,10", "5,E,one,100,10", "cannot be read: '5,E,one,100,10'"),
        ("SECTION_HORIZON\n", "", "a section is expected"),
    ],
)
def test_a_bad_instance_is_refused_with_the_place(old: str, new: str, said: str) -> None:
    with pytest.raises(PlanningError) as refused:
        read_instance(TEXT.replace(old, new))
    assert said in str(refused.value)


def _least_by_trying_all(it: RosterInstance) -> int:
    free = ["E", "L", ""]
    rows_a = [list(row) for row in itertools.product(free, repeat=8)]
    idle = [""] * 8
    good_a = [row for row in rows_a if not any("A:" in x for x in validate(it, {"A": row, "B": idle}).violations)]
    # B may not work at weekends, so days 5 and 6 are off.
    rows_b = [[*row[:5], "", "", row[5]] for row in itertools.product(free, repeat=6)]
    good_b = [row for row in rows_b if not any("B:" in x for x in validate(it, {"A": idle, "B": row}).violations)]
    # Nobody gains by shifts that nobody wants: only rows that are best among those with the same wanted shifts matter.
    best_b: dict[tuple[str, ...], tuple[int, list[str]]] = {}
    for row in good_b:
        cost = validate(it, {"A": idle, "B": row}).parts["requests"]
        key = tuple(row[day] for day in (0, 1, 2, 5))
        if key not in best_b or cost < best_b[key][0]:
            best_b[key] = cost, row
    return min(validate(it, {"A": a, "B": b}).cost for a in good_a for _, b in best_b.values())


def test_the_roster_is_the_best_there_is() -> None:
    it = read_instance(TEXT)
    outcome = solve(it, seconds=2)
    found = validate(it, outcome.roster)
    assert found.feasible
    assert found.cost == outcome.cost == _least_by_trying_all(it)


def test_stopping_at_once_still_gives_a_roster_that_keeps_every_rule() -> None:
    it = read_instance(TEXT)
    outcome = solve(it, seconds=600, stop=lambda: True)
    assert validate(it, outcome.roster).feasible


def test_ctrl_c_gives_the_best_so_far() -> None:
    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    it = read_instance(TEXT)
    assert validate(it, solve(it, seconds=600, on_progress=interrupt).roster).feasible


def test_somebody_whose_rules_exclude_each_other_is_named() -> None:
    it = read_instance(TEXT.replace("A,E=8|L=2,2400,1440", "A,E=8|L=2,3840,3840"))
    with pytest.raises(NoFeasiblePlanError, match="employee A has no row"):
        solve(it, seconds=5)


def test_a_roster_survives_writing_and_reading(tmp_path: Path) -> None:
    it = read_instance(TEXT)
    roster = solve(it, seconds=1).roster
    assert read_roster(write_roster(roster, it), it) == roster
    with pytest.raises(PlanningError, match="1 lines for 2 employees"):
        read_roster("E", it)


@pytest.mark.skipif(not CURTOIS.is_dir(), reason="the public rosters are not here (../shared/data/planning)")
@pytest.mark.parametrize(("number", "best_known"), [(2, 828), (3, 1001)])
def test_the_best_known_is_reached_and_met_by_the_relaxation(number: int, best_known: int) -> None:
    outcome = solve(read_instance((CURTOIS / f"Instance{number}.txt").read_text("utf-8")), seconds=30)
    assert outcome.cost == best_known
    assert outcome.relaxed == pytest.approx(best_known)
