"""Too young or old for a drug."""

from collections.abc import Iterator

from yitong.prescriptions.rules.case import Case, months_text
from yitong.prescriptions.rules.sources import Source
from yitong.prescriptions.rules.verdicts import Verdict, rule

OLD_AGE = 65

TOO_YOUNG = rule(
    "age.child", "stop", "{name}：{age}以下禁用。", "{name} must not be given under {age_en}.", Source.LABEL
)
YOUNG = rule(
    "age.child.review",
    "pharmacist",
    "{name}：{age}以下一般不用，确需使用请写明理由。",
    "{name} is not usual under {age_en}; state why it is needed.",
    Source.LABEL,
)
OLD = rule(
    "age.elderly",
    "warn",
    "{name}：65岁以上患者慎用，注意减量和不良反应。",
    "{name} needs care from 65 years on.",
    Source.LABEL,
)


def check(case: Case) -> Iterator[Verdict]:
    """The findings about the patient's age."""
    months = case.age_months
    for number, line in case.systemic():
        for one in line.drug.substances:
            if one.age_stop_months is not None and months < one.age_stop_months:
                age, age_en = months_text(one.age_stop_months)
                yield TOO_YOUNG(number, name=line.drug.name, age=age, age_en=age_en)
                break
            if one.age_review_months is not None and months < one.age_review_months:
                age, age_en = months_text(one.age_review_months)
                yield YOUNG(number, name=line.drug.name, age=age, age_en=age_en)
                break
        if case.age_years >= OLD_AGE and any(one.elderly for one in line.drug.substances):
            yield OLD(number, name=line.drug.name)
