"""Routes for a hospital's own booking system: its bookings, and the comparison of both sides."""

from datetime import date

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.types import ControllerRouterHandler

from yitong.booking.channels import external, reconciling
from yitong.booking.channels.exchange import (
    Difference,
    ExternalBookingItem,
    ExternalBookingRequest,
    MendRequest,
    Reconciliation,
    ReconciliationRequest,
    ReconciliationSummary,
)
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page
from yitong.kernel.transaction import Transaction

_TAGS = ["hospital systems"]
Tx = NamedDependency[Transaction]


@post("/external-bookings", status_code=200, summary="A booking of the hospital's own system", tags=_TAGS)
async def keep_external(tx: Tx, data: JSONBody[ExternalBookingRequest]) -> ExternalBookingItem:
    """Takes, moves or gives back a place of the same pool; the same message again changes nothing."""
    return await external.keep_external(tx, data)


@get("/external-bookings", summary="A day's bookings of the hospital's own system", tags=_TAGS)
async def list_external(tx: Tx, organization_id: FromQuery[UUID], day: FromQuery[date]) -> Page[ExternalBookingItem]:
    """In order of time."""
    return Page(await external.external_bookings(tx, organization_id, day))


@post("/channel-reconciliations", summary="Compare a day with the hospital's own system", tags=_TAGS)
async def reconcile(
    tx: Tx, data: JSONBody[ReconciliationRequest], idempotency_key: NamedDependency[UUID]
) -> Reconciliation:
    """The differences, each with what can be done about it."""
    return await reconciling.reconcile(tx, data, idempotency_key)


@get("/channel-reconciliations", summary="Comparisons with the hospital's own system", tags=_TAGS)
async def list_reconciliations(tx: Tx, organization_id: FromQuery[UUID]) -> Page[ReconciliationSummary]:
    """The latest first, at most two hundred."""
    return Page(await reconciling.reconciliations(tx, organization_id))


@get("/channel-reconciliations/{reconciliation_id:uuid}", summary="One comparison", tags=_TAGS)
async def show_reconciliation(
    tx: Tx, reconciliation_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> Reconciliation:
    """Open differences first."""
    return await reconciling.reconciliation(tx, organization_id, reconciliation_id)


@post(
    "/channel-reconciliations/{reconciliation_id:uuid}/differences/{difference_id:uuid}/mend",
    status_code=200,
    summary="Mend a difference",
    tags=_TAGS,
)
async def mend(
    tx: Tx, reconciliation_id: FromPath[UUID], difference_id: FromPath[UUID], data: JSONBody[MendRequest]
) -> Difference:
    """Books, moves or cancels here, tells the hospital's system, or leaves it with a reason."""
    return await reconciling.mend(tx, reconciliation_id, difference_id, data)


ROUTES: list[ControllerRouterHandler] = [
    keep_external,
    list_external,
    reconcile,
    list_reconciliations,
    show_reconciliation,
    mend,
]
