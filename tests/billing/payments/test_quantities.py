"""Giving back a part of a line's quantity: what stays is a line of its own, settled and covered anew for its amount."""

from typing import Any

import pytest

from billing.payments.counter import Counter
from yitong.billing.charges import views
from yitong.billing.payments.schemas import ChannelChoice, LineQuantity, PaymentView, RefundRequest
from yitong.billing.payments.service import refund
from yitong.billing.rules import kept_of_line, line_amount
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.problems import Problem

CODE = ChannelChoice("wechat", "code", None, "134567890123456789")


async def _paid(counter: Counter, *amounts: int, pieces: int, **more: Any) -> tuple[PaymentView, UUID, list[UUID]]:
    bill, charges = await counter.bill(*amounts, pieces=pieces)
    own = await counter.own(counter.request(bill, 0, CODE, **more))
    payment = await counter.pay(counter.request(bill, own, CODE, **more))
    assert payment.state == "settled"
    return payment, bill, charges


def test_what_stays_and_what_goes_back_are_the_line() -> None:
    assert kept_of_line(3000, 333, 1000) == (2000, 666)
    for cnt, back in ((3000, 3000), (3000, 0), (3000, 4000), (3000, 500), (1000, 1)):
        with pytest.raises(ValueError, match="part"):
            kept_of_line(cnt, 100, back)
    for back in range(1, 1500):  # sold by weight: any part, and both sides are whole fen that add up
        kept, fen = kept_of_line(1500, 333, back)
        assert (kept + back, fen) == (1500, line_amount(kept, 333))
        assert 0 <= line_amount(1500, 333) - fen <= line_amount(1500, 333)


async def test_one_of_three_pieces_goes_back(counter: Counter) -> None:
    payment, bill, charges = await _paid(counter, 400, 150, pieces=3, use_insurance=False)
    payment = await counter.refund(payment, pieces={charges[0]: 1})
    assert (payment.state, payment.refunded_fen) == ("part_refunded", 400)
    line = payment.refunds[0].lines[0]
    assert (line.charge_id, line.amount_fen, line.cnt_milli) == (charges[0], 400, 1000)
    assert line.kept_id in payment.charge_ids
    async with counter.town.platform.transaction(counter.citizen) as tx:
        shown = await views.view(tx, counter.town.hospital_id, bill)
    standing = {one.id: one for one in shown.items if not (one.countered or one.counters_id)}
    assert line.kept_id is not None
    kept = standing[line.kept_id]
    assert (kept.cnt_milli, kept.amount_fen, kept.source_type, kept.source_id) == (2000, 800, "remainder", charges[0])
    assert (shown.charged_fen, shown.outstanding_fen) == (1250, 0)
    await counter.audit()
    with pytest.raises(Problem, match="nothing-to-pay"):
        await counter.own(counter.request(bill, 0, CODE))
    payment = await counter.refund(payment, pieces={line.kept_id: 1})
    with pytest.raises(Problem, match="not-refundable"):
        await counter.refund(payment, pieces={charges[0]: 1})
    assert (await counter.refund(payment)).state == "refunded"
    assert counter.outside.books.at_channel("wechat") == 0
    await counter.audit()


async def test_the_insurer_settles_what_stays(counter: Counter) -> None:
    payment, _, charges = await _paid(counter, 4000, 1000, pieces=2)
    assert counter.outside.books.at_insurer() == (6300, 3000)
    payment = await counter.refund(payment, pieces={charges[1]: 1})
    # 9000 remain: 1000 deductible, 5600 from the fund, 3000 of the account, 400 from the payer instead of 700.
    assert counter.outside.books.at_insurer() == (5600, 3000)
    backs = [(b.kind, b.amount_fen) for b in payment.refunds[0].parts]
    assert backs == [("insurance", 9300), ("channel", 300)]
    await counter.audit()
    kept = payment.refunds[0].lines[0].kept_id
    payment = await counter.refund(payment, charges[0])
    assert counter.outside.books.at_insurer() == (0, 1000)
    assert set(payment.charge_ids) == {*charges, kept}
    await counter.audit()


async def test_commercial_cover_is_claimed_anew_for_what_stays(counter: Counter) -> None:
    await counter.insure()
    payment, _, charges = await _paid(counter, 1000, 500, pieces=4, use_insurance=False, use_commercial=True)
    assert counter.outside.books.at_cover() == 4800
    payment = await counter.refund(payment, pieces={charges[0]: 1})
    kept = payment.refunds[0].lines[0].kept_id
    assert (counter.outside.books.at_cover(), kept is not None) == (4000, True)
    await counter.audit()
    assert kept is not None
    payment = await counter.refund(payment, charges[1], pieces={kept: 2})
    assert counter.outside.books.at_cover() == 800
    await counter.audit()


async def test_a_refusal_leaves_the_line_whole(counter: Counter) -> None:
    payment, _, charges = await _paid(counter, 4000, pieces=2)
    counter.outside.plan.faults = ["refuse"]
    payment = await counter.refund(payment, pieces={charges[0]: 1})
    assert (payment.state, payment.refunds[0].state, payment.charge_ids) == ("settled", "failed", charges)
    await counter.audit()
    payment = await counter.refund(payment, pieces={charges[0]: 1})
    assert payment.state == "part_refunded"
    await counter.audit()


@pytest.mark.parametrize("back", [500, 1500, 4000])
async def test_pieces_go_back_whole_and_no_more_than_were_paid(counter: Counter, back: int) -> None:
    payment, _, charges = await _paid(counter, 400, pieces=3, use_insurance=False)
    asked = RefundRequest(
        organization_id=counter.town.hospital_id, quantities=[LineQuantity(charges[0], back)], reason="未用"
    )
    with pytest.raises(Problem, match="refund-quantity"):
        await refund(counter.town.platform, counter.cashier, payment.id, asked, new_id())
    twice = RefundRequest(
        organization_id=counter.town.hospital_id,
        charge_ids=charges,
        quantities=[LineQuantity(charges[0], 1000)],
        reason="未用",
    )
    with pytest.raises(Problem, match="not-refundable"):
        await refund(counter.town.platform, counter.cashier, payment.id, twice, new_id())
    whole = await counter.refund(payment, pieces={charges[0]: 3})
    assert (whole.state, whole.refunds[0].lines[0].kept_id) == ("refunded", None)
    await counter.audit()
