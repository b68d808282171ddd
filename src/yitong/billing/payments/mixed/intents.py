"""What is written before a question about a mixed order leaves the house, and the questions themselves."""

from typing import TYPE_CHECKING

import msgspec

from yitong.billing.insurance.mobile import MobileBill, MobileOrder, MobileRefund
from yitong.billing.payments import asking
from yitong.billing.payments.mixed import asking as errands
from yitong.billing.payments.mixed.ending import end_parts
from yitong.billing.payments.mixed.events import MixedEvent
from yitong.billing.payments.mixed.model import CONTEXT, ORDER_CONTEXT, MixedPayment
from yitong.billing.payments.mixed.permits import MixedFacts
from yitong.billing.payments.mixed.rules import MixedDo
from yitong.billing.payments.mixed.states import MixedState
from yitong.billing.payments.model import PaymentPart, RefundPart
from yitong.billing.payments.rules import LEASE, Sheet
from yitong.billing.payments.states import OrderState
from yitong.billing.payments.wording import SUBJECT
from yitong.billing.ports import InsuranceBill, InsuranceSplit, MixedOrderAsk, PaymentAsk
from yitong.kernel.platform import Platform

if TYPE_CHECKING:
    from yitong.billing.payments.intents import Writing


async def about_mixed(writing: "Writing", do: MixedDo) -> asking.Call | None:
    """Write that a mixed order is ordered, opened, looked up or closed; None when there is nobody to ask."""
    row = mixed_of(writing.sheet)
    match do:
        case MixedDo.ORDER:
            await _move(writing, row, MixedState.DUE, MixedState.ORDERING, MixedEvent.ASKED)
            call: asking.Call = _order_call(writing, row)
        case MixedDo.OPEN:
            again = row.state == MixedState.OPENING
            await _move(writing, row, MixedState.ORDERED, MixedState.OPENING, MixedEvent.OPENING)
            call = _open_call(writing, row, again=again)
        case MixedDo.LOOK:
            call = errands.LookAround(sides_of(writing, row))
        case MixedDo.TELL:
            call = _tell_call(writing.sheet, row)
        case MixedDo.CLOSE:
            if row.state == MixedState.DUE:  # nobody has heard of it
                await end_parts(writing, row)
                return None
            if row.state != MixedState.CLOSING:
                change = await writing.change(MixedEvent.CLOSING)
                await change.mixed(row, MixedState.CLOSING, writing.sheet.order.cancel_asked)
            call = errands.EndOrder(sides_of(writing, row))
    lend(writing, row)
    return call


def mixed_of(sheet: Sheet) -> MixedPayment:
    """The mixed order of a sheet that has one."""
    assert sheet.mixed is not None  # noqa: S101  # only such sheets come here
    return sheet.mixed


def lend(writing: "Writing", row: MixedPayment) -> None:
    """Nobody else asks while this question is under way."""
    row.next_at = writing.tx.now + LEASE
    row.attempts += 1
    row.asked_at = row.asked_at or writing.tx.now


async def _move(
    writing: "Writing", row: MixedPayment, before: MixedState, after: MixedState, event: MixedEvent
) -> None:
    """Begin a stage; a question that is asked again in the same stage is no new one."""
    if row.state != before:
        return
    change = await writing.change(event)
    if writing.sheet.order.state == OrderState.PRE_SETTLED:
        await change.order(OrderState.SETTLING)
    await change.mixed(row, after)


def facts_of(platform: Platform, row: MixedPayment) -> MixedFacts:
    """What was sealed when the order was placed."""
    opened = platform.sealer.open(row.asked_sealed, f"{CONTEXT}:{row.order_id}")
    return msgspec.json.decode(opened, type=MixedFacts)


def insured_of(platform: Platform, row: MixedPayment) -> MobileOrder | None:
    """The insurer's order, once it is known."""
    if row.order_sealed is None:
        return None
    return msgspec.json.decode(
        platform.sealer.open(row.order_sealed, f"{ORDER_CONTEXT}:{row.order_id}"), type=MobileOrder
    )


def _bill(writing: "Writing") -> InsuranceBill:
    order = writing.sheet.order
    opened = writing.tx.platform.sealer.open(order.insurance_sealed or "", f"payment_order.insurance:{order.id}")
    return msgspec.json.decode(opened, type=InsuranceBill)


def insured_part(sheet: Sheet) -> PaymentPart:
    """The part that the insurer settles through the mixed order."""
    return next(part for part in sheet.original() if part.kind == "insurance")


def cash_part(sheet: Sheet) -> PaymentPart | None:
    """The part that the payer pays, when insurance leaves one."""
    return next((part for part in sheet.original() if part.kind == "channel"), None)


