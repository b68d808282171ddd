"""What is written before a question leaves the house: the part's state, its number, and until when nobody else asks."""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from yitong.billing.commercial import CommercialClaim
from yitong.billing.payments import asking, inside
from yitong.billing.payments.claiming import EndClaim, FindClaim, Submit, TakeBack
from yitong.billing.payments.events import PaymentEvent
from yitong.billing.payments.mixed.intents import take_back
from yitong.billing.payments.mixed.rules import MixedDo
from yitong.billing.payments.model import PaymentLine, PaymentPart, RefundPart
from yitong.billing.payments.rules import LEASE, TRIES_UNTIL_STUCK, Do, Sheet, Step
from yitong.billing.payments.sheet import Change
from yitong.billing.payments.states import BackState, OrderState, PartState
from yitong.billing.payments.wording import SUBJECT
from yitong.billing.ports import FeeLine, InsuranceBill, InsuranceSplit, Insurer, PaymentAsk, Scene
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Grant
from yitong.kernel.transaction import Transaction


@dataclass(frozen=True)
class Writing:
    """A transaction with the order it writes about and the right to do so."""

    tx: Transaction
    grant: Grant
    sheet: Sheet

    async def change(self, event: StrEnum, about: PaymentPart | RefundPart | None = None, **said: object) -> Change:
        """Begin a change: its one event."""
        return await Change.begin(self.tx, self.grant, self.sheet, event, about, **said)


@dataclass(frozen=True)
class Intent:
    """A question that was written down and is to be asked now."""

    do: Do | MixedDo
    target: UUID
    call: asking.Call


async def about_part(writing: Writing, step: Step) -> Intent | None:
    """Write that a part is asked for, looked up or closed; None when the house itself could do it."""
    part = step.part
    assert part is not None  # noqa: S101  # steps about parts carry one
    if step.do is Do.ASK:
        return await _ask_part(writing, part)
    if step.do is Do.CLOSE:
        return await _close_part(writing, part)
    if part.state == PartState.ASKED:  # whoever asked did not come back in time
        change = await writing.change(PaymentEvent.ANSWER_LOST, part, reason="left")
        await change.part(part, PartState.UNKNOWN)
    silent = part.attempts >= TRIES_UNTIL_STUCK
    _lend(writing, part)
    if part.kind == "insurance":
        call: asking.Call = await _about_settlement(writing, part, silent=silent)
    elif part.kind == "commercial":
        call = FindClaim(part.channel, part.number)
    else:
        call = asking.Find(part.channel, part.number)
    return Intent(step.do, part.id, call)


async def _about_settlement(writing: Writing, part: PaymentPart, *, silent: bool) -> asking.Call:
    """Look a settlement up, or reverse the message when looking it up was of no use for too long.

    Once a reversal was asked for, nothing but its answer counts: it may still be on its way.
    """
    bill = insurance_bill(writing, part)
    if part.undoing is None and silent and part.msgid is not None:
        await writing.change(PaymentEvent.UNDOING, part, reason="silent")
        part.undoing = "silent"
    if part.undoing is not None:
        return asking.Undo(bill, part.msgid or "")
    return asking.LookSettlement(bill, part.number)


async def _ask_part(writing: Writing, part: PaymentPart) -> Intent | None:
    if part.kind == "deposit":
        await inside.draw_deposit(writing, part)
        return None
    if part.channel == "cash":  # the cashier says when it was counted
        change = await writing.change(PaymentEvent.PART_OPENED, part)
        await change.part(part, PartState.WAITING)
        part.asked_at = writing.tx.now
        await _begun(change)
        return None
    change = await writing.change(PaymentEvent.PART_ASKED, part)
    again = part.asked_at is not None
    await change.part(part, PartState.ASKED)
    await _begun(change)
    _lend(writing, part)
    part.asked_at = writing.tx.now
    if part.kind == "insurance":
        bill = insurance_bill(writing, part)
        expected = msgspec.convert(part.split, InsuranceSplit) if part.split is not None else None
        insurer = writing.tx.platform.ports.get(Insurer)
        part.msgid = insurer.message_no(bill.fixmedins_code) if insurer is not None else None
        return Intent(Do.ASK, part.id, asking.Settle(bill, expected, part.number, again, part.msgid or ""))
    if part.kind == "commercial":
        return Intent(Do.ASK, part.id, Submit(part.channel, claim_of(writing, part), again))
    return Intent(Do.ASK, part.id, asking.Open(part.channel, _payment_ask(writing, part), again))


async def _begun(change: Change) -> None:
    """The first question of all begins the settling."""
    if change.sheet.order.state == OrderState.PRE_SETTLED:
        await change.order(OrderState.SETTLING)


