"""The addresses of examinations: thin routes over the services."""

from datetime import date
from typing import Annotated

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from yitong.kernel.ids import UUID
from yitong.kernel.transaction import Transaction
from yitong.visits.exams import board, ordering, planning, reading, rulebase
from yitong.visits.exams.schemas import (
    AtExamCentre,
    BoardView,
    BookedPlan,
    BookPlanRequest,
    DraftRequest,
    ExamOrder,
    ExamPlanRequest,
    ExamPlans,
    ExamRequest,
    ExamRequests,
    RecogniseRequest,
    ReportRequest,
    RulesTried,
    RulesView,
    ServedRequest,
    ServedView,
)

_TAGS = ["examinations"]
OnTx = NamedDependency[Transaction]
Key = NamedDependency[UUID]


@post("/service-requests", summary="Order examinations", tags=_TAGS)
async def post_order(tx: OnTx, data: JSONBody[ExamOrder], idempotency_key: Key) -> ExamRequests:
    """A doctor orders one or several for a person; all or none."""
    return await ordering.order(tx, data, idempotency_key)


@get("/service-requests", summary="Ordered examinations", tags=_TAGS)
async def get_orders(
    tx: OnTx,
    organization_id: FromQuery[UUID | None] = None,
    patient_id: FromQuery[UUID | None] = None,
    only_open: Annotated[bool, QueryParameter(name="open")] = False,
) -> ExamRequests:
    """Of a person, with appointments, reports, and results of other hospitals that may be recognised; newest first."""
    return await reading.listed(tx, organization_id, patient_id, only_open)


@get("/service-requests/{request_id:uuid}", summary="One ordered examination", tags=_TAGS)
async def get_order(tx: OnTx, request_id: FromPath[UUID], organization_id: FromQuery[UUID]) -> ExamRequest:
    """With its appointment and report."""
    return await reading.show(tx, organization_id, request_id)


@post("/service-requests/{request_id:uuid}/revoke", status_code=200, summary="Revoke an order", tags=_TAGS)
async def post_revoke(tx: OnTx, request_id: FromPath[UUID], data: JSONBody[AtExamCentre]) -> ExamRequest:
    """An order without an appointment."""
    return await ordering.revoke(tx, request_id, data)


@post("/service-requests/{request_id:uuid}/recognise", status_code=200, summary="Recognise a result", tags=_TAGS)
async def post_recognise(tx: OnTx, request_id: FromPath[UUID], data: JSONBody[RecogniseRequest]) -> ExamRequest:
    """A valid report from another hospital stands for the order; nothing is examined again."""
    return await ordering.recognise(tx, request_id, data)


@post("/service-requests/{request_id:uuid}/want-anyway", status_code=200, summary="Examine anyway", tags=_TAGS)
async def post_want_anyway(tx: OnTx, request_id: FromPath[UUID], data: JSONBody[AtExamCentre]) -> ExamRequest:
    """The recognised result is not enough: the order is open again."""
    return await ordering.want_anyway(tx, request_id, data)


@post("/service-requests/{request_id:uuid}/report", status_code=201, summary="Issue the report", tags=_TAGS)
async def post_report(
    tx: OnTx, request_id: FromPath[UUID], data: JSONBody[ReportRequest], idempotency_key: Key
) -> ExamRequest:
    """The examining doctor writes what was found; the order is done."""
    return await ordering.report(tx, request_id, data, idempotency_key)


@post("/exam-plans", status_code=200, summary="Plan all examinations of a person", tags=_TAGS)
async def post_plan(tx: OnTx, data: JSONBody[ExamPlanRequest]) -> ExamPlans:
    """The best plan and up to two others, with reasons; nothing is held."""
    return await planning.plan(tx, data)


@post("/exam-plans/book", summary="Book a plan", tags=_TAGS)
async def post_book_plan(tx: OnTx, data: JSONBody[BookPlanRequest], idempotency_key: Key) -> BookedPlan:
    """All places of the plan at once, or none; what moves gives its old place back."""
    return await planning.book_plan(tx, data, idempotency_key)


@get("/exam-rules", summary="Rules of examinations", tags=_TAGS)
async def get_rules(tx: OnTx, organization_id: FromQuery[UUID]) -> RulesView:
    """The rules in force, the draft, and the versions there were."""
    return await rulebase.show(tx, organization_id)


@post("/exam-rules/draft", summary="Save a draft of the rules", tags=_TAGS)
async def post_draft(tx: OnTx, data: JSONBody[DraftRequest], idempotency_key: Key) -> RulesView:
    """Rules that contradict each other are refused, and the contradiction is named."""
    return await rulebase.save_draft(tx, data, idempotency_key)


@post("/exam-rules/try", status_code=200, summary="Try rules", tags=_TAGS)
async def post_try(tx: OnTx, data: JSONBody[DraftRequest]) -> RulesTried:
    """Contradictions, and examples that the rules do not keep; nothing is saved."""
    return await rulebase.attempt(tx, data)


@post("/exam-rules/publish", summary="Publish the draft", tags=_TAGS)
async def post_publish(tx: OnTx, data: JSONBody[AtExamCentre], idempotency_key: Key) -> RulesView:
    """The draft is in force from now on, when it keeps all of its examples."""
    return await rulebase.publish(tx, data, idempotency_key)


@post("/exam-rules/discard", summary="Discard the draft", tags=_TAGS)
async def post_discard(tx: OnTx, data: JSONBody[AtExamCentre], idempotency_key: Key) -> RulesView:
    """The rules in force stay."""
    return await rulebase.discard(tx, data, idempotency_key)


@get("/exam-board", summary="Load of devices", tags=_TAGS)
async def get_board(
    tx: OnTx, organization_id: FromQuery[UUID], first: Annotated[date | None, QueryParameter(name="from")] = None
) -> BoardView:
    """Places and taken ones by kind of device and day for two weeks, days to wait, orders without an appointment."""
    return await board.board(tx, organization_id, first)


@get("/exam-services", summary="What is done on what", tags=_TAGS)
async def get_services(tx: OnTx, organization_id: FromQuery[UUID]) -> ServedView:
    """The services for examinations and the kind of device that their sessions are on."""
    return await board.served(tx, organization_id)


@put("/exam-services/{service_id:uuid}", summary="Set what is done on what", tags=_TAGS)
async def put_service(tx: OnTx, service_id: FromPath[UUID], data: JSONBody[ServedRequest]) -> ServedView:
    """The kind of device of a service's sessions; none takes it out of planning."""
    return await board.serve(tx, service_id, data)


ROUTES: list[ControllerRouterHandler] = [
    post_order,
    get_orders,
    get_order,
    post_revoke,
    post_recognise,
    post_want_anyway,
    post_report,
    post_plan,
    post_book_plan,
    get_rules,
    post_draft,
    post_try,
    post_publish,
    post_discard,
    get_board,
    get_services,
    put_service,
]
