"""One plan for all of a person's examinations, and booking it: all places at once or none."""

import asyncio
from typing import Any

import msgspec
from sqlalchemy import text

from yitong.booking.service.reading import Appointment
from yitong.booking.service.together import Wanted, book_together
from yitong.kernel.events import Subject, record
from yitong.kernel.idempotency import once
from yitong.kernel.ids import UUID
from yitong.kernel.transaction import Transaction
from yitong.planning.exams import model as planner
from yitong.planning.exams.validation import validate
from yitong.visits.exams import problems, reading
from yitong.visits.exams.actions import PLAN
from yitong.visits.exams.events import ExamEvent
from yitong.visits.exams.problem import Asked, asked
from yitong.visits.exams.schemas import (
    BookedPlan,
    BookPlanRequest,
    ExamPlanRequest,
    ExamPlans,
    ExamWishes,
    NotPlanned,
    PlannedExam,
    PlanOption,
)


async def plan(tx: Transaction, request: ExamPlanRequest) -> ExamPlans:
    """The best ways to do all that is ordered for a person; nothing is held.

    What is booked stays where it can; where something slipped (a session was stopped, an appointment was missed) as
    little as possible moves. Raises Problem ``nothing-to-plan``, ``validation-failed``, ``not-found`` and those of the
    permission check.
    """
    PLAN.check(tx.actor, organization_id=request.organization_id, patient_id=request.patient_id)
    found = await asked(tx, request.organization_id, request.patient_id, request.wishes, again=request.again)
    if not found.orders and not found.dropped:
        raise problems.NOTHING_TO_PLAN()
    answer = await asyncio.to_thread(_solved, found.problem)
    best = [answer.best] if answer.best is not None else []
    open_rows = [row for key, row in found.orders.items() if key not in found.booked]
    offered = await reading.recognisable(tx, open_rows)
    return ExamPlans(
        [_option(found, one) for one in (*best, *answer.alternatives)],
        [*(_not_planned(found, one) for one in answer.refused), *map(_dropped, found.dropped)],
        [one for row in open_rows for one in offered.get(row["id"], [])],
    )


def _solved(problem: planner.Problem) -> planner.Answer:
    from yitong.planning.exams.solving import plan as best_plan  # its compiled search takes a second to load

    return best_plan(problem)


async def book_plan(tx: Transaction, request: BookPlanRequest, key: UUID) -> BookedPlan:
    """Book a plan that was chosen: the rules are checked again on the places as they are now, then all or none.

    Raises Problem ``plan-breaks-rule`` naming the rule, ``slot-taken`` and the other problems of one place,
    ``not-found`` and those of the permission check.
    """

    async def make() -> BookedPlan:
        return await _book(tx, request, key)

    return await once(tx, key, request, BookedPlan, make)


async def _book(tx: Transaction, request: BookPlanRequest, key: UUID) -> BookedPlan:
    organization_id, patient_id = request.organization_id, request.patient_id
    grant = PLAN.check(tx.actor, organization_id=organization_id, patient_id=patient_id)
    wishes = ExamWishes(last=await _last(tx, request), fasted=request.fasted)
    found = await asked(tx, organization_id, patient_id, wishes, again=False)
    chosen = {one.request_id: one.slot_id for one in request.places}
    if len(chosen) < len(request.places) or not chosen.keys() <= found.orders.keys():
        raise problems.NOTHING_TO_PLAN()
    _refuse_broken(found, chosen)
    wanted = [
        Wanted(slot_id, order_id, found.booked[order_id].id if order_id in found.booked else None)
        for order_id, slot_id in chosen.items()
        if order_id not in found.booked or found.booked[order_id].slot_id != slot_id or str(order_id) in found.lost
    ]
    made = await book_together(tx, organization_id, patient_id, wanted, key) if wanted else []
    subject = Subject("patient", patient_id, organization_id, patient_id)
    said = {"many": len(wanted), "appointments": [one.id for one in made]}
    await record(tx, grant, ExamEvent.PLANNED, subject, said)
    return BookedPlan(sorted(made, key=lambda one: one.start_at))


