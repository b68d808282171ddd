"""Issuing invoices for settled bills, taking them back when a bill changed, and verifying them."""

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from sqlalchemy import insert, text

from yitong.billing.charges import queries as bill_queries
from yitong.billing.charges import service as bills
from yitong.billing.charges.schemas import BillHeader
from yitong.billing.charges.views import by_category, paid_parts
from yitong.billing.invoices import rules
from yitong.billing.invoices.events import InvoiceEvent
from yitong.billing.invoices.model import Invoice
from yitong.billing.invoices.schemas import (
    InvoiceFacts,
    InvoiceLine,
    InvoiceState,
    InvoiceSum,
    InvoiceView,
    Verified,
)
from yitong.billing.ports import InsuranceSplit
from yitong.kernel.clock import day_of
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.money import yuan_text
from yitong.kernel.permissions import Grant, Role, Scope, action
from yitong.kernel.problems import NOT_FOUND, problem_kind
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

_AT = Scope.ORGANIZATION
_DESK = {Role.CASHIER: _AT, Role.REGISTRAR: _AT, Role.FINANCE: _AT, Role.KIOSK: _AT, Role.SYSTEM: Scope.REGION}
ISSUE = action("billing:invoice:issue", "开具电子票据", "Issue an invoice", {Role.PATIENT: Scope.OWN, **_DESK})
READ = action("billing:invoice:read", "查看电子票据", "See invoices", {Role.PATIENT: Scope.OWN, **_DESK})
VERIFY = action("billing:invoice:verify", "查验电子票据", "Verify an invoice", dict.fromkeys(Role, Scope.ANYONE))
NOT_SETTLED = problem_kind(
    "bill-not-settled",
    409,
    Bilingual("账单尚未结清，不能开具票据。", "The bill is not settled, so there is no invoice for it."),
    Bilingual("请缴清（或等待退费完成）后再开具。", "Pay it, or wait until the refund is done, and ask again."),
)
_NEXT = text(
    "UPDATE invoice_series SET next_number = next_number + 1 WHERE organization_id = :organization AND code = :code"
    " RETURNING next_number - 1"
)
_FIRST = text(
    "INSERT INTO invoice_series (organization_id, code, next_number)"
    " SELECT CAST(:organization AS uuid), CAST(:code AS text),"
    " (coalesce(max(next_number) / CAST(:block AS bigint), 0) + 1) * CAST(:block AS bigint) + 1"
    " FROM invoice_series WHERE code = :code ON CONFLICT DO NOTHING"
)
SplitSource = Callable[[Transaction, UUID, UUID], Awaitable[InsuranceSplit | None]]
SPLIT_SOURCES: list[SplitSource] = []


def knows_split(source: SplitSource) -> SplitSource:
    """Register who knows how the insurance divided a bill: asked with organization and bill."""
    SPLIT_SOURCES.append(source)
    return source


async def issue(tx: Transaction, organization_id: UUID, bill_id: UUID) -> InvoiceView:
    """The valid invoice of a settled bill: the one there is, or a new one when the bill changed since.

    Raises Problem ``bill-not-settled``, ``not-found`` and those of the permission check.
    """
    bill = await bill_queries.header(tx, organization_id, bill_id)
    grant = ISSUE.check(tx.actor, organization_id=organization_id, patient_id=bill.patient_id)
    made = await bring_up_to_date(tx, grant, bill)
    if made is None:
        raise NOT_SETTLED()
    return made


async def bring_up_to_date(tx: Transaction, grant: Grant, bill: BillHeader) -> InvoiceView | None:
    """Let a settled bill's invoice say what the bill says: issue it, replace it, or take it back after a full refund.

    None when nothing is valid afterwards: not settled, nothing charged, or a deposit, which is no income yet.
    """
    await bills.lock(tx, bill.organization_id, bill.id)
    sums = await bill_queries.sums(tx, bill.organization_id, bill.id)
    last = await _last(tx, bill)
    valid = last if last is not None and last.reverses_id is None else None
    if sums.outstanding_fen or bill.kind == "deposit":
        return None
    facts = await _facts(tx, bill)
    if valid is not None:
        if _opened(tx, valid) == facts:
            return await _view(tx, valid)
        await _write(tx, grant, bill, facts=_opened(tx, valid), amount=-valid.amount_fen, last=valid, reverses=valid.id)
        last = await _last(tx, bill)
    if not sums.charged_fen:
        return None
    await _write(tx, grant, bill, facts=facts, amount=sums.charged_fen, last=last)
    return await _view(tx, await _last(tx, bill))


