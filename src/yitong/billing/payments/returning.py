"""Writes what came of a question about an amount on its way back."""

from sqlalchemy import text

from yitong.billing.payments import asking, recording
from yitong.billing.payments.claiming import TakenBack
from yitong.billing.payments.events import PaymentEvent
from yitong.billing.payments.inside import given_back
from yitong.billing.payments.intents import Writing
from yitong.billing.payments.model import RefundPart
from yitong.billing.payments.rules import TRIES_UNTIL_STUCK, backoff, poll_after
from yitong.billing.payments.states import BackState, PartState, RefundState
from yitong.billing.ports import RefundFound
from yitong.kernel.money import yuan_text

_OPEN = (BackState.ASKED, BackState.WAITING, BackState.UNKNOWN)


async def take(writing: Writing, back: RefundPart, answer: asking.Answer) -> None:
    """What an answer says of an amount on its way back; one that is back already stays so."""
    if back.state == BackState.DONE:
        return
    match answer:
        case asking.Reversed(setl_id) | TakenBack(setl_id):
            back.outside_no, back.done_at = setl_id, writing.tx.now
            await _done(writing, back)
        case asking.Returned(None):
            await _lost(writing, back, "never heard of it", at_once=True)
        case asking.Returned(found) if found is not None:
            await _found(writing, back, found)
        case asking.Refused(reason):
            await _refused(writing, back, reason)
        case asking.Lost(reason) | asking.Contradicts(reason):
            await _lost(writing, back, reason)
        case _:
            raise TypeError(f"no answer about a refund: {answer}")


async def _found(writing: Writing, back: RefundPart, found: RefundFound) -> None:
    if found.state in ("done", "processing") and found.amount != back.amount_fen:
        part = writing.sheet.part(back.part_id)
        if await recording.keep_difference(
            writing, part, back, found.amount, found.state, found.channel_no, "amount", "answer"
        ):
            await writing.change(PaymentEvent.DIFFERENCE, back, found=yuan_text(found.amount))
        await _lost(writing, back, "amount differs")
        back.next_at = None
        writing.sheet.order.stuck = "amount-differs"
        return
    match found.state:
        case "done":
            back.outside_no, back.done_at = found.channel_no, found.done_at or writing.tx.now
            await _done(writing, back)
        case "processing":
            if back.state in (BackState.ASKED, BackState.UNKNOWN):
                change = await writing.change(PaymentEvent.BACK_WAITING, back)
                await change.back(back, BackState.WAITING)
            if back.state == BackState.WAITING:
                back.attempts = 0
                back.next_at = writing.tx.now + poll_after(back.asked_at, writing.tx.now)
        case "failed":
            await _refused(writing, back, "failed")
        case _:
            await _lost(writing, back, "unknown")


async def _done(writing: Writing, back: RefundPart) -> None:
    change = await writing.change(PaymentEvent.BACK_DONE, back)
    await change.back(back, BackState.DONE)
    back.last_error = None
    await given_back(change, back)
    writing.sheet.order.stuck = None


async def _refused(writing: Writing, back: RefundPart, reason: str) -> None:
    if back.state not in _OPEN:
        return
    back.last_error = f"refused: {reason}"
    order = writing.sheet.order
    order.stuck = "refund-refused"
    if await _refuse_whole(writing, back, reason):
        return
    change = await writing.change(PaymentEvent.BACK_FAILED, back, reason=reason)
    await change.back(back, BackState.FAILED)


async def _refuse_whole(writing: Writing, back: RefundPart, reason: str) -> bool:
    """A refund whose very first question is refused comes to nothing: everything stays as it was paid."""
    sheet = writing.sheet
    refund = sheet.refund
    first = back.attempts <= 1 and all(one.state == BackState.DUE for one in sheet.backs if one.id != back.id)
    settled_anew = refund is not None and any(part.refund_id == refund.id for part in sheet.parts)
    if refund is None or refund.kind == "compensation" or not first or settled_anew:
        return False
    change = await writing.change(PaymentEvent.REFUND_REFUSED, back, refund_id=refund.id, reason=reason)
    for one in sheet.backs:
        part = sheet.part(one.part_id)
        await change.back(one, BackState.FAILED)
        if part.state == PartState.REVERSING:
            await change.part(part, PartState.DONE)
        part.refunded_fen -= one.amount_fen
    refund.failure = "refund-refused"
    await change.refund(refund, RefundState.FAILED, reason)
    await writing.tx.session.execute(
        text("UPDATE refund_line SET held = false WHERE organization_id = :organization AND refund_id = :refund"),
        {"organization": refund.organization_id, "refund": refund.id},
    )
    coming = set(sheet.kept.values())
    for line in sheet.lines:
        if line.charge_id in coming:
            line.held = False
    sheet.refund, sheet.kept = None, {}
    return True


async def _lost(writing: Writing, back: RefundPart, reason: str, *, at_once: bool = False) -> None:
    if back.state not in _OPEN:
        return
    back.last_error = f"lost: {reason}"
    if back.state != BackState.UNKNOWN:
        change = await writing.change(PaymentEvent.BACK_LOST, back, reason=reason)
        await change.back(back, BackState.UNKNOWN)
    back.next_at = writing.tx.now + (backoff(0) if at_once else backoff(back.attempts))
    if back.attempts >= TRIES_UNTIL_STUCK and writing.sheet.order.stuck is None:
        writing.sheet.order.stuck = "no-answer"
