"""What goes over the wire about parts, purchase requests, offers and the pharmacy's wall."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual
from yitong.prescriptions.circulation.states import PartState, RequestState
from yitong.prescriptions.dispensing.schemas import DeliveryView, DispenseView

Secret = Annotated[str, Meta(min_length=40, max_length=50)]
Mode = Literal["first", "best_price", "chosen"]
Handover = Literal["pickup", "delivery"]
GiveBackReason = Literal["out_of_stock", "cannot_deliver", "patient_wish", "error"]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]


class ReleaseRequest(msgspec.Struct, frozen=True):
    """Open a part to whoever shows its code, or to one pharmacy."""

    organization_id: UUID
    version: int
    pharmacy_id: UUID | None = None


class PartAct(msgspec.Struct, frozen=True):
    """At which hospital, and on which version of the part."""

    organization_id: UUID
    version: int


class Address(msgspec.Struct, frozen=True):
    """Where a delivery goes."""

    text: Annotated[str, Meta(min_length=2, max_length=200)]
    name: Annotated[str, Meta(min_length=1, max_length=40)]
    phone: Annotated[str, Meta(pattern=r"^\+?[0-9 -]{5,20}$")]


class NewRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase request (购药需求); place in WGS 84 degrees, kept to some hundred meters."""

    organization_id: UUID
    part_id: UUID
    mode: Mode
    handover: Handover
    latitude: Latitude
    longitude: Longitude
    radius_m: Annotated[int, Meta(ge=200, le=50_000)] = 5000
    bidding_minutes: Annotated[int, Meta(ge=1, le=240)] = 10
    insured: bool = False
    pharmacy_id: UUID | None = None
    address: Address | None = None


class AtHospital(msgspec.Struct, frozen=True):
    """At which hospital the prescription was written."""

    organization_id: UUID


class ChooseRequest(msgspec.Struct, frozen=True):
    """The offer that the patient takes."""

    organization_id: UUID
    offer_id: UUID


class OfferView(msgspec.Struct, frozen=True, kw_only=True):
    """What a pharmacy offers, in fen."""

    id: UUID
    pharmacy_id: UUID
    pharmacy_name: str
    distance_m: int
    total_fen: int
    delivery_fee_fen: int
    ready_minutes: int
    created_at: datetime
    state: Literal["made", "won", "lost"]


class PharmacyName(msgspec.Struct, frozen=True):
    """The pharmacy that a part is with."""

    organization_id: UUID
    name: str
    address: str
    phone: str
    latitude: float | None
    longitude: float | None


class RequestView(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase request with the offers so far, the cheapest first."""

    id: UUID
    organization_id: UUID
    part_id: UUID
    state: RequestState
    state_text: Bilingual
    version: int
    mode: Mode
    handover: Handover
    radius_m: int
    created_at: datetime
    bids_until: datetime | None
    closes_at: datetime
    pharmacy: PharmacyName | None
    offers: list[OfferView]


class PartRow(msgspec.Struct, frozen=True, kw_only=True):
    """A part in a list."""

    id: UUID
    organization_id: UUID
    organization_name: str
    prescription_id: UUID
    prescription_number: str
    patient_id: UUID
    number: int
    of: int
    state: PartState
    state_text: Bilingual
    version: int
    opens_at: datetime
    closes_at: datetime
    drugs: list[str]
    pharmacy_name: str | None


class PartLineView(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a part; counts in smallest units."""

    number: int
    drug_code: str
    name: str
    spec: str
    package: str
    unit: str
    units_per_package: int
    split: bool
    units: int
    dispensed: int
    returned: int
    usage: Bilingual


class PartView(msgspec.Struct, frozen=True, kw_only=True):
    """A part with everything its patient sees. The code and the link of its QR are there while it is released."""

    part: PartRow
    lines: list[PartLineView]
    take_code: str | None
    take_url: str | None
    request: RequestView | None
    pharmacy: PharmacyName | None
    delivery: DeliveryView | None
    dispenses: list[DispenseView]


class AtPharmacy(msgspec.Struct, frozen=True):
    """At which hospital it was written, and for which pharmacy."""

    organization_id: UUID
    pharmacy_id: UUID


class OfferRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A pharmacy's offer; without money its shelf prices and its usual fee hold."""

    organization_id: UUID
    pharmacy_id: UUID
    ready_minutes: Annotated[int, Meta(ge=0, le=10_080)]
    total_fen: Annotated[int, Meta(ge=0, le=100_000_000)] | None = None
    delivery_fee_fen: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None


class CodeShown(msgspec.Struct, frozen=True):
    """What was scanned: the access code, or the whole link."""

    pharmacy_id: UUID
    code: Annotated[str, Meta(min_length=40, max_length=500)]


class GiveBackRequest(msgspec.Struct, frozen=True):
    """The secret that ends the custody, and why."""

    organization_id: UUID
    pharmacy_id: UUID
    secret: Secret
    reason: GiveBackReason


class PartStanding(msgspec.Struct, frozen=True, kw_only=True):
    """Where a part stands after something was done with it."""

    part_id: UUID
    state: PartState
    state_text: Bilingual
    version: int


class WallLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line on the wall, with what this pharmacy has and asks for it."""

    number: int
    drug_code: str
    name: str
    spec: str
    units: int
    unit: str
    have_units: int
    enough: bool
    amount_fen: int | None


class WallRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request on a pharmacy's wall; nothing of the patient but how far away."""

    id: UUID
    organization_id: UUID
    part_id: UUID
    hospital_name: str
    mode: Mode
    handover: Handover
    insured: bool
    distance_m: int
    created_at: datetime
    bids_until: datetime | None
    closes_at: datetime
    lines: list[WallLine]
    total_fen: int | None
    complete: bool
    for_us: bool
    mine: OfferView | None


class CustodyRow(msgspec.Struct, frozen=True, kw_only=True):
    """A part that the pharmacy holds, in a list; the name is masked."""

    part_id: UUID
    organization_id: UUID
    prescription_number: str
    hospital_name: str
    patient_name: str
    state: PartState
    state_text: Bilingual
    since: datetime
    until: datetime
    handover: Handover | None


class Wall(msgspec.Struct, frozen=True):
    """A pharmacy's wall: what can be taken, and what it holds."""

    requests: list[WallRequest]
    held: list[CustodyRow]


class CustodyLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line to be handed out: what the pharmacy has, and what all of it costs there."""

    line: PartLineView
    have_units: int
    amount_fen: int | None


class CustodyView(msgspec.Struct, frozen=True, kw_only=True):
    """A part at the pharmacy that has it, with everything needed to hand it out; the secret while it is held.

    ``agreed_fen`` is the price of the offer that won; the lines' amounts are their shares of it."""

    part_id: UUID
    organization_id: UUID
    pharmacy_id: UUID
    prescription_number: str
    hospital_name: str
    patient_name: str
    patient_sex: str
    patient_birth_date: date
    diagnoses: list[str]
    prescriber_name: str
    state: PartState
    state_text: Bilingual
    version: int
    since: datetime | None
    until: datetime | None
    secret: str | None
    handover: Handover | None
    address: Address | None
    lines: list[CustodyLine]
    agreed_fen: int | None
    delivery: DeliveryView | None
    dispenses: list[DispenseView]
