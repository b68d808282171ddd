"""How the insurance divides a bill: catalogue class, deductible, steps, ceiling, supplements, accounts. Pure.

Ratios apply to the year's running sums and are rounded down there, not on every bill: however a person's visits are cut
into bills, the year comes out the same to the fen.
"""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

import msgspec

from yitong.billing.insurance.accumulators import Accumulators
from yitong.billing.insurance.policy import (
    WHOLE_BP,
    AccountRule,
    Fund,
    Grade,
    Policy,
    RatioStep,
    Setting,
    Supplement,
    status_of,
)
from yitong.billing.ports import FeeLine, InsuranceSplit
from yitong.kernel.clock import age_in_years
from yitong.kernel.money import yuan_text

POOL: tuple[Fund, ...] = ("hifp_pay", "hifob_pay")
_NAMES: dict[Fund, str] = {
    "hifp_pay": "基本医疗保险统筹基金",
    "hifob_pay": "职工大额医疗费用补助",
    "hifmi_pay": "居民大病保险",
    "hifes_pay": "企业补充医疗保险",
    "cvlserv_pay": "公务员医疗补助",
    "maf_pay": "医疗救助",
}


class Insured(msgspec.Struct, frozen=True, kw_only=True):
    """Who is treated, as far as the rules ask."""

    insutype: str
    psn_type: str
    sex: str
    birth_date: date
    rights: frozenset[str] = frozenset()  # civil_servant, enterprise, aid


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """Where and when, and what the accounts hold that may be used (0 when they are not to be)."""

    setting: Setting
    grade: Grade
    day: date
    zone: str = "Asia/Shanghai"
    account_fen: int = 0
    family_fen: int = 0


class LineSplit(msgspec.Struct, frozen=True):
    """How one line counts (2204's answer); the four parts add up to the line."""

    feedetl_sn: str
    det_item_fee_sumamt: int
    pric_uplmt_amt: int
    selfpay_bp: int
    fulamt_ownpay_amt: int
    overlmt_amt: int
    preselfpay_amt: int
    inscp_scp_amt: int
    chrgitm_lv: str
    med_chrgitm_type: str
    lmt_used_flag: bool
    paid_in_full: bool


class Outcome(msgspec.Struct, frozen=True):
    """A divided bill, its lines, and what it adds to the year."""

    split: InsuranceSplit
    lines: list[LineSplit]
    gain: Accumulators


def split(
    lines: Sequence[FeeLine], insured: Insured, visit: Visit, year: Accumulators, policy: Policy
) -> InsuranceSplit:
    """How a bill is divided; see :func:`divide`."""
    return divide(lines, insured, visit, year, policy).split


def divide(lines: Sequence[FeeLine], insured: Insured, visit: Visit, year: Accumulators, policy: Policy) -> Outcome:
    """Divide a bill for one person, given what the year already holds. Amounts in fen.

    Raises ValueError when a line's amount or quantity is negative, or for an insurance without rules on that day.
    """
    classed = [class_line(line, insured, visit, policy) for line in lines]
    scope = sum(line.inscp_scp_amt for line in classed)
    full = sum(line.inscp_scp_amt for line in classed if line.paid_in_full)
    notes: list[str] = []
    pool = _pool(scope - full, insured, visit, year, policy, notes)
    if full:
        notes.append(f"医事服务费按定额由统筹基金支付 {yuan_text(full)} 元")
    paid: dict[Fund, int] = {**pool.paid, "hifp_pay": pool.paid["hifp_pay"] + full}
    left = pool.deducted + pool.left
    extra, offered = _supplements(left, insured, visit, year, policy, notes)
    paid |= extra
    fund = sum(paid.values())
    total = sum(line.det_item_fee_sumamt for line in classed)
    outside = sum(line.fulamt_ownpay_amt + line.overlmt_amt for line in classed)
    own, family = _accounts(total - fund, outside, visit, policy.account_rule(insured.insutype, visit.day))
    made = InsuranceSplit(
        medfee_sumamt=total,
        fulamt_ownpay_amt=sum(line.fulamt_ownpay_amt for line in classed),
        overlmt_selfpay=sum(line.overlmt_amt for line in classed),
        preselfpay_amt=sum(line.preselfpay_amt for line in classed),
        inscp_scp_amt=scope,
        act_pay_dedc=pool.deducted,
        hifp_pay=paid["hifp_pay"],
        cvlserv_pay=paid.get("cvlserv_pay", 0),
        hifes_pay=paid.get("hifes_pay", 0),
        hifmi_pay=paid.get("hifmi_pay", 0),
        hifob_pay=paid.get("hifob_pay", 0),
        maf_pay=paid.get("maf_pay", 0),
        oth_pay=0,
        fund_pay_sumamt=fund,
        psn_part_amt=total - fund,
        acct_pay=own + family,
        acct_mulaid_pay=family,
        psn_cash_pay=total - fund - own - family,
        hosp_part_amt=0,
        balc=visit.account_fen - own,
        pool_prop_selfpay=pool.left,
        notes=notes,
    )
    gain = Accumulators(
        deducted={visit.setting: pool.deducted} if pool.deducted else {},
        counted={visit.setting: pool.base} if pool.base else {},
        pooled={visit.setting: sum(pool.paid.values())} if any(pool.paid.values()) else {},
        offered={fund: amount for fund, amount in offered.items() if amount},
        stays=int(visit.setting == "inpatient"),
    )
    return Outcome(made, classed, gain)


