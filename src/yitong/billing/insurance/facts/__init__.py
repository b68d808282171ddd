"""The insurance rules that ship with the package as small tables; ``SOURCES.md`` says what they are worth."""

import re
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal, TypeVar

import msgspec

from yitong.billing.insurance.policy import AccountRule, Benefit, CatalogueEntry, Dated, Policy, RatioStep, Supplement
from yitong.directory import facts as directory

Row = TypeVar("Row", bound=msgspec.Struct)


class ClassRule(Dated, frozen=True, kw_only=True):
    """The class of all items of a category whose name matches a pattern; the first fitting rule decides."""

    source: Literal["price", "drug"]
    category: str
    pattern: str = ""
    chrgitm_lv: Literal["01", "02", "03"]
    selfpay_bp: int = 0
    med_chrgitm_type: str
    limit_fen: int | None = None
    paid_in_full: bool = False
    sex: Literal["", "male", "female"] = ""
    age_from: int | None = None
    age_below: int | None = None


def _read(table: str, row_type: type[Row]) -> tuple[Row, ...]:
    lines = (files(__package__ or "") / table).read_text(encoding="utf-8").splitlines()
    columns = lines[0].split("\t")
    cells = (zip(columns, line.split("\t"), strict=True) for line in lines[1:])
    return tuple(
        msgspec.convert({column: value for column, value in row if value}, row_type, strict=False) for row in cells
    )


@cache
def class_rules() -> tuple[ClassRule, ...]:
    """How categories of the price list and classes of drugs stand in the catalogue."""
    return _read("classes.tsv", ClassRule)


@cache
def catalogue() -> tuple[CatalogueEntry, ...]:
    """The entry of every price item and drug, one a period in which its class was the same."""
    items = [("price", item.category, item.code, item.name) for item in directory.price_items()]
    items += [("drug", drug.insurance_class, drug.code, drug.name) for drug in directory.drugs()]
    return tuple(entry for item in items for entry in _entries(*item))


def _entries(source: str, category: str, code: str, name: str) -> list[CatalogueEntry]:
    fitting = [
        rule
        for rule in class_rules()
        if rule.source == source and rule.category == category and re.search(rule.pattern, name)
    ]
    if not fitting:
        raise ValueError(f"no class for {source} {category}")
    chosen = [rule for rule in fitting if rule.pattern == fitting[0].pattern]
    return [_entry(rule, code, name) for rule in chosen]


def _entry(rule: ClassRule, code: str, name: str) -> CatalogueEntry:
    # The demo's own numbers in the catalogue's manner: X before a drug, 00 before a service, none for what is outside.
    listed = "" if rule.chrgitm_lv == "03" else f"{'X' if rule.source == 'drug' else '00'}{code}"
    return CatalogueEntry(
        valid_from=rule.valid_from,
        valid_to=rule.valid_to,
        code=code,
        med_list_codg=listed,
        name=name,
        chrgitm_lv=rule.chrgitm_lv,
        selfpay_bp=10_000 if rule.chrgitm_lv == "03" else rule.selfpay_bp,
        med_chrgitm_type=rule.med_chrgitm_type,
        limit_fen=rule.limit_fen,
        paid_in_full=rule.paid_in_full,
        sex=rule.sex,
        age_from=rule.age_from,
        age_below=rule.age_below,
    )


@cache
def published_policy() -> Policy:
    """All rules that ship with the package."""
    return Policy(
        catalogue(),
        _read("benefits.tsv", Benefit),
        _read("steps.tsv", RatioStep),
        _read("supplements.tsv", Supplement),
        _read("accounts.tsv", AccountRule),
    )


FIRST_DAY = date(2025, 1, 1)
"""The day from which the rules of this package are in force."""
