"""How long a sheet is valid and how many days it may supply, by its kind and by each drug's class."""

from collections.abc import Iterator

from yitong.prescriptions.rules.case import Case, Line
from yitong.prescriptions.rules.sources import Source
from yitong.prescriptions.rules.verdicts import Verdict, rule

ORDINARY_DAYS, EMERGENCY_DAYS, WITH_REASON_DAYS = 7, 3, 28
_NARCOTIC = ("narcotic", "psychotropic1")

VALIDITY = rule(
    "limits.validity",
    "stop",
    "处方当日有效，特殊情况最长不超过3天，现为 {days} 天。",
    "A sheet is valid on its day and for at most 3 days; this one says {days}.",
    Source.VALIDITY,
)
VALIDITY_REASON = rule(
    "limits.validity.reason",
    "stop",
    "延长处方有效期须由医师注明原因。",
    "The doctor states why the sheet is valid longer.",
    Source.VALIDITY,
)
ORDINARY = rule(
    "limits.days.ordinary",
    "stop",
    "{name}：普通处方一般不得超过7日用量，现为 {days} 日，且未注明理由。",
    "{name}: an ordinary sheet supplies 7 days; {days} are written without a reason.",
    Source.SUPPLY,
)
EMERGENCY = rule(
    "limits.days.emergency",
    "stop",
    "{name}：急诊处方一般不得超过3日用量，现为 {days} 日，且未注明理由。",
    "{name}: an emergency sheet supplies 3 days; {days} are written without a reason.",
    Source.SUPPLY,
)
LONGER = rule(
    "limits.days.reason",
    "warn",
    "{name}：用量延长至 {days} 日，已注明理由。",
    "{name}: supplied for {days} days with a reason.",
    Source.SUPPLY,
)
TOO_LONG = rule(
    "limits.days.long",
    "stop",
    "{name}：超过4周用量须按长期处方评估开具，现为 {days} 日。",
    "{name}: more than 4 weeks need a long-term prescription with assessment; {days} days are written.",
    Source.LONG_TERM,
)
MORE = rule(
    "limits.quantity",
    "stop",
    "{name}：总量超过所写天数的需要（最多 {needed}）。",
    "{name}: more is given than the days need (at most {needed}).",
    Source.SUPPLY,
)
LESS = rule(
    "limits.quantity.less",
    "warn",
    "{name}：总量不足所写天数（需要 {needed}）。",
    "{name}: less is given than the days need ({needed}).",
    Source.LABEL,
)
NARCOTIC_INJECTION = rule(
    "limits.narcotic.injection",
    "stop",
    "{name}：门（急）诊麻醉、第一类精神药品注射剂每张处方为一次常用量。",
    "{name}: outpatients get one usual dose of a narcotic or class-1 psychotropic injection.",
    Source.NARCOTIC_SUPPLY,
)
NARCOTIC_SUSTAINED = rule(
    "limits.narcotic.sustained",
    "stop",
    "{name}：麻醉、第一类精神药品控缓释制剂每张处方不得超过7日常用量。",
    "{name}: sustained-release narcotics are limited to 7 days.",
    Source.NARCOTIC_SUPPLY,
)
NARCOTIC_OTHER = rule(
    "limits.narcotic.other",
    "stop",
    "{name}：麻醉、第一类精神药品其他剂型每张处方不得超过3日常用量。",
    "{name}: other forms of narcotics are limited to 3 days.",
    Source.NARCOTIC_SUPPLY,
)
METHYLPHENIDATE = rule(
    "limits.methylphenidate",
    "stop",
    "{name}：哌醋甲酯用于儿童多动症时每张处方不得超过15日常用量。",
    "{name}: methylphenidate for ADHD is limited to 15 days.",
    Source.NARCOTIC_SUPPLY,
)
PAIN = rule(
    "limits.narcotic.pain",
    "stop",
    "{name}：癌痛和中重度慢性疼痛患者每张处方不得超过 {most} 日常用量。",
    "{name}: for cancer pain and severe chronic pain the limit of this form is {most} days.",
    Source.PAIN_SUPPLY,
)
PETHIDINE = rule(
    "limits.pethidine",
    "stop",
    "{name}：盐酸哌替啶处方为一次常用量，仅限医疗机构内使用。",
    "{name}: pethidine is prescribed as one usual dose for use inside the institution.",
    Source.PETHIDINE,
)
PSYCHOTROPIC2 = rule(
    "limits.psychotropic2",
    "stop",
    "{name}：第二类精神药品一般每张处方不得超过7日常用量，且未注明理由。",
    "{name}: class-2 psychotropic drugs are limited to 7 days without a reason.",
    Source.NARCOTIC_SUPPLY,
)
UNTOLD = rule(
    "limits.untold",
    "stop",
    "{name}：麻醉、精神药品的剂量单位须能折算到制剂单位，以便核定用量。",
    "{name}: a controlled drug's dose must be in a measure from which its supply can be told.",
    Source.NARCOTIC_SUPPLY,
)


