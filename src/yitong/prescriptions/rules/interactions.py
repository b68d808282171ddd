"""Drugs that do not go together, on this sheet and with what the patient still takes."""

from collections.abc import Iterator

from yitong.prescriptions.facts import Interaction, Substance, interactions
from yitong.prescriptions.rules.case import Case, Line
from yitong.prescriptions.rules.sources import Source
from yitong.prescriptions.rules.verdicts import Verdict, rule

CONTRAINDICATED = rule(
    "interaction.contraindicated",
    "stop",
    "{first} 与 {second} 禁忌合用。",
    "{first_en} and {second_en} must not be combined.",
    Source.INTERACTIONS,
)
NOT_RECOMMENDED = rule(
    "interaction.not_recommended",
    "pharmacist",
    "{first} 与 {second} 不建议合用，确需合用请写明理由和监测办法。",
    "{first_en} and {second_en} are not recommended together; state why and how it is watched.",
    Source.INTERACTIONS,
)
PRECAUTION = rule(
    "interaction.precaution",
    "warn",
    "{first} 与 {second} 合用须注意监测。",
    "{first_en} and {second_en} together need watching.",
    Source.INTERACTIONS,
)
CEFTRIAXONE = rule(
    "interaction.ceftriaxone_calcium",
    "stop",
    "头孢曲松不得与含钙注射液合用，以免生成不溶性沉淀。",
    "Ceftriaxone is not given with injections that hold calcium: it precipitates.",
    Source.LABEL,
)
_RULES = {"contraindicated": CONTRAINDICATED, "not_recommended": NOT_RECOMMENDED, "precaution": PRECAUTION}
_ORDER = ("precaution", "not_recommended", "contraindicated")


def check(case: Case) -> Iterator[Verdict]:
    """The gravest interaction of each pair of drugs."""
    for numbers, one, other in case.pairs():
        if _precipitates(one, other) or _precipitates(other, one):
            yield CEFTRIAXONE(*numbers)
        found = _gravest(one, other)
        if found is not None:
            pair, first, second = found
            words = {"first": first.name, "second": second.name, "first_en": first.en, "second_en": second.en}
            yield _RULES[pair.severity](*numbers, detail=pair.source, **words)


def _gravest(one: Line, other: Line) -> tuple[Interaction, Substance, Substance] | None:
    known = interactions()
    found = [
        (pair, a, b)
        for a in one.drug.substances
        for b in other.drug.substances
        if a.name != b.name and (pair := known.get(frozenset((a.name, b.name)))) is not None
    ]
    return max(found, key=lambda row: _ORDER.index(row[0].severity), default=None)


def _precipitates(one: Line, other: Line) -> bool:
    names = {substance.name for substance in one.drug.substances}
    calcium = any("钙" in substance.name for substance in other.drug.substances)
    return "头孢曲松" in names and calcium and other.drug.form == "injection"