def _payment_ask(writing: Writing, part: PaymentPart) -> PaymentAsk:
    order, sealer = writing.sheet.order, writing.tx.platform.sealer
    payer = sealer.open(part.payer_sealed, f"payment_part.payer:{part.id}") if part.payer_sealed else ""
    return PaymentAsk(
        payment_no=part.number,
        organization_id=order.organization_id,
        amount=part.amount_fen,
        subject=SUBJECT,
        scene=msgspec.convert(part.scene, Scene),
        expires_at=order.expires_at,
        payer=payer,
    )


async def _close_part(writing: Writing, part: PaymentPart) -> Intent | None:
    if part.state != PartState.CLOSING:
        change = await writing.change(PaymentEvent.CLOSING, part)
        if part.channel == "cash":  # nobody took it: there is nobody to ask
            await change.part(part, PartState.FAILED, "closed")
            return None
        await change.part(part, PartState.CLOSING)
    _lend(writing, part)
    if part.kind == "commercial":
        return Intent(Do.CLOSE, part.id, EndClaim(part.channel, part.number))
    return Intent(Do.CLOSE, part.id, asking.Close(part.channel, part.number))


async def about_back(writing: Writing, step: Step) -> Intent | None:
    """Write that an amount is asked back or looked up; None when the house itself could do it."""
    back = step.back
    assert back is not None  # noqa: S101  # steps about refunds carry one
    part = writing.sheet.part(back.part_id)
    if back.kind == "deposit":
        await inside.return_deposit(writing, back)
        return None
    if step.do is Do.LOOK_BACK:
        _lend(writing, back)
        return Intent(step.do, back.id, asking.FindBack(back.channel, part.number, back.number))
    if back.channel == "cash":
        await inside.return_cash(writing, back)
        return None
    again = back.asked_at is not None
    if back.state == BackState.ASKED:
        change = await writing.change(PaymentEvent.BACK_LOST, back, reason="left")
        await change.back(back, BackState.UNKNOWN)
    else:
        change = await writing.change(PaymentEvent.BACK_ASKED, back)
    await change.back(back, BackState.ASKED)
    _lend(writing, back)
    back.asked_at = writing.tx.now
    return Intent(step.do, back.id, _back_call(writing, part, back, again=again))


def _back_call(writing: Writing, part: PaymentPart, back: RefundPart, *, again: bool) -> asking.Call:
    if back.kind == "insurance" and writing.sheet.mixed is not None and part.refund_id is None:
        return take_back(writing, part, back, again=again)
    if back.kind == "insurance":
        return asking.Reverse(insurance_bill(writing, part), part.outside_no or "", back.number)
    if back.kind == "commercial":
        return TakeBack(back.channel, part.number)
    refund = writing.sheet.refund
    return asking.GiveBack(
        channel=back.channel,
        payment_no=part.number,
        number=back.number,
        amount=back.amount_fen,
        total=part.amount_fen,
        reason="支付未完成" if refund is not None and refund.kind == "compensation" else "退费",
        again=again,
    )


def insurance_bill(writing: Writing, part: PaymentPart) -> InsuranceBill:
    """What this part settles, as the insurer sees it: all the order's lines, or those that a refund leaves."""
    order = writing.sheet.order
    sealed = order.insurance_sealed or ""
    opened = writing.tx.platform.sealer.open(sealed, f"payment_order.insurance:{order.id}")
    bill = msgspec.json.decode(opened, type=InsuranceBill)
    if part.refund_id is None:
        return bill
    settled = set(part.split_lines or [])
    standing = {
        str(line.remains_of or line.charge_id): line for line in writing.sheet.lines if str(line.charge_id) in settled
    }
    lines = [_as_it_stands(line, standing[line.feedetl_sn]) for line in bill.lines if line.feedetl_sn in standing]
    return msgspec.structs.replace(bill, lines=lines, chrg_bchno=part.number)


def _as_it_stands(line: FeeLine, paid: PaymentLine) -> FeeLine:
    """The line that was confirmed, or what remains of it."""
    if paid.cnt_milli is None:
        return line
    return msgspec.structs.replace(
        line, feedetl_sn=str(paid.charge_id), cnt_milli=paid.cnt_milli, det_item_fee_sumamt=paid.amount_fen
    )


def claim_of(writing: Writing, part: PaymentPart) -> CommercialClaim:
    """The claim that a commercial insurer gets for this part."""
    opened = writing.tx.platform.sealer.open(part.claim_sealed or "", f"payment_part.claim:{part.id}")
    return msgspec.json.decode(opened, type=CommercialClaim)


def _lend(writing: Writing, row: PaymentPart | RefundPart) -> None:
    """Nobody else asks while this question is under way."""
    row.next_at = writing.tx.now + LEASE
    row.attempts += 1
