"""Rests: what a refund left to be paid, paid by an order of its own that has no lines and asks no insurer.

It goes back with the order that it belongs to, as far as a later refund of that order leaves less to be paid.
"""

from typing import TYPE_CHECKING

from sqlalchemy import select

from yitong.billing.charges.views import explains
from yitong.billing.payments import inside
from yitong.billing.payments.events import PaymentEvent
from yitong.billing.payments.facts import owed_rest
from yitong.billing.payments.model import PaymentOrder, Refund
from yitong.billing.payments.problems import BEING_PAID, REFUND_UNDER_WAY
from yitong.billing.payments.rules import last_to_first
from yitong.billing.payments.sheet import Change, leave, locked
from yitong.billing.payments.states import REFUND, OrderState, RefundState
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.money import yuan_text
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

if TYPE_CHECKING:
    from yitong.billing.payments.intents import Writing

_PAID = (OrderState.SETTLED, OrderState.PART_REFUNDED)


async def standing_rests(tx: Transaction, order: PaymentOrder) -> list[PaymentOrder]:
    """The orders that pay or have paid what refunds of this one left, the newest first."""
    found = await tx.session.execute(
        select(PaymentOrder)
        .where(
            PaymentOrder.organization_id == order.organization_id,
            PaymentOrder.rest_of_id == order.id,
            PaymentOrder.state.not_in([OrderState.FAILED, OrderState.REFUNDED]),
        )
        .order_by(PaymentOrder.created_at.desc(), PaymentOrder.id.desc())
    )
    return list(found.scalars())


async def check_at_rest(tx: Transaction, order: PaymentOrder) -> None:
    """That no rest of this locked order is being paid or given back; nobody can begin to while a refund is under way.

    Raises Problem ``being-paid``, ``refund-under-way``.
    """
    standing = await standing_rests(tx, order)
    if any(rest.state not in _PAID for rest in standing):
        raise BEING_PAID()
    under_way = await tx.session.execute(
        select(Refund.id).where(
            Refund.organization_id == order.organization_id,
            Refund.order_id.in_([rest.id for rest in standing]),
            Refund.ended_at.is_(None),
        )
    )
    if under_way.first() is not None:
        raise REFUND_UNDER_WAY()


async def give_back(writing: "Writing", refund: Refund) -> None:
    """A refund is done: what rests paid beyond what it leaves to be paid follows, the newest rest first.

    They go back by refunds of their own, which whoever comes next carries on.
    """
    order = writing.sheet.order
    if order.rest_of_id is not None:
        return
    standing = [rest for rest in await standing_rests(writing.tx, order) if rest.state in _PAID]
    beyond = sum(rest.total_fen - rest.refunded_fen for rest in standing) - refund.owed_fen
    for rest in standing:
        amount = min(beyond, rest.total_fen - rest.refunded_fen)
        if amount > 0:
            await _give_back_of(writing, rest, amount, refund)
            beyond -= amount


async def _give_back_of(writing: "Writing", rest: PaymentOrder, amount: int, refund: Refund) -> None:
    tx = writing.tx
    sheet = await locked(tx, rest.organization_id, rest.id)
    row = Refund(
        organization_id=rest.organization_id,
        id=new_id(),
        order_id=rest.id,
        bill_id=rest.bill_id,
        patient_id=rest.patient_id,
        kind="refund",
        amount_fen=amount,
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
        amount=yuan_text(amount),
        amount_fen=amount,
        reason=refund.reason,
    )
    await change.new(REFUND, row)
    await tx.session.flush()
    sheet.refund, sheet.backs = row, []
    for part in last_to_first(sheet.done()):
        back = min(amount, part.amount_fen - part.refunded_fen)
        if back:
            await inside.add_back(change, row, part, back)
            amount -= back
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
