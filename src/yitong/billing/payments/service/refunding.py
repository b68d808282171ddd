"""Giving back what was paid: asked for at the desk, or by the house when an appointment is given up."""

from hashlib import sha256

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from yitong.billing.deposits.service import check_returnable
from yitong.billing.payments import rests
from yitong.billing.payments.actions import REFUND, TAKE_CASH
from yitong.billing.payments.carrying import carry
from yitong.billing.payments.dividing import back_amounts
from yitong.billing.payments.events import PaymentEvent
from yitong.billing.payments.inside import add_back, hand_over
from yitong.billing.payments.model import Refund
from yitong.billing.payments.problems import CASH_AMOUNT, NO_CASH_DUE, NOT_REFUNDABLE, REFUND_UNDER_WAY
from yitong.billing.payments.rules import Sheet
from yitong.billing.payments.schemas import CashRequest, PaymentView, RefundRequest
from yitong.billing.payments.service.choosing import GoingBack, choose
from yitong.billing.payments.service.paying import show
from yitong.billing.payments.sheet import Change, leave, locked
from yitong.billing.payments.states import REFUND as REFUND_MACHINE
from yitong.billing.payments.states import BackState, OrderState, RefundState
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.money import yuan_text
from yitong.kernel.permissions import Actor, Grant
from yitong.kernel.platform import Platform
from yitong.kernel.problems import IDEMPOTENCY_KEY_REUSED
from yitong.kernel.transaction import Transaction

_REFUNDABLE = (OrderState.SETTLED, OrderState.PART_REFUNDED)


async def refund(platform: Platform, actor: Actor, order_id: UUID, request: RefundRequest, key: UUID) -> PaymentView:
    """Give lines back: the insurance is reversed and settled anew for what remains, the rest returned by rule.

    The same ``key`` again answers the same refund. Raises Problem ``not-refundable``, ``refund-quantity``,
    ``refund-under-way``, ``being-paid``, ``idempotency-key-reused``, ``not-found`` and those of the permission check.
    """
    fingerprint = sha256(msgspec.json.encode(request) + order_id.bytes).hexdigest()
    try:
        async with platform.transaction(actor) as tx:
            grant = REFUND.check(actor, organization_id=request.organization_id)
            sheet = await locked(tx, request.organization_id, order_id)
            if not await _asked_before(tx, request.organization_id, actor.id, key, fingerprint):
                await refund_for(tx, grant, sheet, request, key, fingerprint)
    except IntegrityError as error:
        if "uq_refund" in str(error.orig):
            raise NOT_REFUNDABLE() from error
        raise
    await carry(platform, request.organization_id, order_id)
    return await show(platform, actor, request.organization_id, order_id)


async def _asked_before(tx: Transaction, organization_id: UUID, asked_by: UUID, key: UUID, fingerprint: str) -> bool:
    found = await tx.session.execute(
        select(Refund.fingerprint).where(
            Refund.organization_id == organization_id, Refund.asked_by == asked_by, Refund.idempotency_key == key
        )
    )
    row = found.one_or_none()
    if row is not None and row.fingerprint != fingerprint:
        raise IDEMPOTENCY_KEY_REUSED()
    return row is not None


async def refund_for(
    tx: Transaction,
    grant: Grant,
    sheet: Sheet,
    request: RefundRequest,
    key: UUID | None = None,
    fingerprint: str | None = None,
) -> Refund:
    """Write a refund of a locked order for somebody whose grant allows it; :func:`carry` does the rest.

    Raises Problem ``not-refundable``, ``refund-quantity``, ``refund-under-way``, ``being-paid``.
    """
    order = sheet.order
    if sheet.refund is not None:
        raise REFUND_UNDER_WAY()
    lines = await choose(tx, sheet, request)
    amount = sum(line.fen for line in lines)
    if order.state not in _REFUNDABLE or not amount:
        raise NOT_REFUNDABLE()
    await check_returnable(tx, order.organization_id, order.bill_id, amount)
    await rests.check_at_rest(tx, order)
    # Both insurers take back what they pay as a whole, the later payer first; what remains is settled anew.
    whole = [part for kind in ("commercial", "insurance") for part in sheet.done() if part.kind == kind]
    row = Refund(
        organization_id=order.organization_id,
        id=new_id(),
        order_id=order.id,
        bill_id=order.bill_id,
        patient_id=order.patient_id,
        kind="refund",
        amount_fen=amount,
        reason=request.reason,
        asked_by=grant.actor.id,
        window=request.window,
        state=RefundState.REVERSING if whole else RefundState.RETURNING,
        version=1,
        owed_fen=0,
        idempotency_key=key,
        fingerprint=fingerprint,
        asked_at=tx.now,
    )
    change = await Change.begin(
        tx,
        grant,
        sheet,
        PaymentEvent.REFUND_ASKED,
        refund_id=row.id,
        amount=yuan_text(amount),
        amount_fen=amount,
        reason=request.reason,
    )
    await change.new(REFUND_MACHINE, row)
    await tx.session.flush()
    _put_down(tx, sheet, row, lines)
    await tx.session.flush()
    sheet.refund, sheet.backs = row, []
    for part in whole:
        await add_back(change, row, part, part.amount_fen)
    if not whole:
        amounts, row.owed_fen = back_amounts(sheet)
        for part, back in amounts:
            await add_back(change, row, part, back)
    await leave(tx, sheet)
    return row


def _put_down(tx: Transaction, sheet: Sheet, refund: Refund, lines: list[GoingBack]) -> None:
    """Write the lines that go back, and hold what stays of them for the order."""
    sheet.asked_back = {one.line.charge_id for one in lines}
    for one in lines:
        tx.session.add(one.row(refund))
        if one.kept is not None:
            tx.session.add(one.kept)
            sheet.lines.append(one.kept)
            sheet.kept[one.line.charge_id] = one.kept.charge_id


async def cash_returned(platform: Platform, actor: Actor, order_id: UUID, request: CashRequest) -> PaymentView:
    """The cashier has handed back the cash that lay ready; saying so again changes nothing.

    Raises Problem ``no-cash-due``, ``cash-amount``, ``not-found`` and those of the permission check.
    """
    async with platform.transaction(actor) as tx:
        grant = TAKE_CASH.check(actor, organization_id=request.organization_id)
        sheet = await locked(tx, request.organization_id, order_id)
        waiting = [back for back in sheet.backs if back.channel == "cash" and back.state == BackState.WAITING]
        if not waiting:
            raise NO_CASH_DUE()
        if waiting[0].amount_fen != request.amount_fen:
            raise CASH_AMOUNT(yuan=yuan_text(waiting[0].amount_fen))
        change = await Change.begin(tx, grant, sheet, PaymentEvent.CASH_RETURNED, waiting[0])
        await hand_over(change, waiting[0], request.window)
        await leave(tx, sheet)
    await carry(platform, request.organization_id, order_id)
    return await show(platform, actor, request.organization_id, order_id)
