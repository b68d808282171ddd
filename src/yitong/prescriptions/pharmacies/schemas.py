"""What goes over the wire about pharmacies, their shelves and their prices."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual
from yitong.prescriptions.pharmacies.hours import OpeningHours

Meters = Annotated[int, Meta(ge=0, le=100_000)]
Fen = Annotated[int, Meta(ge=0, le=100_000_000)]


class PharmacyFound(msgspec.Struct, frozen=True, kw_only=True):
    """A pharmacy in a search; stock and total only where a prescription's part was named."""

    organization_id: UUID
    name: str
    name_en: str
    address: str
    phone: str
    latitude: float | None
    longitude: float | None
    distance_m: int | None
    open_now: bool
    hours: list[OpeningHours]
    taking: bool
    insured: bool
    dual_channel: bool
    delivers: bool
    delivery_radius_m: int
    delivery_fee_fen: int
    version: int
    in_stock: Literal["all", "some", "none"] | None = None
    missing: list[str] = []
    total_fen: int | None = None


class PharmacyCard(msgspec.Struct, frozen=True, kw_only=True):
    """What a pharmacy says of itself."""

    version: int
    hours: Annotated[list[OpeningHours], Meta(max_length=21)]
    taking: bool
    insured: bool
    dual_channel: bool
    delivers: bool
    delivery_radius_m: Meters
    delivery_fee_fen: Fen


class ShelfRow(msgspec.Struct, frozen=True, kw_only=True):
    """A drug on a pharmacy's shelf: single units left, its price a package, and the region's list price."""

    drug_code: str
    name: str
    spec: str
    package: str
    unit: str
    units_per_package: int
    units: int
    price_fen: int
    list_price_fen: int


class ShelfChange(msgspec.Struct, frozen=True, kw_only=True):
    """One row of an upload; without a price the region's list price holds."""

    drug_code: Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$")]
    units: Annotated[int, Meta(ge=0, le=100_000_000)]
    price_fen: Fen | None = None


class ShelfUpload(msgspec.Struct, frozen=True, kw_only=True):
    """Stock and prices as rows, or as a table of comma-separated values with the heads drug_code, units, price_fen.

    ``replace`` empties the shelf of whatever is not named.
    """

    rows: Annotated[list[ShelfChange], Meta(max_length=2000)] = []
    csv: Annotated[str, Meta(max_length=200_000)] = ""
    replace: bool = False


class ShelfRefusal(msgspec.Struct, frozen=True):
    """A row of an upload that was not taken; rows count from 1 without the heads."""

    row: int
    code: str
    message: Bilingual


class ShelfResult(msgspec.Struct, frozen=True):
    """What became of an upload."""

    accepted: int
    refused: list[ShelfRefusal]


class WantedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a part, as prices are compared."""

    number: int
    drug_code: str
    name: str
    spec: str
    units: int
    unit: str


class PricedLine(msgspec.Struct, frozen=True, kw_only=True):
    """What a pharmacy has and asks for a line."""

    number: int
    available_units: int
    enough: bool
    amount_fen: int | None


class PharmacyPrices(msgspec.Struct, frozen=True, kw_only=True):
    """A pharmacy's answer to a whole prescription; no total while something is not kept at all."""

    pharmacy: PharmacyFound
    lines: list[PricedLine]
    total_fen: int | None
    complete: bool
    cheapest: bool


class PriceComparison(msgspec.Struct, frozen=True):
    """One prescription over the pharmacies nearby, complete ones first, then by price."""

    lines: list[WantedLine]
    pharmacies: list[PharmacyPrices]
