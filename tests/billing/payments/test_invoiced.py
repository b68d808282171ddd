"""A paid bill gets its invoice by itself; what is given back is answered by a red one and a new one."""

from sqlalchemy import text

from billing.payments.counter import Counter
from yitong.billing.payments.schemas import ChannelChoice
from yitong.kernel.ids import UUID
from yitong.kernel.reactors import REACTORS, run_once

CODE = ChannelChoice("wechat", "code", None, "1" * 18)


async def issued(counter: Counter, bill: UUID) -> list[int]:
    """The bill's invoices once everything that happened was heard; red ones are negative."""
    while await run_once(counter.town.platform, REACTORS["billing.invoices"]):
        pass
    assert await counter.town.rows("SELECT error FROM parked_event") == []
    rows = await counter.town.rows("SELECT amount_fen FROM invoice WHERE bill_id = :bill ORDER BY ordinal", bill=bill)
    return [row.amount_fen for row in rows]


async def heard_again(counter: Counter) -> None:
    """The log is read from its beginning once more."""
    async with counter.town.platform.transaction() as tx:
        await tx.session.execute(text("DELETE FROM reactor_position WHERE name = 'billing.invoices'"))


async def test_a_paid_bill_gets_one_invoice_by_itself(counter: Counter) -> None:
    bill, _ = await counter.bill(8000, 2000)
    assert await issued(counter, bill) == []
    payment = await counter.pay(counter.request(bill, 10000, CODE, use_insurance=False))
    assert payment.state == "settled"
    assert await issued(counter, bill) == [10000]
    await heard_again(counter)
    assert await issued(counter, bill) == [10000]
    event = await counter.town.one("SELECT actor_kind FROM event WHERE type = 'billing:invoice:issued'")
    assert event.actor_kind == "system"


async def test_a_part_given_back_leads_to_a_red_invoice_and_a_new_one(counter: Counter) -> None:
    bill, charges = await counter.bill(8000, 2000)
    request = counter.request(bill, 0, CODE)
    own = await counter.own(request)
    payment = await counter.pay(counter.request(bill, own, CODE))
    assert payment.state == "settled"
    assert await issued(counter, bill) == [10000]
    await counter.refund(payment, charges[1])
    await counter.settle_down()
    assert await issued(counter, bill) == [10000, -10000, 8000]
    await heard_again(counter)
    assert await issued(counter, bill) == [10000, -10000, 8000]
    await counter.refund(await counter.see(payment), charges[0])
    await counter.settle_down()
    assert await issued(counter, bill) == [10000, -10000, 8000, -8000]


async def test_parking_and_deposits_get_none_by_themselves(counter: Counter) -> None:
    for kind in ("parking", "deposit"):
        bill, _ = await counter.bill(3000, kind=kind)
        await counter.pay(counter.request(bill, 3000, CODE, use_insurance=False))
        assert await issued(counter, bill) == []
