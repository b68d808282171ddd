"""Rests: what a refund left to be paid, paid by an order of its own that has no lines and asks no insurer.

It goes back with the order that it belongs to.
"""

from typing import TYPE_CHECKING

from sqlalchemy import select

from yitong.billing.charges.views import explains
from yitong.billing.payments import inside
from yitong.billing.payments.dividing import back_amounts
from yitong.billing.payments.events import PaymentEvent
from yitong.billing.payments.facts import owed_rest
from yitong.billing.payments.model import PaymentOrder, Refund
from yitong.billing.payments.sheet import Change, leave, locked
from yitong.billing.payments.states import REFUND, OrderState, RefundState
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.money import yuan_text
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

if TYPE_CHECKING:
    from yitong.billing.payments.intents import Writing


async def standing_rest(tx: Transaction, order: PaymentOrder) -> PaymentOrder | None:
    """The order that pays or has paid the rest of this one; None when there is none."""
    found = await tx.session.execute(
        select(PaymentOrder).where(
            PaymentOrder.organization_id == order.organization_id,
            PaymentOrder.rest_of_id == order.id,
            PaymentOrder.state.not_in([OrderState.FAILED, OrderState.REFUNDED]),
        )
    )
    return found.scalar_one_or_none()


async def give_back(writing: "Writing", refund: Refund) -> None:
    """The whole order went back: its rest follows, by a refund that whoever comes next carries on."""
    tx = writing.tx
    rest = await standing_rest(tx, writing.sheet.order)
    if rest is None:
        return
    sheet = await locked(tx, rest.organization_id, rest.id)
    if sheet.order.state != OrderState.SETTLED or sheet.refund is not None:
        return
    row = Refund(
        organization_id=rest.organization_id,
        id=new_id(),
        order_id=rest.id,
        bill_id=rest.bill_id,
        patient_id=rest.patient_id,
        kind="refund",
        amount_fen=rest.total_fen,
        reason=refund.reason,
        asked_by=refund.asked_by,
        window=refund.window,
        state=RefundState.RETURNING,
        version=1,
        owed_fen=0,
        asked_at=tx.now,
    )
    change = await Change.begin(
        tx,
        writing.grant,
        sheet,
        PaymentEvent.REFUND_ASKED,
        refund_id=row.id,
        amount=yuan_text(rest.total_fen),
        amount_fen=rest.total_fen,
        reason=refund.reason,
    )
    await change.new(REFUND, row)
    await tx.session.flush()
    sheet.refund, sheet.backs = row, []
    for part, amount in back_amounts(sheet)[0]:
        await inside.add_back(change, row, part, amount)
    await leave(tx, sheet)


@explains
async def explain_rest(tx: Transaction, organization_id: UUID, bill_id: UUID) -> list[Bilingual]:
    """Why something is to be paid of a bill that was paid."""
    rest = await owed_rest(tx, organization_id, bill_id)
    if rest is None:
        return []
    yuan = yuan_text(rest.owed_fen)
    return [
        Bilingual(
            f"部分退费后保险重新结算，需补缴 {yuan} 元；补缴时不再进行医保结算。",
            f"After the refund the insurer settled anew and leaves {yuan} yuan to be paid; it is not asked again.",
        )
    ]
