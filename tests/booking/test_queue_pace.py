"""When somebody will be called: what a pace is learned from, and how open rooms take a line."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yitong.booking.queue.pace import OpenRoom, expected, free_at, learned, robust_mean, shrunk
from yitong.booking.queue.voice import call, spoken_name, spoken_number
from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual

pytestmark = pytest.mark.unit
OPENING = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
A, B = UUID(int=1), UUID(int=2)


def took(*minutes: float) -> list[timedelta]:
    return [timedelta(minutes=m) for m in minutes]


PLANNED = timedelta(minutes=5)


def test_one_forgotten_in_the_room_does_not_move_the_mean() -> None:
    assert robust_mean(took(8, 8, 8, 8, 300)) == timedelta(minutes=8)
    assert robust_mean(took(1, 7, 8, 9, 300)) == timedelta(minutes=8)
    assert robust_mean(took(8, 8)) is None, "two are no measure"


def test_few_values_are_drawn_to_the_plan_and_many_are_not() -> None:
    assert shrunk([], PLANNED, trust=3) == PLANNED
    assert shrunk(took(8, 8, 8), PLANNED, trust=3) == timedelta(minutes=6.5)
    assert shrunk(took(8, 8, 8), PLANNED, trust=0) == timedelta(minutes=8)
    many = shrunk(took(*[8] * 297), PLANNED, trust=3)
    assert timedelta(minutes=7.9) < many < timedelta(minutes=8)


def test_today_is_drawn_to_the_usual_of_the_weekday() -> None:
    usual = took(*[10] * 27)
    assert learned([], usual, PLANNED, trust=3, last=50) == timedelta(minutes=9.5)
    faster = learned(took(4, 4, 4), usual, PLANNED, trust=3, last=50)
    assert faster == timedelta(minutes=6.75)
    assert learned(took(*[2] * 9, *[60] * 20), [], PLANNED, trust=0, last=9) == timedelta(minutes=2), "the last count"


@given(st.lists(st.floats(0, 600), max_size=30), st.lists(st.floats(0, 600), max_size=30), st.integers(0, 50))
def test_a_pace_is_never_absurd(today: list[float], before: list[float], trust: int) -> None:
    each = learned(took(*today), took(*before), PLANNED, trust=trust, last=20)
    assert timedelta(minutes=1) <= each <= timedelta(minutes=60)


minutes = st.integers(0, 300)


@given(minutes, minutes, st.integers(1, 60), st.none() | minutes, st.none() | minutes)
def test_a_room_is_never_free_in_the_past(
    now: int, start: int, each: int, since: int | None, until: int | None
) -> None:
    def at(minute: int) -> datetime:
        return OPENING + timedelta(minutes=minute)

    when = free_at(
        at(now),
        at(start),
        timedelta(minutes=each),
        at(since) if since is not None else None,
        at(until) if until is not None else None,
    )
    assert when >= max(at(now), at(start), at(until or 0))


def rooms(a_free: int, b_free: int, each: int = 10) -> list[OpenRoom]:
    pace = timedelta(minutes=each)
    return [
        OpenRoom(A, OPENING + timedelta(minutes=a_free), pace),
        OpenRoom(B, OPENING + timedelta(minutes=b_free), pace),
    ]


def minutes_of(moments: list[datetime | None]) -> list[int | None]:
    return [None if one is None else int((one - OPENING).total_seconds() // 60) for one in moments]


def test_two_rooms_take_one_line_in_turn() -> None:
    assert minutes_of(expected([None] * 5, rooms(0, 4))) == [0, 4, 10, 14, 20]


def test_who_waits_for_one_room_waits_for_that_one() -> None:
    assert minutes_of(expected([A, A, None, B], rooms(0, 0))) == [0, 10, 0, 10]
    assert minutes_of(expected([A, None], rooms(0, 0)[1:])) == [None, 0], "nobody can say while the room is closed"


@given(st.lists(st.sampled_from([None, A, B]), max_size=20), minutes, minutes, st.integers(1, 30))
def test_more_people_never_bring_anybody_forward(line: list[UUID | None], a: int, b: int, each: int) -> None:
    before = expected(line, rooms(a, b, each))
    assert expected([*line, None], rooms(a, b, each))[: len(line)] == before


def test_what_the_loudspeaker_says() -> None:
    assert spoken_number("A012") == Bilingual("A 零一二", "A 0 1 2")
    assert (spoken_name("王*明"), spoken_name("欧**明"), spoken_name("李*")) == ("王某明", "欧某明", "李某")
    room = Bilingual("心内科 3 诊室", "Cardiology room 3")
    first, again = call("A012", "王*明", room, 1), call("A012", "王*明", room, 2)
    assert first.zh == "请 A 零一二 号，王某明，到心内科 3 诊室就诊。"
    assert first.en == "Number A 0 1 2, please go to Cardiology room 3."
    assert again.zh.startswith("再次呼叫")
    assert again.en.startswith("Calling again")
