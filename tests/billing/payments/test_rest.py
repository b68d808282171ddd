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
    payment, bill, _, owed = await owing(counter)
    rest = await counter.pay(counter.request(bill, owed, CODE))
    with pytest.raises(Problem, match="not-refundable"):
        await counter.refund(rest)
    payment = await counter.refund(payment)
    assert payment.state == "refunded"
    await counter.run()
    assert (await counter.see(rest)).state == "refunded"
    assert counter.outside.books.at_channel("wechat") == 0
    assert await counter.balance(f"patient:{counter.patient}") == 0
    await counter.audit()


async def test_a_part_goes_back_while_a_rest_is_owed(counter: Counter) -> None:
    payment, bill, charges, owed = await owing(counter)
    payment = await counter.refund(payment, charges[2])
    left = payment.refunds[-1].owed_fen
    assert (payment.state, 0 < left < owed) == ("part_refunded", True)
    assert await outstanding(counter, bill) == left
    assert await counter.own(counter.request(bill, 0, CODE)) == left
    await counter.audit()


async def test_a_part_goes_back_after_the_rest_was_paid(counter: Counter) -> None:
    """Whoever paid last gets back first: the rest, as far as less is left to be paid now."""
    payment, bill, charges, owed = await owing(counter)
    rest = await counter.pay(counter.request(bill, owed, CODE))
    payment = await counter.refund(payment, charges[2])
    left = payment.refunds[-1].owed_fen
    assert 0 < left < owed
    await counter.run()
    rest = await counter.see(rest)
    assert (rest.state, rest.refunded_fen) == ("part_refunded", owed - left)
    assert await outstanding(counter, bill) == 0
    await counter.audit()
    with pytest.raises(Problem, match="nothing-to-pay"):
        await counter.own(counter.request(bill, 0, CODE))
    await counter.refund(payment)
    await counter.run()
    assert (await counter.see(rest)).state == "refunded"
    assert counter.outside.books.at_channel("wechat") == 0
    assert await counter.balance(f"patient:{counter.patient}") == 0
    await counter.audit()


async def test_a_second_rest_is_paid_beside_the_first(counter: Counter) -> None:
    payment, bill, charges, owed = await owing(counter)
    await counter.pay(counter.request(bill, owed, CODE))
    counter.outside.insurer.balance = 0  # the account was used up elsewhere
    payment = await counter.refund(payment, charges[2])
    more = payment.refunds[-1].owed_fen - owed
    assert more > 0
    assert await outstanding(counter, bill) == more
    tries = [counter.pay(counter.request(bill, more, WECHAT)) for _ in range(3)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, PaymentView) for one in answers) == 1
    await counter.settle_down()
    second = await counter.pay(counter.request(bill, more, CODE))
    assert (second.state, await outstanding(counter, bill)) == ("settled", 0)
    await counter.audit()
    await counter.refund(payment)
    await counter.settle_down()
    assert (counter.outside.books.at_channel("wechat"), counter.outside.books.at_insurer()) == (0, (0, 0))
    assert await counter.balance(f"patient:{counter.patient}") == 0
    await counter.audit()


async def test_cash_of_a_rest_lies_ready_and_nothing_else_begins(counter: Counter) -> None:
    payment, bill, charges, owed = await owing(counter)
    rest = await counter.pay(counter.request(bill, owed, CASH), actor=counter.cashier)
    platform, cashier = counter.town.platform, counter.cashier
    counted = CashRequest(organization_id=rest.organization_id, amount_fen=owed, window="3")
    await service.cash_taken(platform, cashier, rest.id, counted)
    payment = await counter.refund(payment, charges[2])
    await counter.run()
    ready = (await counter.see(rest)).refunds[-1].parts[0]
    assert (ready.state, ready.amount_fen) == ("waiting", owed - payment.refunds[-1].owed_fen)
    with pytest.raises(Problem, match="refund-under-way"):
        await counter.refund(payment)
    back = CashRequest(organization_id=rest.organization_id, amount_fen=ready.amount_fen, window="4")
    assert (await service.cash_returned(platform, cashier, rest.id, back)).state == "part_refunded"
    left = (await counter.refund(payment)).refunds[-2].owed_fen
    await counter.run()
    back = CashRequest(organization_id=rest.organization_id, amount_fen=left, window="4")
    assert (await service.cash_returned(platform, cashier, rest.id, back)).state == "refunded"
    assert [await counter.balance(f"cash:{w}") for w in "34"] == [owed, -owed]
    assert await counter.balance(f"patient:{counter.patient}") == 0
    await counter.audit()
