"""Normal forms of what people write, identifiers in order of time, days of the hospital."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yitong.kernel.clock import SetClock, SystemClock, age_in_years, at, day_bounds, day_of
from yitong.kernel.ids import new_id, parse_id
from yitong.kernel.text import Bilingual, Language, normal_identifier, normal_name, normal_phone, normal_text

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, Language.ZH),
        ("", Language.ZH),
        ("en-GB,zh;q=0.5", Language.EN),
        ("EN", Language.EN),
        ("zh-CN,en", Language.ZH),
        ("fr", Language.ZH),
    ],
)
def test_chinese_unless_english_is_asked_for_first(header: str | None, language: Language) -> None:
    assert Language.from_header(header) is language


def test_both_sentences_are_filled() -> None:
    words = Bilingual("{n} 位", "{n} people").filled(n=3)
    assert (words.in_language(Language.ZH), words.in_language(Language.EN)) == ("3 位", "3 people")


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("王 小 明", "王小明"),
        ("买买提·吐尔逊", "买买提·吐尔逊"),
        ("买买提•吐尔逊", "买买提·吐尔逊"),
        ("john  smith", "JOHN SMITH"),
    ],
)
def test_names(written: str, normal: str) -> None:
    assert normal_name(written) == normal


def test_phones_and_identifiers() -> None:
    assert normal_phone("+86 138-0013-8000") == normal_phone("１３８００１３８０００") == "13800138000"
    assert normal_identifier(" 11010119900101001x ") == "11010119900101001X"


@given(st.text())
def test_normal_forms_are_final(text: str) -> None:
    assert normal_text(normal_text(text)) == normal_text(text)
    assert normal_identifier(normal_identifier(text)) == normal_identifier(text)
    assert normal_name(normal_name(text)) == normal_name(text)


def test_identifiers_are_of_version_seven_and_in_order() -> None:
    made = [new_id() for _ in range(1000)]
    assert {one.version for one in made} == {7}
    assert made == sorted(made)
    assert len(set(made)) == 1000
    assert parse_id(str(made[0])) == made[0]
    assert parse_id("not one") is None


def test_a_day_is_the_hospitals_day() -> None:
    late = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)
    assert day_of(late, "Asia/Shanghai") == date(2026, 11, 23)
    begin, end = day_bounds(date(2026, 11, 23), "Asia/Shanghai")
    assert (begin, end - begin) == (datetime(2026, 11, 22, 16, tzinfo=UTC), timedelta(days=1))
    assert at(date(2026, 11, 23), time(8), "Asia/Urumqi") == datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("birth", "today", "age"),
    [
        (date(2000, 5, 2), date(2026, 5, 1), 25),
        (date(2000, 5, 2), date(2026, 5, 2), 26),
        (date(2004, 2, 29), date(2026, 2, 28), 21),
        (date(2004, 2, 29), date(2026, 3, 1), 22),
        (date(2026, 11, 22), date(2026, 11, 22), 0),
    ],
)
def test_age(birth: date, today: date, age: int) -> None:
    assert age_in_years(birth, today) == age


def test_clocks() -> None:
    clock = SetClock(datetime(2026, 1, 1, tzinfo=UTC))
    clock.advance(hours=1.5)
    assert clock.now() == datetime(2026, 1, 1, 1, 30, tzinfo=UTC)
    assert SystemClock().now().tzinfo is UTC
