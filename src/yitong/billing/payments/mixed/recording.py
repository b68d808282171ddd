"""Writes what came of a question about a mixed order.

What is booked is what each side says of its own part: the insurer of the settlement, the channel of the cash. WeChat's
word on the whole only tells that there is something to ask.
"""

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy.dialects.postgresql import insert

from yitong.billing.insurance.mobile import MobileOrder, MobileSplit
from yitong.billing.payments import asking, recording
from yitong.billing.payments.events import PaymentEvent
from yitong.billing.payments.mixed import asking as errands
from yitong.billing.payments.mixed.ending import PAID, end_parts
from yitong.billing.payments.mixed.events import MixedEvent
from yitong.billing.payments.mixed.model import ORDER_CONTEXT, MixedPayment
from yitong.billing.payments.mixed.states import FINAL, MixedState
from yitong.billing.payments.model import PaymentDifference
from yitong.billing.payments.rules import TRIES_UNTIL_STUCK, backoff, poll_after
from yitong.billing.payments.states import PartState
from yitong.billing.ports import MixedOrderFound
from yitong.kernel.ids import new_id
from yitong.kernel.money import yuan_text

if TYPE_CHECKING:
    from yitong.billing.payments.intents import Writing

PERMISSION_OVER = "268547120"  # WeChat: pay_auth_no is used up or too old


async def take(writing: "Writing", row: MixedPayment, answer: asking.Answer) -> None:
    """What an answer says; one that was overtaken changes nothing."""
    match answer:
        case errands.Divided(order, split):
            await _divided(writing, row, order, split)
        case errands.OpenInWechat(found):
            await _opened(writing, row, found)
        case errands.Seen():
            await _seen(writing, row, answer)
        case errands.Told():
            await _told(writing, row)
        case asking.Refused(reason):
            await _refused(writing, row, reason)
        case asking.Contradicts(reason):
            row.last_error, row.next_at = f"split-contradicts: {reason}"[:300], None
            writing.sheet.order.stuck = "split-contradicts"
        case asking.Lost(reason):
            _lost(writing, row, reason)
        case _:
            raise TypeError(f"no answer about a mixed order: {answer}")


async def _divided(writing: "Writing", row: MixedPayment, order: MobileOrder, split: MobileSplit) -> None:
    if row.state != MixedState.ORDERING:
        return
    sealer = writing.tx.platform.sealer
    row.order_sealed = sealer.seal(msgspec.json.encode(order).decode(), f"{ORDER_CONTEXT}:{row.order_id}")
    change = await writing.change(MixedEvent.DIVIDED, pay_ord_id=order.pay_ord_id)
    await change.mixed(row, MixedState.ORDERED)
    _answered(writing, row)
    part = next(one for one in writing.sheet.original() if one.kind == "insurance")
    total = writing.sheet.order.total_fen
    other = split.hosp_part_amt + split.oth_fee_amt
    told = (split.fund_pay, split.psn_acct_pay, split.own_pay_amt, split.fee_sumamt, other)
    if told != (part.fund_fen, part.account_fen, total - part.amount_fen, total, 0):
        # Nobody confirmed these amounts: the order is revoked, and the payer confirms the new ones.
        writing.sheet.order.cancel_asked = writing.sheet.order.cancel_asked or "amounts-changed"


async def _opened(writing: "Writing", row: MixedPayment, found: MixedOrderFound) -> None:
    if row.state != MixedState.OPENING:
        return
    if await _differs(writing, row, found, "answer"):
        return
    row.mix_trade_no, row.page = found.mix_trade_no, found.page or row.page
    change = await writing.change(MixedEvent.OPENED, mix_trade_no=found.mix_trade_no)
    await change.mixed(row, MixedState.WAITING)
    for part in writing.sheet.original():
        if part.state == PartState.DUE:
            part.asked_at = writing.tx.now
            await change.part(part, PartState.WAITING)
    _answered(writing, row)
    row.asked_at = writing.tx.now
    _poll(writing, row)


async def _seen(writing: "Writing", row: MixedPayment, seen: errands.Seen) -> None:
    """Book what was paid, then say where the whole stands."""
    if seen.order is not None:
        if row.mix_trade_no is None:
            row.mix_trade_no = seen.order.mix_trade_no
        if await _differs(writing, row, seen.order, "answer"):
            return
    closing = row.state == MixedState.CLOSING
    await _book(writing, seen)
    if writing.sheet.order.stuck in ("amount-differs", "state-differs"):
        row.next_at = None
        return
    if row.state in FINAL:
        return
    parts = writing.sheet.original()
    if all(part.state in PAID for part in parts) and row.mix_trade_no is not None:
        change = await writing.change(MixedEvent.PAID, mix_trade_no=row.mix_trade_no)
        await change.mixed(row, MixedState.PAID)
        row.next_at = None
        return
    if closing:
        await _closed(writing, row, seen)
    elif seen.order is not None and seen.order.whole in ("failed", "refunded"):
        row.last_error = f"closed: {seen.order.fail_reason}"[:200]
        change = await writing.change(MixedEvent.CLOSING, reason=seen.order.fail_reason)
        await change.mixed(row, MixedState.CLOSING, "failed")
        row.next_at, row.attempts = writing.tx.now, 0
    elif seen.order is not None and seen.order.whole == "paid":
        _lost(writing, row, "WeChat calls it paid, a part is not")  # the other side is a moment behind
    elif row.state == MixedState.WAITING:
        _poll(writing, row)


