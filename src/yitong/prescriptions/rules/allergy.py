"""What the patient is allergic to: the substance itself, its group, and groups that cross-react."""

from collections.abc import Iterator

from yitong.prescriptions.facts import substances
from yitong.prescriptions.rules.case import Case, Line
from yitong.prescriptions.rules.sources import Source
from yitong.prescriptions.rules.verdicts import Verdict, rule

GROUPS = {
    "penicillin": "青霉素类",
    "cephalosporin": "头孢菌素类",
    "carbapenem": "碳青霉烯类",
    "sulfonamide": "磺胺类",
    "quinolone": "喹诺酮类",
    "macrolide": "大环内酯类",
    "aminoglycoside": "氨基糖苷类",
    "tetracycline": "四环素类",
    "lincosamide": "林可胺类",
    "nitroimidazole": "硝基咪唑类",
    "nsaid": "非甾体抗炎药",
    "opioid": "阿片类",
    "iodine": "碘",
}
"""Allergy groups by their stable names with the words of the record."""

_CROSS = {
    "penicillin": ("cephalosporin", "carbapenem"),
    "cephalosporin": ("penicillin", "carbapenem"),
}

ALLERGIC = rule(
    "allergy.drug",
    "stop",
    "患者对 {allergy} 过敏，禁用 {name}。",
    "The patient is allergic to {allergy}; {name} must not be given.",
    Source.LABEL,
)
CROSS = rule(
    "allergy.cross",
    "pharmacist",
    "患者对 {allergy} 过敏，{name} 可能交叉过敏。",
    "The patient is allergic to {allergy}; {name} may cross-react.",
    Source.LABEL,
)


def groups_of(allergy: str) -> set[str]:
    """The groups that an entry of the allergy record names, by the group's own words or through a substance."""
    word = allergy.strip().removesuffix("过敏")
    named = {group for group, zh in GROUPS.items() if word.lower() == group or word in (zh, zh.removesuffix("类"))}
    for substance in substances().values():
        if substance.name in word or word.lower() == substance.en:
            named |= set(filter(None, substance.groups.split(",")))
    return named


def check(case: Case) -> Iterator[Verdict]:
    """The gravest finding of each line and allergy."""
    for number, line in case.each():
        for allergy in case.patient.allergies:
            found = _judge(number, line, allergy)
            if found is not None:
                yield found


def _judge(number: int, line: Line, allergy: str) -> Verdict | None:
    word = allergy.strip()
    words = {"allergy": word, "name": line.drug.name}
    groups = groups_of(word)
    for one in line.drug.substances:
        own = set(filter(None, one.groups.split(",")))
        if one.name in word or word in (line.drug.name, one.en):
            return ALLERGIC(number, **words)
        if own & groups:
            # Sulfonamides that are no antibacterials share little of the allergy.
            weak = own & groups == {"sulfonamide"} and not one.atc.startswith("J01")
            return (CROSS if weak else ALLERGIC)(number, **words)
    if word and line.drug.kind != "western" and word in line.drug.name:
        return ALLERGIC(number, **words)
    crossing = {other for group in groups for other in _CROSS.get(group, ())}
    if any(crossing & set(one.groups.split(",")) for one in line.drug.substances):
        return CROSS(number, **words)
    return None
