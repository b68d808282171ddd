"""All topics over one case, and which of their verdicts keep a doctor from signing."""

from collections.abc import Collection

from yitong.prescriptions.rules import (
    age,
    allergy,
    authority,
    composition,
    dose,
    duplicates,
    herbs,
    insurance,
    interactions,
    limits,
    long_term,
    online,
    pregnancy,
    renal,
    repeats,
)
from yitong.prescriptions.rules.case import Case
from yitong.prescriptions.rules.verdicts import Level, Verdict

TOPICS = (
    composition,
    limits,
    long_term,
    repeats,
    authority,
    online,
    insurance,
    allergy,
    pregnancy,
    age,
    renal,
    dose,
    interactions,
    duplicates,
    herbs,
)


def check(case: Case) -> list[Verdict]:
    """Everything the rules have to say, the gravest first; nothing: the sheet passes."""
    found = [verdict for topic in TOPICS for verdict in topic.check(case)]
    return sorted(found, key=lambda one: (-Level[one.level.upper()], one.lines, one.code))


def in_the_way(verdicts: Collection[Verdict], justified: Collection[str]) -> list[Verdict]:
    """What keeps the sheet from being signed: every stop, and what the doctor has given no reason for."""
    return [one for one in verdicts if one.level == "stop" or (one.level == "pharmacist" and one.code not in justified)]
