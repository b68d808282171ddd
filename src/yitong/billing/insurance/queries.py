"""Reads of the insurance rules: open to everybody, like the price list."""

from collections.abc import Collection
from datetime import date
from typing import TypeVar

import msgspec
from sqlalchemy import text

from yitong.billing.insurance.policy import AccountRule, Benefit, CatalogueEntry, Dated, Policy, RatioStep, Supplement
from yitong.kernel.paging import Page, cursor_of, keys_of
from yitong.kernel.text import normal_text
from yitong.kernel.transaction import Transaction

Row = TypeVar("Row", bound=Dated)
MOST = 200
_IN_FORCE = "valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day)"
_ITEM = f"""
SELECT code, valid_from, valid_to, med_list_codg, name, chrgitm_lv, selfpay_bp, med_chrgitm_type, limit_fen,
       paid_in_full, sex, age_from, age_below
FROM insurance_item WHERE {_IN_FORCE}"""  # noqa: S608


async def entries_for(tx: Transaction, codes: Collection[str], day: date) -> dict[str, CatalogueEntry]:
    """The catalogue's entries of price items and drugs by their own codes on a day; what has none is left out."""
    found = await tx.session.execute(text(f"{_ITEM} AND code = ANY(:codes)"), {"codes": list(codes), "day": day})
    return {row["code"]: msgspec.convert(dict(row), CatalogueEntry) for row in found.mappings()}


async def search_items(
    tx: Transaction, q: str | None, day: date, limit: int, cursor: str | None
) -> Page[CatalogueEntry]:
    """Entries in force on a day whose name contains a word or whose code begins with it, by code."""
    after = keys_of(cursor, tuple[str])
    word = normal_text(q or "").replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    found = await tx.session.execute(
        text(
            f"{_ITEM} AND (CAST(:after AS text) IS NULL OR code > :after) AND (name LIKE :inside OR code ILIKE :begins)"
            " ORDER BY code LIMIT :most"
        ),
        {
            "day": day,
            "after": after[0] if after else None,
            "inside": f"%{word}%",
            "begins": f"{word}%",
            "most": limit + 1,
        },
    )
    rows = [msgspec.convert(dict(row), CatalogueEntry) for row in found.mappings()]
    more = cursor_of(rows[limit - 1].code) if len(rows) > limit else None
    return Page(rows[:limit], more)


async def policy_on(tx: Transaction, day: date, codes: Collection[str] = ()) -> Policy:
    """The rules in force on a day, with the catalogue's entries of some codes."""
    entries = await entries_for(tx, codes, day) if codes else {}
    return Policy(
        entries.values(),
        await _rows(tx, "insurance_benefit", Benefit, day),
        await _rows(tx, "insurance_step", RatioStep, day),
        await _rows(tx, "insurance_supplement", Supplement, day),
        await _rows(tx, "insurance_account_rule", AccountRule, day),
    )


async def _rows(tx: Transaction, table: str, kind: type[Row], day: date) -> list[Row]:
    columns = ", ".join(field.name for field in msgspec.structs.fields(kind))
    found = await tx.session.execute(
        text(f"SELECT {columns} FROM {table} WHERE {_IN_FORCE}"),  # noqa: S608 - names from our own structs
        {"day": day},
    )
    return [msgspec.convert(dict(row), kind) for row in found.mappings()]
