"""The price list: what an item or a drug costs on a day, and finding one by name, letters or code."""

from datetime import date
from functools import lru_cache
from typing import Any, Literal

import msgspec
from sqlalchemy import text

from yitong.billing.charges.listed import CLASS_WORDS, listed
from yitong.billing.charges.problems import PRICE_UNKNOWN
from yitong.billing.charges.schemas import PricedLine, PriceKind
from yitong.kernel.ids import UUID
from yitong.kernel.text import normal_text, pinyin_initials
from yitong.kernel.transaction import Transaction

_CLASSES = {"甲": "甲", "甲类": "甲", "乙": "乙", "乙类": "乙"}
_CURRENT = """
SELECT DISTINCT ON (p.code) 'item' AS kind, p.code, p.valid_from AS version, p.name, p.category, p.unit, '' AS spec,
       p.price_fen, '' AS insurance_class, '' AS pinyin
  FROM price_item p WHERE p.valid_from <= :day {item} ORDER BY p.code, p.valid_from DESC"""
_DRUGS = """
SELECT 'drug' AS kind, d.code, d.updated_at::date AS version, d.name, 'drug' AS category, d.package AS unit, d.spec,
       d.price_fen, d.insurance_class, d.pinyin, d.form FROM drug d {drug}"""


class PriceFound(msgspec.Struct, frozen=True, kw_only=True):
    """An item or a drug at the price of the day; money in fen for one ``unit``."""

    kind: PriceKind
    code: str
    version: date
    name: str
    category: str
    unit: str
    spec: str
    price_fen: int
    insurance_class: str  # 甲, 乙, 自费; empty: no insurance knows it
    med_list_codg: str  # the insurance catalogue's code on that day; empty: outside the catalogue

    def line(
        self,
        source_type: str,
        source_id: UUID,
        source_line: int,
        cnt_milli: int,
        *,
        department_id: UUID | None = None,
        practitioner_role_id: UUID | None = None,
    ) -> PricedLine:
        """A line of so many thousandths of it."""
        return PricedLine(
            source_type=source_type,
            source_id=source_id,
            source_line=source_line,
            price_code=self.code,
            price_version=self.version,
            name=f"{self.name} {self.spec}".strip(),
            category=self.category,
            med_list_codg=self.med_list_codg,
            insurance_class=self.insurance_class,
            cnt_milli=cnt_milli,
            unit_price_fen=self.price_fen,
            department_id=department_id,
            practitioner_role_id=practitioner_role_id,
        )


async def price(tx: Transaction, kind: PriceKind, code: str, day: date) -> PriceFound:
    """What it costs on a day. Raises Problem ``price-unknown``."""
    if kind == "item":
        statement = _CURRENT.format(item="AND p.code = :code")
    else:
        statement = _DRUGS.format(drug="WHERE d.code = :code")
    values = {"code": code, "day": day} if kind == "item" else {"code": code}
    row = (await tx.session.execute(text(statement), values)).mappings().one_or_none()
    if row is None:
        raise PRICE_UNKNOWN(price_code=code)
    return _found(row, day)


async def find(
    tx: Transaction, words: str, day: date, kind: Literal["item", "drug", "all"], category: str | None, limit: int
) -> list[PriceFound]:
    """Items and drugs whose name has the words, whose initials or code begin with them; shortest names first."""
    sought = normal_text(words).upper()
    rows: list[Any] = []
    if kind in ("item", "all"):
        found = await tx.session.execute(text(_CURRENT.format(item="")), {"day": day})
        rows += list(found.mappings())
    if kind in ("drug", "all"):
        rows += list((await tx.session.execute(text(_DRUGS.format(drug="")))).mappings())
    fitting = [row for row in rows if _fits(row, sought) and category in (None, row["category"])]
    fitting.sort(key=lambda row: (row["code"].upper() != sought, len(row["name"]), row["code"]))
    return [_found(row, day) for row in fitting[:limit]]


async def registration(tx: Transaction, fee_fen: int, service_name: str, day: date) -> PriceFound | None:
    """The fee of the list that a clinic of this name and fee charges; None when the list has none at that price."""
    found = await tx.session.execute(
        text(
            f"SELECT * FROM ({_CURRENT.format(item='')}) AS p WHERE p.category = 'registration'"  # noqa: S608
            " AND p.price_fen = :fee ORDER BY left(p.name, 2) = left(:name, 2) DESC, p.code LIMIT 1"
        ),
        {"day": day, "fee": fee_fen, "name": service_name},
    )
    row = found.mappings().one_or_none()
    return _found(row, day) if row is not None else None


def _fits(row: Any, sought: str) -> bool:
    letters = row["pinyin"] or _initials(row["name"])
    return sought in row["name"].upper() or letters.startswith(sought) or row["code"].upper().startswith(sought)


@lru_cache(maxsize=4096)
def _initials(name: str) -> str:
    return pinyin_initials(name)


def _found(row: Any, day: date) -> PriceFound:
    named = {name: row[name] for name in PriceFound.__struct_fields__ if name in row}
    entry = listed(row["code"], day)
    if row["kind"] == "drug":
        named["category"] = "herb" if row["form"] == "草药" else "drug"
        named["insurance_class"] = _CLASSES.get(row["insurance_class"], "自费")
    if entry is not None:
        named["insurance_class"] = CLASS_WORDS[entry.chrgitm_lv]
    return PriceFound(**named, med_list_codg=entry.med_list_codg if entry else "")
