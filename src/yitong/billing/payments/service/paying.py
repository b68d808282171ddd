"""Paying: the confirmation page, the order that follows it, and what its payer does until it is done."""

from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from yitong.billing.charges import queries as bills
from yitong.billing.charges.schemas import BillHeader
from yitong.billing.charges.service import close_bill, lock
from yitong.billing.payments.actions import CANCEL, PAY, PAY_SHOWN, READ, TAKE_CASH
from yitong.billing.payments.carrying import carry
from yitong.billing.payments.covering import Cover, ask_cover, choices_of
from yitong.billing.payments.events import PaymentEvent
from yitong.billing.payments.facts import Facts, check_still_open, gather, owed_rest
from yitong.billing.payments.mixed import offering as mixed_offering
from yitong.billing.payments.model import PaymentOrder
from yitong.billing.payments.policies import policies_of
from yitong.billing.payments.postings import book_part
from yitong.billing.payments.preparing import Insured, ask_insurer, division
from yitong.billing.payments.problems import (
    AMOUNTS_CHANGED,
    BEING_PAID,
    CASH_AMOUNT,
    CHANNEL_UNAVAILABLE,
    NO_CASH_DUE,
    NOTHING_TO_PAY,
    STAY_NOT_REGISTERED,
    WRONG_DIVISION,
)
from yitong.billing.payments.schemas import CashRequest, PaymentView, PayRequest, PayWish, Preview
from yitong.billing.payments.service.ordering import place
from yitong.billing.payments.sheet import Change, leave, locked, seen
from yitong.billing.payments.states import OrderState, PartState
from yitong.billing.payments.views import Asked, preview_of, view
from yitong.billing.ports import PaymentChannels
from yitong.billing.rules import Division
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.money import yuan_text
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.permissions import Actor, ActorKind, Grant
from yitong.kernel.platform import Platform
from yitong.kernel.problems import IDEMPOTENCY_KEY_REUSED, NOT_FOUND, Problem
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction


@dataclass(frozen=True)
class Prepared:
    """A wish with everything that was found out about it."""

    facts: Facts
    insured: Insured | None
    cover: Cover | None
    division: Division
    own_family: bool


async def preview(platform: Platform, actor: Actor, wish: PayWish) -> Preview:
    """The confirmation page. An insurer that cannot be asked or refuses is told on it, and its part left to the payer.

    Raises Problem ``not-found``, ``nothing-to-pay``, ``wrong-division``, ``no-commercial-policy`` and those of the
    permission check.
    """
    insured: Insured | None = None
    cover: Cover | None = None
    insurance_problem: Bilingual | None = None
    commercial_problem: Bilingual | None = None
    order_id, own_family = new_id(), wish.pay_token is None
    facts = await _gather(platform, actor, wish)
    try:
        insured = await ask_insurer(platform, facts, wish, order_id, own_family=own_family)
    except (GatewayUnavailable, GatewayRefused) as silent:
        insurance_problem = silent.message
    except Problem as refused:
        if refused.kind is not STAY_NOT_REGISTERED:
            raise
        insurance_problem = refused.message  # a stay that the insurer was never told of is paid without it
    try:
        cover = await ask_cover(platform, facts, wish, insured, order_id)
    except (GatewayUnavailable, GatewayRefused) as silent:
        commercial_problem = silent.message
    shares = _divided(facts, wish, insured, cover)
    prepared = Prepared(facts, insured, cover, shares, own_family)
    asked = Asked(
        insured,
        cover,
        channel_names(platform),
        choices_of(platform, facts),
        insurance_problem,
        commercial_problem,
        await mixed_offering.offer(platform, actor, wish, prepared),
    )
    return preview_of(facts, asked, shares)


def channel_names(platform: Platform) -> list[str]:
    """Ways to pay that are connected; cash is always taken at a window."""
    names = platform.port(PaymentChannels).names() if PaymentChannels in platform.ports else []
    return sorted({*names, "cash"})


async def _prepare(platform: Platform, actor: Actor, wish: PayWish, order_id: UUID) -> Prepared:
    facts = await _gather(platform, actor, wish)
    insured = await ask_insurer(platform, facts, wish, order_id, own_family=wish.pay_token is None)
    cover = await ask_cover(platform, facts, wish, insured, order_id)
    return Prepared(facts, insured, cover, _divided(facts, wish, insured, cover), wish.pay_token is None)


