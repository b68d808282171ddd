"""The insurance's division of a bill: worked examples, and what must hold for any bill, person and year."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yitong.billing.insurance.accumulators import Accumulators
from yitong.billing.insurance.explaining import explain
from yitong.billing.insurance.facts import catalogue, published_policy
from yitong.billing.insurance.invariants import broken
from yitong.billing.insurance.policy import grade_of, setting_of, status_of
from yitong.billing.insurance.splitting import Insured, Visit, divide, split
from yitong.billing.ports import FeeLine
from yitong.kernel.money import yuan_text

pytestmark = pytest.mark.unit
POLICY = published_policy()
DAY = date(2026, 11, 23)
FEE = "00BJ3-general"
EXAM = "0021010201500"  # a plain X-ray, class A
SCAN = "0021020000100"  # magnetic resonance, class B
PENICILLIN = next(e.med_list_codg for e in catalogue() if e.med_list_codg.startswith("X") and e.chrgitm_lv == "01")
CHILDREN_ONLY = next(e.med_list_codg for e in catalogue() if e.age_below == 18)


def line(amount: int, code: str = EXAM, *, number: str = "1", cnt: int = 1000, day: date = DAY) -> FeeLine:
    at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    return FeeLine(number, code, code, "item", "03", cnt, amount, amount, at)


def worker(**more: object) -> Insured:
    fixed: dict[str, object] = {"insutype": "310", "psn_type": "11", "sex": "female", "birth_date": date(1990, 6, 18)}
    return Insured(**(fixed | more))  # type: ignore[arg-type]


def visit(**more: object) -> Visit:
    return Visit(**({"setting": "outpatient", "grade": "tertiary", "day": DAY} | more))  # type: ignore[arg-type]


def test_the_deductible_comes_first_and_then_the_ratio() -> None:
    made = split([line(200_000)], worker(), visit(), Accumulators(), POLICY)
    assert (made.act_pay_dedc, made.hifp_pay, made.pool_prop_selfpay) == (180_000, 14_000, 6_000)
    assert (made.fund_pay_sumamt, made.psn_part_amt, made.psn_cash_pay) == (14_000, 186_000, 186_000)


def test_the_visit_fee_is_paid_by_a_fixed_amount_whatever_the_deductible() -> None:
    made = split([line(5_000, FEE)], worker(), visit(), Accumulators(), POLICY)
    assert (made.hifp_pay, made.overlmt_selfpay, made.act_pay_dedc, made.psn_cash_pay) == (4_000, 1_000, 0, 1_000)


def test_class_b_asks_a_first_part_that_was_higher_before_the_year_began() -> None:
    now = split([line(80_000, SCAN)], worker(), visit(), Accumulators(), POLICY)
    before = date(2025, 12, 31)
    then = split([line(80_000, SCAN, day=before)], worker(), visit(day=before), Accumulators(), POLICY)
    assert (now.preselfpay_amt, then.preselfpay_amt) == (6_400, 8_000)


def test_the_day_of_a_charge_is_the_hospitals() -> None:
    """Half past four in the afternoon of 31 December in UTC is the new year in Beijing already."""
    late = FeeLine("1", SCAN, SCAN, "scan", "03", 1000, 80_000, 80_000, datetime(2025, 12, 31, 16, 30, tzinfo=UTC))
    assert split([late], worker(), visit(), Accumulators(), POLICY).preselfpay_amt == 6_400


@pytest.mark.parametrize("code", ["", "Xunknown"])
def test_what_is_not_in_the_catalogue_is_paid_by_oneself(code: str) -> None:
    made = split([line(900, code)], worker(), visit(account_fen=10_000), Accumulators(), POLICY)
    assert (made.fulamt_ownpay_amt, made.acct_pay, made.psn_cash_pay, made.balc) == (900, 0, 900, 10_000)


def test_a_drug_for_children_is_not_paid_for_adults() -> None:
    child = worker(insutype="390", psn_type="14", birth_date=date(2019, 9, 1))
    grown = split([line(700, CHILDREN_ONLY)], worker(), visit(), Accumulators(), POLICY)
    small = split([line(700, CHILDREN_ONLY)], child, visit(), Accumulators(), POLICY)
    assert (grown.fulamt_ownpay_amt, small.fulamt_ownpay_amt) == (700, 0)


def test_above_twenty_thousand_the_large_amount_fund_takes_over() -> None:
    year = Accumulators(deducted={"outpatient": 180_000}, counted={"outpatient": 1_990_000})
    made = split([line(20_000)], worker(), visit(), year, POLICY)
    assert (made.hifp_pay, made.hifob_pay) == (7_000, 6_000)


def test_a_residents_fund_ends_at_its_ceiling() -> None:
    resident = worker(insutype="390", psn_type="15")
    year = Accumulators(
        deducted={"outpatient": 55_000}, counted={"outpatient": 998_000}, pooled={"outpatient": 499_000}
    )
    made = split([line(10_000)], resident, visit(), year, POLICY)
    assert (made.hifp_pay, made.pool_prop_selfpay) == (1_000, 9_000)
    assert "本年度统筹基金已达到最高支付限额" in made.notes


def test_a_stay_has_a_deductible_of_its_own_and_the_second_a_lower_one() -> None:
    stay = visit(setting="inpatient")
    first = divide([line(1_000_000)], worker(), stay, Accumulators(), POLICY)
    second = split([line(1_000_000)], worker(), stay, first.gain, POLICY)
    assert (first.split.act_pay_dedc, second.act_pay_dedc) == (130_000, 65_000)
    assert first.split.hifp_pay == 870_000 * 85 // 100


def test_supplements_pay_of_what_is_left_one_after_the_other() -> None:
    servant = worker(rights=frozenset({"civil_servant", "aid"}))
    made = split([line(280_000)], servant, visit(), Accumulators(), POLICY)
    left = 180_000 + 30_000
    assert made.hifp_pay == 70_000
    assert made.cvlserv_pay == (left - 50_000) * 70 // 100
    assert made.maf_pay == (left - made.cvlserv_pay) * 80 // 100


def test_the_account_pays_first_and_the_familys_after_it() -> None:
    made = split([line(10_000)], worker(), visit(account_fen=4_000, family_fen=5_000), Accumulators(), POLICY)
    assert (made.acct_pay, made.acct_mulaid_pay, made.balc, made.psn_cash_pay) == (9_000, 5_000, 0, 1_000)


def test_the_sentences_add_up_to_the_bill() -> None:
    made = split([line(300_000), line(900, "")], worker(), visit(account_fen=5_000), Accumulators(), POLICY)
    told = {one.field: one for one in explain(made)}
    assert sum(one.amount_fen for name, one in told.items() if name.endswith("_pay")) == made.medfee_sumamt
    assert told["psn_cash_pay"].text.zh == f"还需现金支付 {yuan_text(made.psn_cash_pay)} 元"
    assert f"¥{yuan_text(made.act_pay_dedc)}" in told["act_pay_dedc"].text.en


@pytest.mark.parametrize("wrong", [line(-1), line(100, cnt=-1)])
def test_a_negative_line_is_refused(wrong: FeeLine) -> None:
    with pytest.raises(ValueError, match="negative"):
        split([wrong], worker(), visit(), Accumulators(), POLICY)


def test_an_insurance_without_rules_is_refused() -> None:
    with pytest.raises(ValueError, match="no rules"):
        split([line(100)], worker(insutype="380"), visit(), Accumulators(), POLICY)


def test_words_of_the_directory_and_the_interface() -> None:
    assert [grade_of(one) for one in ("三级甲等", "二级甲等", "一级无等", "无等级")] == [
        "tertiary",
        "secondary",
        "primary",
        "primary",
    ]
    assert [setting_of(one) for one in ("11", "12", "21", "28", "140104")] == [
        "outpatient",
        "outpatient",
        "inpatient",
        "inpatient",
        "outpatient",
    ]
    assert status_of("12", date(1956, 11, 24), DAY) == "retired"
    assert status_of("12", date(1956, 11, 23), DAY) == "retired70"


LISTED = [entry.med_list_codg for entry in catalogue()] + ["", "Xunknown"]
KINDS = [("310", "11"), ("310", "12"), ("390", "14"), ("390", "15"), ("390", "16")]


@st.composite
def bills(draw: st.DrawFn) -> list[FeeLine]:
    codes = draw(st.lists(st.sampled_from(LISTED), min_size=1, max_size=12))
    return [line(draw(st.integers(0, 3_000_000)), code, cnt=draw(st.integers(1, 30_000))) for code in codes]


@st.composite
def people(draw: st.DrawFn) -> Insured:
    insutype, psn_type = draw(st.sampled_from(KINDS))
    return Insured(
        insutype=insutype,
        psn_type=psn_type,
        birth_date=draw(st.dates(date(1930, 1, 1), date(2025, 12, 31))),
        sex=draw(st.sampled_from(["male", "female"])),
        rights=draw(st.frozensets(st.sampled_from(["civil_servant", "enterprise", "aid"]))),
    )


@st.composite
def visits(draw: st.DrawFn) -> Visit:
    return visit(
        setting=draw(st.sampled_from(["outpatient", "inpatient"])),
        grade=draw(st.sampled_from(["primary", "secondary", "tertiary"])),
        account_fen=draw(st.integers(0, 500_000)),
        family_fen=draw(st.integers(0, 200_000)),
    )


@given(bills(), people(), st.lists(st.tuples(bills(), visits()), max_size=4), visits())
def test_every_bill_of_any_year_keeps_the_rules(
    bill: list[FeeLine], person: Insured, before: list[tuple[list[FeeLine], Visit]], now: Visit
) -> None:
    year = Accumulators()
    for earlier, when in before:
        year = year.plus(divide(earlier, person, when, year, POLICY).gain)
    made = divide(bill, person, now, year, POLICY)
    assert broken(made.split) == []
    assert made.split.medfee_sumamt == sum(one.det_item_fee_sumamt for one in bill)
    for one in made.lines:
        parts = one.fulamt_ownpay_amt + one.overlmt_amt + one.preselfpay_amt + one.inscp_scp_amt
        assert parts == one.det_item_fee_sumamt
    assert year.plus(made.gain).minus(made.gain) == year


@given(st.lists(bills(), min_size=1, max_size=5), people(), st.sampled_from(["primary", "secondary", "tertiary"]))
def test_a_year_comes_out_the_same_however_it_is_cut_into_bills(
    cut: list[list[FeeLine]], person: Insured, grade: str
) -> None:
    when, year, paid = visit(grade=grade), Accumulators(), 0
    for bill in cut:
        made = divide(bill, person, when, year, POLICY)
        year, paid = year.plus(made.gain), paid + made.split.fund_pay_sumamt
    at_once = divide([one for bill in cut for one in bill], person, when, Accumulators(), POLICY)
    assert (at_once.split.fund_pay_sumamt, at_once.gain) == (paid, year)


@given(bills(), people(), visits(), st.integers(1, 10_000))
def test_a_spoilt_answer_is_noticed(bill: list[FeeLine], person: Insured, now: Visit, by: int) -> None:
    made = split(bill, person, now, Accumulators(), POLICY)
    values = {name: getattr(made, name) for name in made.__struct_fields__}
    for field in ("medfee_sumamt", "inscp_scp_amt", "hifp_pay", "fund_pay_sumamt", "psn_part_amt", "psn_cash_pay"):
        assert broken(type(made)(**(values | {field: values[field] + by}))), field
