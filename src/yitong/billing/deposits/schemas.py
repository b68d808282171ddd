"""What goes in and out of stays and deposits; money in fen."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from yitong.billing.charges.schemas import BillRow
from yitong.billing.deposits.rules import Standing
from yitong.billing.deposits.states import StayState
from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual

_Amount = Annotated[int, Meta(ge=100, le=100_000_000)]


class AdmitRequest(msgspec.Struct, frozen=True):
    """Who is admitted where, into which bed, and how much is asked in advance."""

    organization_id: UUID
    patient_id: UUID
    department_id: UUID
    bed: Annotated[str, Meta(min_length=1, max_length=20)]
    bed_price_code: Annotated[str, Meta(min_length=1, max_length=64)]
    asked_fen: Annotated[int, Meta(ge=0, le=100_000_000)] = 0
    warn_below_fen: Annotated[int, Meta(ge=0, le=100_000_000)] = 0
    insutype: Annotated[str, Meta(pattern="^[0-9]{3,6}$")] | None = None


class DepositRequest(msgspec.Struct, frozen=True):
    """How much is to be paid in advance."""

    organization_id: UUID
    amount_fen: _Amount


class StayRequest(msgspec.Struct, frozen=True):
    """At which hospital the stay is."""

    organization_id: UUID


class ReturnRequest(msgspec.Struct, frozen=True):
    """At which window what is left of the deposit is handed over."""

    organization_id: UUID
    window: Annotated[str, Meta(min_length=1, max_length=40)]


class StayView(msgspec.Struct, frozen=True, kw_only=True):
    """A stay with its account."""

    id: UUID
    organization_id: UUID
    organization_name: str
    organization_name_en: str
    patient_id: UUID
    patient_name: str
    department_id: UUID
    department_name: str
    department_name_en: str
    bed: str
    state: StayState
    state_text: Bilingual
    admitted_at: datetime
    discharged_at: datetime | None
    bill_id: UUID
    bill_no: str
    account: Standing
    deposits: list[BillRow]
    explanations: list[Bilingual]