async def _gather(platform: Platform, actor: Actor, wish: PayWish) -> Facts:
    async with platform.transaction(actor) as tx:
        bill, _ = await _allowed(tx, wish)
        facts = await gather(tx, bill, wish.charge_ids)
        # Somebody who only holds the bill's code may not use the patient's policies.
        policies = await policies_of(tx, bill.patient_id) if wish.pay_token is None else ()
    return replace(facts, policies=policies)


def _divided(facts: Facts, wish: PayWish, insured: Insured | None, cover: Cover | None) -> Division:
    if cover is None:
        return division(facts, wish, insured)
    return division(facts, wish, insured, commercial=cover.covered, insurer=cover.policy.insurer_code)


async def _allowed(tx: Transaction, wish: PayWish) -> tuple[BillHeader, Grant]:
    """The bill, and the right to pay it: as family, at the hospital, or by the code on it."""
    await tx.open_region()
    bill = await bills.header(tx, wish.organization_id, wish.bill_id)
    if wish.pay_token is not None and tx.actor.kind is ActorKind.CITIZEN:
        if wish.pay_token != bill.pay_token:
            raise NOT_FOUND()
        if bill.patient_id not in tx.actor.patient_ids:
            return bill, PAY_SHOWN.check(tx.actor, organization_id=bill.organization_id)
    return bill, PAY.check(tx.actor, organization_id=bill.organization_id, patient_id=bill.patient_id)


async def pay(platform: Platform, actor: Actor, request: PayRequest, key: UUID) -> PaymentView:
    """Place the confirmed order and carry it as far as it goes now; the same ``key`` again answers the same order.

    Raises Problem ``amounts-changed`` (another own part than was confirmed; the document has the new one as
    ``preview``), ``being-paid``, ``channel-unavailable``, ``wrong-division``, ``idempotency-key-reused``, those of
    :func:`preview` and of the insurers.
    """
    fingerprint = sha256(msgspec.json.encode(request)).hexdigest()
    placed = await _placed(platform, actor, request.organization_id, key, fingerprint)
    if placed is None:
        placed = await _place(platform, actor, request, key, fingerprint)
    await carry(platform, request.organization_id, placed)
    return await show(platform, actor, request.organization_id, placed)


async def _place(platform: Platform, actor: Actor, request: PayRequest, key: UUID, fingerprint: str) -> UUID:
    connected = channel_names(platform)
    if any(choice.channel not in connected for choice in request.channels):
        raise CHANNEL_UNAVAILABLE()
    order_id = new_id()
    prepared = await _prepare(platform, actor, request, order_id)
    shares, facts = prepared.division, prepared.facts
    if shares.amount("channel") != request.confirmed_fen:
        asked = Asked(prepared.insured, prepared.cover, connected, choices_of(platform, facts))
        shown = preview_of(facts, asked, shares)
        raise AMOUNTS_CHANGED(extra={"preview": msgspec.to_builtins(shown)})
    if any(part.name == "own" for part in shares.parts):
        raise WRONG_DIVISION()
    mixed = await mixed_offering.permitted(platform, actor, request, prepared)
    try:
        async with platform.transaction(actor) as tx:
            bill, grant = await _allowed(tx, request)
            await lock(tx, bill.organization_id, bill.id)
            bill = await bills.header(tx, bill.organization_id, bill.id)
            await check_still_open(tx, bill, facts)
            if facts.rest is not None and await owed_rest(tx, bill.organization_id, bill.id, lock=True) != facts.rest:
                raise NOTHING_TO_PAY()
            order = PaymentOrder(
                organization_id=bill.organization_id,
                id=order_id,
                bill_id=bill.id,
                patient_id=bill.patient_id,
                payer_id=actor.id,
                total_fen=facts.total,
                refunded_fen=0,
                rest_of_id=facts.rest.order_id if facts.rest is not None else None,
                rest_refund_id=facts.rest.refund_id if facts.rest is not None else None,
                state=OrderState.PRE_SETTLED,
                version=1,
                idempotency_key=key,
                fingerprint=fingerprint,
                created_at=tx.now,
                expires_at=tx.now + timedelta(minutes=platform.settings.payment_minutes),
            )
            await place(tx, grant, order, facts, prepared.insured, prepared.cover, shares, request.channels, mixed)
            if bill.closed_at is None:
                await close_bill(tx, grant, bill.organization_id, bill.id)
    except IntegrityError as error:
        again = await _placed(platform, actor, request.organization_id, key, fingerprint)
        if again is not None:
            return again
        if "uq_payment_line_held" in str(error.orig) or "uq_payment_order_rest" in str(error.orig):
            raise BEING_PAID() from error
        raise
    return order_id


