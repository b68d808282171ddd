"""The addresses of dispensing: thin routes over the services."""

from typing import Annotated, Any

import msgspec
from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Response
from litestar.types import ControllerRouterHandler

from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Actor
from yitong.kernel.platform import Platform
from yitong.kernel.text import Language
from yitong.kernel.transaction import Transaction
from yitong.prescriptions.circulation.schemas import CustodyView
from yitong.prescriptions.circulation.wall import custody_view
from yitong.prescriptions.dispensing import delivery, medications, recall, results, service, settling
from yitong.prescriptions.dispensing import schemas as wire
from yitong.prescriptions.dispensing.problems import DELIVERY_CODE_WRONG
from yitong.prescriptions.dispensing.splits import view_of

_TAGS = ["dispensing"]
_Plain = Annotated[str | None, QueryParameter(max_length=40, pattern=r"^[^\x00-\x1f\x7f]+$")]
_Code = Annotated[str | None, QueryParameter(pattern=r"^[0-9]{20}$")]


@post("/custodies/{part_id:uuid}/dispense", status_code=200, summary="Hand out", tags=_TAGS)
async def post_dispense(
    tx: NamedDependency[Transaction], part_id: FromPath[UUID], data: JSONBody[wire.DispenseRequest]
) -> CustodyView:
    """Lines with packages; the last time with the secret."""
    await service.dispense(tx, part_id, data)
    return await custody_view(tx, data.organization_id, part_id, data.pharmacy_id)


@post("/custodies/{part_id:uuid}/close", status_code=200, summary="Close a custody", tags=_TAGS)
async def post_close(
    tx: NamedDependency[Transaction], part_id: FromPath[UUID], data: JSONBody[wire.CloseRequest]
) -> CustodyView:
    """With the secret; leaves a signed receipt over everything."""
    await service.close(tx, part_id, data)
    return await custody_view(tx, data.organization_id, part_id, data.pharmacy_id)


@post("/custodies/{part_id:uuid}/return", status_code=200, summary="Take goods back", tags=_TAGS)
async def post_return(
    tx: NamedDependency[Transaction], part_id: FromPath[UUID], data: JSONBody[wire.ReturnRequest]
) -> CustodyView:
    """Frees their packages."""
    await service.take_back(tx, part_id, data)
    return await custody_view(tx, data.organization_id, part_id, data.pharmacy_id)


@post("/custodies/{part_id:uuid}/delivery", status_code=200, summary="Send goods out", tags=_TAGS)
async def post_delivery(
    tx: NamedDependency[Transaction], part_id: FromPath[UUID], data: JSONBody[wire.SendRequest]
) -> wire.DeliveryView:
    """With a courier; again after an attempt that failed."""
    return await delivery.send(tx, part_id, data)


@post("/deliveries/{delivery_id:uuid}/arrive", status_code=200, summary="Hand a delivery over", tags=_TAGS)
async def post_arrive(
    platform: NamedDependency[Platform],
    actor: NamedDependency[Actor],
    language: NamedDependency[Language],
    delivery_id: FromPath[UUID],
    data: JSONBody[wire.ArriveRequest],
) -> wire.DeliveryView:
    """For the code on the patient's phone."""
    async with platform.transaction(actor, language) as tx:  # of its own, so that a wrong code is counted
        fits = await delivery.code_fits(tx, delivery_id, data)
    if not fits:
        raise DELIVERY_CODE_WRONG()
    async with platform.transaction(actor, language) as tx:
        return await delivery.arrive(tx, delivery_id, data)


@post("/deliveries/{delivery_id:uuid}/fail", status_code=200, summary="A delivery failed", tags=_TAGS)
async def post_fail(
    tx: NamedDependency[Transaction], delivery_id: FromPath[UUID], data: JSONBody[wire.FailRequest]
) -> wire.DeliveryView:
    """It can be sent again."""
    return await delivery.fail(tx, delivery_id, data)


