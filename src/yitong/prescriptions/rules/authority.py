"""What a prescriber's title and rights allow."""

from collections.abc import Iterator

from yitong.prescriptions.rules.case import RANKS, Case, Line
from yitong.prescriptions.rules.sources import Source
from yitong.prescriptions.rules.verdicts import Verdict, rule

_TCM = ("中医", "针灸", "中西医", "推拿", "国医")

ASSISTANT = rule(
    "authority.assistant",
    "stop",
    "执业助理医师开具的处方须经执业医师签名后方有效，不能独立签发。",
    "An assistant physician's sheet needs a physician's signature and cannot be signed alone.",
    Source.RIGHT,
)
NARCOTIC = rule(
    "authority.narcotic",
    "stop",
    "{name}：您尚未取得麻醉药品和第一类精神药品处方权。",
    "{name}: you have no right to prescribe narcotic and class-1 psychotropic drugs.",
    Source.NARCOTIC_RIGHT,
)
SPECIAL_CLINIC = rule(
    "authority.antibacterial.clinic",
    "stop",
    "{name}：特殊使用级抗菌药物不得在门诊使用。",
    "{name}: special-grade antibacterials are not used in the outpatient clinic.",
    Source.ANTIBACTERIALS_CLINIC,
)
SPECIAL = rule(
    "authority.antibacterial.special",
    "stop",
    "{name}：特殊使用级抗菌药物须由具有高级职称并取得处方权的医师开具。",
    "{name}: special-grade antibacterials need a senior title and the right.",
    Source.ANTIBACTERIALS_TITLE,
)
RESTRICTED = rule(
    "authority.antibacterial.restricted",
    "stop",
    "{name}：限制使用级抗菌药物须由中级以上职称医师开具。",
    "{name}: restricted antibacterials need at least an attending physician.",
    Source.ANTIBACTERIALS_TITLE,
)
URGENT = rule(
    "authority.antibacterial.urgent",
    "pharmacist",
    "{name}：紧急情况越级使用抗菌药物，处方量限1天，请写明指征。",
    "{name}: an antibacterial above your grade in an emergency; one day only, with the indication.",
    Source.ANTIBACTERIALS_URGENT,
)
URGENT_DAYS = rule(
    "authority.antibacterial.urgent.days",
    "stop",
    "{name}：越级使用抗菌药物的处方量限于1天。",
    "{name}: an antibacterial above your grade is limited to one day.",
    Source.ANTIBACTERIALS_URGENT,
)
TCM = rule(
    "authority.tcm",
    "pharmacist",
    "非中医类别医师开具中药饮片须经系统培训并取得资格，请写明。",
    "A physician outside Chinese medicine needs its training to prescribe herbs; please state it.",
    Source.TCM_RIGHT,
)


def check(case: Case) -> Iterator[Verdict]:
    """The findings about the prescriber."""
    who = case.prescriber
    if who.rank == "assistant":
        yield ASSISTANT()
    if case.herbal and "tcm" not in who.rights and not any(word in who.department for word in _TCM):
        yield TCM()
    for number, line in case.each():
        if line.drug.control in ("narcotic", "psychotropic1") and "narcotic" not in who.rights:
            yield NARCOTIC(number, name=line.drug.name)
        if line.systemic and line.drug.antibacterial:
            yield from _antibacterial(case, number, line)


def _antibacterial(case: Case, number: int, line: Line) -> Iterator[Verdict]:
    grade, name = line.drug.antibacterial, line.drug.name
    senior = RANKS.index(case.prescriber.rank)
    if grade == "special" and case.setting != "emergency":
        yield SPECIAL_CLINIC(number, name=name)
        return
    allowed = {
        "special": senior >= RANKS.index("senior"),
        "restricted": senior >= RANKS.index("attending") or "antibacterial_restricted" in case.prescriber.rights,
    }.get(grade, True)
    if allowed:
        return
    if not case.urgent:
        yield (SPECIAL if grade == "special" else RESTRICTED)(number, name=name)
    elif line.days > 1:
        yield URGENT_DAYS(number, name=name)
    else:
        yield URGENT(number, name=name)
