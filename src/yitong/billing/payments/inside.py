"""Steps that need nobody outside: finishing, taking back what was paid before a part failed, deposits, divisions."""

from typing import TYPE_CHECKING

from sqlalchemy import text

from yitong.billing.charges.queries import lines_by_id
from yitong.billing.charges.service import Kept, counter, reopen_bill
from yitong.billing.payments import rests
from yitong.billing.payments.dividing import back_amounts
from yitong.billing.payments.events import PaymentEvent
from yitong.billing.payments.model import PaymentPart, Refund, RefundPart
from yitong.billing.payments.postings import book_back, book_part
from yitong.billing.payments.rules import last_to_first, next_seq, number_of
from yitong.billing.payments.sheet import Change
from yitong.billing.payments.states import (
    BACK,
    REFUND,
    BackState,
    OrderState,
    PartState,
    RefundState,
)
from yitong.kernel.ids import new_id
from yitong.kernel.money import yuan_text

if TYPE_CHECKING:
    from yitong.billing.payments.intents import Writing


async def finish(writing: "Writing") -> None:
    """All parts are done."""
    order = writing.sheet.order
    change = await writing.change(PaymentEvent.SETTLED, amount_fen=order.total_fen)
    if order.state == OrderState.PRE_SETTLED:
        await change.order(OrderState.SETTLING)
    await change.order(OrderState.SETTLED)
    order.stuck = None


async def compensate(writing: "Writing", part: PaymentPart | None) -> None:
    """A part failed or may not begin: what was paid before goes back from the last to the first."""
    sheet, tx = writing.sheet, writing.tx
    order = sheet.order
    reason = order.failure or _why(writing, part)
    # Of a mixed order the insurer goes first: WeChat is told of it before the cash goes back.
    paid = last_to_first(sheet.done()) if sheet.mixed is None else sheet.done()
    change = await writing.change(PaymentEvent.COMPENSATING if paid else PaymentEvent.FAILED, reason=reason)
    for one in sheet.original():
        if one.state == PartState.DUE:
            await change.part(one, PartState.FAILED, reason)
    order.failure = reason
    if not paid:
        await _fail(change)
        return
    if order.state == OrderState.PRE_SETTLED:
        await change.order(OrderState.SETTLING)
    await change.order(OrderState.COMPENSATING, reason)
    refund = Refund(
        organization_id=order.organization_id,
        id=new_id(),
        order_id=order.id,
        bill_id=order.bill_id,
        patient_id=order.patient_id,
        kind="compensation",
        amount_fen=sum(one.amount_fen - one.refunded_fen for one in paid),
        reason=reason,
        asked_by=writing.grant.actor.id,
        state=RefundState.RETURNING,
        version=1,
        owed_fen=0,
        asked_at=tx.now,
    )
    await change.new(REFUND, refund)
    await tx.session.flush()
    sheet.refund, sheet.backs = refund, []
    for one in paid:
        await add_back(change, refund, one, one.amount_fen - one.refunded_fen)


def _why(writing: "Writing", part: PaymentPart | None) -> str:
    order = writing.sheet.order
    if order.cancel_asked is not None:
        return order.cancel_asked
    if writing.tx.now >= order.expires_at:
        return "expired"
    said = part.last_error if part is not None else None
    return said.partition(":")[0] if said else "refused"


async def add_back(change: Change, refund: Refund, part: PaymentPart, amount: int) -> RefundPart:
    """Set an amount of a part aside to be given back; the database refuses more than was paid."""
    back_id = new_id()
    back = RefundPart(
        organization_id=refund.organization_id,
        id=back_id,
        refund_id=refund.id,
        order_id=refund.order_id,
        part_id=part.id,
        patient_id=refund.patient_id,
        seq=next_seq(change.sheet.backs),
        kind=part.kind,
        channel=part.channel,
        number=number_of(back_id),
        amount_fen=amount,
        state=BackState.DUE,
        version=1,
        attempts=0,
    )
    part.refunded_fen += amount
    if part.refunded_fen == part.amount_fen:
        await change.part(part, PartState.REVERSING)
    await change.tx.session.flush()
    await change.new(BACK, back)
    change.sheet.backs.append(back)
    return back


async def _fail(change: Change) -> None:
    """Nobody has paid: the lines can be paid another way."""
    sheet = change.sheet
    await change.order(OrderState.FAILED, sheet.order.failure)
    for line in sheet.lines:
        line.held = False
    sheet.order.stuck = None
    await change.tx.session.flush()
    await reopen_if_free(change)


async def reopen_if_free(change: Change) -> None:
    """The bill takes lines again when no other order pays any of it."""
    order = change.sheet.order
    held = await change.tx.session.execute(
        text(
            "SELECT 1 FROM payment_line l JOIN payment_order o ON o.organization_id = l.organization_id"
            " AND o.id = l.order_id WHERE l.organization_id = :organization AND o.bill_id = :bill AND l.held LIMIT 1"
        ),
        {"organization": order.organization_id, "bill": order.bill_id},
    )
    if held.first() is None:
        await reopen_bill(change.tx, change.grant, order.organization_id, order.bill_id)