def _refuse_broken(found: Asked, chosen: dict[UUID, UUID]) -> None:
    """Judge the chosen places together with what stays booked. Raises Problem ``plan-breaks-rule``."""
    stays = {key: one.slot_id for key, one in found.booked.items() if key not in chosen and str(key) not in found.lost}
    places = {one.id: one for one in found.problem.places}
    together = {**stays, **chosen}
    missing = [slot for slot in together.values() if str(slot) not in places]
    if missing:
        raise problems.PLAN_BREAKS_RULE(why_zh="所选时段已不可约。", why="A chosen time cannot be booked any more.")
    requests = tuple(one for one in found.problem.requests if UUID(one.id) in together)
    problem = msgspec.structs.replace(found.problem, requests=requests, fixed=())
    plan_of_them = _as_plan(problem, {str(order): str(slot) for order, slot in together.items()})
    broken = [one for one in validate(problem, plan_of_them) if one.rule != "stated"]
    if broken:
        raise problems.PLAN_BREAKS_RULE(why_zh=broken[0].zh, why=broken[0].en)


def _as_plan(problem: planner.Problem, together: dict[str, str]) -> planner.Plan:
    """The places as a plan that says nothing of itself."""
    rules = {one.code: one for one in problem.rules.items}
    starts = {one.id: one.start for one in problem.places}
    made: list[planner.Choice] = []
    for one in problem.requests:
        rule, start = rules[one.code], starts[together[one.id]]
        end = start + rule.duration_min
        made.append(
            planner.Choice(one.id, one.code, together[one.id], start - rule.prep_min, start, end, end + rule.report_min)
        )
    return planner.Plan(choices=tuple(sorted(made, key=lambda one: one.start)), days=(), finish=0, waiting=0)


def _option(found: Asked, one: planner.Plan) -> PlanOption:
    return PlanOption(
        exams=[_exam(found, one, choice) for choice in one.choices],
        trips=one.trips,
        finish_at=found.hours.at(one.finish),
        waiting_min=one.waiting,
        late=[UUID(late) for late in one.late],
        reasons=list(one.reasons),
    )


def _exam(found: Asked, option: planner.Plan, choice: planner.Choice) -> PlannedExam:
    order_id, slot_id = UUID(choice.request), UUID(choice.place)
    row, at = found.orders[order_id], found.hours.at
    rule = next(one for one in found.problem.rules.items if one.code == choice.code)
    place, now = found.places.get(slot_id), found.booked.get(order_id)
    return PlannedExam(
        request_id=order_id,
        item_code=choice.code,
        item_name=row["item_name"],
        item_name_en=row["item_name_en"],
        slot_id=slot_id,
        arrive_at=at(choice.arrive),
        start_at=at(choice.start),
        end_at=at(choice.end),
        report_at=at(choice.report_at),
        place=place.place if place is not None else _room(now),
        place_en=place.place_en if place is not None else _room(now),
        building=place.building if place is not None else "",
        preparation=rule.preparation,
        preparation_en=rule.preparation_en,
        changed=now is not None and (now.slot_id != slot_id or choice.request in option.changed),
        booked=now is not None and now.slot_id == slot_id and choice.request not in found.lost,
    )


def _room(now: Appointment | None) -> str:
    return now.room if now is not None else ""


def _not_planned(found: Asked, one: planner.Refusal) -> NotPlanned:
    row: Any = found.orders[UUID(one.request)]
    return NotPlanned(UUID(one.request), row["item_name"], row["item_name_en"], one.rule, one.words)


def _dropped(row: Any) -> NotPlanned:
    words = planner.Words("本院检查规则中已没有这个项目", "The hospital's rules do not have this examination any more")
    return NotPlanned(row["id"], row["item_name"], row["item_name_en"], "unknown", words)


async def _last(tx: Transaction, request: BookPlanRequest) -> Any:
    """The day of the latest place that was chosen, so that the places are read so far."""
    found = await tx.session.execute(
        text(
            "SELECT max(d.day) FROM slot AS s JOIN schedule AS d ON d.organization_id = s.organization_id"
            " AND d.id = s.schedule_id WHERE s.organization_id = :organization AND s.id = ANY (:slots)"
        ),
        {"organization": request.organization_id, "slots": [one.slot_id for one in request.places]},
    )
    return found.scalar_one_or_none()
