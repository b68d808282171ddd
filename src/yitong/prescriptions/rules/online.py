"""What an internet hospital may not prescribe."""

from collections.abc import Iterator

from yitong.prescriptions.rules.case import Case
from yitong.prescriptions.rules.sources import Source
from yitong.prescriptions.rules.verdicts import Verdict, rule

FIRST_VISIT = rule(
    "online.first",
    "stop",
    "互联网诊疗仅限已在实体医疗机构明确诊断的复诊，不得首诊开方。",
    "Internet care is for return visits of a diagnosis already made; no first visit.",
    Source.ONLINE_RETURN,
)
CONTROLLED = rule(
    "online.controlled",
    "stop",
    "{name}：互联网诊疗不得开具麻醉、精神、毒性、放射性及易制毒等特殊管理药品。",
    "{name}: drugs under special control are not prescribed online.",
    Source.ONLINE_DRUGS,
)
INJECTION = rule(
    "online.injection",
    "stop",
    "{name}：注射剂用药风险较高，互联网诊疗不得开具（胰岛素除外）。",
    "{name}: injections are too risky to be prescribed online (insulin excepted).",
    Source.ONLINE_DRUGS,
)
UNDER_SIX = rule(
    "online.child",
    "stop",
    "为6岁以下儿童在线开方，须确认监护人和相关专业医师陪同。",
    "A child under six gets an online prescription only with the guardian present.",
    Source.ONLINE_DRUGS,
)


def check(case: Case) -> Iterator[Verdict]:
    """The findings about an online sheet; none for others."""
    if case.setting != "online":
        return
    if not case.return_visit:
        yield FIRST_VISIT()
    if case.age_years < 6 and not case.guardian_present:
        yield UNDER_SIX()
    for number, line in case.each():
        if line.drug.control:
            yield CONTROLLED(number, name=line.drug.name)
        elif line.drug.form == "injection" and not any(one.atc.startswith("A10A") for one in line.drug.substances):
            yield INJECTION(number, name=line.drug.name)
