"""Long-term prescriptions (长期处方): how long, for whom, and which drugs never."""

from collections.abc import Iterator

from yitong.prescriptions.rules.case import Case
from yitong.prescriptions.rules.sources import Source
from yitong.prescriptions.rules.verdicts import Verdict, rule

USUAL_DAYS, MOST_DAYS = 28, 84

EXCLUDED = rule(
    "long.excluded",
    "stop",
    "{name}：麻醉、精神、毒性、放射性、易制毒药品不得用于长期处方。",
    "{name}: drugs under special control are not prescribed long-term.",
    Source.LONG_TERM,
)
ANTIMICROBIAL = rule(
    "long.antimicrobial",
    "stop",
    "{name}：抗微生物药物（治疗结核等慢性细菌真菌感染者除外）不得用于长期处方。",
    "{name}: antimicrobials are not prescribed long-term, those for tuberculosis and the like excepted.",
    Source.LONG_TERM,
)
COLD = rule(
    "long.storage",
    "pharmacist",
    "{name}：对储存条件有特殊要求，长期处方请确认患者具备保存条件。",
    "{name} needs special storage; make sure that the patient can keep it.",
    Source.LONG_TERM,
)
INJECTION = rule(
    "long.injection",
    "stop",
    "{name}：注射剂（胰岛素除外）不适合长期处方。",
    "{name}: injections other than insulin do not suit a long-term prescription.",
    Source.LONG_TERM,
)
TWELVE_WEEKS = rule(
    "long.weeks",
    "stop",
    "{name}：长期处方最长不超过12周，现为 {days} 日。",
    "{name}: a long-term prescription supplies at most 12 weeks; {days} days are written.",
    Source.LONG_TERM,
)
NOT_STABLE = rule(
    "long.assessment",
    "stop",
    "长期处方须经评估：病情稳定、已完成用药教育并由患者确认。",
    "A long-term prescription needs an assessment: stable, educated, confirmed by the patient.",
    Source.LONG_TERM,
)
STRICTER = rule(
    "long.assessment.note",
    "stop",
    "超过4周的长期处方须在病历中记录更严格的评估依据，请填写。",
    "More than 4 weeks need a stricter assessment on record; please write it.",
    Source.LONG_TERM,
)
RANK = rule(
    "long.rank",
    "stop",
    "基层医疗机构首次开具长期处方须由中级以上职称医师开具。",
    "In primary care a long-term prescription is begun by at least an attending physician.",
    Source.LONG_TERM,
)
SETTING = rule(
    "long.emergency",
    "stop",
    "急诊不得开具长期处方。",
    "There is no long-term emergency prescription.",
    Source.LONG_TERM,
)


def check(case: Case) -> Iterator[Verdict]:
    """The findings about a long-term sheet; none for others."""
    told = case.assessment
    if told is None:
        return
    if case.setting == "emergency":
        yield SETTING()
    if not (told.stable and told.educated and told.confirmed):
        yield NOT_STABLE()
    if any(line.days > USUAL_DAYS for line in case.lines) and not told.note.strip():
        yield STRICTER()
    if case.prescriber.hospital_level < 2 and case.prescriber.rank in ("assistant", "resident"):
        yield RANK()
    for number, line in case.each():
        drug = line.drug
        if line.days > MOST_DAYS:
            yield TWELVE_WEEKS(number, name=drug.name, days=line.days)
        if drug.control:
            yield EXCLUDED(number, name=drug.name)
        insulin = any(one.atc.startswith("A10A") for one in drug.substances)
        if drug.form == "injection" and not insulin:
            yield INJECTION(number, name=drug.name)
        if any(one.atc.startswith(("J01", "J02", "J05")) for one in drug.substances):
            yield ANTIMICROBIAL(number, name=drug.name)
        elif drug.cold:
            yield COLD(number, name=drug.name)
