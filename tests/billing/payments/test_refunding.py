"""Giving money back: the insurance as a whole and anew, the last payer first, never more than was paid."""

import asyncio
from typing import Any

import pytest

from billing.payments.counter import Counter
from yitong.billing.payments import service
from yitong.billing.payments.schemas import CashRequest, ChannelChoice, PaymentView, RefundRequest
from yitong.billing.payments.service.notices import take_refund_notice
from yitong.billing.ports import RefundFound
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.problems import Problem

CODE = ChannelChoice("wechat", "code", None, "134567890123456789")
FIRST = ChannelChoice("alipay", "code", 200, "28763443825664394")


async def _paid(
    counter: Counter, *amounts: int, channels: Any = (CODE,), **more: Any
) -> tuple[PaymentView, list[UUID]]:
    bill, charges = await counter.bill(*amounts)
    own = await counter.own(counter.request(bill, 0, *channels, **more))
    payment = await counter.pay(counter.request(bill, own, *channels, **more))
    assert payment.state == "settled"
    return payment, charges


async def test_part_of_an_insured_payment_is_settled_anew(counter: Counter) -> None:
    payment, charges = await _paid(counter, 8000, 2000, channels=(FIRST, CODE))
    assert counter.outside.books.at_insurer() == (6300, 3000)
    counter.outside.plan.calls.clear()
    payment = await counter.refund(payment, charges[1])
    # 8000 remain: 1000 deductible, 4900 from the fund, 3000 of the account, 100 from the payer instead of 700.
    assert payment.state == "part_refunded"
    assert counter.outside.plan.calls == ["reverse", "pre_settle", "settle", "refund", "refund"]
    assert counter.outside.books.at_insurer() == (4900, 3000)
    backs = [(b.kind, b.channel, b.amount_fen) for b in payment.refunds[0].parts]
    assert backs == [("insurance", "310", 9300), ("channel", "wechat", 500), ("channel", "alipay", 100)]
    await counter.audit()
    payment = await counter.refund(payment)
    assert (payment.state, payment.refunded_fen) == ("refunded", 10000)
    assert counter.outside.books.at_insurer() == (0, 0)
    assert (counter.outside.books.at_channel("wechat"), counter.outside.books.at_channel("alipay")) == (0, 0)
    assert await counter.balance(f"patient:{counter.patient}") == 0
    await counter.audit()


@pytest.mark.parametrize("fault", ["before", "after"])
@pytest.mark.parametrize("at", range(4))
async def test_a_refund_survives_any_lost_answer(counter: Counter, at: int, fault: str) -> None:
    payment, charges = await _paid(counter, 8000, 2000)
    counter.outside.plan.faults = [""] * at + [fault]
    payment = await counter.refund(payment, charges[1])
    await counter.settle_down()
    payment = await counter.see(payment)
    assert (payment.state, payment.stuck) == ("part_refunded", None)
    assert counter.outside.books.at_insurer() == (4900, 3000)
    await counter.audit()


async def test_without_insurance_the_last_payer_gets_back_first(counter: Counter) -> None:
    deposit, _ = await counter.bill(1000, kind="deposit")
    await counter.pay(counter.request(deposit, 1000, CODE, use_insurance=False))
    payment, charges = await _paid(
        counter, 4000, 2000, 500, channels=(ChannelChoice("alipay", "code", 3500, "2" * 17), CODE),
        use_insurance=False, deposit_fen=1000,
    )  # fmt: skip
    payment = await counter.refund(payment, charges[1], charges[2])
    assert [(b.channel, b.amount_fen) for b in payment.refunds[0].parts] == [("wechat", 2000), ("alipay", 500)]
    payment = await counter.refund(payment, charges[0])
    assert [(b.channel, b.amount_fen) for b in payment.refunds[1].parts] == [("alipay", 3000), ("deposit", 1000)]
    assert payment.state == "refunded"
    assert await counter.balance(f"deposit:{counter.patient}") == -1000
    await counter.audit()


