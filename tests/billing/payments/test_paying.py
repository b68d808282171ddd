"""Paying a bill: the order of the parts, lost answers, cancelling, money that comes too late."""

from typing import Any

import pytest
from sqlalchemy import text

from billing.payments.counter import WECHAT, Counter
from yitong.billing.payments import service
from yitong.billing.payments.schemas import CashRequest, ChannelChoice
from yitong.billing.payments.service.notices import take_notice
from yitong.billing.ports import PaymentFound
from yitong.kernel.ids import new_id
from yitong.kernel.problems import Problem

CASH = ChannelChoice("cash", "window")


async def _code(done: Any) -> str:
    with pytest.raises(Problem) as refused:
        await done
    return refused.value.code


async def test_insurance_account_and_channel_pay_in_their_order(counter: Counter) -> None:
    bill, _ = await counter.bill(8000, 2000)
    request = counter.request(bill, 0, WECHAT)
    # 10000: 1000 deductible, 70 % of 9000 from the fund, 3000 of the account, the rest from the payer.
    shown = await service.preview(counter.town.platform, counter.citizen, request)
    assert (shown.own_fen, [(p.kind, p.amount_fen) for p in shown.parts]) == (
        700, [("fund", 6300), ("account", 3000), ("own", 700)]
    )  # fmt: skip
    assert shown.explanation
    payment = await counter.pay(counter.request(bill, 700, WECHAT))
    assert payment.state == "settling"
    assert [(p.kind, p.state) for p in payment.parts] == [("insurance", "done"), ("channel", "waiting")]
    channel = payment.parts[1]
    assert channel.invoke == {"code_url": f"pay://{channel.number}"}
    counter.outside.books.pay(channel.number)
    await counter.run(minutes=1)
    payment = await counter.see(payment)
    assert (payment.state, payment.final) == ("settled", True)
    assert await counter.balance(f"patient:{counter.patient}") == 0
    await counter.audit()


async def test_another_amount_than_confirmed_pays_nothing(counter: Counter) -> None:
    bill, _ = await counter.bill(10000)
    assert await _code(counter.pay(counter.request(bill, 699, WECHAT))) == "amounts-changed"
    assert counter.outside.books.at_insurer() == (0, 0)


async def test_two_people_cannot_pay_one_bill(counter: Counter) -> None:
    bill, _ = await counter.bill(10000)
    request = counter.request(bill, 10000, WECHAT, use_insurance=False)
    first = await counter.pay(request)
    code = await _code(counter.pay(counter.request(bill, 10000, CASH, use_insurance=False)))
    assert code in ("being-paid", "nothing-to-pay")
    assert (await counter.see(first)).state == "settling"


async def test_the_same_key_is_the_same_payment(counter: Counter) -> None:
    bill, _ = await counter.bill(5000)
    request, key = counter.request(bill, 5000, WECHAT, use_insurance=False), new_id()
    first = await counter.pay(request, key)
    assert (await counter.pay(request, key)).id == first.id
    other = counter.request(bill, 5000, CASH, use_insurance=False)
    assert await _code(counter.pay(other, key)) == "idempotency-key-reused"


@pytest.mark.parametrize("fault", ["before", "after"])
@pytest.mark.parametrize("call", ["settle", "open", "find", "settlement"])
async def test_any_lost_answer_is_looked_up(counter: Counter, call: str, fault: str) -> None:
    bill, _ = await counter.bill(10000)
    request = counter.request(bill, 700, WECHAT)
    # person, register, pre_settle, then settle, open; the looks come after a lost answer.
    faults = {"settle": [fault], "settlement": ["after", fault], "open": ["", fault], "find": ["", "after", fault]}
    counter.outside.plan.faults = ["", "", "", *faults[call]]
    payment = await counter.pay(request)
    for _ in range(4):
        await counter.run(minutes=2)
    payment = await counter.see(payment)
    assert [p.state for p in payment.parts] == ["done", "waiting"]
    assert payment.parts[1].invoke is not None
    counter.outside.books.pay(payment.parts[1].number)
    await counter.settle_down()
    assert (await counter.see(payment)).state == "settled"
    assert counter.outside.books.row("SELECT count(*) FROM settlement")[0] == 1
    await counter.audit()


async def test_who_does_not_pay_in_time_gets_the_insurance_back(counter: Counter) -> None:
    bill, _ = await counter.bill(10000)
    payment = await counter.pay(counter.request(bill, 700, WECHAT))
    assert counter.outside.books.at_insurer() == (6300, 3000)
    await counter.settle_down()
    payment = await counter.see(payment)
    assert (payment.state, payment.failure) == ("failed", "expired")
    assert counter.outside.books.at_insurer() == (0, 0)
    await counter.audit()
    again = await counter.pay(counter.request(bill, 700, CASH))
    assert again.state == "settling"


