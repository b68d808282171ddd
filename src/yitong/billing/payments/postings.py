"""What the journal says of a part that was paid or given back; debits are positive fen."""

from yitong.billing.journal import accounts
from yitong.billing.journal.service import Posting, post
from yitong.billing.payments.model import PaymentPart, RefundPart
from yitong.billing.payments.rules import Sheet
from yitong.billing.payments.sheet import Change


def received(part: PaymentPart) -> list[Posting]:
    """Who owes or holds what the patient need not pay any more; without the patient's own side."""
    if part.kind == "insurance":
        return [
            Posting(accounts.insurer(part.channel), part.fund_fen),
            Posting(accounts.personal(part.channel), part.account_fen),
            Posting(accounts.REDUCTION, part.hospital_fen),
        ]
    return [Posting(_holder(part), part.amount_fen)]


def _holder(part: PaymentPart) -> str:
    if part.kind == "commercial":
        return accounts.commercial(part.channel)
    if part.kind == "deposit":
        return accounts.deposit(part.patient_id)
    if part.channel == "cash":
        return accounts.cash(part.window or "")
    return accounts.channel(part.channel)


async def book_part(change: Change, part: PaymentPart) -> None:
    """Book a part as paid, once under its number; a part of nothing needs no entry."""
    await _book(change, "payment", f"payment:{part.number}", received(part))


async def book_back(change: Change, part: PaymentPart, back: RefundPart) -> None:
    """Book an amount as given back: an insurer's whole settlement, or money of the others."""
    if part.kind == "insurance":
        lines = [Posting(line.account, -line.amount_fen) for line in received(part)]
    elif part.channel == "cash":
        lines = [Posting(accounts.cash(back.window or part.window or ""), -back.amount_fen)]
    else:
        lines = [Posting(_holder(part), -back.amount_fen)]
    await _book(change, "refund", f"refund:{back.number}", lines)


async def _book(change: Change, kind: str, source: str, lines: list[Posting]) -> None:
    total = sum(line.amount_fen for line in lines)
    if not any(line.amount_fen for line in lines):
        return
    sheet: Sheet = change.sheet
    order = sheet.order
    await post(
        change.tx,
        change.grant,
        kind,
        source,
        [*lines, Posting(accounts.patient(order.patient_id), -total)],
        order.bill_id,
        organization_id=order.organization_id,
        event_id=change.event_id,
        patient_id=order.patient_id,
    )
