"""What the desk sees of payments, and trying again what is stuck."""

from typing import Literal

from sqlalchemy import select, text

from yitong.billing.payments.actions import LIST, READ, RETRY
from yitong.billing.payments.carrying import carry
from yitong.billing.payments.events import PaymentEvent
from yitong.billing.payments.mixed.ending import again
from yitong.billing.payments.model import PaymentOrder
from yitong.billing.payments.schemas import PaymentView
from yitong.billing.payments.service.paying import show
from yitong.billing.payments.sheet import Change, leave, locked, seen
from yitong.billing.payments.states import BackState, PartState
from yitong.billing.payments.views import view
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Actor
from yitong.kernel.platform import Platform
from yitong.kernel.transaction import Transaction

Chosen = Literal["stuck", "open", "cash", "all"]
_MOST = 100
_RETRIED = (PartState.ASKED, PartState.UNKNOWN, PartState.CLOSING, PartState.DUE)
_CHOICES: dict[str, str] = {
    "stuck": "stuck IS NOT NULL",
    "open": "state IN ('pre_settled','settling','compensating') OR EXISTS (SELECT FROM refund r WHERE"
    " r.organization_id = payment_order.organization_id AND r.order_id = payment_order.id AND r.ended_at IS NULL)",
    "cash": "EXISTS (SELECT FROM payment_part p WHERE p.organization_id = payment_order.organization_id AND"
    " p.order_id = payment_order.id AND p.channel = 'cash' AND p.state = 'waiting') OR EXISTS (SELECT FROM"
    " refund_part b WHERE b.organization_id = payment_order.organization_id AND b.order_id = payment_order.id AND"
    " b.channel = 'cash' AND b.state = 'waiting')",
    "all": "true",
}


async def listed(
    tx: Transaction, organization_id: UUID | None, patient_id: UUID | None, bill_id: UUID | None, state: Chosen
) -> list[PaymentView]:
    """A hospital's payments, or those of a patient or a bill, newest first, at most 100.

    Raises those of the permission check.
    """
    if patient_id is not None:
        READ.check(tx.actor, organization_id=organization_id, patient_id=patient_id)
    else:
        LIST.check(tx.actor, organization_id=organization_id)
    chosen = select(PaymentOrder.organization_id, PaymentOrder.id).where(text(f"({_CHOICES[state]})"))
    for column, value in (
        (PaymentOrder.organization_id, organization_id),
        (PaymentOrder.patient_id, patient_id),
        (PaymentOrder.bill_id, bill_id),
    ):
        if value is not None:
            chosen = chosen.where(column == value)
    rows = await tx.session.execute(chosen.order_by(PaymentOrder.created_at.desc()).limit(_MOST))
    return [await view(tx, await seen(tx, row.organization_id, row.id)) for row in rows.all()]


async def retry(platform: Platform, actor: Actor, organization_id: UUID, order_id: UUID) -> PaymentView:
    """Look up and ask again now, whatever the pause between tries would be.

    Raises Problem ``not-found`` and those of the permission check.
    """
    async with platform.transaction(actor) as tx:
        grant = RETRY.check(actor, organization_id=organization_id)
        sheet = await locked(tx, organization_id, order_id)
        await Change.begin(tx, grant, sheet, PaymentEvent.RETRIED, reason=sheet.order.stuck)
        sheet.order.stuck = None
        for part in sheet.parts:
            if part.state in _RETRIED and part.asked_at is not None:
                part.next_at, part.attempts = tx.now, 0
        if sheet.mixed is not None and sheet.mixed.asked_at is not None:
            again(sheet, tx.now)
        for back in sheet.backs:
            if back.state in (BackState.ASKED, BackState.UNKNOWN, BackState.FAILED):
                back.next_at, back.attempts = tx.now, 1
        await leave(tx, sheet)
    await carry(platform, organization_id, order_id)
    return await show(platform, actor, organization_id, order_id)
