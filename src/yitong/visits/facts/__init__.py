"""Codes of diagnoses that ship with the package; ``SOURCES.md`` says where they come from."""

from functools import cache
from importlib.resources import files

import msgspec

from yitong.kernel.text import normal_text


class DiagnosisCode(msgspec.Struct, frozen=True):
    """A code of ICD-10 as the medical insurance uses it, its name and the letters it is typed by."""

    code: str
    name: str
    initials: str


@cache
def diagnosis_codes() -> dict[str, DiagnosisCode]:
    """Every code there is, by code."""
    lines = (files(__package__ or "") / "diagnoses.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = (DiagnosisCode(*line.split("\t")) for line in lines)
    return {row.code: row for row in rows}


def find_codes(words: str, limit: int) -> list[DiagnosisCode]:
    """Codes whose name has the words, or whose code or initials begin with them; the shortest names first."""
    sought = normal_text(words).upper()

    def rank(one: DiagnosisCode) -> int | None:
        if one.code.upper().startswith(sought) or one.name.upper() == sought:
            return 0
        if one.initials.startswith(sought):
            return 1
        return 2 if sought in one.name.upper() else None

    ranked = ((rank(one), one) for one in diagnosis_codes().values())
    found = sorted(
        ((place, len(one.name), one.code, one) for place, one in ranked if place is not None),
        key=lambda row: row[:3],
    )
    return [row[3] for row in found[:limit]]
