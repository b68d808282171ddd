"""A rest that a refund leaves: the bill shows it, one payment pays exactly that, and it goes back with its order."""

import asyncio

import pytest

from billing.payments.counter import WECHAT, Counter
from yitong.billing.charges import views
from yitong.billing.payments import service
from yitong.billing.payments.schemas import CashRequest, ChannelChoice, PaymentView
from yitong.kernel.ids import UUID
from yitong.kernel.problems import Problem

CODE = ChannelChoice("wechat", "code", None, "134567890123456789")
CASH = ChannelChoice("cash", "window")


async def owing(counter: Counter) -> tuple[PaymentView, UUID, list[UUID], int]:
    """A payment of which a line went back while the account was used elsewhere: the patient owes more than before."""
    bill, charges = await counter.bill(8000, 100, 50)
    own = await counter.own(counter.request(bill, 0, CODE))
    payment = await counter.pay(counter.request(bill, own, CODE))
    counter.outside.insurer.balance = 500
    payment = await counter.refund(payment, charges[1])
    owed = payment.refunds[0].owed_fen
    assert owed > 0
    return payment, bill, charges, owed


async def outstanding(counter: Counter, bill: UUID) -> int:
    return (
        await counter.town.one("SELECT outstanding_fen FROM bill_sum WHERE bill_id = :bill", bill=bill)
    ).outstanding_fen


async def test_the_bill_shows_it_and_a_channel_pays_exactly_that(counter: Counter) -> None:
    _, bill, _, owed = await owing(counter)
    assert await outstanding(counter, bill) == owed
    platform = counter.town.platform
    async with platform.transaction(counter.citizen) as tx:
        shown = await views.view(tx, counter.town.hospital_id, bill)
    assert shown.state == "part_paid"
    assert any("需补缴" in one.zh for one in shown.explanations)
    await counter.insure()
    counter.outside.plan.calls.clear()
    preview = await service.preview(platform, counter.citizen, counter.request(bill, 0, CODE, use_commercial=True))
    assert (preview.owed_fen, preview.total_fen, preview.own_fen, preview.charge_ids) == (owed, owed, owed, [])
    rest = await counter.pay(counter.request(bill, owed, CODE, use_commercial=True))
    assert (rest.state, [(p.kind, p.amount_fen) for p in rest.parts]) == ("settled", [("channel", owed)])
    assert set(counter.outside.plan.calls) == {"open", "find"}, "no insurer is asked again"
    assert await outstanding(counter, bill) == 0
    assert await counter.balance(f"patient:{counter.patient}") == 0
    with pytest.raises(Problem, match="nothing-to-pay"):
        await counter.own(counter.request(bill, 0, CODE))
    await counter.audit()


async def test_cash_at_the_window_pays_it(counter: Counter) -> None:
    _, bill, _, owed = await owing(counter)
    rest = await counter.pay(counter.request(bill, owed, CASH), actor=counter.cashier)
    counted = CashRequest(organization_id=rest.organization_id, amount_fen=owed, window="3")
    rest = await service.cash_taken(counter.town.platform, counter.cashier, rest.id, counted)
    assert (rest.state, await outstanding(counter, bill)) == ("settled", 0)
    await counter.audit()


async def test_two_people_pay_it_once(counter: Counter) -> None:
    _, bill, _, owed = await owing(counter)
    tries = [counter.pay(counter.request(bill, owed, WECHAT)) for _ in range(4)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, PaymentView) for one in answers) == 1
    codes = {one.code for one in answers if isinstance(one, Problem)}
    assert codes <= {"nothing-to-pay", "being-paid"}
    await counter.settle_down()  # nobody pays: it is open again
    assert await counter.own(counter.request(bill, 0, CODE)) == owed
    await counter.audit()


async def test_no_refund_begins_while_it_is_being_paid(counter: Counter) -> None:
    payment, bill, _, owed = await owing(counter)
    rest = await counter.pay(counter.request(bill, owed, WECHAT))
    with pytest.raises(Problem, match="being-paid"):
        await counter.refund(payment)
    await service.cancel(counter.town.platform, counter.citizen, rest.organization_id, rest.id)
    assert (await counter.refund(payment)).state == "refunded"
    assert await counter.balance(f"patient:{counter.patient}") == 0
    await counter.audit()


async def test_it_goes_back_with_what_it_belongs_to(counter: Counter) -> None:
    payment, bill, charges, owed = await owing(counter)
    rest = await counter.pay(counter.request(bill, owed, CODE))
    with pytest.raises(Problem, match="not-refundable"):
        await counter.refund(rest)
    with pytest.raises(Problem, match="rest-paid"):
        await counter.refund(payment, charges[2])
    payment = await counter.refund(payment)
    assert payment.state == "refunded"
    await counter.run()
    assert (await counter.see(rest)).state == "refunded"
    assert counter.outside.books.at_channel("wechat") == 0
    assert await counter.balance(f"patient:{counter.patient}") == 0
    await counter.audit()
