"""The end of a mixed order that was not paid, or not whole; and trying again what keeps one."""

from datetime import datetime
from typing import TYPE_CHECKING

from yitong.billing.payments.mixed.events import MixedEvent
from yitong.billing.payments.mixed.model import MixedPayment
from yitong.billing.payments.mixed.states import FINAL, MixedState
from yitong.billing.payments.rules import Sheet, mixed_untold
from yitong.billing.payments.states import PartState

if TYPE_CHECKING:
    from yitong.billing.payments.intents import Writing

PAID = (PartState.DONE, PartState.REVERSING, PartState.REVERSED)


async def end_parts(writing: "Writing", row: MixedPayment) -> None:
    """It is over: what was not paid will not be; the order takes back what was."""
    order = writing.sheet.order
    said = row.last_error or ""
    reason = order.cancel_asked or ("expired" if writing.tx.now >= order.expires_at else said or "closed")
    change = await writing.change(MixedEvent.FAILED, reason=reason)
    for part in writing.sheet.original():
        if part.state not in PAID and part.state != PartState.FAILED:
            await change.part(part, PartState.FAILED, reason.partition(":")[0])
            part.last_error = reason
    await change.mixed(row, MixedState.FAILED, reason.partition(":")[0])
    row.next_at = None
    if order.stuck == "no-answer":
        order.stuck = None


def again(sheet: Sheet, now: datetime) -> None:
    """The desk wants a mixed order to be asked about now, whatever the pause between tries would be."""
    row = sheet.mixed
    telling = row is not None and sheet.refund is not None and mixed_untold(sheet, sheet.refund) is not None
    if row is not None and (row.state not in FINAL or telling):
        row.next_at, row.attempts = now, 0
