"""Kidney function: drugs that need less or stop."""

from collections.abc import Iterator

from yitong.prescriptions.rules.age import OLD_AGE
from yitong.prescriptions.rules.case import Case
from yitong.prescriptions.rules.sources import Source
from yitong.prescriptions.rules.verdicts import Verdict, rule

FORBIDDEN = rule(
    "renal.forbidden",
    "stop",
    "{name}：eGFR 低于 {limit} ml/min 禁用，患者为 {egfr}。",
    "{name} must not be given below an eGFR of {limit} ml/min; the patient has {egfr}.",
    Source.LABEL,
)
REDUCE = rule(
    "renal.reduce",
    "pharmacist",
    "{name}：eGFR 低于 {limit} ml/min 须减量或延长间隔，患者为 {egfr}。",
    "{name} is reduced below an eGFR of {limit} ml/min; the patient has {egfr}.",
    Source.LABEL,
)
UNKNOWN = rule(
    "renal.unknown",
    "warn",
    "{name}：经肾排泄，老年患者请核对肾功能。",
    "{name} leaves by the kidneys; check their function in an elderly patient.",
    Source.LABEL,
)


def check(case: Case) -> Iterator[Verdict]:
    """The findings about kidney function."""
    egfr = case.patient.egfr
    for number, line in case.systemic():
        name = line.drug.name
        stops = [one.renal_stop for one in line.drug.substances if one.renal_stop is not None]
        reduces = [one.renal_reduce for one in line.drug.substances if one.renal_reduce is not None]
        if egfr is None:
            if case.age_years >= OLD_AGE and stops:
                yield UNKNOWN(number, name=name)
        elif stops and egfr < max(stops):
            yield FORBIDDEN(number, name=name, limit=max(stops), egfr=egfr)
        elif reduces and egfr < max(reduces):
            yield REDUCE(number, name=name, limit=max(reduces), egfr=egfr)