async def test_cancelling_takes_back_from_the_last_to_the_first(counter: Counter) -> None:
    bill, _ = await counter.bill(10000)
    shown = ChannelChoice("alipay", "code", 300, "28763443825664394")
    payment = await counter.pay(counter.request(bill, 700, shown, WECHAT))
    assert [p.state for p in payment.parts] == ["done", "done", "waiting"]
    counter.outside.plan.calls.clear()
    payment = await service.cancel(counter.town.platform, counter.citizen, payment.organization_id, payment.id)
    assert (payment.state, [p.state for p in payment.parts]) == ("failed", ["reversed", "reversed", "failed"])
    assert counter.outside.plan.calls == ["close", "refund", "reverse"]
    await counter.audit()


async def test_a_refusing_insurer_leaves_nothing_behind(counter: Counter) -> None:
    bill, _ = await counter.bill(10000)
    counter.outside.plan.faults = ["", "", "", "refuse"]
    payment = await counter.pay(counter.request(bill, 700, WECHAT))
    assert (payment.state, payment.failure) == ("failed", "refused")
    await counter.audit()


@pytest.mark.parametrize("at", ["settlement", "find"])
async def test_who_will_not_say_what_happened_has_not_refused_it(counter: Counter, at: str) -> None:
    bill, _ = await counter.bill(10000)
    lost = ["after"] if at == "settlement" else ["", "after"]
    counter.outside.plan.faults = ["", "", "", *lost, "refuse"]
    payment = await counter.pay(counter.request(bill, 700, WECHAT))
    for _ in range(4):
        await counter.run(minutes=1)
    payment = await counter.see(payment)
    assert [p.state for p in payment.parts] == ["done", "waiting"]
    counter.outside.books.pay(payment.parts[1].number)
    await counter.settle_down()
    assert (await counter.see(payment)).state == "settled"
    await counter.audit()


async def test_amounts_that_the_insurer_changes_are_taken_back(counter: Counter) -> None:
    bill, _ = await counter.bill(10000)
    request = counter.request(bill, 700, WECHAT)
    insurer = counter.outside.insurer
    original = insurer.settle

    async def settle(*asked: Any) -> Any:
        insurer.balance = 1000  # somebody else used the account meanwhile
        return await original(*asked)

    insurer.settle = settle  # type: ignore[method-assign]
    payment = await counter.pay(request)
    assert (payment.state, payment.failure) == ("failed", "amounts-changed")
    await counter.audit()


async def test_a_wrong_amount_is_never_taken(counter: Counter) -> None:
    bill, _ = await counter.bill(5000)
    payment = await counter.pay(counter.request(bill, 5000, WECHAT, use_insurance=False))
    number = payment.parts[0].number
    verdict = await take_notice(counter.town.platform, "wechat", PaymentFound(number, "paid", 1))
    assert (verdict, (await counter.see(payment)).parts[0].state) == ("wrong-amount", "waiting")
    counter.outside.books.pay(number, amount=4999)
    await counter.run(minutes=1)
    payment = await counter.see(payment)
    assert (payment.parts[0].state, payment.stuck) == ("unknown", "amount-differs")
    assert await counter.balance("channel:wechat") == 0
    kept = await counter.town.rows("SELECT source, kind, expected_fen, found_fen FROM payment_difference ORDER BY 1")
    assert [tuple(row) for row in kept] == [("answer", "amount", 5000, 4999), ("notice", "amount", 5000, 1)]


async def test_forged_doubled_and_early_notices_change_nothing(counter: Counter) -> None:
    bill, _ = await counter.bill(5000)
    payment = await counter.pay(counter.request(bill, 5000, WECHAT, use_insurance=False))
    number, platform = payment.parts[0].number, counter.town.platform
    assert await take_notice(platform, "wechat", PaymentFound(number, "paid", 5000)) == "taken"
    assert (await counter.see(payment)).state == "settling"  # nobody has paid: the channel says so
    assert await take_notice(platform, "alipay", PaymentFound(number, "paid", 5000)) == "unknown"
    assert await take_notice(platform, "wechat", PaymentFound("N" * 26, "paid", 5000)) == "unknown"
    counter.outside.books.pay(number)
    for _ in range(3):
        assert await take_notice(platform, "wechat", PaymentFound(number, "paid", 5000)) == "taken"
        assert await take_notice(platform, "wechat", PaymentFound(number, "closed", 5000)) == "taken"
    assert (await counter.see(payment)).state == "settled"
    await counter.audit()


