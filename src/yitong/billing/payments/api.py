"""The addresses of payments: thin routes over what people may see and do.

What calls outside parties takes the platform instead of the request's transaction: nothing external is called in one.
"""

from datetime import datetime
from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from yitong.billing.payments import service
from yitong.billing.payments.schemas import (
    AtOrganization,
    CashRequest,
    DifferenceView,
    PaymentView,
    PayRequest,
    PayWish,
    Preview,
    RefundRequest,
)
from yitong.billing.payments.service.desk import Chosen
from yitong.billing.payments.service.differing import PAGE as DIFFERENCES_PAGE
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page, cursor_of, keys_of
from yitong.kernel.permissions import Actor
from yitong.kernel.platform import Platform
from yitong.kernel.transaction import Transaction

_TAGS = ["payments"]
# The framework keeps the argument name "state" for itself.
_Standing = Annotated[Chosen, QueryParameter(name="state")]


@post("/payments/preview", status_code=200, summary="Who would pay what of a bill", tags=_TAGS)
async def post_preview(
    platform: NamedDependency[Platform], actor: NamedDependency[Actor], data: JSONBody[PayWish]
) -> Preview:
    """The one confirmation page: insurance, personal account, deposit and the payer's own part, with the reasons."""
    return await service.preview(platform, actor, data)


@post("/payments", summary="Pay a bill", tags=_TAGS)
async def post_payment(
    platform: NamedDependency[Platform],
    actor: NamedDependency[Actor],
    data: JSONBody[PayRequest],
    idempotency_key: NamedDependency[UUID],
) -> PaymentView:
    """Settles the parts in their order as far as it goes; a waiting part's ``invoke`` is for the payer's device."""
    return await service.pay(platform, actor, data, idempotency_key)


@get("/payments", summary="Payments of a hospital, a patient or a bill", tags=_TAGS)
async def get_payments(
    tx: NamedDependency[Transaction],
    organization_id: FromQuery[UUID | None] = None,
    patient_id: FromQuery[UUID | None] = None,
    bill_id: FromQuery[UUID | None] = None,
    standing: _Standing = "all",
) -> Page[PaymentView]:
    """``stuck``: what the desk has to look at; ``cash``: waiting at a window; newest first, at most 100."""
    return Page(await service.listed(tx, organization_id, patient_id, bill_id, standing))


@get("/payments/{payment_id:uuid}", summary="One payment", tags=_TAGS)
async def get_payment(
    platform: NamedDependency[Platform],
    actor: NamedDependency[Actor],
    payment_id: FromPath[UUID],
    organization_id: FromQuery[UUID],
) -> PaymentView:
    """Polled by screens until ``final``."""
    return await service.show(platform, actor, organization_id, payment_id)


@post("/payments/{payment_id:uuid}/cancel", status_code=200, summary="Cancel a payment", tags=_TAGS)
async def post_cancel(
    platform: NamedDependency[Platform],
    actor: NamedDependency[Actor],
    payment_id: FromPath[UUID],
    data: JSONBody[AtOrganization],
) -> PaymentView:
    """What was settled is taken back; a payment that is settled whole stays so."""
    return await service.cancel(platform, actor, data.organization_id, payment_id)


@post("/payments/{payment_id:uuid}/cash", status_code=200, summary="Cash was taken at a window", tags=_TAGS)
async def post_cash(
    platform: NamedDependency[Platform],
    actor: NamedDependency[Actor],
    payment_id: FromPath[UUID],
    data: JSONBody[CashRequest],
) -> PaymentView:
    """The amount counted has to be the waiting part's."""
    return await service.cash_taken(platform, actor, payment_id, data)


@post("/payments/{payment_id:uuid}/cash-returned", status_code=200, summary="Cash was handed back", tags=_TAGS)
async def post_cash_returned(
    platform: NamedDependency[Platform],
    actor: NamedDependency[Actor],
    payment_id: FromPath[UUID],
    data: JSONBody[CashRequest],
) -> PaymentView:
    """For cash of a refund that lay ready at the window."""
    return await service.cash_returned(platform, actor, payment_id, data)


@post("/payments/{payment_id:uuid}/refunds", summary="Give lines back", tags=_TAGS)
async def post_refund(
    platform: NamedDependency[Platform],
    actor: NamedDependency[Actor],
    payment_id: FromPath[UUID],
    data: JSONBody[RefundRequest],
    idempotency_key: NamedDependency[UUID],
) -> PaymentView:
    """Insurance is reversed and settled anew for what remains; the difference goes back to who paid last, first."""
    return await service.refund(platform, actor, payment_id, data, idempotency_key)


@post("/payments/{payment_id:uuid}/retry", status_code=200, summary="Try a stuck payment again", tags=_TAGS)
async def post_retry(
    platform: NamedDependency[Platform],
    actor: NamedDependency[Actor],
    payment_id: FromPath[UUID],
    data: JSONBody[AtOrganization],
) -> PaymentView:
    """Looks up and asks again now."""
    return await service.retry(platform, actor, data.organization_id, payment_id)


@get("/payment-differences", summary="What channels said of payments and was not taken", tags=_TAGS)
async def get_differences(
    tx: NamedDependency[Transaction], organization_id: FromQuery[UUID], cursor: FromQuery[str | None] = None
) -> Page[DifferenceView]:
    """Wrong amounts and states, kept aside and never booked, newest first, with what they mean."""
    items = await service.differences(tx, organization_id, keys_of(cursor, tuple[datetime, UUID]))
    last = items[-1] if len(items) == DIFFERENCES_PAGE else None
    return Page(items, cursor_of(last.found_at, last.id) if last else None)


ROUTES: list[ControllerRouterHandler] = [
    post_preview,
    post_payment,
    get_payments,
    get_payment,
    post_cancel,
    post_cash,
    post_cash_returned,
    post_refund,
    post_retry,
    get_differences,
]
