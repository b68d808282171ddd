"""Commercial cover as a part of a payment: its place, lost answers, claims that are thought about, money back."""

from typing import Any

import pytest

from billing.payments.counter import WECHAT, Counter
from billing.payments.outside import COVER
from yitong.billing.payments import service
from yitong.billing.payments.schemas import ChannelChoice, PaymentView
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.problems import Problem

CODE = ChannelChoice("wechat", "code", None, "134567890123456789")


@pytest.fixture
async def covered(counter: Counter) -> Counter:
    """The counter with a patient who holds a policy, and no personal account that would leave nothing to cover."""
    counter.outside.insurer.balance = 0
    await counter.insure()
    return counter


async def paid(counter: Counter, *amounts: int, channels: Any = (CODE,), **more: Any) -> tuple[PaymentView, list[UUID]]:
    """A bill paid with the policy."""
    bill, charges = await counter.bill(*amounts)
    own = await counter.own(counter.request(bill, 0, *channels, use_commercial=True, **more))
    return await counter.pay(counter.request(bill, own, *channels, use_commercial=True, **more)), charges


async def test_the_page_shows_what_the_policy_pays_and_why(covered: Counter) -> None:
    bill, _ = await covered.bill(10000)
    platform, me = covered.town.platform, covered.citizen
    without = await service.preview(platform, me, covered.request(bill, 0, WECHAT))
    assert [(p.kind, p.amount_fen) for p in without.parts] == [("fund", 6300), ("own", 3700)]
    assert [(one.insurer_code, one.policy_tail) for one in without.policies] == [(COVER, "0001")]
    shown = await service.preview(platform, me, covered.request(bill, 0, WECHAT, use_commercial=True))
    assert [(p.kind, p.name, p.amount_fen) for p in shown.parts] == [
        ("fund", "310", 6300), ("commercial", COVER, 2960), ("own", "", 740)
    ]  # fmt: skip
    assert shown.coverage_id == shown.policies[0].coverage_id
    assert shown.commercial_notes[0].en == "2960 fen are paid."
    assert shown.commercial_notes[0] in shown.explanation
    assert covered.outside.books.at_cover() == 0, "asking owes nothing"


async def test_it_pays_after_the_insurer_and_before_the_channel(covered: Counter) -> None:
    payment, _ = await paid(covered, 10000, channels=(WECHAT,))
    assert [(p.kind, p.state, p.amount_fen) for p in payment.parts] == [
        ("insurance", "done", 6300), ("commercial", "done", 2960), ("channel", "waiting", 740)
    ]  # fmt: skip
    asked = [one for one in covered.outside.plan.calls if one not in ("person", "register", "pre_settle")]
    assert asked == ["assess", "assess", "settle", "submit", "open"]
    covered.outside.books.pay(payment.parts[2].number)
    await covered.run(minutes=1)
    assert (await covered.see(payment)).state == "settled"
    assert await covered.balance(f"commercial:{COVER}") == 2960
    assert await covered.balance(f"patient:{covered.patient}") == 0
    await covered.audit()


async def test_without_insurance_and_with_a_deposit(covered: Counter) -> None:
    deposit, _ = await covered.bill(500, kind="deposit")
    await covered.pay(covered.request(deposit, 500, CODE, use_insurance=False))
    payment, _ = await paid(covered, 10000, use_insurance=False, deposit_fen=500)
    assert [(p.kind, p.amount_fen) for p in payment.parts] == [
        ("commercial", 8000), ("deposit", 500), ("channel", 1500)
    ]  # fmt: skip
    assert payment.state == "settled"
    await covered.audit()


async def test_a_policy_may_leave_nothing_to_pay(covered: Counter) -> None:
    covered.outside.cover.tenths = 10
    payment, _ = await paid(covered, 10000, channels=())
    assert [(p.kind, p.amount_fen) for p in payment.parts] == [("insurance", 6300), ("commercial", 3700)]
    assert payment.state == "settled"
    await covered.audit()


async def test_who_has_no_policy_and_who_only_has_the_code_cannot_use_one(counter: Counter) -> None:
    bill, _ = await counter.bill(5000)
    asked = counter.request(bill, 0, WECHAT, use_insurance=False, use_commercial=True)
    with pytest.raises(Problem, match="no-commercial-policy"):
        await counter.own(asked)
    policy = await counter.insure()
    assert await counter.own(asked) == 1000
    token = (await counter.town.one("SELECT pay_token FROM bill")).pay_token
    friend = counter.town.citizen(new_id())
    for named in (None, policy):
        by_code = counter.request(
            bill, 1000, WECHAT, use_insurance=False, use_commercial=True, coverage_id=named, pay_token=token
        )
        with pytest.raises(Problem, match="no-commercial-policy"):
            await counter.pay(by_code, actor=friend)
    shown = await service.preview(
        counter.town.platform, friend, counter.request(bill, 0, WECHAT, use_insurance=False, pay_token=token)
    )
    assert shown.policies == []


