"""How an item of the price list or a drug stands in the insurance's catalogue on a day."""

from datetime import date
from functools import cache

from yitong.billing.insurance.facts import catalogue
from yitong.billing.insurance.policy import CatalogueEntry

CLASS_WORDS = {"01": "甲", "02": "乙", "03": "自费"}


@cache
def _by_code() -> dict[str, list[CatalogueEntry]]:
    found: dict[str, list[CatalogueEntry]] = {}
    for entry in catalogue():
        found.setdefault(entry.code, []).append(entry)
    return found


def listed(code: str, day: date) -> CatalogueEntry | None:
    """The catalogue's entry of a hospital's own code on a day; None for what no insurance knows."""
    fitting = [entry for entry in _by_code().get(code, ()) if entry.in_force(day)]
    return max(fitting, key=lambda entry: entry.valid_from, default=None)
