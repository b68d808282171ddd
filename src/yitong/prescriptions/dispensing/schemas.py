"""What goes over the wire about dispensing, packages, deliveries, recalls and what the patient takes."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual

TraceCode = Annotated[str, Meta(pattern=r"^[0-9]{20}$")]
Units = Annotated[int, Meta(ge=1, le=1_000_000)]
Clock = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Kind = Literal["dispense", "close", "return"]


class PackageOut(msgspec.Struct, frozen=True):
    """A package by its trace code, and how many units of it are handed out or come back."""

    code: TraceCode
    units: Units


class LineOut(msgspec.Struct, frozen=True, kw_only=True):
    """So many units of a line, from which packages and batch."""

    number: Annotated[int, Meta(ge=1, le=20)]
    units: Units
    packages: Annotated[list[PackageOut], Meta(max_length=200)] = []
    batch: Annotated[str, Meta(max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    expires_on: date | None = None


class DispenseRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is handed out now; ``last`` with the secret ends the custody. ``total_fen`` is what the counter asks for it:
    at most what was agreed, and without it exactly that."""

    organization_id: UUID
    pharmacy_id: UUID
    version: int
    lines: Annotated[list[LineOut], Meta(min_length=1, max_length=40)]
    last: bool = False
    secret: Annotated[str, Meta(max_length=50)] | None = None
    total_fen: Annotated[int, Meta(ge=0, le=100_000_000)] | None = None


class CloseRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The secret that ends the custody."""

    organization_id: UUID
    pharmacy_id: UUID
    version: int
    secret: Annotated[str, Meta(max_length=50)]


class LineBack(msgspec.Struct, frozen=True, kw_only=True):
    """So many units of a line that come back, from which packages."""

    number: Annotated[int, Meta(ge=1, le=20)]
    units: Units
    packages: Annotated[list[PackageOut], Meta(max_length=200)] = []


class ReturnRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Goods that come back, and why."""

    organization_id: UUID
    pharmacy_id: UUID
    version: int
    lines: Annotated[list[LineBack], Meta(min_length=1, max_length=20)]
    reason: Literal["quality", "adverse_reaction", "wrong_drug", "recall"]


class DispensedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a receipt: what went out or came back, in units, and for how much in fen."""

    number: int
    drug_code: str
    name: str
    spec: str
    unit: str
    units: int
    amount_fen: int
    batch: str = ""
    expires_on: date | None = None
    packages: list[PackageOut] = []


class DispenseView(msgspec.Struct, frozen=True, kw_only=True):
    """One receipt: goods handed out, the close of a custody, or goods that came back."""

    id: UUID
    pharmacy_id: UUID
    kind: Kind
    at: datetime
    lines: list[DispensedLine]
    amount_fen: int
    pharmacist_name: str
    digest: str


class SendRequest(msgspec.Struct, frozen=True):
    """Who carries it."""

    organization_id: UUID
    pharmacy_id: UUID
    courier_name: Annotated[str, Meta(min_length=1, max_length=40)]
    courier_phone: Annotated[str, Meta(pattern=r"^\+?[0-9 -]{5,20}$")]


class ArriveRequest(msgspec.Struct, frozen=True):
    """The code that the patient told the courier."""

    pharmacy_id: UUID
    code: Annotated[str, Meta(pattern=r"^[0-9]{6}$")]


class FailRequest(msgspec.Struct, frozen=True):
    """Why it could not be handed over."""

    pharmacy_id: UUID
    reason: Literal["nobody_there", "refused", "address_wrong"]


class DeliveryView(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery; the hand-over code is for the patient's eyes."""

    id: UUID
    pharmacy_id: UUID
    state: Literal["sent", "arrived", "failed"]
    state_text: Bilingual
    version: int
    attempt: int
    courier_name: str
    courier_phone: str
    handover_code: str | None
    sent_at: datetime
    ended_at: datetime | None


class TraceView(msgspec.Struct, frozen=True, kw_only=True):
    """A package by its code: where it went, nothing of the patient."""

    code: str
    drug_code: str
    drug_name: str
    batch: str
    units_out: int
    pharmacy_name: str
    at: datetime


class RecallRow(msgspec.Struct, frozen=True, kw_only=True):
    """A package that somebody has; name masked, the telephone number to call."""

    code: str
    units: int
    pharmacy_id: UUID
    pharmacy_name: str
    dispense_id: UUID
    at: datetime
    patient_id: UUID
    patient_name: str
    patient_phone: str | None
    batch: str
    drug_name: str


class RecallFound(msgspec.Struct, frozen=True):
    """Everybody who has something of a batch or a package."""

    patients: int
    units: int
    packages: list[RecallRow]


class Medication(msgspec.Struct, frozen=True, kw_only=True):
    """A drug that the patient got, how to take it, and when they are reminded."""

    dispense_id: UUID
    pharmacy_id: UUID
    line: int
    drug_code: str
    name: str
    spec: str
    dose: Bilingual
    usage: Bilingual
    from_day: date
    until_day: date
    dispensed_at: datetime
    pharmacy_name: str
    hospital_name: str
    times: list[str]
    remind: bool
    active: bool


class MedicationList(msgspec.Struct, frozen=True):
    """What a patient takes and took, the newest first."""

    items: list[Medication]


class ReminderRequest(msgspec.Struct, frozen=True):
    """Whether to remind, and at which times of the day; without times the usual ones of the frequency."""

    pharmacy_id: UUID
    remind: bool
    times: Annotated[list[Clock], Meta(max_length=8)] = []


class SettleRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What the person shows: 01 insurance voucher, 02 identity card, 03 social-security card with its serial."""

    organization_id: UUID
    pharmacy_id: UUID
    credential_type: Literal["01", "02", "03"]
    credential: Annotated[str, Meta(min_length=4, max_length=100)]
    card_serial: Annotated[str, Meta(max_length=64)] = ""
    use_account: bool = True


class SettlementView(msgspec.Struct, frozen=True, kw_only=True):
    """Who pays how much of what was handed out, in fen; ``state`` is none for a mere question."""

    state: Literal["asked", "settled", "refused", "reversed"] | None
    state_text: Bilingual | None
    setl_id: str | None
    total_fen: int
    fund_fen: int
    account_fen: int
    cash_fen: int
    notes: list[str] = []


class ReverseRequest(msgspec.Struct, frozen=True):
    """At which hospital it was written, and for which pharmacy."""

    organization_id: UUID
    pharmacy_id: UUID