async def test_a_silent_insurer_is_told_and_left_out(covered: Counter) -> None:
    bill, _ = await covered.bill(10000)
    request = covered.request(bill, 0, WECHAT, use_commercial=True)
    covered.outside.plan.faults = ["", "", "", "before"]
    shown = await service.preview(covered.town.platform, covered.citizen, request)
    assert (shown.own_fen, shown.insurance_problem, shown.coverage_id) == (3700, None, None)
    assert shown.commercial_problem is not None


@pytest.mark.parametrize("fault", ["before", "after"])
@pytest.mark.parametrize("faults", [[], [""], ["after"]], ids=["submit", "open", "find"])
async def test_any_lost_answer_is_looked_up(covered: Counter, faults: list[str], fault: str) -> None:
    bill, _ = await covered.bill(10000)
    request = covered.request(bill, 740, WECHAT, use_commercial=True)
    # person, register, pre_settle, assess, settle; then submit, and what follows it.
    covered.outside.plan.faults = [*[""] * 5, *faults, fault]
    payment = await covered.pay(request)
    for _ in range(5):
        await covered.run(minutes=2)
    payment = await covered.see(payment)
    assert [p.state for p in payment.parts] == ["done", "done", "waiting"]
    covered.outside.books.pay(payment.parts[2].number)
    await covered.settle_down()
    assert (await covered.see(payment)).state == "settled"
    assert covered.outside.books.row("SELECT count(*) FROM claim")[0] == 1
    await covered.audit()


async def test_what_comes_later_fails_and_the_claim_is_taken_back(covered: Counter) -> None:
    payment, _ = await paid(covered, 10000, channels=(WECHAT,))
    covered.outside.plan.calls.clear()
    payment = await service.cancel(covered.town.platform, covered.citizen, payment.organization_id, payment.id)
    assert (payment.state, [p.state for p in payment.parts]) == ("failed", ["reversed", "reversed", "failed"])
    assert covered.outside.plan.calls == ["close", "cancel_claim", "reverse"]
    assert covered.outside.books.at_cover() == 0
    await covered.audit()


@pytest.mark.parametrize("fault", ["before", "after", "refuse"])
async def test_a_claim_that_cannot_be_taken_back_at_once_is_asked_again(covered: Counter, fault: str) -> None:
    payment, _ = await paid(covered, 10000, channels=(WECHAT,))
    covered.outside.plan.faults = ["", fault]
    payment = await service.cancel(covered.town.platform, covered.citizen, payment.organization_id, payment.id)
    if fault == "refuse":
        assert payment.stuck == "refund-refused"
        await service.retry(covered.town.platform, covered.cashier, payment.organization_id, payment.id)
    await covered.settle_down()
    assert (await covered.see(payment)).state == "failed"
    assert covered.outside.books.at_cover() == 0
    await covered.audit()


async def test_an_insurer_that_refuses_leaves_nothing_behind(covered: Counter) -> None:
    bill, _ = await covered.bill(10000)
    covered.outside.plan.faults = [*[""] * 5, "refuse"]
    payment = await covered.pay(covered.request(bill, 740, WECHAT, use_commercial=True))
    assert (payment.state, payment.failure) == ("failed", "refused")
    assert covered.outside.books.at_insurer() == (0, 0)
    await covered.audit()


async def test_a_claim_that_is_thought_about_goes_on_by_itself(covered: Counter) -> None:
    covered.outside.cover.thinks = True
    payment, _ = await paid(covered, 10000, channels=(WECHAT,))
    part = payment.parts[1]
    assert (part.state, part.state_text.zh, payment.parts[2].state) == ("waiting", "保险公司审核中", "due")
    await covered.run(minutes=1)
    assert (await covered.see(payment)).parts[1].state == "waiting"
    covered.outside.cover.decide()
    await covered.run(minutes=1)
    payment = await covered.see(payment)
    assert [p.state for p in payment.parts] == ["done", "done", "waiting"]
    await covered.settle_down()
    await covered.audit()


async def test_a_claim_that_is_thought_about_too_long_is_ended(covered: Counter) -> None:
    covered.outside.cover.thinks = True
    payment, _ = await paid(covered, 10000, channels=(WECHAT,))
    await covered.settle_down()
    payment = await covered.see(payment)
    assert (payment.state, payment.failure) == ("failed", "expired")
    assert [p.state for p in payment.parts] == ["reversed", "failed", "failed"]
    covered.outside.cover.decide()
    assert covered.outside.books.at_cover() == 0, "a claim that was ended is not paid later"
    await covered.audit()