async def _placed(platform: Platform, actor: Actor, organization_id: UUID, key: UUID, fingerprint: str) -> UUID | None:
    async with platform.transaction(actor) as tx:
        await tx.open_region()
        found = await tx.session.execute(
            select(PaymentOrder.id, PaymentOrder.fingerprint).where(
                PaymentOrder.organization_id == organization_id,
                PaymentOrder.payer_id == actor.id,
                PaymentOrder.idempotency_key == key,
            )
        )
        row = found.one_or_none()
    if row is None:
        return None
    if row.fingerprint != fingerprint:
        raise IDEMPOTENCY_KEY_REUSED()
    return row.id


async def show(platform: Platform, actor: Actor, organization_id: UUID, order_id: UUID) -> PaymentView:
    """One payment as its payer, the patient's family or the hospital may see it.

    Raises Problem ``not-found`` and those of the permission check.
    """
    async with platform.transaction(actor) as tx:
        await tx.open_region()
        sheet = await seen(tx, organization_id, order_id)
        if sheet.order.payer_id != actor.id:
            READ.check(actor, organization_id=organization_id, patient_id=sheet.order.patient_id)
        return await view(tx, sheet)


async def cancel(platform: Platform, actor: Actor, organization_id: UUID, order_id: UUID) -> PaymentView:
    """Begin nothing more and take back what was settled; a payment that is settled already stays so.

    Raises Problem ``not-found`` and those of the permission check.
    """
    async with platform.transaction(actor) as tx:
        await tx.open_region()
        sheet = await locked(tx, organization_id, order_id)
        order = sheet.order
        # Whoever began a payment may end it, for whomever it was.
        own = order.payer_id == actor.id and actor.kind is ActorKind.CITIZEN
        action = PAY_SHOWN if own else CANCEL
        grant = action.check(actor, organization_id=organization_id, patient_id=order.patient_id)
        if order.state in (OrderState.PRE_SETTLED, OrderState.SETTLING) and order.cancel_asked is None:
            await Change.begin(tx, grant, sheet, PaymentEvent.CANCEL_ASKED)
            order.cancel_asked = "cancelled"
            await leave(tx, sheet)
    await carry(platform, organization_id, order_id)
    return await show(platform, actor, organization_id, order_id)


async def cash_taken(platform: Platform, actor: Actor, order_id: UUID, request: CashRequest) -> PaymentView:
    """The cashier has counted the cash of the part that waits for it; saying so again changes nothing.

    Raises Problem ``no-cash-due``, ``cash-amount``, ``not-found`` and those of the permission check.
    """
    async with platform.transaction(actor) as tx:
        grant = TAKE_CASH.check(actor, organization_id=request.organization_id)
        sheet = await locked(tx, request.organization_id, order_id)
        cash = [part for part in sheet.original() if part.channel == "cash"]
        if not any(part.window == request.window and part.amount_fen == request.amount_fen for part in cash):
            part = next((one for one in cash if one.state == PartState.WAITING and one.window is None), None)
            if part is None or sheet.order.cancel_asked is not None:
                raise NO_CASH_DUE()
            if part.amount_fen != request.amount_fen:
                raise CASH_AMOUNT(yuan=yuan_text(part.amount_fen))
            change = await Change.begin(tx, grant, sheet, PaymentEvent.CASH_TAKEN, part)
            part.window, part.done_at = request.window, tx.now
            await change.part(part, PartState.DONE)
            await book_part(change, part)
            await leave(tx, sheet)
    await carry(platform, request.organization_id, order_id)
    return await show(platform, actor, request.organization_id, order_id)
