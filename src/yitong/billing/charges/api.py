"""The addresses of bills: thin routes over what people may see and do."""

import io
from datetime import datetime
from typing import Annotated, Literal

import segno
from litestar import get, post, put
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Response
from litestar.types import ControllerRouterHandler

from yitong.billing.charges import ordering, views
from yitong.billing.charges.prices import PriceFound
from yitong.billing.charges.schemas import (
    BillGlimpse,
    BillRow,
    BillView,
    CounterRequest,
    DeskBillRequest,
    InsuranceRequest,
    OrderRequest,
)
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page, cursor_of, keys_of
from yitong.kernel.transaction import Transaction

_TAGS = ["bills"]
_Words = Annotated[str, QueryParameter(name="q", min_length=1, max_length=40)]
# The framework keeps the argument name "state" for itself.
_Standing = Annotated[Literal["open", "settled", "all"], QueryParameter(name="state")]
_Limit = Annotated[int, QueryParameter(ge=1, le=100)]


@get("/bills", summary="Bills, newest first", tags=_TAGS)
async def get_bills(
    tx: NamedDependency[Transaction],
    patient_id: FromQuery[UUID | None] = None,
    organization_id: FromQuery[UUID | None] = None,
    standing: _Standing = "all",
    cursor: FromQuery[str | None] = None,
) -> Page[BillRow]:
    """Of the family or one member at all hospitals; of a patient at one hospital; or a hospital's."""
    keys = keys_of(cursor, tuple[datetime, UUID])
    items = await ordering.list_bills(tx, patient_id, organization_id, standing, keys)
    last = items[-1] if len(items) == views.PAGE else None
    return Page(items, cursor_of(last.opened_at, last.id) if last else None)


@get("/bills/{bill_id:uuid}", summary="One bill", tags=_TAGS)
async def get_bill(
    tx: NamedDependency[Transaction], bill_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> BillView:
    """Lines, sums, who paid what, and sentences that explain it."""
    return await ordering.show(tx, organization_id, bill_id)


@get("/bills/by-token/{token:str}", summary="The bill behind a code", tags=_TAGS)
async def get_bill_by_token(tx: NamedDependency[Transaction], token: FromPath[str]) -> BillGlimpse:
    """What whoever holds a bill's code may see: enough to pay it for somebody."""
    return await ordering.by_token(tx, token)


@get("/bills/{bill_id:uuid}/qr", summary="A bill's code", media_type="image/svg+xml", tags=_TAGS)
async def get_bill_qr(
    tx: NamedDependency[Transaction], bill_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> Response[bytes]:
    """An SVG whose code opens this very payment on any phone, kiosk or window."""
    bill = await ordering.header_to_show(tx, organization_id, bill_id)
    picture = io.BytesIO()
    segno.make(views.pay_url(tx, bill.pay_token), error="m", micro=False).save(picture, kind="svg", scale=6, border=2)
    return Response(
        picture.getvalue(),
        media_type="image/svg+xml",
        headers={"cache-control": CacheControlHeader(private=True, max_age=300).to_header()},
    )


@post("/bills", summary="Open a bill at a desk", tags=_TAGS)
async def post_bill(
    tx: NamedDependency[Transaction], data: JSONBody[DeskBillRequest], idempotency_key: NamedDependency[UUID]
) -> BillView:
    """Parking, meals, delivery or drugs for a patient."""
    return await ordering.open_at_desk(tx, data, idempotency_key)


@post("/bills/{bill_id:uuid}/charges", summary="Charge on a bill", tags=_TAGS)
async def post_bill_charges(
    tx: NamedDependency[Transaction],
    bill_id: FromPath[UUID],
    data: JSONBody[OrderRequest],
    idempotency_key: NamedDependency[UUID],
) -> BillView:
    """Put items and drugs of the price list on an open bill."""
    return await ordering.add(tx, bill_id, data, idempotency_key)


@post("/bills/{bill_id:uuid}/counter", status_code=200, summary="Take lines back", tags=_TAGS)
async def post_bill_counter(
    tx: NamedDependency[Transaction],
    bill_id: FromPath[UUID],
    data: JSONBody[CounterRequest],
    idempotency_key: NamedDependency[UUID],
) -> BillView:
    """Counter lines that were not paid; each gets a second line with the opposite amount."""
    return await ordering.take_back(tx, bill_id, data, idempotency_key)


@put("/bills/{bill_id:uuid}/insurance", summary="Choose the insurance of a bill", tags=_TAGS)
async def put_bill_insurance(
    tx: NamedDependency[Transaction], bill_id: FromPath[UUID], data: JSONBody[InsuranceRequest]
) -> BillView:
    """Say which insurance it is to be settled with, or none."""
    return await ordering.choose_insurance(tx, bill_id, data)


@post("/encounters/{encounter_id:uuid}/charges", summary="Charge what a visit orders", tags=_TAGS)
async def post_encounter_charges(
    tx: NamedDependency[Transaction],
    encounter_id: FromPath[UUID],
    data: JSONBody[OrderRequest],
    idempotency_key: NamedDependency[UUID],
) -> BillView:
    """Examinations, drugs and treatments, on the visit's open bill or a new one."""
    return await ordering.order(tx, encounter_id, data, idempotency_key)


@get("/prices", summary="Search the price list", tags=_TAGS)
async def get_prices(
    tx: NamedDependency[Transaction],
    words: _Words,
    kind: FromQuery[Literal["item", "drug", "all"]] = "all",
    category: FromQuery[str | None] = None,
    limit: _Limit = 30,
) -> Page[PriceFound]:
    """Items and drugs by name, initials or code, at today's prices."""
    return Page(await ordering.find_prices(tx, words, kind, category, limit))


ROUTES: list[ControllerRouterHandler] = [
    get_bills,
    get_bill,
    get_bill_by_token,
    get_bill_qr,
    post_bill,
    post_bill_charges,
    post_bill_counter,
    put_bill_insurance,
    post_encounter_charges,
    get_prices,
]
