"""Writes what came of a question about a part. Answers may be late, doubled or overtaken: each is taken for what it
says of the part as it stands now, and money is believed only in the amount that was asked."""

import msgspec
from sqlalchemy.dialects.postgresql import insert

from yitong.billing.commercial import CommercialAnswer
from yitong.billing.payments import asking, returning, undoing
from yitong.billing.payments.claiming import Claimed, TakenBack
from yitong.billing.payments.events import PaymentEvent
from yitong.billing.payments.inside import add_back
from yitong.billing.payments.intents import Intent, Writing, claim_of
from yitong.billing.payments.model import PaymentDifference, PaymentPart, RefundPart
from yitong.billing.payments.postings import book_part
from yitong.billing.payments.rules import (
    TRIES_UNTIL_STUCK,
    Do,
    Sheet,
    backoff,
    poll_after,
    stopping,
)
from yitong.billing.payments.sheet import Change
from yitong.billing.payments.states import PartState
from yitong.billing.ports import InsuranceSettlement, InsuranceSplit, PaymentFound
from yitong.kernel.ids import new_id
from yitong.kernel.money import yuan_text
from yitong.kernel.permissions import Grant
from yitong.kernel.transaction import Transaction

_PAID = (PartState.DONE, PartState.REVERSING, PartState.REVERSED)
_OPEN = (PartState.ASKED, PartState.WAITING, PartState.UNKNOWN, PartState.CLOSING)
_NO_DEVICE = ("code", "terminal", "window")  # scenes in which the payer's own device needs nothing


async def take(tx: Transaction, grant: Grant, sheet: Sheet, intent: Intent, answer: asking.Answer) -> None:
    """Write the answer to an intent into the order's rows, with one event when it changes anything."""
    writing = Writing(tx, grant, sheet)
    if intent.do in (Do.ASK_BACK, Do.LOOK_BACK):
        await returning.take(writing, sheet.back(intent.target), answer)
    else:
        await take_part(writing, sheet.part(intent.target), answer)


async def take_part(writing: Writing, part: PaymentPart, answer: asking.Answer) -> None:
    """What an answer says of a part."""
    if part.undoing is not None:
        await undoing.take(writing, part, answer)
        return
    match answer:
        case asking.Opened(invoke):
            await _opened(writing, part, invoke)
        case asking.Found(None) | asking.NotSettled() | Claimed(None):
            await _absent(writing, part)
        case asking.Found(found) if found is not None:
            await _found(writing, part, found)
        case asking.Settled(settlement):
            await settled(writing, part, settlement)
        case Claimed(said) if said is not None:
            await _claimed(writing, part, said)
        case TakenBack():
            if part.state in _OPEN:
                await failed(writing, part, "closed")
        case asking.Contradicts(reason):
            part.last_error = f"split-contradicts: {reason}"
            await _rest(writing, part, "split-contradicts")
        case asking.Refused(reason):
            await _refused(writing, part, reason)
        case asking.Lost(reason):
            await lost(writing, part, reason)
        case _:
            raise TypeError(f"no answer about a part: {answer}")


async def _opened(writing: Writing, part: PaymentPart, invoke: dict[str, str]) -> None:
    sealed = writing.tx.platform.sealer.seal(msgspec.json.encode(invoke).decode(), f"payment_part.opened:{part.id}")
    part.opened_sealed = sealed if invoke or part.opened_sealed is None else part.opened_sealed
    if part.state in (PartState.ASKED, PartState.UNKNOWN):
        change = await writing.change(PaymentEvent.PART_OPENED, part)
        await change.part(part, PartState.WAITING)
    if part.state == PartState.WAITING:
        _poll(writing, part)


async def _found(writing: Writing, part: PaymentPart, found: PaymentFound) -> None:
    match found.state:
        case "paid":
            await paid(writing, part, found)
        case "closed":
            if part.state in _OPEN:
                await failed(writing, part, "closed")
        case "waiting":
            await _still_waiting(writing, part)
        case "refunded":
            if part.state not in _PAID:
                await differs(writing, part, found, "state", "answer")
                await _rest(writing, part, "state-differs")
        case _:
            await lost(writing, part, "unknown")


async def paid(writing: Writing, part: PaymentPart, found: PaymentFound) -> None:
    """The channel has the money: taken when it is what was asked for; money that came too late goes back."""
    if part.state in _PAID:
        return
    if found.amount != part.amount_fen:
        await differs(writing, part, found, "amount", "answer")
        await _rest(writing, part, "amount-differs")
        return
    part.outside_no = found.channel_no
    part.done_at = found.paid_at or writing.tx.now
    await _done(writing, part)


