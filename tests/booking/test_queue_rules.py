"""The order of a queue: what must hold for every queue there can be, and the words people read."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yitong.booking.queue.rules import (
    Priority,
    Waiting,
    Window,
    expected_at,
    hint,
    in_order,
    number_text,
    order_key,
    pace,
    placed,
    placed_again,
    window,
)
from yitong.booking.states import QueueState
from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual

pytestmark = pytest.mark.unit
OPENING = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # 08:00 in the region
SLOT = timedelta(minutes=30)
ROOM = Bilingual("3 诊室", "room 3")

minutes = st.integers(min_value=0, max_value=300)


def arrival(number: int, slot: int, at_minute: int, age: int = 40, *, emergency: bool = False) -> Waiting:
    start = OPENING + slot * SLOT
    priority, due_at = placed(
        slot_start=start,
        slot_end=start + SLOT,
        now=OPENING + timedelta(minutes=at_minute),
        emergency=emergency,
        age_years=age,
        elderly_from=80,
    )
    return Waiting(UUID(int=number), priority, due_at, number)


# (slot, minute of arrival, age, emergency): any mixture of early, punctual and late people.
people = st.lists(
    st.tuples(st.integers(0, 7), minutes, st.integers(0, 100), st.booleans()), min_size=1, max_size=40
).map(
    lambda rows: [
        (arrival(number, slot, minute, age, emergency=emergency), slot, minute)
        for number, (slot, minute, age, emergency) in enumerate(rows)
    ]
)


@given(people, st.randoms())
def test_one_total_order_whatever_the_order_of_reading(queue: list[tuple[Waiting, int, int]], random: object) -> None:
    waiting = [one for one, _, _ in queue]
    shuffled = list(waiting)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert in_order(shuffled) == in_order(waiting)
    assert len({order_key(one) for one in waiting}) == len(waiting)


@given(people)
def test_nobody_on_time_is_overtaken_by_a_later_slot_of_the_same_class(queue: list[tuple[Waiting, int, int]]) -> None:
    order = {one.id: place for place, one in enumerate(in_order([w for w, _, _ in queue]))}
    for a, slot_a, _ in queue:
        for b, slot_b, _ in queue:
            on_time = Priority.LATE not in (a.priority, b.priority)
            if a.priority is b.priority and on_time and slot_a < slot_b:
                assert order[a.id] < order[b.id]


@given(people)
def test_a_late_comer_never_comes_before_people_of_the_present_slot(queue: list[tuple[Waiting, int, int]]) -> None:
    order = {one.id: place for place, one in enumerate(in_order([w for w, _, _ in queue]))}
    for late, _, minute in queue:
        if late.priority is not Priority.LATE:
            continue
        for other, slot, _ in queue:
            begun = slot * SLOT <= timedelta(minutes=minute)
            if begun and other.priority in (Priority.NORMAL, Priority.ELDERLY):
                assert order[other.id] < order[late.id], "who was due when the late comer came goes first"


@given(people)
def test_an_emergency_goes_first(queue: list[tuple[Waiting, int, int]]) -> None:
    classes = [one.priority is Priority.EMERGENCY for one in in_order([w for w, _, _ in queue])]
    assert classes == sorted(classes, reverse=True)


@given(people, st.integers(0, 5))
def test_who_returns_waits_for_some_and_takes_nobodys_turn(queue: list[tuple[Waiting, int, int]], behind: int) -> None:
    waiting = [w for w, _, _ in queue]
    missed = arrival(900, 0, 0)
    priority, due_at = placed_again(missed, waiting, behind=behind)
    back = Waiting(missed.id, priority, due_at, missed.number)
    order = in_order([*waiting, back])
    regular = [w for w in order[: order.index(back)] if w.priority is not Priority.EMERGENCY]
    assert len(regular) >= min(behind, sum(w.priority is not Priority.EMERGENCY for w in waiting)) - sum(
        w.priority is Priority.LATE and w.due_at == due_at for w in waiting
    )
    assert [w for w in order if w is not back] == in_order(waiting)


def test_an_emergency_keeps_its_class_when_it_returns() -> None:
    missed = arrival(1, 2, 0, emergency=True)
    assert placed_again(missed, [arrival(2, 0, 0)], behind=3) == (Priority.EMERGENCY, missed.due_at)


@pytest.mark.parametrize(
    ("minute", "expected"),
    [(-1, Window.TOO_EARLY), (0, Window.OPEN), (30, Window.OPEN), (210, Window.OPEN), (211, Window.TOO_LATE)],
)
def test_the_window_has_two_edges(minute: int, expected: Window) -> None:
    start = OPENING + timedelta(minutes=60)
    now = OPENING + timedelta(minutes=minute)
    lies = window(start, start + SLOT, now, "Asia/Shanghai", minutes_before=60, minutes_after=120)
    assert lies is expected


def test_the_day_is_the_hospitals() -> None:
    start = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
    before_midnight = datetime(2026, 11, 22, 15, 59, tzinfo=UTC)  # 23:59 on the 22nd in the region
    ask = {"minutes_before": 1000, "minutes_after": 0}
    assert window(start, start + SLOT, before_midnight, "Asia/Shanghai", **ask) is Window.OTHER_DAY
    after = before_midnight + timedelta(minutes=1)
    assert window(start, start + SLOT, after, "Asia/Shanghai", **ask) is Window.OPEN


def test_pace_is_the_median_of_the_last_and_planned_before_there_are_any() -> None:
    took = [timedelta(minutes=m) for m in (6, 40, 8)]
    assert pace(took, SLOT) == timedelta(minutes=8)
    assert pace(took[:2], timedelta(minutes=5)) == timedelta(minutes=5)
    assert pace([timedelta(seconds=2)] * 3, SLOT) == timedelta(minutes=1)
    assert pace([timedelta(hours=3)] * 3, SLOT) == timedelta(minutes=60)
    assert pace([timedelta(minutes=5)] * 9 + [timedelta(minutes=50)] * 20, SLOT) == timedelta(minutes=5)


@given(st.integers(0, 50), minutes, minutes, st.integers(1, 60), st.none() | minutes)
def test_expected_time_is_never_in_the_past_and_grows_with_the_queue(
    ahead: int, now: int, start: int, each: int, since: int | None
) -> None:
    at = [OPENING + timedelta(minutes=m) for m in (now, start)]
    in_room = OPENING + timedelta(minutes=since) if since is not None else None
    when = expected_at(ahead, at[0], at[1], timedelta(minutes=each), in_room)
    assert when >= max(at)
    assert expected_at(ahead + 1, at[0], at[1], timedelta(minutes=each), in_room) - when == timedelta(minutes=each)


def test_numbers_and_words() -> None:
    assert (number_text("general", 12), number_text("expert", 7), number_text("emergency", 1000)) == (
        "A012",
        "B007",
        "E1000",
    )
    for state in (None, *QueueState):
        words = hint(state, 2, 10, ROOM)
        assert words.zh
        assert words.en
    assert "2 people ahead" in hint(QueueState.WAITING, 2, 10, ROOM).en
    assert "1 person ahead" in hint(QueueState.WAITING, 1, None, ROOM).en
    assert hint(None, 0, None, ROOM, window_open=False) != hint(None, 0, None, ROOM)