async def test_money_that_comes_after_the_end_goes_back(counter: Counter) -> None:
    bill, _ = await counter.bill(10000)
    payment = await counter.pay(counter.request(bill, 700, WECHAT))
    number, platform = payment.parts[1].number, counter.town.platform
    payment = await service.cancel(platform, counter.citizen, payment.organization_id, payment.id)
    assert payment.state == "failed"
    # The channel had said that it was closed, and took the money all the same.
    counter.outside.books.db.execute("UPDATE payment SET state = 'paid', amount = 700 WHERE no = ?", (number,))
    assert await take_notice(platform, "wechat", PaymentFound(number, "paid", 700)) == "taken"
    payment = await counter.see(payment)
    assert (payment.state, payment.parts[1].state) == ("failed", "reversed")
    assert counter.outside.books.at_channel("wechat") == 0
    await counter.audit()


async def test_cash_is_counted_at_the_window(counter: Counter) -> None:
    bill, _ = await counter.bill(5000)
    payment = await counter.pay(counter.request(bill, 5000, CASH, use_insurance=False), actor=counter.cashier)
    assert payment.parts[0].state == "waiting"
    platform, cashier = counter.town.platform, counter.cashier
    wrong = CashRequest(organization_id=payment.organization_id, amount_fen=4999, window="3")
    assert await _code(service.cash_taken(platform, cashier, payment.id, wrong)) == "cash-amount"
    right = CashRequest(organization_id=payment.organization_id, amount_fen=5000, window="3")
    for _ in range(2):
        payment = await service.cash_taken(platform, cashier, payment.id, right)
    assert payment.state == "settled"
    assert await counter.balance("cash:3") == 5000
    refused = service.cash_taken(platform, counter.citizen, payment.id, right)
    assert await _code(refused) == "forbidden"


async def test_a_deposit_pays_what_it_holds(counter: Counter) -> None:
    deposit, _ = await counter.bill(3000, kind="deposit")
    paid = await counter.pay(
        counter.request(deposit, 3000, ChannelChoice("wechat", "code", None, "1" * 18), use_insurance=False)
    )
    assert paid.state == "settled"
    assert await counter.balance(f"deposit:{counter.patient}") == -3000
    bill, _ = await counter.bill(5000)
    request = counter.request(bill, 2000, WECHAT, use_insurance=False, deposit_fen=4000)
    payment = await counter.pay(request)
    assert [(p.kind, p.amount_fen, p.state) for p in payment.parts] == [
        ("deposit", 3000, "done"), ("channel", 2000, "waiting")
    ]  # fmt: skip
    await counter.settle_down()
    assert (await counter.see(payment)).state == "failed"
    assert await counter.balance(f"deposit:{counter.patient}") == -3000
    await counter.audit()


async def test_somebody_else_pays_by_the_bills_code(counter: Counter) -> None:
    bill, _ = await counter.bill(5000)
    token = (await counter.town.one("SELECT pay_token FROM bill")).pay_token
    friend = counter.town.citizen(new_id())
    plain = counter.request(bill, 5000, WECHAT, use_insurance=False)
    assert await _code(counter.pay(plain, actor=friend)) == "foreign-patient"
    wrong = counter.request(bill, 5000, WECHAT, use_insurance=False, pay_token="x")
    assert await _code(counter.pay(wrong, actor=friend)) == "not-found"
    good = counter.request(bill, 5000, WECHAT, use_insurance=False, pay_token=token)
    payment = await counter.pay(good, actor=friend)
    assert payment.parts[0].invoke is not None
    counter.outside.books.pay(payment.parts[0].number)
    await counter.run(minutes=1)
    platform = counter.town.platform
    assert (await service.show(platform, friend, payment.organization_id, payment.id)).state == "settled"
    stranger = counter.town.citizen(new_id())
    assert await _code(service.show(platform, stranger, payment.organization_id, payment.id)) == "foreign-patient"


async def test_a_silent_insurer_is_told_on_the_confirmation_page(counter: Counter) -> None:
    bill, _ = await counter.bill(5000)
    counter.outside.plan.faults = ["before"]
    shown = await service.preview(counter.town.platform, counter.citizen, counter.request(bill, 0, WECHAT))
    assert (shown.own_fen, shown.insurance_problem is not None) == (5000, True)


async def test_a_long_silence_is_shown_at_the_desk_and_ends(counter: Counter) -> None:
    bill, _ = await counter.bill(10000)
    counter.outside.plan.faults = ["", "", "", "after", *["before"] * 8]
    payment = await counter.pay(counter.request(bill, 700, WECHAT))
    for _ in range(8):
        await counter.run(minutes=1)
    cashier, platform = counter.cashier, counter.town.platform
    async with platform.transaction(cashier) as tx:
        stuck = await service.listed(tx, counter.town.hospital_id, None, None, "stuck")
    assert [(one.id, one.stuck) for one in stuck] == [(payment.id, "no-answer")]
    # Looking it up was of no use: the message was to be reversed, and nothing else counts any more.
    assert "undo" in counter.outside.plan.calls
    counter.outside.plan.faults.clear()
    payment = await service.retry(platform, cashier, payment.organization_id, payment.id)
    assert (payment.stuck, payment.state, payment.failure) == (None, "failed", "undone")
    assert counter.outside.books.at_insurer() == (0, 0)
    await counter.settle_down()
    await counter.audit()