def check(case: Case) -> Iterator[Verdict]:
    """The findings about validity and supply."""
    if case.valid_days > 3:
        yield VALIDITY(days=case.valid_days)
    elif case.valid_days > 1 and not case.validity_reason:
        yield VALIDITY_REASON()
    for number, line in case.each():
        if line.drug.control in (*_NARCOTIC, "psychotropic2"):
            yield from _controlled(case, number, line)
        elif case.assessment is None:
            yield from _days(case, number, line)
        needed = line.needed
        if needed is not None and line.quantity > needed:
            yield MORE(number, name=line.drug.name, needed=needed)
        elif needed is not None and line.quantity < needed:
            yield LESS(number, name=line.drug.name, needed=needed)


def _days(case: Case, number: int, line: Line) -> Iterator[Verdict]:
    name, days = line.drug.name, line.days
    emergency = case.setting == "emergency"
    if days <= (EMERGENCY_DAYS if emergency else ORDINARY_DAYS):
        return
    if days > WITH_REASON_DAYS:
        yield TOO_LONG(number, name=name, days=days)
    elif not case.supply_reason:
        yield (EMERGENCY if emergency else ORDINARY)(number, name=name, days=days)
    else:
        yield LONGER(number, name=name, days=days)


def _controlled(case: Case, number: int, line: Line) -> Iterator[Verdict]:
    supply = line.supply_days
    name = line.drug.name
    if supply is None or line.units_a_dose is None:
        yield UNTOLD(number, name=name)
        return
    days = max(supply, line.days)
    substances = {one.name for one in line.drug.substances}
    one_dose = line.units_in_all <= -(-line.units_a_dose // 1) and line.days == 1
    if line.drug.control == "psychotropic2":
        if days > ORDINARY_DAYS and not case.supply_reason:
            yield PSYCHOTROPIC2(number, name=name)
        elif days > WITH_REASON_DAYS:
            yield TOO_LONG(number, name=name, days=line.days)
        elif days > ORDINARY_DAYS:
            yield LONGER(number, name=name, days=line.days)
    elif "哌替啶" in substances:
        if not one_dose:
            yield PETHIDINE(number, name=name)
    elif "哌醋甲酯" in substances and case.diagnosed("F90"):
        if days > 15:
            yield METHYLPHENIDATE(number, name=name)
    elif case.pain_programme:
        most = {"injection": 3, "sustained": 15, "patch": 15}.get(line.drug.form, 7)
        if days > most:
            yield PAIN(number, name=name, most=most)
    elif line.drug.form == "injection":
        if not one_dose:
            yield NARCOTIC_INJECTION(number, name=name)
    elif line.drug.form in ("sustained", "patch"):
        if days > 7:
            yield NARCOTIC_SUSTAINED(number, name=name)
    elif days > 3:
        yield NARCOTIC_OTHER(number, name=name)
