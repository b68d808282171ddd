"""When the national insurance pays a drug: outside of that the doctor says why, and the patient may have to pay."""

import re
from collections.abc import Iterator

from yitong.prescriptions.facts import PaymentLimit
from yitong.prescriptions.rules.case import Case, Line
from yitong.prescriptions.rules.sources import Source
from yitong.prescriptions.rules.verdicts import Rule, Verdict, rule

ADULT_YEARS = 18


def _limit(code: str, zh: str, en: str) -> Rule:
    tail = (
        "超出医保支付范围，请核对或改为自费并告知患者。",
        "outside the insurance's scope; check, or tell the patient.",
    )
    return rule(
        f"insurance.{code}", "pharmacist", f"{{name}}：{zh}，{tail[0]}", f"{{name}}: {en}, {tail[1]}", Source.INSURANCE
    )


FUND = _limit("fund", "仅由{fund}基金支付", "paid by the {fund_en} fund alone")
GRADE = _limit("grade", "限{grade}级及以上医疗机构", "for hospitals of level {grade} and above")
SETTING = _limit("setting", "限住院使用", "for inpatients")
SPECIALTY = _limit("specialty", "限{specialty}专科使用", "for the specialty {specialty}")
AGE = _limit("age", "限儿童使用", "for children")
DIAGNOSIS = _limit("diagnosis", "限定适应症与诊断不符", "its indication does not fit the diagnosis")
COURSE = _limit("course", "支付疗程不超过{days}天", "paid for at most {days} days")
SEX = rule(
    "insurance.sex",
    "stop",
    "{name}：限{sex}性使用，与患者性别不符。",
    "{name} is for {sex_en} patients only.",
    Source.INSURANCE,
)
_FUNDS = {"injury": ("工伤保险", "work injury"), "maternity": ("生育保险", "maternity")}
_SEXES = {"male": ("男", "male"), "female": ("女", "female")}


def check(case: Case) -> Iterator[Verdict]:
    """The findings about payment; the sex of a drug holds for everybody."""
    for number, line in case.each():
        limit = line.drug.limit
        if limit is None:
            continue
        if limit.sex and limit.sex != case.patient.sex:
            sex, sex_en = _SEXES[limit.sex]
            yield SEX(number, name=line.drug.name, sex=sex, sex_en=sex_en)
        elif case.insured:
            yield from _unpaid(case, number, line, limit)


def _unpaid(case: Case, number: int, line: Line, limit: PaymentLimit) -> Iterator[Verdict]:
    name, who = line.drug.name, case.prescriber
    if limit.fund:
        fund, fund_en = _FUNDS[limit.fund]
        yield FUND(number, name=name, fund=fund, fund_en=fund_en)
    if limit.grade and who.hospital_level < int(limit.grade):
        yield GRADE(number, name=name, grade={"2": "二", "3": "三"}[limit.grade])
    if limit.setting == "inpatient" and case.setting != "emergency":
        yield SETTING(number, name=name)
    wanted = re.compile(limit.specialty) if limit.specialty else None
    if wanted and not (wanted.search(who.department) or (case.setting == "emergency" and wanted.search("急诊"))):
        yield SPECIALTY(number, name=name, specialty=limit.specialty.replace("|", "、"))
    if limit.age == "child" and case.age_years >= ADULT_YEARS:
        yield AGE(number, name=name)
    if limit.diagnosis and not any(re.search(limit.diagnosis, one.name) for one in case.diagnoses):
        yield DIAGNOSIS(number, name=name)
    if limit.course_days is not None and line.days > limit.course_days:
        yield COURSE(number, name=name, days=limit.course_days)
