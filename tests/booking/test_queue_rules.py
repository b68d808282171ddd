"""The order of a queue: what must hold for every queue there can be, and the words people read."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yitong.booking.queue.rules import (
    FIRST_VISIT,
    Priority,
    Turn,
    Waiting,
    Window,
    hint,
    in_order,
    number_text,
    order_key,
    placed,
    placed_again,
    placed_late,
    placed_with_results,
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


def results(number: int, queue: list[Waiting], after: int, at_minute: int) -> Waiting:
    """Somebody who comes back with results, placed by the rule."""
    now = OPENING + timedelta(minutes=at_minute)
    due_at, turn = placed_with_results(queue, now, number, after=after)
    return Waiting(UUID(int=number), Priority.RESULT, due_at, number, turn)


@given(people, st.integers(1, 4), st.integers(1, 6))
def test_between_two_with_results_there_are_some_first_visits(
    queue: list[tuple[Waiting, int, int]], after: int, returners: int
) -> None:
    first_visits = [w for w, _, _ in queue]
    line = list(first_visits)
    for n in range(returners):
        line.append(results(1000 + n, line, after, 400 + n))
    order = in_order(line)
    assert [w for w in order if w.priority is not Priority.RESULT] == in_order(first_visits), "nobody else moves"
    since, left = 0, sum(w.priority in FIRST_VISIT for w in first_visits)
    for one in order:
        if one.priority in FIRST_VISIT:
            since, left = since + 1, left - 1
        elif one.priority is Priority.RESULT:
            assert since == after or left == 0, "exactly the number of the rule, unless fewer wait"
            since = 0
    came = [w.number for w in order if w.priority is Priority.RESULT]
    assert came == sorted(came), "who comes back first is seen first"


def test_with_results_and_nobody_waiting_it_is_now() -> None:
    back = results(5, [], 2, 30)
    assert back.due_at == OPENING + timedelta(minutes=30)
    later = arrival(6, 2, 0)
    assert in_order([later, back]) == [back, later]


def test_who_goes_first_by_rule_overtakes_their_own_slot_only() -> None:
    early, peer, old = arrival(1, 0, 0), arrival(2, 1, 0), arrival(3, 1, 0, 90)
    soldier = Waiting(UUID(int=4), Priority.PRIVILEGED, OPENING + SLOT, 4, Turn(1, 4))
    assert in_order([peer, old, soldier, early]) == [early, soldier, old, peer]


@pytest.mark.parametrize(("grace", "expected"), [(0, Priority.LATE), (9, Priority.LATE), (10, Priority.NORMAL)])
def test_late_is_later_than_the_grace(grace: int, expected: Priority) -> None:
    given_class, due_at = placed(
        slot_start=OPENING,
        slot_end=OPENING + SLOT,
        now=OPENING + SLOT + timedelta(minutes=10),
        emergency=False,
        age_years=30,
        elderly_from=None,
        grace=timedelta(minutes=grace),
    )
    assert given_class is expected
    assert due_at == (OPENING if expected is Priority.NORMAL else OPENING + SLOT + timedelta(minutes=10))


def test_a_late_comer_waits_for_at_least_some_people() -> None:
    line = [arrival(n, slot=n, at_minute=0) for n in range(1, 5)]
    now = OPENING + timedelta(minutes=5)
    assert placed_late(now, line, behind=0) == now
    assert placed_late(now, line, behind=2) == OPENING + 2 * SLOT
    assert placed_late(now, line, behind=9) == OPENING + 4 * SLOT
    assert placed_late(OPENING + 9 * SLOT, line, behind=2) == OPENING + 9 * SLOT


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
