"""The addresses of pharmacies: thin routes over the service."""

from typing import Annotated, Literal

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page
from yitong.kernel.transaction import Transaction
from yitong.prescriptions.pharmacies import schemas as wire
from yitong.prescriptions.pharmacies import service
from yitong.prescriptions.pharmacies.reading import Place

_TAGS = ["pharmacies"]
_Latitude = Annotated[float | None, QueryParameter(ge=-90, le=90)]
_Longitude = Annotated[float | None, QueryParameter(ge=-180, le=180)]
_Radius = Annotated[int, QueryParameter(ge=200, le=100_000)]
_Words = Annotated[str, QueryParameter(max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$")]


@get("/pharmacies", summary="Find pharmacies", tags=_TAGS)
async def get_pharmacies(
    tx: NamedDependency[Transaction],
    latitude: _Latitude = None,
    longitude: _Longitude = None,
    radius_m: _Radius = 5000,
    organization_id: FromQuery[UUID | None] = None,
    part_id: FromQuery[UUID | None] = None,
    insured: FromQuery[bool] = False,
    open_now: FromQuery[bool] = False,
    delivers: FromQuery[bool] = False,
    sort: FromQuery[Literal["distance", "price"]] = "distance",
) -> Page[wire.PharmacyFound]:
    """By distance, hours, contract and delivery; with a part of a prescription also stock and price, at most 50."""
    part = (organization_id, part_id) if organization_id and part_id else None
    found = await service.find(
        tx,
        Place(latitude, longitude, radius_m),
        part=part,
        insured=insured,
        open_now=open_now,
        delivers=delivers,
        sort=sort,
    )
    return Page(found)


@get("/pharmacies/{pharmacy_id:uuid}", summary="One pharmacy", tags=_TAGS)
async def get_pharmacy(tx: NamedDependency[Transaction], pharmacy_id: FromPath[UUID]) -> wire.PharmacyFound:
    """Hours, contract, delivery."""
    return await service.show(tx, pharmacy_id)


@put("/pharmacies/{pharmacy_id:uuid}", summary="Keep a pharmacy's card", tags=_TAGS)
async def put_pharmacy(
    tx: NamedDependency[Transaction], pharmacy_id: FromPath[UUID], data: JSONBody[wire.PharmacyCard]
) -> wire.PharmacyFound:
    """What it offers from now on."""
    return await service.keep(tx, pharmacy_id, data)


@get("/pharmacies/{pharmacy_id:uuid}/shelf", summary="A pharmacy's stock and prices", tags=_TAGS)
async def get_shelf(
    tx: NamedDependency[Transaction],
    pharmacy_id: FromPath[UUID],
    q: _Words = "",
    cursor: FromQuery[str | None] = None,
) -> Page[wire.ShelfRow]:
    """In the order of names."""
    return await service.shelf_of(tx, pharmacy_id, q, cursor)


@post("/pharmacies/{pharmacy_id:uuid}/shelf", status_code=200, summary="Upload stock and prices", tags=_TAGS)
async def post_shelf(
    tx: NamedDependency[Transaction], pharmacy_id: FromPath[UUID], data: JSONBody[wire.ShelfUpload]
) -> wire.ShelfResult:
    """Rows, or a table of comma-separated values; good rows are kept, bad ones named."""
    return await service.fill_shelf(tx, pharmacy_id, data)


@get("/prescription-parts/{part_id:uuid}/prices", summary="Compare prices of a part", tags=_TAGS)
async def get_prices(
    tx: NamedDependency[Transaction],
    part_id: FromPath[UUID],
    organization_id: FromQuery[UUID],
    latitude: _Latitude = None,
    longitude: _Longitude = None,
    radius_m: _Radius = 5000,
) -> wire.PriceComparison:
    """A whole prescription over the pharmacies nearby, line by line."""
    return await service.compare(tx, organization_id, part_id, Place(latitude, longitude, radius_m))


ROUTES: list[ControllerRouterHandler] = [
    get_pharmacies,
    get_pharmacy,
    put_pharmacy,
    get_shelf,
    post_shelf,
    get_prices,
]