async def invoices_of(tx: Transaction, organization_id: UUID, bill_id: UUID) -> list[InvoiceView]:
    """A bill's invoices in the order they were issued, red ones among them. Raises Problem ``not-found`` and others."""
    bill = await bill_queries.header(tx, organization_id, bill_id)
    READ.check(tx.actor, organization_id=organization_id, patient_id=bill.patient_id)
    found = await tx.session.execute(
        text("SELECT * FROM invoice WHERE organization_id = :organization AND bill_id = :bill ORDER BY ordinal"),
        {"organization": organization_id, "bill": bill_id},
    )
    return [await _view(tx, row) for row in found.all()]


async def show(tx: Transaction, organization_id: UUID, invoice_id: UUID) -> InvoiceView:
    """One invoice. Raises Problem ``not-found`` and those of the permission check."""
    found = await tx.session.execute(
        text("SELECT * FROM invoice WHERE organization_id = :organization AND id = :id"),
        {"organization": organization_id, "id": invoice_id},
    )
    row = found.one_or_none()
    if row is None:
        raise NOT_FOUND()
    READ.check(tx.actor, organization_id=organization_id, patient_id=row.patient_id)
    return await _view(tx, row)


async def verify(tx: Transaction, code: str, number: str, check_code: str) -> Verified:
    """What the three codes of an invoice prove. Raises Problem ``not-found`` when they belong to none."""
    VERIFY.check(tx.actor)
    await tx.open_region()
    found = await tx.session.execute(
        text(
            "SELECT i.*, o.name AS organization_name, o.zone FROM invoice i JOIN organization o"
            " ON o.id = i.organization_id WHERE i.code = :code AND i.number = :number"
        ),
        {"code": code, "number": number},
    )
    for row in found:
        if secrets.compare_digest(row.check_code, check_code):
            return Verified(
                organization_name=row.organization_name,
                code=row.code,
                number=row.number,
                amount_fen=row.amount_fen,
                issued_on=day_of(row.issued_at, row.zone),
                state=await _state(tx, row),
            )
    raise NOT_FOUND()


async def _facts(tx: Transaction, bill: BillHeader) -> InvoiceFacts:
    await tx.open_patient_index()
    found = await tx.session.execute(
        text(
            "SELECT o.name, o.code, o.zone, p.name_sealed FROM organization o, patient p"
            " WHERE o.id = :organization AND p.id = :patient"
        ),
        {"organization": bill.organization_id, "patient": bill.patient_id},
    )
    place: Any = found.one()
    lines = await bill_queries.standing_lines(tx, bill.organization_id, bill.id)
    paid: dict[str, int] = {}
    for part in await paid_parts(tx, bill.organization_id, bill.id):
        paid[part.kind] = paid.get(part.kind, 0) + part.amount_fen
    split = None
    for source in SPLIT_SOURCES:
        split = split or await source(tx, bill.organization_id, bill.id)
    own_cost = split.fulamt_ownpay_amt + split.overlmt_selfpay if split else None
    return InvoiceFacts(
        organization_name=place.name,
        organization_code=place.code,
        title="住院收费票据（电子）" if bill.kind == "inpatient" else "门诊收费票据（电子）",
        payer_name=tx.platform.sealer.open(place.name_sealed, f"patient.name:{bill.patient_id}"),
        bill_no=bill.bill_no,
        bill_kind=bill.kind,
        day=day_of(bill.opened_at, place.zone),
        categories=[InvoiceSum(one.text.zh, one.amount_fen) for one in by_category(lines)],
        lines=[
            InvoiceLine(
                line.name, line.category, line.insurance_class, line.cnt_milli, line.unit_price_fen, line.amount_fen
            )
            for line in lines
        ],
        insutype=bill.insutype,
        fund_fen=paid.get("insurer", 0),
        account_fen=paid.get("account", 0),
        commercial_fen=paid.get("commercial", 0),
        reduction_fen=paid.get("reduction", 0),
        deposit_fen=paid.get("deposit", 0),
        cash_fen=paid.get("channel", 0) + paid.get("cash", 0),
        own_share_fen=split.psn_part_amt - (own_cost or 0) if split else None,
        own_cost_fen=own_cost,
    )


