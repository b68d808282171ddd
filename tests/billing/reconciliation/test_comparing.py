"""The pure comparison of three sides: each kind of difference, the days around midnight, what a correction books."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from yitong.billing.ports import ChannelLine, InsurerTotal
from yitong.billing.reconciliation.comparing import Comparison, Difference, compare
from yitong.billing.reconciliation.corrections import CORRECTIONS, corrections, explain, postings
from yitong.billing.reconciliation.sides import Here, Key, There, channel_side, effect, insurer_side
from yitong.kernel.ids import UUID, new_id
from yitong.simulation.bench.bills_planted import run

DAY = date(2026, 11, 23)
ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
PATIENT = UUID(int=7)
SUSPENSE = [("channel:wechat", 1000), ("suspense:wechat", -1000)]
OWED = f"patient:{PATIENT}"
PAID = Key("wechat", "payment", "P1")
SETTLED = Key("insurer", "settlement", "S1")


def here(key: Key = PAID, **changes: Any) -> Here:
    account = "insurer:310" if key.party == "insurer" else f"channel:{key.party}"
    line = Here(
        key=key,
        state="done",
        at=NOON,
        amount=1000,
        booked=1000,
        part_id=new_id(),
        patient_id=PATIENT,
        account=account,
    )
    return replace(line, **changes)


def there(key: Key = PAID, **changes: Any) -> There:
    return replace(There(key=key, at=NOON, amount=1000, channel_no="4200001"), **changes)


def only(mine: list[Here], theirs: list[There]) -> Difference:
    (one,) = compare(DAY, ZONE, mine, theirs).differences
    return one


def test_sides_that_agree_have_no_difference() -> None:
    refund = Key("wechat", "refund", "R1")
    found = compare(DAY, ZONE, [here(), here(refund)], [there(), there(refund)], [])
    assert found == Comparison(compared=2, agreed=2, differences=[])


@pytest.mark.parametrize(
    ("mine", "theirs", "kind", "first", "booked"),
    [
        ([], [there()], "missing_here", "suspend", SUSPENSE),
        (
            [here(booked=None)],
            [there()],
            "missing_here",
            "book",
            [("channel:wechat", 1000), (OWED, -1000)],
        ),
        ([here()], [], "missing_there", "suspend", [("channel:wechat", -1000), ("suspense:wechat", 1000)]),
        ([here()], [there(amount=900)], "amount", "adjust", [("channel:wechat", -100), ("suspense:wechat", 100)]),
        ([here(booked=900)], [there()], "amount", "adjust", [("channel:wechat", 100), ("suspense:wechat", -100)]),
        ([here(), here()], [there()], "amount", "adjust", [("channel:wechat", -1000), ("suspense:wechat", 1000)]),
        ([here()], [there(), there()], "amount", "adjust", [("channel:wechat", 1000), ("suspense:wechat", -1000)]),
        (
            [here(state="pending", booked=None)],
            [there()],
            "state",
            "suspend",
            [("channel:wechat", 1000), ("suspense:wechat", -1000)],
        ),
        (
            [here(state="failed", booked=None)],
            [there()],
            "state",
            "suspend",
            [("channel:wechat", 1000), ("suspense:wechat", -1000)],
        ),
        ([here(state="pending")], [there()], "state", "hand_over", []),
        ([here(booked=None)], [], "state", "hand_over", []),
        ([here(at=MIDNIGHT)], [there(at=MIDNIGHT - timedelta(seconds=1))], "date", "carry", []),
    ],
)
def test_each_kind_is_named_with_its_likeliest_correction(
    mine: list[Here], theirs: list[There], kind: str, first: str, booked: list[tuple[str, int]]
) -> None:
    one = only(mine, theirs)
    assert (one.kind, corrections(one)[0]) == (kind, first)
    assert postings(one, corrections(one)[0]) == booked


@pytest.mark.parametrize(
    ("mine", "theirs", "kinds"),
    [
        (here(part_id=None, corrected=True), [there()], []),  # suspense was booked for what only the channel knew
        (here(booked=0, corrected=True), [], []),  # what the channel never had was taken out of its account
        (here(booked=900, corrected=True), [there(amount=900)], []),
        (here(state="pending", corrected=True), [there()], []),
        # The payment was booked after all: now the money stands twice, and that is found.
        (here(booked=2000, corrected=True), [there()], ["amount"]),
    ],
)
def test_what_two_people_put_right_agrees_until_it_changes(mine: Here, theirs: list[There], kinds: list[str]) -> None:
    assert [one.kind for one in compare(DAY, ZONE, [mine], theirs).differences] == kinds


def test_what_moved_on_neither_side_is_no_difference() -> None:
    mine = [here(state="pending", booked=None), here(Key("wechat", "payment", "P2"), state="failed", booked=None)]
    assert compare(DAY, ZONE, mine, []) == Comparison(0, 0, [])


def test_a_movement_across_midnight_is_reported_once_on_the_other_sides_day() -> None:
    mine, theirs = [here(at=MIDNIGHT - timedelta(seconds=1))], [there(at=MIDNIGHT)]
    days = [DAY + timedelta(days=n) for n in (-1, 0, 1)]
    assert [len(compare(day, ZONE, mine, theirs).differences) for day in days] == [0, 0, 1]
    # Without the neighbour's bill it is missing there, until the bill of the next day is in.
    assert only(mine, []).kind == "missing_there"


def test_what_is_known_on_one_side_is_reported_on_that_sides_day() -> None:
    tomorrow = [there(at=MIDNIGHT)]
    assert compare(DAY, ZONE, [], tomorrow).differences == []
    assert len(compare(DAY + timedelta(days=1), ZONE, [], tomorrow).differences) == 1


def test_amount_and_date_are_two_differences_of_one_movement() -> None:
    found = compare(DAY, ZONE, [here(at=MIDNIGHT)], [there(at=MIDNIGHT - timedelta(seconds=1), amount=1)])
    assert [one.kind for one in found.differences] == ["amount", "date"]
    assert (found.compared, found.agreed) == (1, 0)


def test_the_insurers_account_is_matched_by_our_number_and_reversals_by_what_they_take_back() -> None:
    totals = [
        InsurerTotal("setl-1", "S1", "", NOON, 1500, 700, 300),
        InsurerTotal("back-1", "B9", "setl-1", NOON, -1500, -700, -300),
    ]
    mine = [
        here(SETTLED, fund=700, medfee=1500),
        here(Key("insurer", "reversal", "setl-1"), fund=700, medfee=1500),
    ]
    assert compare(DAY, ZONE, mine, [], insurer_side(totals)).agreed == 2
    divided = replace(totals[0], fund_pay_sumamt=600, acct_pay=400)
    (one,) = compare(DAY, ZONE, mine, [], insurer_side([divided, totals[1]])).differences
    assert (one.kind, one.key, corrections(one)) == ("amount", SETTLED, ["hand_over", "accept"])
    assert "个人账户" in explain(one).zh


def test_a_refund_that_only_the_channel_knows_lowers_what_it_holds() -> None:
    lines = channel_side("alipay", [ChannelLine("refund", "R1", "P1", "2026", 250, NOON, fee=1)])
    one = only([], lines)
    assert postings(one, "suspend") == [("channel:alipay", -250), ("suspense:alipay", 250)]
    assert explain(one).en.startswith("Alipay lists a refund of ¥2.50")


def test_the_same_number_at_two_channels_is_missing_on_both_sides() -> None:
    found = compare(DAY, ZONE, [here()], [there(Key("alipay", "payment", "P1"))]).differences
    assert {(one.key.party, one.kind) for one in found} == {("wechat", "missing_there"), ("alipay", "missing_here")}


_number = st.sampled_from(["P1", "P2", "P3"])
_at = st.integers(-2, 2).map(lambda hours: MIDNIGHT + timedelta(hours=hours))
_key = st.builds(Key, st.sampled_from(["wechat", "insurer"]), st.sampled_from(["payment", "refund"]), _number)
_amount = st.integers(0, 5)
_here = st.builds(
    Here,
    key=_key,
    state=st.sampled_from(["done", "pending", "failed"]),
    at=_at,
    amount=_amount,
    booked=st.none() | _amount,
    part_id=st.none() | st.just(UUID(int=1)),
    patient_id=st.just(PATIENT),
    account=st.sampled_from(["", "channel:wechat"]),
)
_there = st.builds(There, key=_key, at=_at, amount=_amount, channel_no=st.just("4200001"))


@given(st.lists(_here, max_size=6), st.lists(_there, max_size=6))
def test_whatever_stands_on_either_side(mine: list[Here], theirs: list[There]) -> None:
    days = [compare(DAY + timedelta(days=n), ZONE, mine, theirs) for n in (-1, 0, 1)]
    for found in days:
        assert found.compared == found.agreed + len({one.key for one in found.differences})
    for one in (one for found in days for one in found.differences):
        assert explain(one).zh
        assert "{" not in explain(one).en
        offered = corrections(one)
        assert offered
        assert offered[-1] == "accept"
        assert set(offered) <= CORRECTIONS.keys()
        for correction in CORRECTIONS:
            lines = postings(one, correction)
            assert sum(fen for _, fen in lines) == 0
            if lines:  # afterwards the journal has what the other side has
                booked = effect(one.key, (one.here.booked or 0) if one.here else 0)
                assert booked + lines[0][1] == effect(one.key, one.there.amount if one.there else 0)
    # Every movement that one side has and the other lacks is reported on exactly one of the days.
    done = {line.key for line in mine if line.booked is not None}
    lacking = done ^ {line.key for line in theirs}
    assert lacking <= {one.key for found in days for one in found.differences}


def test_all_planted_differences_are_found_and_named_and_nothing_else() -> None:
    found = run(bills=3000)
    expected = {"planted": 1000, "found": 1000, "named": 1000, "false_alarms": 0, "false_alarms_without_planting": 0}
    assert {name: found[name] for name in expected} == expected
    assert set(found["by_kind"]) == {"missing_here", "missing_there", "amount", "state", "date"}


def test_a_comparison_of_the_days_totals_alone_would_not_find_them() -> None:
    """The control: what moved between two movements or over midnight leaves the sums as they are."""
    mine = [here(), here(Key("wechat", "payment", "P2"), amount=500, booked=500)]
    theirs = [there(amount=500), there(Key("wechat", "payment", "P2"), amount=1000)]
    assert sum(one.booked or 0 for one in mine) == sum(one.amount for one in theirs)
    assert [one.kind for one in compare(DAY, ZONE, mine, theirs).differences] == ["amount", "amount"]
