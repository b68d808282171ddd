"""The rules of money, whatever the amounts: every division adds up, every refund conserves every fen."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from billing.splits import cut, fen, splits
from yitong.billing.ports import InsuranceSplit
from yitong.billing.rules import (
    INSURED,
    ORDER,
    Division,
    DivisionRefused,
    Part,
    SplitRefused,
    check_split,
    divide,
    divide_refund,
    line_amount,
)

NAMES = [name for name in InsuranceSplit.__struct_fields__ if name not in ("notes", "balc", "pool_prop_selfpay")]


@st.composite
def divisions(draw: st.DrawFn, most: int = 5_000_000) -> Division:
    """Any bill, insured or not, divided among payers of every kind."""
    total = draw(st.integers(0, most))
    split = draw(st.none() | splits(total))
    cash = total if split is None else split.psn_cash_pay
    commercial, deposit, *chosen, _ = draw(cut(cash, 5))
    return divide(
        total,
        split,
        insutype="310",
        commercial=commercial,
        insurer="pingan",
        deposit=deposit,
        channels=[(name, amount) for name, amount in zip(("wechat", "card"), chosen, strict=True)],
        channel="cash",
    )


@given(cnt=st.integers(1, 10**9), price=st.integers(0, 10**9))
def test_a_line_comes_to_its_price_within_half_a_fen(cnt: int, price: int) -> None:
    assert abs(line_amount(cnt, price) * 1000 - cnt * price) <= 500
    assert line_amount(1000, price) == price


@pytest.mark.parametrize(("cnt", "price"), [(0, 1), (-1000, 1), (1000, -1)])
def test_a_line_without_quantity_is_none(cnt: int, price: int) -> None:
    with pytest.raises(ValueError, match="quantity"):
        line_amount(cnt, price)


@given(st.data())
def test_a_good_split_passes_and_one_fen_anywhere_breaks_it(data: st.DataObject) -> None:
    total = data.draw(fen)
    split = data.draw(splits(total))
    check_split(split, total)
    # Two fields are only bounded from above; all others stand in an equation.
    name = data.draw(st.sampled_from([n for n in NAMES if n not in ("act_pay_dedc", "acct_mulaid_pay")]))
    by = data.draw(st.integers(1, 10**6) | st.integers(-(10**6), -1))
    with pytest.raises(SplitRefused):
        check_split(replace(split, **{name: getattr(split, name) + by}), total)
    with pytest.raises(SplitRefused, match="acct_mulaid_pay"):
        check_split(replace(split, acct_mulaid_pay=split.acct_pay + 1), total)
    with pytest.raises(SplitRefused, match="the bill"):
        check_split(split, total + by)


@given(st.data())
def test_every_division_adds_up_in_the_fixed_order(data: st.DataObject) -> None:
    made = data.draw(divisions())
    made.check()
    assert sum(part.amount for part in made.parts) == made.total
    kinds = [ORDER.index(part.kind) for part in made.parts]
    assert kinds == sorted(kinds)
    assert made.amount(*ORDER) == made.total


@given(total=st.integers(1, 10**6), over=st.integers(1, 10**6))
def test_more_on_channels_than_is_left_or_less_is_refused(total: int, over: int) -> None:
    for wrong in (
        {"channels": [("wechat", total + over)], "channel": "cash"},
        {"channels": [("wechat", total - 1)]},
        {"deposit": -over, "channel": "cash"},
        {"channels": [("wechat", -over)], "channel": "cash"},
    ):
        arguments: dict[str, Any] = wrong
        with pytest.raises(DivisionRefused):
            divide(total, **arguments)
    assert divide(total, deposit=total + over).parts == (Part("deposit", total),)


@given(st.data())
def test_a_refund_conserves_every_fen_and_never_gives_more_than_was_paid(data: st.DataObject) -> None:
    before = data.draw(divisions())
    total_after = data.draw(st.integers(0, before.total))
    insured = before.amount(*INSURED) > 0
    split_after = data.draw(splits(total_after)) if insured and total_after else None
    cover = data.draw(st.none() | st.integers(0, before.amount("commercial")))
    made = divide_refund(before, total_after, split_after, commercial=cover)
    made.check()
    back = sum(part.amount for part in made.back)
    assert 0 <= back <= before.total - before.amount(*INSURED)
    assert made.after.total + made.owed == total_after
    kept = {(p.kind, p.name): p.amount for p in made.after.parts}
    returned = {(p.kind, p.name): p.amount for p in made.back}
    for part in before.parts:
        if part.kind not in INSURED:
            who = (part.kind, part.name)
            assert kept.get(who, 0) + returned.get(who, 0) == part.amount, "what is not kept goes back, to the same"
    # The last payer first: whoever is given something back has nobody after them who keeps anything.
    if cover is None and made.back:
        first_returned = min(before.parts.index(p) for p in before.parts if (p.kind, p.name) in returned)
        assert all((p.kind, p.name) not in kept for p in before.parts[first_returned + 1 :] if p.kind not in INSURED)
    assert not (made.owed and cover is None and made.back), "who owes more is not given money back"


@given(st.data())
def test_giving_everything_back_leaves_nothing(data: st.DataObject) -> None:
    before = data.draw(divisions())
    made = divide_refund(before, 0)
    assert made.after == Division(0, ())
    assert (made.owed, sum(p.amount for p in made.back)) == (0, before.total - before.amount(*INSURED))


@given(st.data())
def test_two_refunds_come_to_the_same_as_one(data: st.DataObject) -> None:
    total = data.draw(st.integers(0, 10**6))
    before = divide(total, deposit=data.draw(fen), channels=[], channel="wechat")
    first = data.draw(st.integers(0, total))
    second = data.draw(st.integers(0, first))
    assert divide_refund(divide_refund(before, first).after, second).after == divide_refund(before, second).after


def test_a_refund_of_more_than_the_bill_is_refused() -> None:
    with pytest.raises(DivisionRefused):
        divide_refund(divide(100, channel="wechat"), 101)
    with pytest.raises(DivisionRefused):
        divide_refund(divide(100, channel="wechat"), -1)
    with pytest.raises(DivisionRefused, match="twice"):
        divide(100, channels=[("wechat", 50)], channel="wechat")
