"""Reading the tables of illegal and legal prescriptions: one JSON object a line, what is left out is usual.

A line of drugs reads ``name dose frequency route days``, then ``xN`` for another quantity than the days need, and
``box`` where a controlled drug is given by the box.
"""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

from yitong.directory.facts import drugs
from yitong.prescriptions.drugs import known_drug
from yitong.prescriptions.rules.case import Assessment, Case, Diagnosis, Drug, Line, Patient, Prescriber

HERE = Path(__file__).parent
TODAY = date(2026, 11, 23)
ASSESSMENTS = {
    "yes": Assessment(stable=True, educated=True, confirmed=True, note="血压连续三月达标"),
    "bare": Assessment(stable=True, educated=True, confirmed=True),
    "unstable": Assessment(stable=False, educated=True, confirmed=True, note="血压波动"),
}
_LINE = re.compile(r"(\S+) ([\d.]+)(\D+?) (\S+) (\S+) (\d+)(?: x(\d+))?( box)?")
_CODES = {drug.name: drug for drug in drugs()}


def table(name: str) -> list[dict[str, Any]]:
    """The rows of ``illegal`` or ``legal``."""
    return [json.loads(line) for line in (HERE / f"{name}.jsonl").read_text("utf-8").splitlines()]


def drug(name: str) -> Drug:
    """A drug of the demo region by name."""
    found = _CODES[name]
    return known_drug(found.code, found.name, found.form, found.insurance_class)


def line(written: str) -> Line:
    """A line of drugs."""
    read = _LINE.fullmatch(written)
    assert read, written
    name, amount, unit, frequency, route, days, quantity, box = read.groups()
    found = drug(name)
    split = (bool(found.control) or found.kind == "herbal") and not box
    made = Line(found, round(float(amount) * 1000), unit, frequency, route, int(days), 1, split)
    count = int(quantity) if quantity else made.needed or 1
    return Line(found, made.dose_milli, unit, frequency, route, int(days), count, split)


def diagnosis(written: str) -> Diagnosis:
    """A diagnosis: code and name."""
    code, name = written.split(" ", 1)
    return Diagnosis(code, name)


def case(row: dict[str, Any]) -> Case:
    """What the rules look at."""
    return Case(
        day=TODAY,
        setting=row.get("setting", "outpatient"),
        diagnoses=tuple(diagnosis(one) for one in row.get("diagnoses", ["I10 高血压"])),
        lines=tuple(line(one) for one in row["lines"]),
        patient=Patient(
            sex=row.get("sex", "male"),
            birth_date=date.fromisoformat(row.get("born", "1986-05-01")),
            weight_g=row.get("weight_g"),
            pregnancy=row.get("pregnancy", ""),
            egfr=row.get("egfr"),
            allergies=tuple(row.get("allergies", ())),
        ),
        prescriber=Prescriber(
            rank=row.get("rank", "attending"),
            rights=tuple(row.get("rights", ())),
            hospital_level=row.get("hospital_level", 3),
            department=row.get("department", "心血管内科门诊"),
        ),
        valid_days=row.get("valid_days", 1),
        validity_reason=row.get("validity_reason", ""),
        supply_reason=row.get("supply_reason", ""),
        pain_programme=row.get("pain_programme", False),
        guardian_present=row.get("guardian_present", False),
        return_visit=row.get("return_visit", True),
        urgent=row.get("urgent", False),
        insured=row.get("insured", False),
        assessment=ASSESSMENTS[row["assessment"]] if "assessment" in row else None,
        repeats=row.get("repeats", 0),
        repeat_every_days=row.get("repeat_every_days", 0),
    )
