"""Drugs and herbs in pregnancy and while a mother nurses."""

from collections.abc import Iterator

from yitong.prescriptions.facts import herbs
from yitong.prescriptions.rules.case import Case, Line
from yitong.prescriptions.rules.sources import Source
from yitong.prescriptions.rules.verdicts import Verdict, rule

FORBIDDEN = rule(
    "pregnancy.forbidden", "stop", "{name}：孕妇禁用。", "{name} must not be given in pregnancy.", Source.LABEL
)
AVOID = rule(
    "pregnancy.avoid",
    "pharmacist",
    "{name}：孕期应避免使用，确需使用请写明理由。",
    "{name} is avoided in pregnancy; state why it is needed.",
    Source.LABEL,
)
CARE = rule("pregnancy.care", "warn", "{name}：孕妇慎用。", "{name} needs care in pregnancy.", Source.LABEL)
UNKNOWN = rule(
    "pregnancy.unknown",
    "pharmacist",
    "{name}：孕妇禁用，请确认患者未怀孕。",
    "{name} must not be given in pregnancy; make sure that the patient is not pregnant.",
    Source.LABEL,
)
NURSING = rule(
    "pregnancy.nursing",
    "pharmacist",
    "{name}：哺乳期应避免使用或暂停哺乳。",
    "{name} is avoided while nursing.",
    Source.LABEL,
)
NURSING_CARE = rule(
    "pregnancy.nursing.care", "warn", "{name}：哺乳期慎用。", "{name} needs care while nursing.", Source.LABEL
)
HERB = rule(
    "pregnancy.herb",
    "stop",
    "{name}：药典注明孕妇禁用。",
    "{name}: forbidden in pregnancy by the Pharmacopoeia.",
    Source.PHARMACOPOEIA,
)
HERB_CARE = rule(
    "pregnancy.herb.care",
    "pharmacist",
    "{name}：药典注明孕妇慎用。",
    "{name}: with care in pregnancy by the Pharmacopoeia.",
    Source.PHARMACOPOEIA,
)
_FERTILE = range(12, 51)
_IN_PREGNANCY = {"X": FORBIDDEN, "D": AVOID, "C": CARE}
_NURSING = {"avoid": NURSING, "caution": NURSING_CARE}


def check(case: Case) -> Iterator[Verdict]:
    """The findings for a woman who is or may be pregnant, or nurses."""
    if case.patient.sex != "female":
        return
    state = case.patient.pregnancy
    for number, line in case.systemic():
        name = line.drug.name
        if state == "pregnant":
            yield from _pregnant(number, line)
        elif state == "lactating":
            kinds = {one.lactation for one in line.drug.substances}
            found = next((_NURSING[kind] for kind in ("avoid", "caution") if kind in kinds), None)
            if found is not None:
                yield found(number, name=name)
        elif state == "" and case.age_years in _FERTILE and any(s.pregnancy == "X" for s in line.drug.substances):
            yield UNKNOWN(number, name=name)


def _pregnant(number: int, line: Line) -> Iterator[Verdict]:
    name = line.drug.name
    herb = herbs().get(name) if line.drug.kind == "herbal" else None
    if herb is not None and herb.pregnancy:
        yield (HERB if herb.pregnancy == "X" else HERB_CARE)(number, name=name)
    kinds = {one.pregnancy for one in line.drug.substances}
    found = next((_IN_PREGNANCY[kind] for kind in ("X", "D", "C") if kind in kinds), None)
    if found is not None:
        yield found(number, name=name)