def class_line(line: FeeLine, insured: Insured, visit: Visit, policy: Policy) -> LineSplit:
    """How one line counts by the catalogue of the day it was charged on. Raises ValueError when it is negative."""
    amount = line.det_item_fee_sumamt
    if amount < 0 or line.cnt_milli < 0:
        raise ValueError(f"line {line.feedetl_sn} is negative")
    day = line.fee_ocur_time.astimezone(ZoneInfo(visit.zone)).date()
    entry = policy.entry(line.med_list_codg, day) if line.med_list_codg else None
    limited = entry is not None and not entry.pays_for(insured.sex, age_in_years(insured.birth_date, day))
    if entry is None or entry.chrgitm_lv == "03" or limited:
        kind = entry.med_chrgitm_type if entry else line.med_chrgitm_type
        return LineSplit(line.feedetl_sn, amount, 0, WHOLE_BP, amount, 0, 0, 0, "03", kind, limited, False)
    most = amount if entry.limit_fen is None else min(amount, entry.limit_fen * line.cnt_milli // 1000)
    first = (most * entry.selfpay_bp + WHOLE_BP // 2) // WHOLE_BP
    return LineSplit(
        feedetl_sn=line.feedetl_sn,
        det_item_fee_sumamt=amount,
        pric_uplmt_amt=entry.limit_fen or 0,
        selfpay_bp=entry.selfpay_bp,
        fulamt_ownpay_amt=0,
        overlmt_amt=amount - most,
        preselfpay_amt=first,
        inscp_scp_amt=most - first,
        chrgitm_lv=entry.chrgitm_lv,
        med_chrgitm_type=entry.med_chrgitm_type,
        lmt_used_flag=entry.sex != "" or entry.age_from is not None or entry.age_below is not None,
        paid_in_full=entry.paid_in_full,
    )


class _Pool(msgspec.Struct, frozen=True):
    deducted: int
    base: int  # what the steps applied to
    paid: dict[Fund, int]
    left: int  # of the base, to the person


def _pool(scope: int, insured: Insured, visit: Visit, year: Accumulators, policy: Policy, notes: list[str]) -> _Pool:
    status = status_of(insured.psn_type, insured.birth_date, visit.day)
    where = (insured.insutype, visit.setting, visit.grade, status, visit.day)
    benefit, steps = policy.benefit(*where), policy.steps_of(*where)
    if benefit is None or not steps:
        raise ValueError(f"insurance {insured.insutype} has no rules for {visit.setting} on {visit.day}")
    if visit.setting == "inpatient":
        wanted = benefit.again_fen if year.stays else benefit.deductible_fen
    else:
        wanted = max(0, benefit.deductible_fen - year.deducted.get(visit.setting, 0))
    deducted = min(scope, wanted)
    base, start = scope - deducted, year.counted.get(visit.setting, 0)
    room = sum_or_none(benefit.ceiling_fen, -year.pooled.get(visit.setting, 0))
    paid: dict[Fund, int] = {}
    for fund in POOL:
        due = _running(steps, fund, start + base) - _running(steps, fund, start)
        paid[fund] = due if room is None else min(due, max(0, room))
        room = sum_or_none(room, -paid[fund])
        if paid[fund]:
            notes.append(f"{_NAMES[fund]}支付 {yuan_text(paid[fund])} 元")
    if deducted:
        notes.insert(0, f"本次起付线以下自付 {yuan_text(deducted)} 元")
    if room is not None and room <= 0 and base:
        notes.append("本年度统筹基金已达到最高支付限额")
    return _Pool(deducted, base, paid, base - sum(paid.values()))


def sum_or_none(one: int | None, other: int) -> int | None:
    """The sum, where None means without limit."""
    return None if one is None else one + other


def _running(steps: Sequence[RatioStep], fund: Fund, amount: int) -> int:
    """What a fund has paid when the year stands at ``amount``: the steps' shares, rounded down once."""
    ends: list[int | None] = [step.over_fen for step in steps[1:]] + [None]
    shares = sum(
        max(0, (amount if end is None else min(amount, end)) - step.over_fen) * step.ratio_bp
        for step, end in zip(steps, ends, strict=True)
        if step.fund == fund
    )
    return shares // WHOLE_BP


def _supplements(
    left: int, insured: Insured, visit: Visit, year: Accumulators, policy: Policy, notes: list[str]
) -> tuple[dict[Fund, int], dict[Fund, int]]:
    """What each supplement pays of what is left in scope, one after the other, and what it was offered."""
    paid: dict[Fund, int] = {}
    offered: dict[Fund, int] = {}
    for fund, rules in policy.supplements_of(insured.insutype, insured.rights, visit.day).items():
        before = year.offered.get(fund, 0)
        offered[fund] = left
        paid[fund] = _supplemented(rules, before + left) - _supplemented(rules, before)
        left -= paid[fund]
        if paid[fund]:
            notes.append(f"{_NAMES[fund]}支付 {yuan_text(paid[fund])} 元")
    return paid, offered


def _supplemented(rules: Sequence[Supplement], amount: int) -> int:
    ends: list[int | None] = [rule.over_fen for rule in rules[1:]] + [None]
    shares = sum(
        max(0, (amount if end is None else min(amount, end)) - rule.over_fen) * rule.ratio_bp
        for rule, end in zip(rules, ends, strict=True)
    )
    ceiling = min((rule.ceiling_fen for rule in rules if rule.ceiling_fen is not None), default=None)
    return shares // WHOLE_BP if ceiling is None else min(ceiling, shares // WHOLE_BP)


def _accounts(part: int, outside: int, visit: Visit, rule: AccountRule | None) -> tuple[int, int]:
    """What the own account and then the family's pay of the person's part."""
    if rule is None:
        return 0, 0
    payable = part if rule.pays_ownpay else max(0, part - outside)
    own = min(payable, max(0, visit.account_fen))
    family = min(payable - own, max(0, visit.family_fen)) if rule.family else 0
    return own, family