def _order_call(writing: "Writing", row: MixedPayment) -> asking.Call:
    bill, facts, part = _bill(writing), facts_of(writing.tx.platform, row), insured_part(writing.sheet)
    sent = MobileBill(
        fixmedins_code=bill.fixmedins_code,
        psn_no=bill.psn_no,
        insutype=bill.insutype,
        insuplc_admdvs=bill.insuplc_admdvs,
        med_org_ord=part.number,
        visit_no=facts.visit_no,
        chrg_bchno=bill.chrg_bchno,
        id_no=facts.patient.id_number,
        user_name=facts.patient.name,
        med_type=bill.med_type,
        begins=writing.sheet.order.created_at,
        lines=bill.lines,
        department_code=facts.department_code,
        department_name=facts.department_name,
        pay_auth_no=facts.permit.pay_auth_no,
        mdtrt_id=bill.mdtrt_id,
    )
    return errands.OrderInsured(sent, bill.acct_used_flag)


def _open_call(writing: "Writing", row: MixedPayment, *, again: bool) -> asking.Call:
    sheet, platform = writing.sheet, writing.tx.platform
    facts, insured, cash = facts_of(platform, row), insured_of(platform, row), cash_part(sheet)
    fund, account, own = _expected(sheet)
    ask = MixedOrderAsk(
        payment_no=row.number,
        mix_pay_type="CASH_AND_INSURANCE" if cash is not None else "INSURANCE_ONLY",
        order_type=facts.order_type,
        payer_openid=facts.openid,
        payer=facts.payer,
        relative=facts.relative,
        serial_no=insured_part(sheet).number,
        med_inst_name=facts.hospital_name,
        med_inst_no=_bill(writing).fixmedins_code,
        city_id=facts.permit.city_id,
        created_at=sheet.order.created_at,
        total_fee=fund + account + own,
        pay_order_id=insured.pay_ord_id if insured is not None else "",
        pay_auth_no=facts.permit.pay_auth_no,
        geo_location=facts.permit.geo_location,
        med_ins_gov_fee=fund,
        med_ins_self_fee=account,
        med_ins_cash_fee=own,
        wechat_pay_cash_fee=own,
    )
    return errands.OpenOrder(_cash_ask(sheet, cash, facts.openid), ask, again)


def _cash_ask(sheet: Sheet, cash: PaymentPart | None, openid: str) -> PaymentAsk | None:
    if cash is None:
        return None
    order = sheet.order
    return PaymentAsk(
        cash.number, order.organization_id, cash.amount_fen, SUBJECT, "jsapi", order.expires_at, payer=openid
    )


def _expected(sheet: Sheet) -> tuple[int, int, int]:
    part, cash = insured_part(sheet), cash_part(sheet)
    return part.fund_fen, part.account_fen, cash.amount_fen if cash is not None else 0


def sides_of(writing: "Writing", row: MixedPayment) -> errands.Sides:
    """How everybody is asked about a mixed order."""
    sheet = writing.sheet
    part, cash = insured_part(sheet), cash_part(sheet)
    return errands.Sides(
        number=row.number,
        cash=cash.number if cash is not None else "",
        insured=insured_of(writing.tx.platform, row),
        bill=_bill(writing),
        settlement_no=part.number,
        expected=msgspec.convert(part.split, InsuranceSplit),
    )


def take_back(writing: "Writing", part: PaymentPart, back: RefundPart, *, again: bool) -> asking.Call:
    """The insurer's part of a mixed order goes back by 6203, under the permission by which it was paid."""
    row = mixed_of(writing.sheet)
    insured, facts = insured_of(writing.tx.platform, row), facts_of(writing.tx.platform, row)
    assert insured is not None  # noqa: S101  # what was settled was ordered
    refund = MobileRefund(
        app_refd_sn=back.number,
        kind="HI",
        cash=0,
        account=part.account_fen,
        fund=part.fund_fen,
        at=back.asked_at or writing.tx.now,
        pay_auth_no=facts.permit.pay_auth_no,
    )
    return errands.TakeBack(insured, refund, again)


def _tell_call(sheet: Sheet, row: MixedPayment) -> asking.Call:
    """WeChat is told under the number by which the cash goes back, under the insurer's when none does."""
    part = insured_part(sheet)
    insured = next(back for back in sheet.backs if back.part_id == part.id)
    cash = next((back for back in sheet.backs if back.kind == "channel"), None)
    if row.told_no is None:
        row.told_no = (cash or insured).number
    assert row.mix_trade_no is not None  # noqa: S101  # it was paid
    assert insured.done_at is not None  # noqa: S101  # and went back
    return errands.TellBack(row.mix_trade_no, row.told_no, part.fund_fen, part.account_fen, insured.done_at)
