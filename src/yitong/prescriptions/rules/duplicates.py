"""The same treatment twice: the same substance, or two of one pharmacological class."""

from collections.abc import Iterator

from yitong.prescriptions.facts import Substance, class_name
from yitong.prescriptions.rules.case import Case
from yitong.prescriptions.rules.sources import Source
from yitong.prescriptions.rules.verdicts import Verdict, rule

SAME_DRUG = rule("duplicate.drug", "stop", "{name} 重复开具。", "{name} stands on the sheet twice.", Source.REVIEW_2018)
SAME_SUBSTANCE = rule(
    "duplicate.substance",
    "stop",
    "{first} 与 {second} 都含有 {substance}，重复用药。",
    "{first} and {second} both hold {substance_en}.",
    Source.REVIEW_2018,
)
STILL_RUNNING = rule(
    "duplicate.running",
    "pharmacist",
    "患者此前处方中的 {second} 尚未用完，与 {first} 重复（{substance}）。",
    "The patient still has {second} from an earlier sheet; {first} repeats it ({substance_en}).",
    Source.REVIEW_2018,
)
SAME_CLASS = rule(
    "duplicate.class",
    "pharmacist",
    "{first} 与 {second} 同属“{group}”，作用重复。",
    "{first} and {second} belong to the same class ({code}).",
    Source.REVIEW_2018,
)
# Classes whose members are given together on purpose: insulins, fluids, vitamins, minerals, tuberculosis drugs.
_TOGETHER = ("A10A", "A11", "A12", "B05", "J04", "XZ")
# Classes that count as one however finely they are divided: non-steroidal anti-inflammatory drugs.
_BROAD = ("M01A",)


def check(case: Case) -> Iterator[Verdict]:
    """The findings about repeated treatment."""
    codes = [line.drug.code for line in case.lines]
    for number, line in case.each():
        if line.drug.code in codes[:number]:
            yield SAME_DRUG(codes.index(line.drug.code), number, name=line.drug.name)
    for numbers, one, other in case.pairs():
        if one.drug.code == other.drug.code and len(numbers) == 2:
            continue
        shared = {s.name: s for s in one.drug.substances if s.name in {t.name for t in other.drug.substances}}
        words = {"first": one.drug.name, "second": other.drug.name}
        if shared:
            substance = next(iter(shared.values()))
            found = SAME_SUBSTANCE if len(numbers) == 2 else STILL_RUNNING
            yield found(*numbers, **words, substance=substance.name, substance_en=substance.en)
            continue
        group = next(
            (g for a in one.drug.substances for b in other.drug.substances if (g := _class(a)) == _class(b) and g), ""
        )
        if group:
            yield SAME_CLASS(*numbers, **words, group=class_name(group), code=group)


def _class(substance: Substance) -> str:
    atc = substance.atc
    if not atc or atc.startswith(_TOGETHER):
        return ""
    return next((broad for broad in _BROAD if atc.startswith(broad)), atc)