async def test_a_deposit_that_was_drawn_on_does_not_go_back(counter: Counter) -> None:
    deposit, _ = await counter.bill(1000, kind="deposit")
    paid_in = await counter.pay(counter.request(deposit, 1000, CODE, use_insurance=False))
    drawn, _ = await counter.bill(400)
    await counter.pay(counter.request(drawn, 0, use_insurance=False, deposit_fen=400))
    with pytest.raises(Problem) as refused:
        await counter.refund(paid_in, *paid_in.charge_ids)
    assert refused.value.code == "deposit-used"
    assert await counter.balance(f"deposit:{counter.patient}") == -600
    await counter.audit()


async def test_a_line_goes_back_once(counter: Counter) -> None:
    payment, charges = await _paid(counter, 4000, 2000, use_insurance=False)
    await counter.refund(payment, charges[1])
    for asked in ([charges[1]], [new_id()]):
        with pytest.raises(Problem) as refused:
            await counter.refund(payment, *asked)
        assert refused.value.code == "not-refundable"
    with pytest.raises(Problem) as refused:
        await counter.refund(payment, charges[0], actor=counter.citizen)
    assert refused.value.code == "forbidden"
    await counter.audit()


async def _refund_together(counter: Counter, payment: PaymentView, charge: UUID) -> int:
    """Six cashiers give the same line back at the same moment; answers how many were let."""
    asked = RefundRequest(organization_id=payment.organization_id, charge_ids=[charge], reason="未做")
    platform = counter.town.platform
    tries = [service.refund(platform, counter.cashier, payment.id, asked, new_id()) for _ in range(6)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert all(isinstance(one, PaymentView | Problem) for one in answers), answers
    return sum(isinstance(one, PaymentView) for one in answers)


async def test_never_more_back_than_was_paid_however_many_ask(counter: Counter) -> None:
    payment, charges = await _paid(counter, 4000, 2000, use_insurance=False)
    assert await _refund_together(counter, payment, charges[1]) == 1
    await counter.settle_down()
    assert counter.outside.books.at_channel("wechat") == 4000
    await counter.audit()


async def test_without_lock_and_constraints_more_would_go_back(counter: Counter, monkeypatch: Any) -> None:
    """The control of the race above: take the walls away and the money is lost."""
    payment, charges = await _paid(counter, 4000, 2000, use_insurance=False)
    owner = await counter.town.platform.database.connect_as_owner()
    await owner.execute("DROP INDEX uq_refund_open; DROP INDEX uq_refund_line_held")
    await owner.execute("ALTER TABLE payment_part DROP CONSTRAINT ck_payment_part_refunded")
    await owner.close()
    from yitong.billing.payments.service import refunding
    from yitong.billing.payments.sheet import seen

    async def unlocked(tx: Any, organization_id: UUID, order_id: UUID) -> Any:
        sheet = await seen(tx, organization_id, order_id)
        await asyncio.sleep(0.2)  # everybody has read before anybody writes
        return sheet

    monkeypatch.setattr(refunding, "locked", unlocked)
    platform = counter.town.platform
    refunds: list[Any] = []
    for _ in range(3):

        async def ask() -> None:
            async with platform.transaction(counter.cashier) as tx:
                sheet = await refunding.locked(tx, payment.organization_id, payment.id)
                grant = refunding.REFUND.check(tx.actor, organization_id=payment.organization_id)
                asked = RefundRequest(organization_id=payment.organization_id, charge_ids=[charges[1]], reason="未做")
                await refunding.refund_for(tx, grant, sheet, asked)

        refunds.append(ask())
    await asyncio.gather(*refunds, return_exceptions=True)
    asked_back = await counter.town.one("SELECT sum(amount_fen)::bigint AS sum FROM refund_part")
    assert asked_back.sum > 2000


async def test_a_refund_that_the_insurer_refuses_changes_nothing(counter: Counter) -> None:
    payment, charges = await _paid(counter, 8000, 2000)
    counter.outside.plan.faults = ["refuse"]
    payment = await counter.refund(payment, charges[1])
    assert (payment.state, payment.refunds[0].state, payment.stuck) == ("settled", "failed", "refund-refused")
    await counter.audit()
    payment = await counter.refund(payment, charges[1])
    assert (payment.state, payment.stuck) == ("part_refunded", None)
    await counter.audit()


async def test_what_remains_is_settled_under_another_number_after_a_reversal(counter: Counter) -> None:
    payment, charges = await _paid(counter, 8000, 2000)
    counter.outside.plan.faults = ["", "", "after", *["before"] * 5]
    payment = await counter.refund(payment, charges[1])
    for _ in range(12):
        await counter.run(minutes=1.1)
    payment = await counter.see(payment)
    assert (payment.state, payment.stuck) == ("part_refunded", None)
    anew = [p.state for p in payment.parts if p.kind == "insurance"]
    assert anew == ["reversed", "failed", "done"]
    assert counter.outside.books.at_insurer() == (4900, 3000)
    await counter.audit()
    assert (await counter.refund(payment)).state == "refunded"
    await counter.audit()


async def test_a_channel_that_refuses_after_the_insurer_is_the_desks(counter: Counter) -> None:
    payment, charges = await _paid(counter, 8000, 2000)
    counter.outside.plan.faults = ["", "", "", "refuse"]
    payment = await counter.refund(payment, charges[1])
    assert (payment.stuck, payment.refunds[0].state) == ("refund-refused", "returning")
    payment = await service.retry(counter.town.platform, counter.cashier, payment.organization_id, payment.id)
    assert (payment.stuck, payment.state) == (None, "part_refunded")
    await counter.audit()


async def test_an_insurer_that_will_not_settle_anew_is_the_desks(counter: Counter) -> None:
    payment, charges = await _paid(counter, 8000, 2000)
    counter.outside.plan.faults = ["", "", "refuse"]
    payment = await counter.refund(payment, charges[1])
    assert (payment.stuck, payment.refunds[0].state) == ("resettle-refused", "resettling")
    await counter.run(minutes=6)
    assert (await counter.see(payment)).state == "part_refunded"
    await counter.audit()


async def test_what_the_new_settlement_leaves_to_pay_is_owed(counter: Counter) -> None:
    payment, charges = await _paid(counter, 8000, 100)
    counter.outside.insurer.balance = 500  # the account was used elsewhere
    payment = await counter.refund(payment, charges[1])
    refund = payment.refunds[0]
    assert (payment.state, refund.owed_fen > 0, len(refund.parts)) == ("part_refunded", True, 1)
    assert await counter.balance(f"patient:{counter.patient}") == refund.owed_fen
    await counter.audit()
    payment = await counter.refund(payment)
    assert payment.state == "refunded"
    assert await counter.balance(f"patient:{counter.patient}") == 0
    await counter.audit()


async def test_cash_lies_ready_or_is_handed_over_at_once(counter: Counter) -> None:
    cash, platform, cashier = ChannelChoice("cash", "window"), counter.town.platform, counter.cashier
    bill, charges = await counter.bill(3000, 2000)
    payment = await counter.pay(counter.request(bill, 5000, cash, use_insurance=False), actor=cashier)
    taken = CashRequest(organization_id=payment.organization_id, amount_fen=5000, window="3")
    payment = await service.cash_taken(platform, cashier, payment.id, taken)
    payment = await counter.refund(payment, charges[1])
    assert payment.refunds[0].parts[0].state == "waiting"
    back = CashRequest(organization_id=payment.organization_id, amount_fen=2000, window="4")
    payment = await service.cash_returned(platform, cashier, payment.id, back)
    assert payment.state == "part_refunded"
    payment = await counter.refund(payment, window="5")
    assert payment.state == "refunded"
    assert [await counter.balance(f"cash:{w}") for w in "345"] == [5000, -2000, -3000]
    await counter.audit()


async def test_refunds_that_take_their_time_are_learned_by_notice_or_by_looking(counter: Counter) -> None:
    payment, charges = await _paid(counter, 4000, 2000, use_insurance=False)
    counter.outside.channels.get("wechat").processing = True  # type: ignore[union-attr]
    payment = await counter.refund(payment, charges[1])
    number, platform = payment.refunds[0].parts[0].number, counter.town.platform
    early = RefundFound(number, payment.parts[0].number, "done", 2000)
    assert await take_refund_notice(platform, "wechat", early) == "taken"
    assert (await counter.see(payment)).refunds[0].parts[0].state == "waiting"
    wrong = RefundFound(number, payment.parts[0].number, "done", 1)
    assert await take_refund_notice(platform, "wechat", wrong) == "wrong-amount"
    counter.outside.books.db.execute("UPDATE refund SET state = 'done'")
    assert await take_refund_notice(platform, "wechat", early) == "taken"
    assert (await counter.see(payment)).state == "part_refunded"
    await counter.audit()
