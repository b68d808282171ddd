"""The addresses of stays and deposits."""

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.types import ControllerRouterHandler

from yitong.billing.charges.schemas import BillView
from yitong.billing.deposits import insured, service
from yitong.billing.deposits.schemas import (
    AdmitRequest,
    CoverRequest,
    DepositRequest,
    ReturnRequest,
    StayDiagnosesRequest,
    StayRequest,
    StayView,
)
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page
from yitong.kernel.permissions import Actor
from yitong.kernel.platform import Platform
from yitong.kernel.transaction import Transaction

_TAGS = ["stays"]


@post("/stays", summary="Admit a patient", tags=_TAGS)
async def post_stay(
    tx: NamedDependency[Transaction], data: JSONBody[AdmitRequest], idempotency_key: NamedDependency[UUID]
) -> StayView:
    """Opens a running bill, and one for the deposit asked for."""
    return await service.admit(tx, data, idempotency_key)


@get("/stays", summary="Stays, newest first", tags=_TAGS)
async def get_stays(
    tx: NamedDependency[Transaction],
    patient_id: FromQuery[UUID | None] = None,
    organization_id: FromQuery[UUID | None] = None,
) -> Page[StayView]:
    """The family's, a patient's, or those of a hospital that are not settled."""
    return Page(await service.stays(tx, patient_id, organization_id))


@get("/stays/{stay_id:uuid}", summary="A stay's account", tags=_TAGS)
async def get_stay(
    tx: NamedDependency[Transaction], stay_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> StayView:
    """What was charged, what was paid in advance, and what is left of it."""
    return await service.show(tx, organization_id, stay_id)


@post("/stays/{stay_id:uuid}/deposits", summary="Pay in advance", tags=_TAGS)
async def post_deposit(
    tx: NamedDependency[Transaction],
    stay_id: FromPath[UUID],
    data: JSONBody[DepositRequest],
    idempotency_key: NamedDependency[UUID],
) -> BillView:
    """A bill over a deposit; it is paid like any other."""
    return await service.ask_deposit(tx, stay_id, data, idempotency_key)


@post("/stays/{stay_id:uuid}/discharge", status_code=200, summary="Close a running bill", tags=_TAGS)
async def post_discharge(
    tx: NamedDependency[Transaction], stay_id: FromPath[UUID], data: JSONBody[StayRequest]
) -> StayView:
    """Charges the last bed-days; the bill can be paid."""
    return await service.discharge(tx, stay_id, data)


@post("/stays/{stay_id:uuid}/resume", status_code=200, summary="Withdraw a discharge", tags=_TAGS)
async def post_resume(
    tx: NamedDependency[Transaction], stay_id: FromPath[UUID], data: JSONBody[StayRequest]
) -> StayView:
    """The bill goes on running."""
    return await service.resume(tx, stay_id, data)


@post("/stays/{stay_id:uuid}/settle", status_code=200, summary="A paid stay is over", tags=_TAGS)
async def post_settle(
    tx: NamedDependency[Transaction], stay_id: FromPath[UUID], data: JSONBody[StayRequest]
) -> StayView:
    """Once its bill is paid."""
    return await service.settle(tx, stay_id, data)


@post("/stays/{stay_id:uuid}/return-deposit", status_code=200, summary="Give the rest of a deposit back", tags=_TAGS)
async def post_return(
    tx: NamedDependency[Transaction],
    stay_id: FromPath[UUID],
    data: JSONBody[ReturnRequest],
    idempotency_key: NamedDependency[UUID],
) -> StayView:
    """In cash at a window, after the stay was settled."""
    return await service.give_back(tx, stay_id, data, idempotency_key)


@put("/stays/{stay_id:uuid}/insurance", summary="Choose the insurance of a stay", tags=_TAGS)
async def put_insurance(
    tx: NamedDependency[Transaction], stay_id: FromPath[UUID], data: JSONBody[CoverRequest]
) -> StayView:
    """With which insurance it is settled, or none; the insurer is told of it right after."""
    return await insured.choose_cover(tx, stay_id, data)


@put("/stays/{stay_id:uuid}/diagnoses", summary="Record a stay's diagnoses", tags=_TAGS)
async def put_stay_diagnoses(
    tx: NamedDependency[Transaction], stay_id: FromPath[UUID], data: JSONBody[StayDiagnosesRequest]
) -> StayView:
    """At admission or at discharge, by ICD-10 code, the main one marked or first."""
    return await insured.diagnose(tx, stay_id, data)


@post("/stays/{stay_id:uuid}/insurance/retry", status_code=200, summary="Tell the insurer again", tags=_TAGS)
async def post_insurance_retry(
    platform: NamedDependency[Platform],
    actor: NamedDependency[Actor],
    stay_id: FromPath[UUID],
    data: JSONBody[StayRequest],
) -> StayView:
    """What it did not take or answer, asked again now."""
    return await insured.tell_insurer_now(platform, actor, stay_id, data)


ROUTES: list[ControllerRouterHandler] = [
    post_stay,
    get_stays,
    get_stay,
    post_deposit,
    post_discharge,
    post_resume,
    post_settle,
    post_return,
    put_insurance,
    put_stay_diagnoses,
    post_insurance_retry,
]
