"""What invoices say."""

from datetime import date, datetime
from typing import Literal

import msgspec

from yitong.kernel.ids import UUID

InvoiceState = Literal["valid", "taken_back", "red"]


class InvoiceLine(msgspec.Struct, frozen=True):
    """One line of an invoice; quantity in thousandths, money in fen."""

    name: str
    category: str
    insurance_class: str
    cnt_milli: int
    unit_price_fen: int
    amount_fen: int


class InvoiceSum(msgspec.Struct, frozen=True):
    """What the lines of one category come to."""

    name: str
    amount_fen: int


class InvoiceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on an invoice; money in fen."""

    organization_name: str
    organization_code: str
    title: str
    payer_name: str
    bill_no: str
    bill_kind: str
    day: date
    categories: list[InvoiceSum]
    lines: list[InvoiceLine]
    insutype: str | None
    fund_fen: int  # 医保统筹及其他基金支付
    account_fen: int  # 个人账户支付
    commercial_fen: int
    reduction_fen: int
    deposit_fen: int
    cash_fen: int  # 个人现金支付: all channels and cash
    own_share_fen: int | None  # 个人自付: within the insurance's scope; None when no insurance decided
    own_cost_fen: int | None  # 个人自费: outside its catalogue and over its limits


class InvoiceView(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice."""

    id: UUID
    organization_id: UUID
    bill_id: UUID
    patient_id: UUID
    code: str
    number: str
    check_code: str
    amount_fen: int
    amount_capitals: str
    state: InvoiceState
    reverses_id: UUID | None
    issued_at: datetime
    facts: InvoiceFacts
    verify_url: str


class IssueRequest(msgspec.Struct, frozen=True):
    """For which bill an invoice is wanted."""

    organization_id: UUID


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What anybody who holds an invoice may check: that it was issued, for how much, and whether it still counts."""

    organization_name: str
    code: str
    number: str
    amount_fen: int
    issued_on: date
    state: InvoiceState
