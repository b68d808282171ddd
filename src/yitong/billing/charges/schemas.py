"""What goes in and out of bills."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual

BillKind = Literal["registration", "outpatient", "pharmacy", "inpatient", "parking", "meal", "delivery", "deposit"]
PriceKind = Literal["item", "drug"]
DeskKind = Literal["pharmacy", "parking", "meal", "delivery", "outpatient"]
BillState = Literal["empty", "due", "part_paid", "paid", "overpaid"]
Reason = Annotated[str, Meta(min_length=2, max_length=200)]


class PricedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A priced step on its way to a bill; quantities are thousandths, money is fen."""

    source_type: str
    source_id: UUID
    source_line: int = 0
    price_code: str
    price_version: date
    name: str
    category: str
    med_list_codg: str = ""
    insurance_class: str = ""
    cnt_milli: int = 1000
    unit_price_fen: int
    department_id: UUID | None = None
    practitioner_role_id: UUID | None = None


class BillHeader(msgspec.Struct, frozen=True, kw_only=True):
    """A bill without its lines."""

    organization_id: UUID
    id: UUID
    bill_no: str
    patient_id: UUID
    kind: BillKind
    encounter_id: UUID | None
    appointment_id: UUID | None
    insutype: str | None
    opened_at: datetime
    closed_at: datetime | None
    pay_token: str


class ChargeLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a bill. ``counters_id`` names the line it takes back; ``countered`` says that it was taken back."""

    id: UUID
    bill_id: UUID
    source_type: str
    source_id: UUID
    source_line: int
    price_code: str
    price_version: date
    name: str
    category: str
    med_list_codg: str
    insurance_class: str
    cnt_milli: int
    unit_price_fen: int
    amount_fen: int
    counters_id: UUID | None
    countered: bool
    reason: str | None
    at: datetime
    department_id: UUID | None
    practitioner_role_id: UUID | None


class BillSum(msgspec.Struct, frozen=True, kw_only=True):
    """What a bill comes to: charged less countered, received less given back, and what is still open; fen."""

    charged_fen: int
    received_fen: int
    outstanding_fen: int
    lines: int


class OrderedLine(msgspec.Struct, frozen=True):
    """What somebody orders: an item or a drug of the price list and how much of it, in thousandths."""

    kind: PriceKind
    code: Annotated[str, Meta(min_length=1, max_length=64)]
    cnt_milli: Annotated[int, Meta(ge=1, le=10_000_000)] = 1000


OrderedLines = Annotated[list[OrderedLine], Meta(min_length=1, max_length=100)]


class OrderRequest(msgspec.Struct, frozen=True):
    """Lines for a visit or a bill."""

    organization_id: UUID
    lines: OrderedLines


class DeskBillRequest(msgspec.Struct, frozen=True):
    """Lines for a patient at a desk: a new bill of that kind."""

    organization_id: UUID
    patient_id: UUID
    kind: DeskKind
    lines: OrderedLines


class CounterRequest(msgspec.Struct, frozen=True):
    """Lines to take back, and why."""

    organization_id: UUID
    charge_ids: Annotated[list[UUID], Meta(min_length=1, max_length=200)]
    reason: Reason


class InsuranceRequest(msgspec.Struct, frozen=True):
    """Which insurance a bill is to be settled with; None: none."""

    organization_id: UUID
    insutype: Annotated[str, Meta(pattern="^[0-9]{3,6}$")] | None


class PaidPart(msgspec.Struct, frozen=True):
    """Who paid how much of a bill: ``kind`` is the kind of account (see journal.accounts), ``name`` whose; fen."""

    kind: str
    name: str
    amount_fen: int
    text: Bilingual


class CategorySum(msgspec.Struct, frozen=True):
    """What a bill's lines of one category come to; fen."""

    category: str
    text: Bilingual
    amount_fen: int
    lines: int


class BillRow(msgspec.Struct, frozen=True, kw_only=True):
    """A bill in a list."""

    id: UUID
    organization_id: UUID
    organization_name: str
    organization_name_en: str
    bill_no: str
    kind: BillKind
    kind_text: Bilingual
    patient_id: UUID
    patient_name: str
    encounter_id: UUID | None
    appointment_id: UUID | None
    insutype: str | None
    opened_at: datetime
    closed_at: datetime | None
    state: BillState
    state_text: Bilingual
    charged_fen: int
    received_fen: int
    outstanding_fen: int
    lines: int
    pay_by: datetime | None = None  # a fee that is asked for before arrival: until when, or the appointment lapses


class BillView(BillRow, frozen=True, kw_only=True):
    """A bill with its lines, who paid what, and sentences that explain it."""

    items: list[ChargeLine]
    categories: list[CategorySum]
    parts: list[PaidPart]
    explanations: list[Bilingual]
    pay_url: str


class BillGlimpse(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody who holds a bill's code sees of it: enough to pay it, no name, no lines."""

    id: UUID
    organization_id: UUID
    organization_name: str
    organization_name_en: str
    bill_no: str
    kind: BillKind
    kind_text: Bilingual
    patient_name_masked: str
    own: bool
    state: BillState
    state_text: Bilingual
    outstanding_fen: int
    closed: bool
    pay_by: datetime | None = None
