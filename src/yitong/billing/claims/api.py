"""The addresses of policies and claims."""

from typing import Annotated

from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Response
from litestar.types import ControllerRouterHandler

from yitong.billing.claims import fhir, service
from yitong.billing.claims.schemas import AtOrganization, ClaimRequest, ClaimView, CoverageRequest, CoverageView
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page
from yitong.kernel.transaction import Transaction

_TAGS = ["claims"]
_Patient = Annotated[UUID, QueryParameter(name="patient_id")]
# The framework keeps the argument name "state" for itself.
_Standing = Annotated[service.Standing, QueryParameter(name="state")]


@post("/coverages", summary="Add a commercial policy", tags=_TAGS)
async def post_coverage(
    tx: NamedDependency[Transaction], data: JSONBody[CoverageRequest], idempotency_key: NamedDependency[UUID]
) -> CoverageView:
    """Kept sealed; claims can be made from it."""
    return await service.add_coverage(tx, data, idempotency_key)


@get("/coverages", summary="A patient's commercial policies", tags=_TAGS)
async def get_coverages(
    tx: NamedDependency[Transaction], patient: _Patient, organization_id: FromQuery[UUID | None] = None
) -> Page[CoverageView]:
    """Without their numbers; a desk names its hospital."""
    return Page(await service.coverages(tx, patient, organization_id))


@delete("/coverages/{coverage_id:uuid}", summary="Take a commercial policy off", tags=_TAGS)
async def delete_coverage(tx: NamedDependency[Transaction], coverage_id: FromPath[UUID], patient: _Patient) -> None:
    """No more claims can be made from it; those that were made go on."""
    await service.end_coverage(tx, patient, coverage_id)


@post("/bills/{bill_id:uuid}/claims", summary="Claim a bill from a commercial policy", tags=_TAGS)
async def post_claim(
    tx: NamedDependency[Transaction],
    bill_id: FromPath[UUID],
    data: JSONBody[ClaimRequest],
    idempotency_key: NamedDependency[UUID],
) -> ClaimView:
    """What the patient paid of a settled bill; it is sent by itself and followed to its end."""
    return await service.make_claim(tx, bill_id, data, idempotency_key)


@get("/claims", summary="Claims, newest first", tags=_TAGS)
async def get_claims(
    tx: NamedDependency[Transaction],
    patient_id: FromQuery[UUID | None] = None,
    organization_id: FromQuery[UUID | None] = None,
    standing: _Standing = "all",
) -> Page[ClaimView]:
    """The family's, a patient's, or a hospital's; ``open`` has no final answer yet."""
    return Page(await service.claims(tx, patient_id, organization_id, standing))


@get("/claims/{claim_id:uuid}", summary="One claim", tags=_TAGS)
async def get_claim(
    tx: NamedDependency[Transaction], claim_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> ClaimView:
    """Where it stands and why."""
    return await service.show(tx, organization_id, claim_id)


@get("/claims/{claim_id:uuid}/fhir", summary="A claim as FHIR R4", media_type="application/fhir+json", tags=_TAGS)
async def get_claim_fhir(
    tx: NamedDependency[Transaction], claim_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> Response[bytes]:
    """The Claim resource as the insurer gets it."""
    claim = await service.sent_claim(tx, organization_id, claim_id)
    return Response(fhir.written(claim, "claim"), media_type="application/fhir+json")


@post("/claims/{claim_id:uuid}/withdraw", status_code=200, summary="Take a claim back", tags=_TAGS)
async def post_withdraw(
    tx: NamedDependency[Transaction], claim_id: FromPath[UUID], data: JSONBody[AtOrganization]
) -> ClaimView:
    """Before it was sent."""
    return await service.withdraw(tx, data.organization_id, claim_id)


ROUTES: list[ControllerRouterHandler] = [
    post_coverage,
    get_coverages,
    delete_coverage,
    post_claim,
    get_claims,
    get_claim,
    get_claim_fhir,
    post_withdraw,
]
