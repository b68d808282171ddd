"""What holds for every prescription whatever stands on it: order does not matter, more is never more lawful."""

from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prescriptions.cases import case, drug
from yitong.directory.facts import drugs
from yitong.prescriptions import facts
from yitong.prescriptions.rules.case import Case, Line
from yitong.prescriptions.rules.check import check, in_the_way
from yitong.prescriptions.rules.verdicts import RULES, Level

pytestmark = pytest.mark.unit
SETTINGS = settings(deadline=None, max_examples=60)
NAMES = [one.name for one in drugs()]
EMPTY: dict[str, Any] = {"lines": []}


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """Any drug in any amount by a route that some form has."""
    found = drug(draw(st.sampled_from(NAMES)))
    return Line(
        drug=found,
        dose_milli=draw(st.integers(1, 5_000_000)),
        dose_unit=draw(st.sampled_from([found.unit or "片", "mg", "g"])),
        frequency=draw(st.sampled_from(sorted(facts.frequencies()))),
        route=draw(st.sampled_from(sorted(facts.routes()))),
        days=draw(st.integers(1, 100)),
        quantity=draw(st.integers(1, 50)),
        split=draw(st.booleans()),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Any patient, any prescriber, one to six lines."""
    row = {
        "lines": [],
        "setting": draw(st.sampled_from(["outpatient", "emergency", "online"])),
        "sex": draw(st.sampled_from(["male", "female"])),
        "born": f"{draw(st.integers(1930, 2026))}-03-01",
        "weight_g": draw(st.one_of(st.none(), st.integers(2_000, 150_000))),
        "pregnancy": draw(st.sampled_from(["", "no", "pregnant", "lactating"])),
        "egfr": draw(st.one_of(st.none(), st.integers(5, 130))),
        "allergies": draw(st.lists(st.sampled_from(["青霉素", "头孢菌素类", "磺胺", "阿司匹林", "芒果"]), max_size=2)),
        "rank": draw(st.sampled_from(["assistant", "resident", "attending", "senior"])),
        "insured": draw(st.booleans()),
        "valid_days": draw(st.integers(1, 5)),
    }
    return msgspec.structs.replace(case(row), lines=tuple(draw(st.lists(lines(), min_size=1, max_size=6))))


@SETTINGS
@given(cases())
def test_verdicts_are_complete_sentences_with_a_source(one: Case) -> None:
    for verdict in check(one):
        assert verdict.code in RULES
        assert verdict.level == RULES[verdict.code].level
        assert verdict.source_title.zh
        assert "{" not in verdict.message.zh + verdict.message.en
        assert all(0 <= number < len(one.lines) for number in verdict.lines)


@SETTINGS
@given(cases())
def test_the_order_of_lines_does_not_matter(one: Case) -> None:
    turned = msgspec.structs.replace(one, lines=one.lines[::-1])
    assert sorted(v.code for v in check(one)) == sorted(v.code for v in check(turned))


@SETTINGS
@given(cases(), lines())
def test_one_drug_more_never_takes_a_refusal_away(one: Case, more: Line) -> None:
    before = {(v.code, v.lines) for v in check(one) if v.level == "stop" and v.lines}
    after = {(v.code, v.lines) for v in check(msgspec.structs.replace(one, lines=(*one.lines, more)))}
    assert before <= after


@SETTINGS
@given(cases(), st.integers(1, 60))
def test_more_days_are_never_more_lawful(one: Case, more: int) -> None:
    def refused(days: int) -> bool:
        longer = tuple(msgspec.structs.replace(line, days=line.days + days) for line in one.lines)
        found = check(msgspec.structs.replace(one, lines=longer))
        return any(v.level == "stop" and v.code.startswith(("limits.days", "limits.narcotic", "long.")) for v in found)

    assert not refused(0) or refused(more)


@SETTINGS
@given(lines())
def test_the_needed_quantity_lasts_and_one_less_does_not(line: Line) -> None:
    needed = line.needed
    if needed is None:
        assert line.supply_days is None
        return
    enough = msgspec.structs.replace(line, quantity=needed).supply_days
    assert enough is not None
    assert enough >= line.days
    less = msgspec.structs.replace(line, quantity=needed - 1).supply_days
    assert less is not None
    assert less < Fraction(line.days)


@SETTINGS
@given(cases())
def test_reasons_open_only_what_a_pharmacist_may_decide(one: Case) -> None:
    verdicts = check(one)
    every = {v.code for v in verdicts}
    assert {v.level for v in in_the_way(verdicts, every)} <= {"stop"}
    assert [v for v in verdicts if v.level == "stop"] == in_the_way(verdicts, every)


def test_verdicts_come_gravest_first() -> None:
    row = {"lines": ["盐酸左氧氟沙星胶囊 0.1g bid po 9"], "born": "2014-02-01"}
    levels = [Level[v.level.upper()] for v in check(case(row))]
    assert levels == sorted(levels, reverse=True)
    assert len(set(levels)) >= 2


def test_fact_tables_fit_together() -> None:
    known = facts.substances()
    for product in facts.products().values():
        names = [part.partition(":")[0] for part in product.ingredients.split(",") if part]
        assert set(names) <= set(known), product
    for pair in facts.interactions().values():
        assert {pair.first, pair.second} <= set(known)
    families = {herb.family for herb in facts.herbs().values()}
    assert {name for pair in facts.herb_pairs() for name in pair} <= families
    assert set(facts.products()) == {one.code for one in drugs()}
    forms = {form for route in facts.routes().values() for form in route.forms.split(",")}
    assert {product.form for product in facts.products().values()} <= forms
