"""How long an offer lasts: its clock rests at night, and close to the visit it is short."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yitong.booking.waitlist.rules import OfferRule, after_waking, is_night, offer_ends, waking_between

pytestmark = pytest.mark.unit
ZONE = ZoneInfo("Asia/Shanghai")
RULE = OfferRule(minutes=30, least_minutes=5, night_from=22, night_until=7)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("now", "start", "ends"),
    [
        ("23T09:00", "24T09:00", "23T09:30"),  # by day: half an hour
        ("23T21:50", "25T09:00", "24T07:20"),  # ten minutes in the evening, the rest in the morning
        ("23T23:10", "25T09:00", "24T07:30"),  # at night the clock starts in the morning
        ("24T03:00", "25T09:00", "24T07:30"),
        ("23T09:00", "23T10:00", "23T09:15"),  # an hour left: a quarter of it
        ("23T09:00", "23T09:12", "23T09:05"),  # never shorter than the least
        ("23T09:00", "23T09:10", "23T09:05"),
        ("23T09:00", "23T09:09", None),  # too close for an answer and the way
        ("23T23:00", "24T07:05", None),  # nobody answers while asleep
        ("23T23:00", "24T08:00", "24T07:15"),
    ],
)
def test_until_when_an_offer_can_be_taken(now: str, start: str, ends: str | None) -> None:
    assert offer_ends(at(now), at(start), ZONE, RULE) == (at(ends) if ends else None)


def test_without_a_night_the_clock_never_rests() -> None:
    awake = OfferRule(30, 5, 0, 0)
    assert offer_ends(at("23T23:50"), at("25T09:00"), ZONE, awake) == at("24T00:20")


minutes = st.integers(0, 3 * 24 * 60)


@given(begin=minutes, length=st.integers(1, 3 * 24 * 60), night=st.integers(18, 24), morning=st.integers(0, 11))
def test_waking_time_is_counted_the_same_both_ways(begin: int, length: int, night: int, morning: int) -> None:
    rule = OfferRule(30, 5, night, morning)
    start = at("23T00:00") + timedelta(minutes=begin)
    ends = after_waking(start, timedelta(minutes=length), ZONE, rule)
    assert waking_between(start, ends, ZONE, rule) == timedelta(minutes=length)
    assert not is_night(ends - timedelta(seconds=1), ZONE, rule)


@given(begin=minutes, ahead=st.integers(-60, 3 * 24 * 60))
def test_an_offer_ends_in_waking_time_before_the_visit(begin: int, ahead: int) -> None:
    now = at("23T00:00") + timedelta(minutes=begin)
    start = now + timedelta(minutes=ahead)
    ends = offer_ends(now, start, ZONE, RULE)
    if ends is not None:
        assert now + timedelta(minutes=5) <= ends <= start - timedelta(minutes=5)
        assert not is_night(ends - timedelta(seconds=1), ZONE, RULE)
        assert waking_between(now, ends, ZONE, RULE) <= timedelta(minutes=30)