async def _done(writing: Writing, part: PaymentPart) -> None:
    sheet = writing.sheet
    change = await writing.change(PaymentEvent.PART_DONE, part, late=part.state == PartState.FAILED)
    await change.part(part, PartState.DONE)
    part.last_error = None
    await book_part(change, part)
    sheet.order.stuck = None
    if sheet.refund is not None and sheet.refund.kind == "compensation":
        sheet.refund.amount_fen += part.amount_fen
        await add_back(change, sheet.refund, part, part.amount_fen)


async def settled(writing: Writing, part: PaymentPart, settlement: InsuranceSettlement) -> None:
    """The insurer has settled: booked as it says; amounts that nobody confirmed go back."""
    if part.state in _PAID:
        return
    split = settlement.split
    expected = msgspec.convert(part.split, InsuranceSplit) if part.split is not None else split
    part.fund_fen, part.account_fen, part.hospital_fen = split.fund_pay_sumamt, split.acct_pay, split.hosp_part_amt
    part.amount_fen = part.fund_fen + part.account_fen
    part.split = msgspec.to_builtins(split)
    part.outside_no, part.done_at = settlement.setl_id, settlement.setl_time
    if _shares(expected) != _shares(split) and part.refund_id is None:
        # Nobody confirmed these amounts. The settlement counts as made, and goes back.
        writing.sheet.order.cancel_asked = "amounts-changed"
    await _done(writing, part)


async def _claimed(writing: Writing, part: PaymentPart, said: CommercialAnswer) -> None:
    """What a commercial insurer says of its part: it thinks, it pays what was confirmed, something else, or nothing."""
    if part.state in _PAID:
        return
    if said.outcome == "queued":
        if part.state in (PartState.ASKED, PartState.UNKNOWN):
            change = await writing.change(PaymentEvent.PART_OPENED, part)
            await change.part(part, PartState.WAITING)
        if part.state == PartState.WAITING:
            _poll(writing, part)
        elif part.state == PartState.CLOSING:
            await lost(writing, part, "not closed")
        return
    if not said.covered:
        if part.state in _OPEN:
            await failed(writing, part, "not-covered")
        return
    if said.covered > claim_of(writing, part).asked:
        part.last_error = f"cover-contradicts: {said.covered}"
        await _rest(writing, part, "cover-contradicts")
        return
    if part.refund_id is None and said.covered != part.amount_fen:
        # Nobody confirmed this amount. The claim counts as paid, and is taken back.
        writing.sheet.order.cancel_asked = "amounts-changed"
    part.amount_fen = said.covered
    part.outside_no, part.done_at = said.insurer_no, said.at or writing.tx.now
    await _done(writing, part)


def _shares(split: InsuranceSplit) -> tuple[int, int, int, int]:
    return split.fund_pay_sumamt, split.acct_pay, split.hosp_part_amt, split.psn_cash_pay


async def _absent(writing: Writing, part: PaymentPart) -> None:
    """The other side never heard of it: asked again, unless nobody wants it any more."""
    if part.state == PartState.CLOSING:
        await failed(writing, part, "not-made")
    elif part.state == PartState.UNKNOWN and part.msgid is not None:
        await undoing.begin(writing, part)
    elif part.state == PartState.UNKNOWN:
        if part.refund_id is None and stopping(writing.sheet.order, writing.tx.now):
            if part.kind == "insurance":
                await failed(writing, part, "not-made")
                return
            # A question still on its way must not open anything later: the channel is told that it is over.
            change = await writing.change(PaymentEvent.CLOSING, part)
            await change.part(part, PartState.CLOSING)
            part.next_at = writing.tx.now
            return
        change = await writing.change(PaymentEvent.NEVER_MADE, part)
        await change.part(part, PartState.DUE)
        part.next_at = None
    elif part.state == PartState.ASKED:
        await lost(writing, part, "contradiction")
    elif part.state == PartState.WAITING and part.kind == "commercial":
        # It had the claim and lost it: looked for once more, then claimed again under the same number.
        change = await writing.change(PaymentEvent.ANSWER_LOST, part, reason="forgotten")
        await change.part(part, PartState.UNKNOWN)
        part.next_at = writing.tx.now + backoff(1)
    elif part.state == PartState.WAITING:
        _poll(writing, part)


