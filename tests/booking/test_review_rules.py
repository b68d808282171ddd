"""Which words wait for a person, how stars and means are counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yitong.booking.reviews.rules import ASPECTS, HELD, distribution, held_back, mean_of, stars, words

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "written",
    [
        "王医生很耐心，讲得很清楚，谢谢！",
        "等了 45 分钟，3 诊室，排在 A012 号",
        "挂号费 100 元，2026 年 11 月 23 日 08:30 看的",
        "The doctor was kind and explained everything.",
        "",
        "复诊了 3 次，血压从 160/100 降到 130/80",
    ],
)
def test_ordinary_words_are_shown_at_once(written: str) -> None:
    assert held_back(written) is None


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("我的电话 13912345678", "personal_data"),
        ("打我 139-1234-5678", "personal_data"),
        ("打我 １３９ １２３４ ５６７８", "personal_data"),
        ("身份证 11010119900307123X", "personal_data"),
        ("写信给 li.si@example.com", "personal_data"),
        ("加微信 lisi_1990 详聊", "personal_data"),
        ("看 www.example.com", "personal_data"),
        ("这个医生是个混蛋", "abuse"),
        ("混 蛋", "abuse"),
        ("混.蛋！", "abuse"),
        ("What an IDIOT", "abuse"),
        ("专业代挂号", "advertising"),
    ],
)
def test_words_that_wait_for_a_person(written: str, reason: str) -> None:
    assert held_back(written) == reason


def test_every_reason_of_the_list_has_words() -> None:
    assert set(words()) <= set(HELD)
    assert all(word for listed in words().values() for word in listed)


totals = st.integers(len(ASPECTS), 5 * len(ASPECTS))


@given(st.lists(totals, min_size=1, max_size=50))
def test_stars_and_means_stay_within_five(given_totals: list[int]) -> None:
    counted = distribution(given_totals)
    assert sum(counted.values()) == len(given_totals)
    assert set(counted) == {"1", "2", "3", "4", "5"}
    assert 1 <= mean_of(sum(given_totals), len(given_totals)) <= 5


@pytest.mark.parametrize(("total", "star"), [(5, 1), (7, 1), (8, 2), (12, 2), (13, 3), (22, 4), (23, 5), (25, 5)])
def test_halves_go_up(total: int, star: int) -> None:
    assert stars(total) == star
