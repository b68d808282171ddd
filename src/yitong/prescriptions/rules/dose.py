"""Single and daily doses against the label's greatest, for adults and by weight for children."""

from collections.abc import Iterator
from fractions import Fraction

from yitong.prescriptions.facts import Substance
from yitong.prescriptions.rules.case import Case, Line
from yitong.prescriptions.rules.sources import Source
from yitong.prescriptions.rules.verdicts import Rule, Verdict, rule

CHILD_YEARS = 14

SINGLE = rule(
    "dose.single",
    "pharmacist",
    "{name}：单次 {given} mg，超过常用最大单次量 {most} mg，请注明原因并再次签名。",
    "{name}: {given} mg at once is over the usual greatest dose of {most} mg; state why and sign for it.",
    Source.WRITING,
)
DAY = rule(
    "dose.day",
    "pharmacist",
    "{name}：每日 {given} mg，超过常用最大日剂量 {most} mg，请注明原因并再次签名。",
    "{name}: {given} mg a day is over the usual greatest dose of {most} mg; state why and sign for it.",
    Source.WRITING,
)
TWICE = rule(
    "dose.twice",
    "stop",
    "{name}：{given} mg，超过最大剂量 {most} mg 的两倍，不得开具。",
    "{name}: {given} mg is more than twice the greatest dose of {most} mg.",
    Source.LABEL,
)
CHILD = rule(
    "dose.child",
    "pharmacist",
    "{name}：每日 {given} mg，超过按体重计算的最大日剂量 {most} mg。",
    "{name}: {given} mg a day is over the greatest dose for the child's weight, {most} mg.",
    Source.WRITING,
)
MEASURE = rule(
    "dose.measure",
    "pharmacist",
    "{name}：剂量单位“{unit}”无法折算，系统未核对剂量，请药师核对。",
    "{name}: a dose in '{unit}' could not be worked out and was not checked; the pharmacist must look at it.",
    Source.REVIEW,
)


def check(case: Case) -> Iterator[Verdict]:
    """The gravest finding about each line's doses."""
    for number, line in case.systemic():
        if line.drug.kind == "herbal":
            continue
        for substance, micrograms in line.drug.ingredients:
            found = _judge(case, number, line, substance, micrograms)
            if found is not None:
                yield found
                break


def _judge(case: Case, number: int, line: Line, substance: Substance, micrograms: int) -> Verdict | None:
    limits = (substance.single_mg, substance.day_mg, substance.child_day_mg_per_kg)
    if all(one is None for one in limits):
        return None
    single = line.single_micrograms(micrograms)
    name = line.drug.name
    if single is None:
        return MEASURE(number, name=name, unit=line.dose_unit)
    # Several doses may make one day's; a weekly dose does not make a seventh of a day's.
    day = single * max(line.doses_a_day, Fraction(1))
    if case.age_years < CHILD_YEARS and substance.child_day_mg_per_kg and case.patient.weight_g:
        most = Fraction(str(substance.child_day_mg_per_kg)) * case.patient.weight_g  # mg/kg times g is micrograms
        if substance.day_mg is not None:
            most = min(most, _micrograms(substance.day_mg))
        return _over(number, name, day, most, CHILD)
    found = None
    if substance.day_mg is not None:
        found = _over(number, name, day, _micrograms(substance.day_mg), DAY)
    if found is None and substance.single_mg is not None:
        found = _over(number, name, single, _micrograms(substance.single_mg), SINGLE)
    return found


def _over(number: int, name: str, given: Fraction, most: Fraction, gentle: Rule) -> Verdict | None:
    if given <= most:
        return None
    found = TWICE if given > 2 * most else gentle
    return found(number, name=name, given=_mg(given), most=_mg(most))


def _micrograms(milligrams: float) -> Fraction:
    return Fraction(str(milligrams)) * 1000


def _mg(micrograms: Fraction) -> str:
    return f"{float(micrograms / 1000):g}"