async def _still_waiting(writing: Writing, part: PaymentPart) -> None:
    if part.state in (PartState.ASKED, PartState.UNKNOWN):
        ready = part.opened_sealed is not None or part.scene in _NO_DEVICE
        if ready or stopping(writing.sheet.order, writing.tx.now):
            change = await writing.change(PaymentEvent.PART_OPENED, part)
            await change.part(part, PartState.WAITING)
            _poll(writing, part)
        else:  # open there, but what the payer's device needs was lost with the answer: the same question again
            change = await writing.change(PaymentEvent.NEVER_MADE, part, reason="answer lost")
            await change.part(part, PartState.DUE)
            part.next_at = None
    elif part.state == PartState.WAITING:
        _poll(writing, part)
    elif part.state == PartState.CLOSING:
        await lost(writing, part, "not closed")


async def _refused(writing: Writing, part: PaymentPart, reason: str) -> None:
    part.last_error = f"refused: {reason}"
    if part.state not in _OPEN:
        return
    if part.refund_id is not None and part.kind == "insurance":
        # What remains has to be settled somehow: the desk talks to the insurer.
        change = await writing.change(PaymentEvent.PART_FAILED, part, reason=reason)
        if part.state == PartState.UNKNOWN:
            part.next_at = writing.tx.now + backoff(part.attempts)
        else:
            await change.part(part, PartState.DUE)
            part.next_at = writing.tx.now + backoff(12)
        writing.sheet.order.stuck = "resettle-refused"
        return
    await failed(writing, part, "refused", reason)


async def failed(writing: Writing, part: PaymentPart, code: str, reason: str = "") -> None:
    """A part came to nothing."""
    change = await writing.change(PaymentEvent.PART_FAILED, part, reason=reason or code)
    await change.part(part, PartState.FAILED, code)
    part.last_error = f"{code}: {reason}" if reason else code
    if writing.sheet.order.stuck == "no-answer":
        writing.sheet.order.stuck = None


async def lost(writing: Writing, part: PaymentPart, reason: str) -> None:
    """No usable answer: looked up after a while, and shown at the desk when that goes on for too long."""
    if part.state not in _OPEN:
        return
    part.last_error = f"lost: {reason}"
    if part.state == PartState.ASKED:
        change = await writing.change(PaymentEvent.ANSWER_LOST, part, reason=reason)
        await change.part(part, PartState.UNKNOWN)
    part.next_at = writing.tx.now + backoff(part.attempts)
    if part.attempts >= TRIES_UNTIL_STUCK and writing.sheet.order.stuck is None:
        writing.sheet.order.stuck = "no-answer"


async def _rest(writing: Writing, part: PaymentPart, code: str) -> None:
    """Nothing goes on by itself: somebody has to look at it."""
    if part.state in (PartState.ASKED, PartState.WAITING, PartState.CLOSING):
        change = await writing.change(PaymentEvent.ANSWER_LOST, part, reason=code)
        await change.part(part, PartState.UNKNOWN)
    if part.state == PartState.UNKNOWN:
        part.next_at = None
    writing.sheet.order.stuck = code


def _poll(writing: Writing, part: PaymentPart) -> None:
    """The payer's turn: look again after a while, less and less often."""
    part.attempts = 0
    part.next_at = writing.tx.now + poll_after(part.asked_at, writing.tx.now)
    if writing.sheet.order.stuck == "no-answer":
        writing.sheet.order.stuck = None


async def differs(writing: Writing, part: PaymentPart, found: PaymentFound, kind: str, source: str) -> None:
    """Keep what was said and cannot be taken; the same statement twice is one."""
    if await keep_difference(writing, part, part, found.amount, found.state, found.channel_no, kind, source):
        await Change.begin(
            writing.tx, writing.grant, writing.sheet, PaymentEvent.DIFFERENCE, part, found=yuan_text(found.amount)
        )


async def keep_difference(
    writing: Writing,
    part: PaymentPart,
    about: PaymentPart | RefundPart,
    amount: int,
    state: str,
    outside_no: str,
    kind: str,
    source: str,
) -> bool:
    """Write a difference down; False when the same was written before."""
    kept = await writing.tx.session.execute(
        insert(PaymentDifference)
        .values(
            organization_id=part.organization_id,
            id=new_id(),
            number=about.number,
            patient_id=part.patient_id,
            part_id=part.id,
            channel=part.channel,
            source=source,
            kind=kind,
            expected_fen=about.amount_fen,
            found_fen=amount,
            found_state=state,
            outside_no=outside_no,
            found_at=writing.tx.now,
        )
        .on_conflict_do_nothing()
        .returning(PaymentDifference.id)
    )
    return kept.first() is not None