async def test_a_shorter_silence_ends_with_the_settlement_found(counter: Counter) -> None:
    bill, _ = await counter.bill(10000)
    counter.outside.plan.faults = ["", "", "", "after", *["before"] * 4]
    payment = await counter.pay(counter.request(bill, 700, WECHAT))
    for _ in range(8):
        await counter.run(minutes=1)
    assert (await counter.see(payment)).parts[0].state == "done"
    assert "undo" not in counter.outside.plan.calls
    await counter.settle_down()
    await counter.audit()


async def test_a_message_that_never_came_is_reversed_before_it_is_sent_again(counter: Counter) -> None:
    bill, _ = await counter.bill(10000)
    counter.outside.plan.faults = ["", "", "", "before"]
    payment = await counter.pay(counter.request(bill, 700, WECHAT))
    first = (await counter.town.one("SELECT msgid FROM payment_part WHERE kind = 'insurance'")).msgid
    counter.outside.plan.calls.clear()
    for _ in range(3):
        await counter.run(minutes=1)
    assert counter.outside.plan.calls[:4] == ["settlement", "undo", "settle", "open"]
    assert (await counter.see(payment)).parts[0].state == "done"
    bill_again = (await counter.town.one("SELECT msgid FROM payment_part WHERE kind = 'insurance'")).msgid
    assert bill_again != first
    assert counter.outside.books.row("SELECT msgid FROM undone") == (first,)
    await counter.settle_down()
    await counter.audit()


@pytest.mark.parametrize("fault", ["before", "after", "refuse"])
async def test_a_reversal_without_an_answer_is_asked_for_until_there_is_one(counter: Counter, fault: str) -> None:
    bill, _ = await counter.bill(10000)
    counter.outside.plan.faults = ["", "", "", "after", *["before"] * 5, fault]
    payment = await counter.pay(counter.request(bill, 700, WECHAT))
    for _ in range(12):
        await counter.run(minutes=1.1)
    payment = await counter.see(payment)
    # A refused reversal had no effect: the settlement is looked up once more, and found.
    ends = ("failed", "expired") if fault == "refuse" else ("failed", "undone")
    await counter.settle_down()
    payment = await counter.see(payment)
    assert (payment.state, payment.failure) == ends
    assert counter.outside.books.at_insurer() == (0, 0)
    await counter.audit()


async def test_the_payers_own_app_is_asked_under_the_id_it_knows(counter: Counter) -> None:
    bill, _ = await counter.bill(5000)
    platform = counter.town.platform
    async with platform.transaction() as tx:
        await tx.session.execute(
            text(
                "WITH a AS (INSERT INTO account (id, phone_sealed, phone_hash, created_at)"
                " VALUES (:id, 's', decode('00', 'hex'), :now) ON CONFLICT DO NOTHING)"
                " INSERT INTO oauth_identity (provider, subject, account_id, created_at)"
                " VALUES ('wechat', 'o-payer', :id, :now)"
            ),
            {"id": counter.citizen.id, "now": tx.now},
        )
    in_app = ChannelChoice("wechat", "jsapi")
    await counter.pay(counter.request(bill, 5000, in_app, use_insurance=False))
    async with platform.transaction() as tx:
        row = (await tx.session.execute(text("SELECT id, payer_sealed FROM payment_part"))).one()
    assert platform.sealer.open(row.payer_sealed, f"payment_part.payer:{row.id}") == "o-payer"


async def test_a_relatives_account_is_a_share_of_its_own(counter: Counter) -> None:
    bill, _ = await counter.bill(8000, 2000)
    counter.outside.insurer.family = 500
    request = counter.request(bill, 0, WECHAT)
    shown = await service.preview(counter.town.platform, counter.citizen, request)
    shares = [(part.kind, part.amount_fen) for part in shown.parts]
    assert shares == [("fund", 6300), ("account", 3000), ("family", 500), ("own", 200)]
    assert any("家庭共济" in one.zh and "5.00" in one.zh for one in shown.explanation)
    payment = await counter.pay(counter.request(bill, 200, WECHAT))
    assert [(part.kind, part.account_fen) for part in payment.parts] == [("insurance", 3500), ("channel", 0)]
