"""Prescriptions that can be fetched again (续方): long-term ones only, within the same twelve weeks in all."""

from collections.abc import Iterator

from yitong.prescriptions.rules.case import Case
from yitong.prescriptions.rules.long_term import MOST_DAYS
from yitong.prescriptions.rules.sources import Source
from yitong.prescriptions.rules.verdicts import Verdict, rule

EARLIEST = 7
"""Days between two parts at least; a drug for less than a week is not worth a second way."""

UNASSESSED = rule(
    "repeat.assessment",
    "stop",
    "可重复取药的处方属于长期处方，须先完成长期处方评估。",
    "A prescription that can be fetched again is a long-term one and needs its assessment.",
    Source.LONG_TERM,
)
INTERVAL = rule(
    "repeat.interval",
    "stop",
    "续方间隔须为 7 天以上，现为 {days} 天。",
    "Parts lie at least 7 days apart; {days} are written.",
    Source.LONG_TERM,
)
TWELVE_WEEKS = rule(
    "repeat.weeks",
    "stop",
    "{name}：连同续方共 {days} 日，长期处方合计不超过12周。",
    "{name}: {days} days with all parts; a long-term prescription supplies at most 12 weeks.",
    Source.LONG_TERM,
)
OVERLAP = rule(
    "repeat.overlap",
    "stop",
    "{name}：每份 {days} 日，多于续方间隔 {every} 日，会重复囤药。",
    "{name}: each part lasts {days} days, longer than the {every} days between them.",
    Source.LONG_TERM,
)


def check(case: Case) -> Iterator[Verdict]:
    """The findings about repeats; none for a prescription without."""
    if not case.repeats:
        return
    if case.assessment is None:
        yield UNASSESSED()
    if case.repeat_every_days < EARLIEST:
        yield INTERVAL(days=case.repeat_every_days)
    for number, line in case.each():
        if line.days * (case.repeats + 1) > MOST_DAYS:
            yield TWELVE_WEEKS(number, name=line.drug.name, days=line.days * (case.repeats + 1))
        if line.days > case.repeat_every_days >= EARLIEST:
            yield OVERLAP(number, name=line.drug.name, days=line.days, every=case.repeat_every_days)