async def draw_deposit(writing: "Writing", part: PaymentPart) -> None:
    """Pay a part from the patient's deposit, when there is enough; two draws of one deposit go one after the other."""
    tx = writing.tx
    if await deposit_balance(writing, lock=True) < part.amount_fen:
        change = await writing.change(PaymentEvent.PART_FAILED, part, reason="deposit-short")
        await change.part(part, PartState.FAILED, "deposit-short")
        part.last_error = "deposit-short"
        return
    change = await writing.change(PaymentEvent.PART_DONE, part)
    if change.sheet.order.state == OrderState.PRE_SETTLED:
        await change.order(OrderState.SETTLING)
    part.asked_at = part.done_at = tx.now
    await change.part(part, PartState.DONE)
    await book_part(change, part)


async def deposit_balance(writing: "Writing", *, lock: bool = False) -> int:
    """What the patient has paid in advance at this hospital and not used, in fen."""
    order = writing.sheet.order
    values = {"organization": order.organization_id, "account": f"deposit:{order.patient_id}"}
    if lock:
        await writing.tx.session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:account, 0))"), {"account": values["account"]}
        )
    found = await writing.tx.session.execute(
        text(
            "SELECT coalesce(-sum(amount_fen), 0)::bigint FROM posting"
            " WHERE organization_id = :organization AND account = :account"
        ),
        values,
    )
    return found.scalar_one()


async def return_deposit(writing: "Writing", back: RefundPart) -> None:
    """Put an amount back into the deposit."""
    change = await writing.change(PaymentEvent.BACK_DONE, back)
    back.done_at = writing.tx.now
    await change.back(back, BackState.DONE)
    await given_back(change, back)


async def return_cash(writing: "Writing", back: RefundPart) -> None:
    """Cash is handed over at the window that asked for the refund, or lies ready until the payer comes."""
    refund = writing.sheet.refund
    if refund is None or refund.window is None:
        change = await writing.change(PaymentEvent.BACK_WAITING, back)
        await change.back(back, BackState.WAITING)
        return
    change = await writing.change(PaymentEvent.CASH_RETURNED, back)
    await hand_over(change, back, refund.window)


async def hand_over(change: Change, back: RefundPart, window: str) -> None:
    """Cash left the till of a window."""
    back.window, back.done_at = window, change.tx.now
    await change.back(back, BackState.DONE)
    await given_back(change, back)


async def given_back(change: Change, back: RefundPart) -> None:
    """An amount went back: book it, and say when a part is back whole."""
    part = change.sheet.part(back.part_id)
    await book_back(change, part, back)
    others = [one for one in change.sheet.backs if one.part_id == part.id and one.state != BackState.DONE]
    if part.state == PartState.REVERSING and not others:
        await change.part(part, PartState.REVERSED)


async def divide_back(writing: "Writing") -> None:
    """What insurance does not need goes back to who paid it, the last payer first."""
    sheet = writing.sheet
    refund = sheet.refund
    assert refund is not None  # noqa: S101  # only a refund under way is divided
    amounts, owed = back_amounts(sheet)
    change = await writing.change(PaymentEvent.DIVIDED, refund_id=refund.id, owed=yuan_text(owed), parts=len(amounts))
    refund.owed_fen = owed
    for part, amount in amounts:
        await add_back(change, refund, part, amount)
    await change.refund(refund, RefundState.RETURNING)


async def finish_refund(writing: "Writing") -> None:
    """Everything went back: the lines are countered, and the order says so."""
    sheet, tx = writing.sheet, writing.tx
    refund, order = sheet.refund, sheet.order
    assert refund is not None  # noqa: S101  # only a refund under way is finished
    if refund.kind == "compensation":
        change = await writing.change(PaymentEvent.FAILED, refund_id=refund.id, reason=refund.reason)
        await change.refund(refund, RefundState.DONE)
        sheet.refund = None
        await _fail(change)
        return
    whole = order.refunded_fen + refund.amount_fen == order.total_fen
    change = await writing.change(
        PaymentEvent.REFUNDED,
        refund_id=refund.id,
        amount=yuan_text(refund.amount_fen),
        amount_fen=refund.amount_fen,
        whole=whole,
    )
    lines = await lines_by_id(tx, order.organization_id, sorted(sheet.asked_back))
    standing = [line.id for line in lines if not line.countered]
    if standing:
        kept = {line: Kept(left, sheet.quantity(left)) for line, left in sheet.kept.items()}
        await counter(tx, writing.grant, order.organization_id, standing, refund.reason, refunding=True, kept=kept)
    await change.refund(refund, RefundState.DONE)
    order.refunded_fen += refund.amount_fen
    order.stuck = None
    if whole:
        await change.order(OrderState.REFUNDED)
    elif order.state == OrderState.SETTLED:
        await change.order(OrderState.PART_REFUNDED)
    sheet.refund, sheet.kept = None, {}
    await rests.give_back(writing, refund)