async def _book(writing: "Writing", seen: errands.Seen) -> None:
    for part in writing.sheet.original():
        if part.kind == "insurance" and seen.settlement is not None:
            await recording.settled(writing, part, seen.settlement)
        elif part.kind == "channel" and seen.cash is not None and seen.cash.state == "paid":
            await recording.paid(writing, part, seen.cash)


async def _closed(writing: "Writing", row: MixedPayment, seen: errands.Seen) -> None:
    """Nobody wants it any more: over once neither side can take anything later."""
    whole = seen.order.whole if seen.order is not None else "none"
    open_there = seen.insured is not None and seen.insured.state in ("processing", "unknown")
    cash_open = seen.cash is not None and seen.cash.state in ("waiting", "unknown")
    settled_unseen = seen.insured is not None and seen.insured.state == "settled" and seen.settlement is None
    if whole == "paid" or open_there or cash_open or settled_unseen:
        _lost(writing, row, "not closed yet")
        return
    await end_parts(writing, row)


async def _told(writing: "Writing", row: MixedPayment) -> None:
    if row.told_at is None:
        part = next(one for one in writing.sheet.original() if one.kind == "insurance")
        await writing.change(MixedEvent.TOLD, amount=yuan_text(part.amount_fen), refund_no=row.told_no)
        row.told_at = writing.tx.now
        if writing.sheet.order.stuck == "mixed-untold":
            writing.sheet.order.stuck = None
    row.next_at, row.attempts, row.last_error = None, 0, None


async def _refused(writing: "Writing", row: MixedPayment, reason: str) -> None:
    row.last_error = f"{'permission-over' if reason == PERMISSION_OVER else 'refused'}: {reason}"
    match row.state:
        case MixedState.ORDERING:  # nothing hangs on it at the insurer
            await end_parts(writing, row)
        case MixedState.OPENING:
            change = await writing.change(MixedEvent.CLOSING, reason=reason)
            await change.mixed(row, MixedState.CLOSING, "refused")
            row.next_at, row.attempts = writing.tx.now, 0
        case MixedState.PAID | MixedState.FAILED:  # the news of the insurer's refund: the desk talks to WeChat
            row.next_at = writing.tx.now + backoff(12)
            writing.sheet.order.stuck = "mixed-untold"
        case _:
            _lost(writing, row, reason)


def _lost(writing: "Writing", row: MixedPayment, reason: str) -> None:
    if row.state != MixedState.CLOSING:  # there it says why it is being closed
        row.last_error = f"lost: {reason}"[:300]
    row.next_at = writing.tx.now + backoff(row.attempts)
    if row.attempts >= TRIES_UNTIL_STUCK and writing.sheet.order.stuck is None:
        writing.sheet.order.stuck = "no-answer"


def _poll(writing: "Writing", row: MixedPayment) -> None:
    """The payer's turn: look again after a while, less and less often."""
    row.next_at = writing.tx.now + poll_after(row.asked_at, writing.tx.now)
    _answered(writing, row)


def _answered(writing: "Writing", row: MixedPayment) -> None:
    row.attempts, row.last_error = 0, None
    if writing.sheet.order.stuck == "no-answer":
        writing.sheet.order.stuck = None


async def _differs(writing: "Writing", row: MixedPayment, found: MixedOrderFound, source: str) -> bool:
    """Whether WeChat speaks of another order than ours: kept, never taken; nothing goes on by itself."""
    same = row.mix_trade_no in (None, found.mix_trade_no)
    if same and found.total_fee == writing.sheet.order.total_fen:
        return False
    await keep_difference(writing, row, found, source)
    row.next_at = None
    writing.sheet.order.stuck = "amount-differs" if same else "state-differs"
    return True


async def keep_difference(writing: "Writing", row: MixedPayment, found: MixedOrderFound, source: str) -> None:
    """Write down what WeChat said and cannot be taken; the same statement twice is one."""
    order = writing.sheet.order
    kept = await writing.tx.session.execute(
        insert(PaymentDifference)
        .values(
            organization_id=order.organization_id,
            id=new_id(),
            number=row.number,
            patient_id=order.patient_id,
            part_id=None,
            channel=errands.CHANNEL,
            source=source,
            kind="amount",
            expected_fen=order.total_fen,
            found_fen=found.total_fee,
            found_state=found.whole,
            outside_no=found.mix_trade_no,
            found_at=writing.tx.now,
        )
        .on_conflict_do_nothing()
        .returning(PaymentDifference.id)
    )
    if kept.first() is not None:
        await writing.change(
            PaymentEvent.DIFFERENCE,
            party="微信医保支付",
            party_en="WeChat with insurance",
            found=yuan_text(found.total_fee),
        )
