"""The pharmacy's shelf: finding drugs by pinyin or name with price and stock, and a drug with all we know of it."""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import text

from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Grant
from yitong.kernel.text import normal_text
from yitong.kernel.transaction import Transaction
from yitong.prescriptions import facts
from yitong.prescriptions.actions import FIND_DRUGS, STOCK
from yitong.prescriptions.events import PrescriptionEvent
from yitong.prescriptions.problems import DRUG_UNKNOWN
from yitong.prescriptions.rules.case import Drug
from yitong.prescriptions.schemas import DrugFound, StockRequest, StockView

_SHELF = """
SELECT d.code, d.name, d.spec, d.form, d.package, d.dose_unit, d.insurance_class, d.control_class,
       coalesce(s.price_fen, d.price_fen) AS price_fen, s.units AS stock_units
  FROM drug d LEFT JOIN drug_stock s ON s.organization_id = :organization AND s.drug_code = d.code"""
_FIND = text(
    f"{_SHELF} WHERE d.pinyin LIKE :letters || '%' OR d.name LIKE '%' || :word || '%' OR d.code = :code"
    " ORDER BY coalesce(s.units, 0) > 0 DESC, d.pinyin = :letters DESC, length(d.name), d.code LIMIT :limit"
)
_SOME = text(f"{_SHELF} WHERE d.code = ANY(:codes)")


class Shelved(msgspec.Struct, frozen=True, kw_only=True):
    """A drug with its facts, what a package costs in fen here, and what is left in single units (None: not kept)."""

    drug: Drug
    spec: str
    form: str
    package: str
    dose_unit: str
    price_fen: int
    stock_units: int | None

    def amount_fen(self, quantity: int, *, split: bool) -> int:
        """What so many packages, or single units, cost; half a fen is rounded up."""
        if not split:
            return quantity * self.price_fen
        size = self.drug.units_per_package
        return (2 * quantity * self.price_fen + size) // (2 * size)


async def find_drugs(tx: Transaction, organization_id: UUID, words: str, limit: int = 20) -> list[DrugFound]:
    """Drugs whose initials begin with the letters or whose name holds the words: what is in stock first.

    Raises the problems of the permission check.
    """
    FIND_DRUGS.check(tx.actor, organization_id=organization_id)
    word = normal_text(words)
    if not word:
        return []
    literal = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    values = {"letters": literal.upper(), "word": literal, "code": word.upper(), "limit": limit}
    rows = await tx.session.execute(_FIND, {**values, "organization": organization_id})
    return [found_of(_shelved(row)) for row in rows.mappings()]


async def shelf(tx: Transaction, organization_id: UUID, codes: Iterable[str]) -> dict[str, Shelved]:
    """The drugs of these codes by code. Raises Problem ``drug-unknown``."""
    wanted = list(dict.fromkeys(codes))
    rows = await tx.session.execute(_SOME, {"codes": wanted, "organization": organization_id})
    found = {row["code"]: _shelved(row) for row in rows.mappings()}
    for code in wanted:
        if code not in found:
            raise DRUG_UNKNOWN(drug_code=code)
    return found


async def set_stock(tx: Transaction, drug_code: str, request: StockRequest) -> StockView:
    """Say what the pharmacy has. Raises Problem ``drug-unknown`` and those of the permission check."""
    grant = STOCK.check(tx.actor, organization_id=request.organization_id)
    await shelf(tx, request.organization_id, [drug_code])
    await tx.session.execute(
        text(
            "INSERT INTO drug_stock (organization_id, drug_code, units, price_fen, version, updated_at)"
            " VALUES (:organization, :code, :units, :price, 1, :now) ON CONFLICT (organization_id, drug_code)"
            " DO UPDATE SET units = :units, price_fen = :price, version = drug_stock.version + 1, updated_at = :now"
        ),
        {
            "organization": request.organization_id,
            "code": drug_code,
            "units": request.units,
            "price": request.price_fen,
            "now": tx.now,
        },
    )
    await _tell(tx, grant, request.organization_id, drug_code, request.units)
    return StockView(drug_code, request.units, request.price_fen)


async def _tell(tx: Transaction, grant: Grant, organization_id: UUID, code: str, units: int) -> None:
    subject = Subject("pharmacy", organization_id, organization_id)
    await record(tx, grant, PrescriptionEvent.STOCK_SET, subject, {"code": code, "units": units})


def known_drug(code: str, name: str, form: str = "", insurance_class: str = "") -> Drug:
    """A drug of the directory with the facts of this package; without any it says so (``known`` is False)."""
    product, counted = facts.products().get(code), facts.units().get(code)
    limit = facts.payment_limits().get(name)
    if product is None or counted is None:
        kind = "herbal" if form == "草药" else "western"
        return Drug(code, name, kind, "herbal" if kind == "herbal" else "tablet", "", 1, limit=limit, known=False)
    unit, size = counted
    return Drug(
        code=code,
        name=name,
        kind=product.kind,
        form=product.form,
        unit="g" if unit == "克" else unit,
        units_per_package=size,
        ingredients=_ingredients(product.ingredients),
        control=product.control,
        national_code=product.national_code,
        insurance_class=insurance_class,
        cold=product.cold,
        limit=limit,
    )


def _ingredients(written: str) -> tuple[tuple[facts.Substance, int], ...]:
    parts = (one.partition(":") for one in written.split(",") if one)
    return tuple((facts.substances()[name], int(micrograms)) for name, _, micrograms in parts)


def found_of(one: Shelved) -> DrugFound:
    """A drug as the editor's search shows it."""
    drug = one.drug
    weights = ["mg", "g", "ug"] if drug.weight_counts else []
    return DrugFound(
        code=drug.code,
        name=drug.name,
        spec=one.spec,
        form=one.form,
        kind=drug.kind,
        unit=drug.unit,
        package=one.package,
        units_per_package=drug.units_per_package,
        price_fen=one.price_fen,
        insurance_class=drug.insurance_class,
        control=drug.control,
        antibacterial=drug.antibacterial,
        routes=[route.code for route in facts.routes().values() if drug.form in route.forms.split(",")],
        dose_units=list(dict.fromkeys(["g"] if drug.kind == "herbal" else [drug.unit, *weights])),
        stock_units=one.stock_units,
    )


def _shelved(row: Any) -> Shelved:
    return Shelved(
        drug=known_drug(row["code"], row["name"], row["form"], row["insurance_class"]),
        spec=row["spec"],
        form=row["form"],
        package=row["package"],
        dose_unit=row["dose_unit"],
        price_fen=row["price_fen"],
        stock_units=row["stock_units"],
    )
