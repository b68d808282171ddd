"""Herbs: the eighteen oppositions, the nineteen antagonisms, greatest doses and toxic materials."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

from yitong.prescriptions.facts import Herb, herb_pairs, herbs
from yitong.prescriptions.rules.case import Case, Line
from yitong.prescriptions.rules.sources import Source
from yitong.prescriptions.rules.verdicts import Verdict, rule

EIGHTEEN = rule(
    "herbs.eighteen",
    "stop",
    "{first} 反 {second}（十八反），不宜同用。",
    "{first} and {second} oppose each other (the eighteen) and are not used together.",
    Source.PHARMACOPOEIA,
)
NINETEEN = rule(
    "herbs.nineteen",
    "stop",
    "{first} 畏 {second}（十九畏），不宜同用。",
    "{first} and {second} antagonise each other (the nineteen) and are not used together.",
    Source.PHARMACOPOEIA,
)
DOSE = rule(
    "herbs.dose",
    "pharmacist",
    "{name}：每剂 {given} g，超过药典用量 {most} g，请注明原因并再次签名。",
    "{name}: {given} g a decoction is over the Pharmacopoeia's {most} g; state why and sign for it.",
    Source.PHARMACOPOEIA,
)
TOXIC = rule(
    "herbs.toxic",
    "stop",
    "{name}：毒性药品每次处方不得超过2日极量（{most} g），现为 {given} g。",
    "{name}: a toxic drug's sheet holds at most two days' greatest dose ({most} g); this is {given} g.",
    Source.TOXIC,
)
WEIGHT = rule(
    "herbs.weight",
    "stop",
    "{name}：饮片剂量须以克书写。",
    "{name}: herbs are written in grams.",
    Source.WRITING,
)


def check(case: Case) -> Iterator[Verdict]:
    """The findings about herbs."""
    here = [(number, line, herbs().get(line.drug.name)) for number, line in case.each() if line.drug.kind == "herbal"]
    for number, line, herb in here:
        if line.dose_unit not in ("g", "克"):
            yield WEIGHT(number, name=line.drug.name)
        elif herb is not None and herb.max_day_g is not None:
            yield from _dose(number, line, herb)
    for (i, one, first), (j, other, second) in combinations(here, 2):
        if first is None or second is None or not first.family or not second.family:
            continue
        pair = herb_pairs().get(frozenset((first.family, second.family)))
        if pair is not None and first.family != second.family:
            found = EIGHTEEN if pair.verse == "十八反" else NINETEEN
            yield found(i, j, first=one.drug.name, second=other.drug.name)


def _dose(number: int, line: Line, herb: Herb) -> Iterator[Verdict]:
    given = Fraction(line.dose_milli, 1000)
    most = Fraction(str(herb.max_day_g))
    if line.drug.control == "toxic" and given * line.days > 2 * most:
        yield TOXIC(number, name=line.drug.name, given=f"{float(given * line.days):g}", most=f"{float(2 * most):g}")
    elif given > most:
        yield DOSE(number, name=line.drug.name, given=f"{float(given):g}", most=f"{float(most):g}")
