"""The rule base that a hospital begins with: items and pair rules from the tables in `facts`."""

import csv
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from yitong.planning.exams.model import ExamRule, PairRule, RuleBase, Words

_FACTS = Path(__file__).parent / "facts"
VERSION = "1"


def _many(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(";") if part)


def _limits(text: str) -> dict[str, int]:
    return {name: int(minute) for name, minute in (part.split("=") for part in _many(text))}


def _yes(text: str) -> bool:
    return text == "1"


_READ: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("tags", "refused_implants", "refused_allergies", "refused_conditions", "warned"), _many),
    **dict.fromkeys(("duration_min", "prep_min", "recovery_min", "report_min", "fasting_hours", "fill_min"), int),
    **dict.fromkeys(("prep_days", "least_age", "most_age", "latest_start"), int),
    **dict.fromkeys(("drink", "sedation"), _yes),
    "latest_for": _limits,
}


def _rows(name: str) -> list[dict[str, str]]:
    with (_FACTS / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def _item(row: dict[str, str]) -> ExamRule:
    return ExamRule(**{name: _READ.get(name, str)(text) for name, text in row.items() if text})


def _pair(row: dict[str, str]) -> PairRule:
    return PairRule(
        id=row["id"],
        first=row["first"],
        then=row["then"],
        kind=row["kind"],  # pyright: ignore[reportArgumentType]
        least=int(row["least"] or 0),
        most=int(row["most"]) if row["most"] else None,
        source=row["source"],
        words=Words(row["zh"], row["en"]),
    )


@cache
def default_rules() -> RuleBase:
    """The rule base of the tables; a hospital's departments check it and make it their own."""
    items = tuple(_item(row) for row in _rows("items.tsv"))
    return RuleBase(version=VERSION, items=items, pairs=tuple(_pair(row) for row in _rows("pairs.tsv")))
