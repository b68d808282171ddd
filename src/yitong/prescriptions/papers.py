"""The kinds of paper (处方笺): which one a sheet goes on, and how long it is kept."""

from datetime import date
from typing import Literal

from yitong.prescriptions.rules.case import Case

Paper = Literal["ordinary", "emergency", "paediatric", "narcotic", "psychotropic2"]
WORDS: dict[Paper, tuple[str, str]] = {
    "ordinary": ("普通", "ordinary"),
    "emergency": ("急诊", "emergency"),
    "paediatric": ("儿科", "paediatric"),
    "narcotic": ("麻、精一", "narcotic and psychotropic 1"),
    "psychotropic2": ("精二", "psychotropic 2"),
}
CHILD_YEARS = 14


def paper_of(case: Case) -> Paper:
    """The paper for a sheet (处方管理办法, annex 1): by controlled drugs first, then emergency, then age."""
    controls = {line.drug.control for line in case.lines}
    if controls & {"narcotic", "psychotropic1"}:
        return "narcotic"
    if "psychotropic2" in controls:
        return "psychotropic2"
    if case.setting == "emergency":
        return "emergency"
    return "paediatric" if case.age_years < CHILD_YEARS else "ordinary"


def kept_until(paper: Paper, *, toxic: bool, online: bool, day: date) -> date:
    """Until when a sheet is kept: 1, 2 or 3 years (处方管理办法, article 50), online records fifteen."""
    years = 15 if online else 3 if paper == "narcotic" else 2 if toxic or paper == "psychotropic2" else 1
    return date(day.year + years, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)
