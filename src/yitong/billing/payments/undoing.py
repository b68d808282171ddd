"""Reversing a message to the insurer whose answer was lost (2601), so that one payment never settles twice.

When the insurer knows of no settlement, the message may still be on its way: it is reversed before anything is asked
again. When looking it up is of no use for too long, it is reversed and the part comes to nothing. From the moment a
reversal is asked for only its answer counts.
"""

from yitong.billing.payments import asking, recording
from yitong.billing.payments.events import PaymentEvent
from yitong.billing.payments.intents import Writing
from yitong.billing.payments.model import PaymentPart
from yitong.billing.payments.rules import TRIES_UNTIL_STUCK, backoff, stopping
from yitong.billing.payments.states import PartState


async def begin(writing: Writing, part: PaymentPart) -> None:
    """The insurer knows of no settlement under this number."""
    await writing.change(PaymentEvent.UNDOING, part, reason="absent")
    part.undoing, part.next_at = "absent", writing.tx.now


async def take(writing: Writing, part: PaymentPart, answer: asking.Answer) -> None:
    """What came of the reversal; an answer to anything that was asked before it does not count any more."""
    match answer:
        case asking.Undone():
            await _undone(writing, part)
        case asking.Refused(reason) if part.undoing == "absent":
            # It knows neither the settlement nor the message.
            part.last_error = f"not undone: {reason}"
            await _undone(writing, part)
        case asking.Refused(reason):
            part.last_error = f"not undone: {reason}"
            part.undoing, part.attempts = None, TRIES_UNTIL_STUCK - 1  # looked up once more, then reversed again
            part.next_at = writing.tx.now + backoff(TRIES_UNTIL_STUCK)
        case _:
            reason = answer.reason if isinstance(answer, asking.Lost) else "overtaken"
            await recording.lost(writing, part, reason)


async def _undone(writing: Writing, part: PaymentPart) -> None:
    """The message has no effect. What was never made is asked again; after a long silence, or for the lines that a
    refund leaves, the number is not used again."""
    why = part.undoing
    change = await writing.change(PaymentEvent.UNDONE, part, reason=why)
    part.undoing = part.msgid = None
    part.attempts = 0
    order = writing.sheet.order
    if order.stuck == "no-answer":
        order.stuck = None
    ending = part.refund_id is None and stopping(order, writing.tx.now)
    if part.refund_id is not None or why == "silent" or ending:
        part.last_error = "not-made" if ending else "undone"
        await change.part(part, PartState.FAILED, part.last_error)
        return
    await change.part(part, PartState.DUE)
    part.next_at = None