@post("/custodies/{part_id:uuid}/settlement/preview", status_code=200, summary="How insurance would pay", tags=_TAGS)
async def post_preview(
    platform: NamedDependency[Platform],
    actor: NamedDependency[Actor],
    language: NamedDependency[Language],
    part_id: FromPath[UUID],
    data: JSONBody[wire.SettleRequest],
) -> wire.SettlementView:
    """Nothing is paid (2101)."""
    async with platform.transaction(actor, language) as tx:
        sale = await settling.sale_of(tx, part_id, data)
    return view_of(await settling.insurer_of(platform).ask(sale))


@post("/custodies/{part_id:uuid}/settlement", status_code=200, summary="Settle with the insurance", tags=_TAGS)
async def post_settlement(
    platform: NamedDependency[Platform],
    actor: NamedDependency[Actor],
    language: NamedDependency[Language],
    part_id: FromPath[UUID],
    data: JSONBody[wire.SettleRequest],
) -> wire.SettlementView:
    """What was handed out (2102); repeat it when no answer came."""
    return await settling.settle(platform, actor, language, part_id, data)


@post("/custodies/{part_id:uuid}/settlement/reverse", status_code=200, summary="Take a settlement back", tags=_TAGS)
async def post_reverse(
    platform: NamedDependency[Platform],
    actor: NamedDependency[Actor],
    language: NamedDependency[Language],
    part_id: FromPath[UUID],
    data: JSONBody[wire.ReverseRequest],
) -> wire.SettlementView:
    """As a whole (2103)."""
    return await settling.reverse(platform, actor, language, part_id, data)


@get("/trace-codes/{code:str}", summary="A package by its trace code", tags=_TAGS)
async def get_trace(tx: NamedDependency[Transaction], code: FromPath[str]) -> wire.TraceView:
    """Where it went out; nothing of the patient."""
    return await recall.trace(tx, code if code.isascii() and code.isdigit() else "")


@get("/recalls", summary="Everybody who has something of a batch", tags=_TAGS)
async def get_recall(
    tx: NamedDependency[Transaction],
    pharmacy_id: FromQuery[UUID | None] = None,
    drug_code: _Plain = None,
    batch: _Plain = None,
    code: _Code = None,
) -> wire.RecallFound:
    """By drug and batch, or by a package; of one pharmacy or of the region."""
    return await recall.search(tx, pharmacy_id=pharmacy_id, drug_code=drug_code, batch=batch, code=code)


@get("/patients/{patient_id:uuid}/medications", summary="A patient's medication", tags=_TAGS)
async def get_medications(tx: NamedDependency[Transaction], patient_id: FromPath[UUID]) -> wire.MedicationList:
    """What pharmacies handed out, how to take it and when."""
    return await medications.medications(tx, patient_id)


@put(
    "/patients/{patient_id:uuid}/medications/{dispense_id:uuid}/{line:int}/reminder",
    summary="Set a reminder",
    tags=_TAGS,
)
async def put_reminder(
    tx: NamedDependency[Transaction],
    patient_id: FromPath[UUID],
    dispense_id: FromPath[UUID],
    line: FromPath[int],
    data: JSONBody[wire.ReminderRequest],
) -> wire.Medication:
    """On or off, and at which times."""
    return await medications.set_reminder(tx, patient_id, dispense_id, line, data)


@get(
    "/prescriptions/{prescription_id:uuid}/dispenses",
    summary="What was dispensed, as FHIR",
    media_type="application/fhir+json",
    tags=_TAGS,
)
async def get_dispenses(
    tx: NamedDependency[Transaction], prescription_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> Response[bytes]:
    """A FHIR R4 Bundle of MedicationDispense for the hospital that wrote the prescription."""
    found: Any = await results.results(tx, organization_id, prescription_id)
    return Response(msgspec.json.encode(found), media_type="application/fhir+json")


ROUTES: list[ControllerRouterHandler] = [
    post_dispense,
    post_close,
    post_return,
    post_delivery,
    post_arrive,
    post_fail,
    post_preview,
    post_settlement,
    post_reverse,
    get_trace,
    get_recall,
    get_medications,
    put_reminder,
    get_dispenses,
]