@pytest.mark.parametrize("channels", [(WECHAT,), ()], ids=["with a channel", "alone"])
async def test_another_amount_than_was_confirmed_is_taken_back(covered: Counter, channels: Any) -> None:
    cover = covered.outside.cover
    cover.tenths = 8 if channels else 10
    bill, _ = await covered.bill(10000)
    own = await covered.own(covered.request(bill, 0, *channels, use_commercial=True))
    submit = cover.submit

    async def less(claim: Any) -> Any:
        cover.tenths = 5
        return await submit(claim)

    cover.submit = less  # type: ignore[method-assign]
    payment = await covered.pay(covered.request(bill, own, *channels, use_commercial=True))
    assert (payment.state, payment.failure) == ("failed", "amounts-changed")
    assert covered.outside.books.at_cover() == 0
    await covered.audit()


async def test_part_of_it_goes_back_and_what_remains_is_claimed_anew(covered: Counter) -> None:
    payment, charges = await paid(covered, 8000, 2000)
    assert [p.amount_fen for p in payment.parts] == [6300, 2960, 740]
    covered.outside.plan.calls.clear()
    payment = await covered.refund(payment, charges[1])
    # 8000 remain: 4900 from the fund, 3100 left, of which eight tenths are covered and 620 are the payer's.
    assert payment.state == "part_refunded"
    assert covered.outside.plan.calls == ["cancel_claim", "reverse", "pre_settle", "settle", "submit", "refund"]
    assert covered.outside.books.at_insurer() == (4900, 0)
    assert covered.outside.books.at_cover() == 2480
    backs = [(b.kind, b.amount_fen) for b in payment.refunds[0].parts]
    assert backs == [("commercial", 2960), ("insurance", 6300), ("channel", 120)]
    await covered.audit()
    payment = await covered.refund(payment)
    assert (payment.state, covered.outside.books.at_cover()) == ("refunded", 0)
    assert await covered.balance(f"patient:{covered.patient}") == 0
    await covered.audit()


@pytest.mark.parametrize("fault", ["before", "after"])
@pytest.mark.parametrize("at", range(6))
async def test_a_refund_survives_any_lost_answer(covered: Counter, at: int, fault: str) -> None:
    payment, charges = await paid(covered, 8000, 2000)
    covered.outside.plan.faults = [""] * at + [fault]
    payment = await covered.refund(payment, charges[1])
    await covered.settle_down()
    payment = await covered.see(payment)
    assert (payment.state, payment.stuck) == ("part_refunded", None)
    assert (covered.outside.books.at_insurer(), covered.outside.books.at_cover()) == ((4900, 0), 2480)
    await covered.audit()


async def test_without_insurance_the_rest_is_claimed_anew(covered: Counter) -> None:
    payment, charges = await paid(covered, 4000, 2000, 500, use_insurance=False)
    payment = await covered.refund(payment, charges[1])
    assert covered.outside.books.at_cover() == 3600
    payment = await covered.refund(payment, charges[2])
    assert covered.outside.books.at_cover() == 3200
    assert covered.outside.books.at_channel("wechat") == 800
    await covered.audit()


async def test_a_cover_that_shrank_leaves_a_debt(covered: Counter) -> None:
    payment, charges = await paid(covered, 8000, 100, use_insurance=False)
    covered.outside.cover.limit = 3000
    payment = await covered.refund(payment, charges[1])
    assert covered.outside.books.at_cover() == 3000
    assert payment.refunds[0].owed_fen == 8000 - 3000 - 1620
    await covered.audit()


async def test_a_cover_that_grew_gives_more_back(covered: Counter) -> None:
    covered.outside.cover.limit = 1000
    payment, charges = await paid(covered, 8000, 1000, use_insurance=False)
    assert [(p.kind, p.amount_fen) for p in payment.parts] == [("commercial", 1000), ("channel", 8000)]
    covered.outside.cover.limit = 10**6
    payment = await covered.refund(payment, charges[1])
    assert [(b.kind, b.amount_fen) for b in payment.refunds[0].parts] == [("commercial", 1000), ("channel", 6400)]
    await covered.audit()


async def test_a_policy_that_is_used_up_pays_nothing(covered: Counter) -> None:
    covered.outside.cover.limit = 0
    payment, _ = await paid(covered, 8000, use_insurance=False)
    assert [(p.kind, p.amount_fen) for p in payment.parts] == [("channel", 8000)]
    await covered.audit()


async def test_a_refund_that_the_commercial_insurer_refuses_changes_nothing(covered: Counter) -> None:
    payment, charges = await paid(covered, 8000, 2000)
    covered.outside.plan.faults = ["refuse"]
    payment = await covered.refund(payment, charges[1])
    assert (payment.state, payment.refunds[0].state, payment.stuck) == ("settled", "failed", "refund-refused")
    await covered.audit()
    assert (await covered.refund(payment, charges[1])).state == "part_refunded"
    await covered.audit()


async def test_what_is_not_covered_any_more_is_owed(covered: Counter) -> None:
    payment, charges = await paid(covered, 8000, 2000)
    covered.outside.plan.faults = [*[""] * 4, "refuse"]
    payment = await covered.refund(payment, charges[1])
    assert payment.state == "part_refunded"
    assert payment.refunds[0].owed_fen == 3100 - 740
    assert covered.outside.books.at_cover() == 0
    await covered.audit()
