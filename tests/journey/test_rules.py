"""Steps of a visit over every combination of states: one current or all decided, and never a dead end."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yitong.booking.states import AppointmentState, QueueState
from yitong.journey.facts import EncounterFacts, QueueFacts, VisitFacts
from yitong.journey.rules import headline, next_step, steps
from yitong.journey.schemas import ActionKind, StepKey, StepState
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.text import Bilingual
from yitong.visits.states import EncounterState

pytestmark = pytest.mark.unit
START = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)  # 09:30 in Beijing
A = AppointmentState


def visit(state: AppointmentState, **changes: object) -> VisitFacts:
    plain: dict[str, object] = {
        "appointment_id": UUID(int=1),
        "organization_id": UUID(int=2),
        "patient_id": UUID(int=3),
        "schedule_id": UUID(int=4),
        "state": state,
        "start_at": START,
        "end_at": START + timedelta(minutes=30),
        "zone": "Asia/Shanghai",
        "organization": Bilingual("市一医院", "First Hospital"),
        "address": "中山路 1 号",
        "department": Bilingual("心内科", "Cardiology"),
        "practitioner": "王敏",
        "place": Bilingual("门诊楼3层 心内科1诊室", "Outpatient Building, Floor 3, Cardiology Room 1"),
        "number_text": "A012",
        "check_in_from": START - timedelta(hours=2),
        "check_in_until": START + timedelta(hours=2, minutes=30),
        "hold_expires_at": START - timedelta(days=1) if state is A.HELD else None,
    }
    return VisitFacts(**{**plain, **changes})  # pyright: ignore[reportArgumentType]


MOMENTS = st.timedeltas(min_value=timedelta(days=-15), max_value=timedelta(days=15)).map(lambda by: START + by)
QUEUES = st.none() | st.builds(
    QueueFacts,
    state=st.sampled_from(QueueState),
    ahead=st.none() | st.integers(0, 200),
    expected_at=st.none() | MOMENTS,
)
ENCOUNTERS = st.none() | st.builds(
    EncounterFacts,
    state=st.sampled_from(EncounterState),
    finished_at=st.none() | MOMENTS,
    follow_up=st.sampled_from(["none", "return_visit", "observe"]),
)


@st.composite
def visits(draw: st.DrawFn) -> VisitFacts:
    return visit(
        draw(st.sampled_from(AppointmentState)),
        queue=draw(QUEUES),
        encounter=draw(ENCOUNTERS),
        stopped=draw(st.booleans()),
        rescheduled_to=new_id() if draw(st.booleans()) else None,
        practitioner=draw(st.sampled_from(["王敏", None])),
    )


VISITS = visits()


@given(VISITS, MOMENTS)
def test_one_current_or_all_decided_and_never_a_dead_end(facts: VisitFacts, now: datetime) -> None:
    made = steps(facts, now)
    states = [step.state for step in made]
    current = states.count(StepState.CURRENT)
    assert current == 1 or set(states) <= {StepState.DONE, StepState.FAILED}
    assert current == 0 or StepState.FAILED not in states
    assert [step.key for step in made] == list(StepKey)[: len(made)]
    for step in made:
        assert step.title.zh
        assert step.title.en
        assert step.detail.zh
        assert step.detail.en
        if step.state in (StepState.CURRENT, StepState.FAILED):
            assert step.action is not None


@given(VISITS, MOMENTS)
def test_done_comes_before_current_and_current_before_upcoming(facts: VisitFacts, now: datetime) -> None:
    rank = {StepState.DONE: 0, StepState.CURRENT: 1, StepState.FAILED: 1, StepState.UPCOMING: 2}
    order = [rank[step.state] for step in steps(facts, now)]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("state", "after_start", "key", "action"),
    [
        (A.HELD, timedelta(days=-2), StepKey.BOOKED, ActionKind.OPEN_APPOINTMENT),
        (A.BOOKED, timedelta(days=-2), StepKey.TRAVEL, ActionKind.OPEN_APPOINTMENT),
        (A.BOOKED, timedelta(minutes=-10), StepKey.CHECK_IN, ActionKind.CHECK_IN),
        (A.CHECKED_IN, timedelta(minutes=5), StepKey.WAIT, ActionKind.QUEUE),
        (A.CALLED, timedelta(minutes=5), StepKey.CONSULTATION, ActionKind.QUEUE),
        (A.IN_CONSULTATION, timedelta(minutes=9), StepKey.CONSULTATION, ActionKind.QUEUE),
    ],
)
def test_the_straight_path(state: AppointmentState, after_start: timedelta, key: StepKey, action: ActionKind) -> None:
    step = next_step(steps(visit(state), START + after_start))
    assert step is not None
    assert (step.key, step.state) == (key, StepState.CURRENT)
    assert step.action is not None
    assert step.action.kind is action


@pytest.mark.parametrize(
    ("facts", "after_start", "key"),
    [
        (visit(A.HELD), timedelta(), StepKey.BOOKED),
        (visit(A.BOOKED, stopped=True), timedelta(days=-1), StepKey.BOOKED),
        (visit(A.BOOKED), timedelta(hours=3), StepKey.CHECK_IN),
        (visit(A.NO_SHOW), timedelta(days=1), StepKey.CHECK_IN),
        (visit(A.CHECKED_IN, stopped=True), timedelta(), StepKey.WAIT),
        (visit(A.CHECKED_IN), timedelta(days=1), StepKey.WAIT),
        (visit(A.CANCELLED), timedelta(days=-1), StepKey.BOOKED),
    ],
)
def test_what_fails_leads_to_booking_again(facts: VisitFacts, after_start: timedelta, key: StepKey) -> None:
    last = steps(facts, START + after_start)[-1]
    assert (last.key, last.state) == (key, StepState.FAILED)
    assert last.action is not None
    assert last.action.kind is ActionKind.REBOOK


def test_a_finished_visit_is_all_done() -> None:
    over = EncounterFacts(state=EncounterState.FINISHED, finished_at=START)
    made = steps(visit(A.FULFILLED, encounter=over), START)
    assert {step.state for step in made} == {StepState.DONE}
    assert next_step(made) is None


def test_observation_keeps_the_patient_for_the_day_only() -> None:
    facts = visit(A.FULFILLED, encounter=EncounterFacts(state=EncounterState.FINISHED, follow_up="observe"))
    assert steps(facts, START)[-1].state is StepState.CURRENT
    assert steps(facts, START + timedelta(days=1))[-1].state is StepState.DONE


def test_waiting_says_how_many_and_how_long() -> None:
    queue = QueueFacts(state=QueueState.WAITING, ahead=3, expected_at=START + timedelta(minutes=24))
    step = next_step(steps(visit(A.CHECKED_IN, queue=queue), START))
    assert step is not None
    assert "3 位，约 24 分钟" in step.detail.zh
    assert "3 people are before you, about 24 minutes" in step.detail.en
    assert step.expected_at == START + timedelta(minutes=24)


def test_who_missed_the_call_is_told_where_to_report() -> None:
    step = next_step(steps(visit(A.CHECKED_IN, queue=QueueFacts(state=QueueState.SKIPPED)), START))
    assert step is not None
    assert step.state is StepState.CURRENT
    assert "分诊台" in step.detail.zh


def test_the_headline_is_the_step_furthest_along() -> None:
    waiting, later = visit(A.CALLED), visit(A.BOOKED, start_at=START + timedelta(days=3))
    pairs = [(one, steps(one, START)) for one in (later, waiting)]
    said = headline(pairs)
    assert said is not None
    assert "A012" in said.zh
