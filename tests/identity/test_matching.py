"""The weighing of two records: symmetric, monotonic, and never sure when sex and birth date both contradict."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity_cast import citizen_number
from yitong.identity.rules.matching import Comparison, Facts, Method, Verdict, compare, decide, figures, one_slip

pytestmark = pytest.mark.unit
BORN = date(1990, 3, 7)
NUMBER = citizen_number("110101", "19900307", 123)
ZHANG = Facts("张伟", "male", BORN, "13800138000", "01", NUMBER)
WITHOUT = replace(ZHANG, id_kind=None, id_number=None)

names = st.sampled_from(["张伟", "张玮", "张薇薇", "章伟", "李四", "欧阳娜娜", "阿卜杜拉·买买提", "ANNA LEE"])
people = st.builds(
    Facts,
    name=names,
    sex=st.sampled_from(["male", "female"]),
    birth_date=st.none() | st.dates(date(1985, 1, 1), date(1992, 12, 31)) | st.just(BORN) | st.just(date(1990, 7, 3)),
    phone=st.none() | st.sampled_from(["13800138000", "13900139000"]),
    id_kind=st.just("01"),
    id_number=st.none() | st.sampled_from([NUMBER, NUMBER[:5] + "9" + NUMBER[6:], "110101198505050018"]),
)


@given(people, people)
def test_the_order_of_two_records_does_not_matter(one: Facts, other: Facts) -> None:
    assert compare(one, other) == compare(other, one)


@given(people, people)
def test_contradicting_sex_and_birth_date_are_never_linked_alone(one: Facts, other: Facts) -> None:
    found = compare(one, other)
    levels = {item.field: item.level for item in found.evidence}
    if levels["sex"] == levels.get("birth_date") == "different":
        assert found.verdict is not Verdict.LINK
    assert 0 <= found.probability <= 1


@given(people, people, st.sampled_from(["name", "sex", "birth_date", "phone", "id_number"]))
def test_making_one_field_agree_never_lowers_the_probability(one: Facts, other: Facts, field: str) -> None:
    if getattr(one, field) is None or getattr(other, field) is None:
        return
    closer = replace(other, **{field: getattr(one, field)})
    assert compare(one, closer).probability >= compare(one, other).probability
    order = [Verdict.NEW, Verdict.REVIEW, Verdict.LINK]
    assert order.index(compare(one, closer).verdict) >= order.index(compare(one, other).verdict)


@pytest.mark.parametrize("field", ["name", "sex", "birth_date", "phone", "id_number"])
def test_better_levels_weigh_more_in_the_figures(field: str) -> None:
    levels = getattr(figures(), field).level
    assert [level.weight for level in levels] == sorted((level.weight for level in levels), reverse=True)
    assert sum(level.m for level in levels) == pytest.approx(1)
    assert sum(level.u for level in levels) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    ("other", "verdict", "method"),
    [
        (ZHANG, Verdict.LINK, Method.DETERMINISTIC),
        (replace(ZHANG, name="张三丰"), Verdict.LINK, Method.DETERMINISTIC),  # document and birth date
        (replace(ZHANG, birth_date=date(1970, 1, 1)), Verdict.LINK, Method.DETERMINISTIC),  # document and name
        (replace(ZHANG, birth_date=date(1970, 1, 1), sex="female"), Verdict.REVIEW, Method.DETERMINISTIC),
        (WITHOUT, Verdict.LINK, Method.PROBABILISTIC),  # name, sex, birth date and phone
        (replace(WITHOUT, phone=None), Verdict.REVIEW, Method.PROBABILISTIC),  # a namesake may share the birth date
        (replace(WITHOUT, name="章炜"), Verdict.REVIEW, Method.PROBABILISTIC),  # sounds alike
        (replace(WITHOUT, birth_date=date(1990, 7, 3)), Verdict.REVIEW, Method.PROBABILISTIC),  # day and month swapped
        (replace(WITHOUT, phone=None, birth_date=date(1971, 5, 5)), Verdict.NEW, Method.PROBABILISTIC),
        (replace(WITHOUT, name="李四", phone=None, birth_date=date(1971, 5, 5)), Verdict.NEW, Method.PROBABILISTIC),
    ],
)
def test_what_follows(other: Facts, verdict: Verdict, method: Method) -> None:
    found = compare(ZHANG, other)
    assert (found.verdict, found.method) == (verdict, method)


def test_twins_on_one_phone_are_asked_about() -> None:
    twin = replace(WITHOUT, name="张小明")
    assert compare(twin, replace(WITHOUT, name="张小亮")).verdict is Verdict.REVIEW
    assert compare(twin, replace(WITHOUT, name="张小红", sex="female")).verdict is not Verdict.LINK


def test_two_equally_good_candidates_are_a_doubt() -> None:
    link = compare(ZHANG, ZHANG)
    assert decide([link]) is Verdict.LINK
    assert decide([link, link]) is Verdict.REVIEW
    nothing: list[Comparison] = []
    assert decide(nothing) is Verdict.NEW


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("1234", "1243", True), ("1234", "1235", True), ("1234", "123", True), ("1234", "1234", False), ("12", "21", True),
     ("1234", "4321", False), ("1234", "12", False)],
)  # fmt: skip
def test_one_slip(one: str, other: str, expected: bool) -> None:
    assert one_slip(one, other) is one_slip(other, one) is expected
