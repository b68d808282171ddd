"""What a patient does next: pure decisions from the state of a visit and the time, no I/O.

A visit is a row of steps with one turning point. What lies before it is done; what comes after is upcoming, or left out
when the visit ended there. A step that failed always offers a way on.
"""

from collections.abc import Sequence
from datetime import datetime

from yitong.booking.states import AppointmentState
from yitong.journey import step_words
from yitong.journey.facts import VisitFacts
from yitong.journey.schemas import ActionKind, Step, StepAction, StepKey, StepState
from yitong.kernel.clock import day_of
from yitong.kernel.text import Bilingual

A = AppointmentState
ORDER = tuple(StepKey)


def turning_point(visit: VisitFacts, now: datetime) -> tuple[StepKey, StepState] | None:
    """The step that is current or failed; None when the visit is behind the patient."""
    over = day_of(now, visit.zone) > day_of(visit.start_at, visit.zone)
    current, failed = StepState.CURRENT, StepState.FAILED
    match visit.state:
        case A.CANCELLED | A.EXPIRED:
            return StepKey.BOOKED, failed
        case A.HELD:
            gone = visit.stopped or (visit.hold_expires_at is not None and visit.hold_expires_at <= now)
            return StepKey.BOOKED, failed if gone else current
        case A.NO_SHOW:
            return StepKey.WAIT if visit.queue else StepKey.CHECK_IN, failed
        case A.BOOKED if visit.stopped:
            return StepKey.BOOKED, failed
        case A.BOOKED if now < visit.check_in_from:
            return StepKey.TRAVEL, current
        case A.BOOKED:
            return StepKey.CHECK_IN, current if now <= visit.check_in_until else failed
        case A.CHECKED_IN:
            return StepKey.WAIT, failed if visit.stopped or over else current
        case A.CALLED:
            return StepKey.CONSULTATION, failed if over else current
        case A.IN_CONSULTATION:
            return StepKey.CONSULTATION, current
        case A.FULFILLED:
            observed = visit.encounter is not None and visit.encounter.follow_up == "observe" and not over
            return (StepKey.AFTER, current) if observed else None


def steps(visit: VisitFacts, now: datetime) -> list[Step]:
    """The steps of a visit as the patient sees them: exactly one current, or all done, or the last one failed."""
    turn = turning_point(visit, now)
    if turn is None:
        return [_step(visit, key, StepState.DONE, now) for key in ORDER]
    key, state = turn
    at = ORDER.index(key)
    made = [_step(visit, earlier, StepState.DONE, now) for earlier in ORDER[:at]]
    made.append(_step(visit, key, state, now))
    if state is StepState.CURRENT:
        made += [_step(visit, later, StepState.UPCOMING, now) for later in ORDER[at + 1 :]]
    return made


def next_step(made: Sequence[Step]) -> Step | None:
    """The step that waits for the patient: the current one, or a failed one that offers a way on."""
    return next((step for step in made if step.state in (StepState.CURRENT, StepState.FAILED)), None)


def headline(visits: Sequence[tuple[VisitFacts, Sequence[Step]]]) -> Bilingual | None:
    """The sentence that matters most: of the current step furthest along, the earliest visit's."""
    current = [(visit, step) for visit, made in visits for step in made if step.state is StepState.CURRENT]
    if not current:
        return None
    _, step = min(current, key=lambda pair: (-ORDER.index(pair[1].key), pair[0].start_at))
    return Bilingual(f"{step.title.zh}：{step.detail.zh}", f"{step.title.en}: {step.detail.en}")


_HERE = frozenset({StepKey.CHECK_IN, StepKey.WAIT, StepKey.CONSULTATION})


def _step(visit: VisitFacts, key: StepKey, state: StepState, now: datetime) -> Step:
    title, detail = step_words.words(visit, key, state, now)
    queue = visit.queue
    where: Bilingual | None = None
    if key is StepKey.TRAVEL:
        where = Bilingual(f"{visit.organization.zh}，{visit.address}", f"{visit.organization.en}, {visit.address}")
    elif key in _HERE:
        where = visit.place
    return Step(
        key=key,
        state=state,
        title=title,
        detail=detail,
        where=where,
        at=_due(visit, key),
        expected_at=queue.expected_at if queue and key is StepKey.WAIT and state is StepState.CURRENT else None,
        action=_action(visit, key, state),
    )


def _due(visit: VisitFacts, key: StepKey) -> datetime | None:
    match key:
        case StepKey.BOOKED:
            return visit.hold_expires_at if visit.state is A.HELD else None
        case StepKey.TRAVEL | StepKey.CHECK_IN:
            return visit.check_in_from
        case StepKey.WAIT | StepKey.CONSULTATION:
            return visit.start_at
        case StepKey.AFTER:
            return visit.encounter.finished_at if visit.encounter else None


_CURRENT_ACTIONS = {
    StepKey.BOOKED: ActionKind.OPEN_APPOINTMENT,
    StepKey.TRAVEL: ActionKind.OPEN_APPOINTMENT,
    StepKey.CHECK_IN: ActionKind.CHECK_IN,
    StepKey.WAIT: ActionKind.QUEUE,
    StepKey.CONSULTATION: ActionKind.QUEUE,
    StepKey.AFTER: ActionKind.OPEN_APPOINTMENT,
}


def _action(visit: VisitFacts, key: StepKey, state: StepState) -> StepAction | None:
    if state is StepState.FAILED:
        if visit.rescheduled_to is not None:
            return StepAction(ActionKind.OPEN_APPOINTMENT, visit.rescheduled_to)
        return StepAction(ActionKind.REBOOK, visit.appointment_id)
    if state is StepState.CURRENT:
        return StepAction(_CURRENT_ACTIONS[key], visit.appointment_id)
    again = visit.encounter is not None and visit.encounter.follow_up == "return_visit"
    if key is StepKey.AFTER and state is StepState.DONE and again:
        return StepAction(ActionKind.REBOOK, visit.appointment_id)
    return None