async def _write(
    tx: Transaction,
    grant: Grant,
    bill: BillHeader,
    *,
    facts: InvoiceFacts,
    amount: int,
    last: Any,
    reverses: UUID | None = None,
) -> None:
    """One row with the next number of its series, and its event."""
    invoice_id = new_id()
    code, number = await _next_number(tx, bill)
    event = InvoiceEvent.ISSUED if reverses is None else InvoiceEvent.TAKEN_BACK
    subject = Subject("invoice", invoice_id, bill.organization_id, bill.patient_id)
    named = (code, number) if reverses is None else (last.code, last.number)
    said = {"bill_id": bill.id, "bill_no": bill.bill_no, "code": named[0], "number": named[1]}
    event_id = await record(tx, grant, event, subject, {**said, "amount": yuan_text(abs(amount))})
    await tx.session.execute(
        insert(Invoice).values(
            organization_id=bill.organization_id,
            id=invoice_id,
            bill_id=bill.id,
            patient_id=bill.patient_id,
            ordinal=1 if last is None else last.ordinal + 1,
            code=code,
            number=number,
            check_code="".join(secrets.choice("0123456789ABCDEF") for _ in range(8)),
            amount_fen=amount,
            reverses_id=reverses,
            issued_at=tx.now,
            issued_by=tx.actor.id,
            event_id=event_id,
            facts_sealed=tx.platform.sealer.seal(msgspec.json.encode(facts).decode(), f"invoice.facts:{invoice_id}"),
        )
    )


async def _next_number(tx: Transaction, bill: BillHeader) -> tuple[str, str]:
    """The next number of the bill's series, locked until the transaction ends: a number given is a number used."""
    place = await tx.session.execute(
        text("SELECT region_code, zone FROM organization WHERE id = :id"), {"id": bill.organization_id}
    )
    row: Any = place.one()
    code = rules.series_code(row.region_code, bill.kind, day_of(tx.now, row.zone).year)
    values = {"organization": bill.organization_id, "code": code}
    given = await tx.session.execute(_NEXT, values)
    number = given.scalar_one_or_none()
    if number is None:
        # The first of the year: the hospital gets a block of its own, so that no number is given twice in the region.
        await tx.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:code, 0))"), {"code": code})
        await tx.session.execute(_FIRST, values | {"block": rules.BLOCK})
        number = (await tx.session.execute(_NEXT, values)).scalar_one()
    return code, rules.number_text(number)


async def _last(tx: Transaction, bill: BillHeader) -> Any:
    found = await tx.session.execute(
        text(
            "SELECT * FROM invoice WHERE organization_id = :organization AND bill_id = :bill"
            " ORDER BY ordinal DESC LIMIT 1"
        ),
        {"organization": bill.organization_id, "bill": bill.id},
    )
    return found.one_or_none()


async def _view(tx: Transaction, row: Any) -> InvoiceView:
    return InvoiceView(
        id=row.id,
        organization_id=row.organization_id,
        bill_id=row.bill_id,
        patient_id=row.patient_id,
        code=row.code,
        number=row.number,
        check_code=row.check_code,
        amount_fen=row.amount_fen,
        amount_capitals=rules.capitals(row.amount_fen),
        state=await _state(tx, row),
        reverses_id=row.reverses_id,
        issued_at=row.issued_at,
        facts=_opened(tx, row),
        verify_url=f"{tx.platform.settings.origin}/api/invoices/verify"
        f"?code={row.code}&number={row.number}&check_code={row.check_code}",
    )


async def _state(tx: Transaction, row: Any) -> InvoiceState:
    if row.reverses_id is not None:
        return "red"
    found = await tx.session.execute(
        text("SELECT 1 FROM invoice WHERE organization_id = :organization AND reverses_id = :id"),
        {"organization": row.organization_id, "id": row.id},
    )
    return "valid" if found.first() is None else "taken_back"


def _opened(tx: Transaction, row: Any) -> InvoiceFacts:
    return msgspec.json.decode(tx.platform.sealer.open(row.facts_sealed, f"invoice.facts:{row.id}"), type=InvoiceFacts)
