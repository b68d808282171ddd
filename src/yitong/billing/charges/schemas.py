"""What goes in and out of bills."""

from datetime import date, datetime
from typing import Literal

import msgspec

from yitong.kernel.ids import UUID

BillKind = Literal["registration", "outpatient", "pharmacy", "inpatient", "parking", "meal", "delivery", "deposit"]


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
