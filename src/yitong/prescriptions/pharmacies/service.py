"""What people do with pharmacies: find one, compare prices, keep the card, fill the shelf."""

import csv
import io
from collections.abc import Iterator
from typing import Any, Literal

import msgspec
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page, cursor_of, keys_of
from yitong.kernel.problems import VALIDATION_FAILED, FieldError
from yitong.kernel.text import Bilingual, normal_text
from yitong.kernel.transaction import Transaction
from yitong.prescriptions import facts
from yitong.prescriptions.circulation import parts
from yitong.prescriptions.circulation.actions import READ
from yitong.prescriptions.circulation.parts import Part
from yitong.prescriptions.circulation.terms import PartLine, part_lines
from yitong.prescriptions.pharmacies.actions import FIND, KEEP
from yitong.prescriptions.pharmacies.events import PharmacyEvent
from yitong.prescriptions.pharmacies.hours import sensible
from yitong.prescriptions.pharmacies.reading import MOST, Place, nearby, pharmacy_of
from yitong.prescriptions.pharmacies.schemas import (
    PharmacyCard,
    PharmacyFound,
    PharmacyPrices,
    PriceComparison,
    ShelfChange,
    ShelfRefusal,
    ShelfResult,
    ShelfRow,
    ShelfUpload,
    WantedLine,
)
from yitong.prescriptions.pharmacies.shelves import Shelf, priced, shelves, total_of
from yitong.prescriptions.problems import SHEET_CHANGED

PAGE = 100
_UNKNOWN = Bilingual("药品目录中没有这个编码。", "The drug dictionary has no such code.")
_TWICE = Bilingual("同一药品出现多次。", "This drug is named more than once.")
_UNREADABLE = Bilingual("这一行无法识别，应为药品编码、数量、价格（分）。", "Not a code, a count and a price in fen.")


class Wanted(msgspec.Struct, frozen=True):
    """What is asked for: the lines of a part and what is left of each."""

    lines: list[PartLine]
    units: list[int]


async def find(
    tx: Transaction,
    place: Place,
    *,
    part: tuple[UUID, UUID] | None = None,
    insured: bool = False,
    open_now: bool = False,
    delivers: bool = False,
    sort: Literal["distance", "price"] = "distance",
) -> list[PharmacyFound]:
    """Pharmacies nearby; with a part (hospital, part) also whether they have it all and what it costs there.

    Raises Problem ``not-found`` and those of the permission check.
    """
    FIND.check(tx.actor)
    found = await nearby(tx, place, insured=insured, open_now=open_now, delivers=delivers)
    if part is None:
        return found[:MOST]
    wanted = await _wanted(tx, *part)
    by = await shelves(tx, [one.organization_id for one in found], [one.line.drug_code for one in wanted.lines])
    told = [_with_prices(one, wanted, by[one.organization_id]).pharmacy for one in found]
    if sort == "price":
        told.sort(key=lambda one: (one.in_stock != "all", one.total_fen is None, one.total_fen, one.distance_m))
    return told[:MOST]


async def compare(tx: Transaction, organization_id: UUID, part_id: UUID, place: Place) -> PriceComparison:
    """One part over the pharmacies nearby, line by line. Raises Problem ``not-found`` and others."""
    FIND.check(tx.actor)
    wanted = await _wanted(tx, organization_id, part_id)
    found = await nearby(tx, place)
    by = await shelves(tx, [one.organization_id for one in found], [one.line.drug_code for one in wanted.lines])
    rows = [_with_prices(one, wanted, by[one.organization_id]) for one in found]
    best = min((row.total_fen for row in rows if row.complete and row.total_fen is not None), default=None)
    rows = [msgspec.structs.replace(row, cheapest=row.complete and row.total_fen == best) for row in rows]
    rows.sort(key=lambda row: (not row.complete, row.total_fen is None, row.total_fen or 0, row.pharmacy.name))
    lines = [
        WantedLine(
            number=one.number,
            drug_code=one.line.drug_code,
            name=one.line.name,
            spec=one.line.spec,
            units=left,
            unit=one.line.unit,
        )
        for one, left in zip(wanted.lines, wanted.units, strict=True)
    ]
    return PriceComparison(lines, rows[:MOST])


async def _wanted(tx: Transaction, organization_id: UUID, part_id: UUID) -> Wanted:
    part: Part = await parts.part_of(tx, organization_id, part_id)
    READ.check(tx.actor, organization_id=organization_id, patient_id=part.patient_id)
    wording = await parts.wording_of(tx, organization_id, part.prescription_id)
    return Wanted(part_lines(wording.lines), part.left)


def _with_prices(one: PharmacyFound, wanted: Wanted, shelf: Shelf) -> PharmacyPrices:
    lines = priced(wanted.lines, wanted.units, shelf)
    total, enough = total_of(lines), [line.enough for line in lines]
    missing = [line.line.name for line, there in zip(wanted.lines, enough, strict=True) if not there]
    told = msgspec.structs.replace(
        one, in_stock="all" if all(enough) else "some" if any(enough) else "none", missing=missing, total_fen=total
    )
    return PharmacyPrices(pharmacy=told, lines=lines, total_fen=total, complete=all(enough), cheapest=False)


async def show(tx: Transaction, pharmacy_id: UUID) -> PharmacyFound:
    """A pharmacy's card. Raises Problem ``not-a-pharmacy`` and those of the permission check."""
    FIND.check(tx.actor)
    return await pharmacy_of(tx, pharmacy_id)


async def keep(tx: Transaction, pharmacy_id: UUID, card: PharmacyCard) -> PharmacyFound:
    """Say anew what a pharmacy offers. Raises Problem ``not-a-pharmacy``, ``prescription-changed`` and others."""
    grant = KEEP.check(tx.actor, organization_id=pharmacy_id)
    if not sensible(card.hours):
        wrong = FieldError("hours", "overlap", Bilingual("营业时间有误或重叠。", "Hours overlap or end too early."))
        raise VALIDATION_FAILED(errors=[wrong])
    await pharmacy_of(tx, pharmacy_id)
    values: dict[str, Any] = {name: getattr(card, name) for name in PharmacyCard.__struct_fields__}
    changed = await tx.session.execute(
        text(
            "UPDATE pharmacy SET hours = :hours, taking = :taking, insured = :insured, dual_channel = :dual_channel,"
            " delivers = :delivers, delivery_radius_m = :delivery_radius_m, delivery_fee_fen = :delivery_fee_fen,"
            " version = version + 1, updated_at = :now WHERE organization_id = :id AND version = :version RETURNING 1"
        ).bindparams(bindparam("hours", type_=JSONB)),
        {**values, "hours": msgspec.to_builtins(card.hours), "now": tx.now, "id": pharmacy_id},
    )
    if changed.first() is None:
        raise SHEET_CHANGED()
    await record(tx, grant, PharmacyEvent.CHANGED, Subject("pharmacy", pharmacy_id, pharmacy_id))
    return await pharmacy_of(tx, pharmacy_id)


async def shelf_of(tx: Transaction, pharmacy_id: UUID, words: str, cursor: str | None) -> Page[ShelfRow]:
    """A pharmacy's shelf in the order of names. Raises the problems of the permission check."""
    KEEP.check(tx.actor, organization_id=pharmacy_id)
    after = keys_of(cursor, tuple[str, str]) or ("", "")
    word = normal_text(words).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = await tx.session.execute(
        text(
            "SELECT d.code, d.name, d.spec, d.package, d.price_fen AS list_price, s.units,"
            " coalesce(s.price_fen, d.price_fen) AS price_fen FROM drug_stock s JOIN drug d ON d.code = s.drug_code"
            " WHERE s.organization_id = :id AND (d.pinyin LIKE upper(:word) || '%' OR d.name LIKE '%' || :word || '%')"
            " AND (d.name, d.code) > (:name, :code) ORDER BY d.name, d.code LIMIT :limit"
        ),
        {"id": pharmacy_id, "word": word, "name": after[0], "code": after[1], "limit": PAGE},
    )
    items: list[ShelfRow] = []
    for row in rows:
        unit, size = facts.units().get(row.code, ("", 1))
        items.append(
            ShelfRow(
                drug_code=row.code,
                name=row.name,
                spec=row.spec,
                package=row.package,
                unit=unit,
                units_per_package=size,
                units=row.units,
                price_fen=row.price_fen,
                list_price_fen=row.list_price,
            )
        )
    return Page(items, cursor_of(items[-1].name, items[-1].drug_code) if len(items) == PAGE else None)


async def fill_shelf(tx: Transaction, pharmacy_id: UUID, upload: ShelfUpload) -> ShelfResult:
    """Take over an upload of stock and prices: good rows are kept, bad ones are named.

    Raises Problem ``not-a-pharmacy`` and those of the permission check.
    """
    grant = KEEP.check(tx.actor, organization_id=pharmacy_id)
    await pharmacy_of(tx, pharmacy_id)
    read = list(_rows(upload))
    found = await tx.session.execute(
        text("SELECT code FROM drug WHERE code = ANY(CAST(:codes AS text[]))"),
        {"codes": [row.drug_code for _, row in read if isinstance(row, ShelfChange)]},
    )
    known, good, refused = set(found.scalars()), dict[str, ShelfChange](), list[ShelfRefusal]()
    for number, row in read:
        if not isinstance(row, ShelfChange):
            refused.append(ShelfRefusal(number, "unreadable", _UNREADABLE))
        elif row.drug_code not in known:
            refused.append(ShelfRefusal(number, "unknown", _UNKNOWN))
        elif row.drug_code in good:
            refused.append(ShelfRefusal(number, "twice", _TWICE))
        else:
            good[row.drug_code] = row
    await _write(tx, pharmacy_id, list(good.values()), replace=upload.replace)
    subject = Subject("pharmacy", pharmacy_id, pharmacy_id)
    said = {"accepted": len(good), "refused": len(refused)}
    await record(tx, grant, PharmacyEvent.SHELF_UPLOADED, subject, said)
    return ShelfResult(len(good), refused)


def _rows(upload: ShelfUpload) -> Iterator[tuple[int, ShelfChange | None]]:
    """The rows of an upload with their numbers; None for one that cannot be read."""
    yield from enumerate(upload.rows, start=1)
    reader = csv.DictReader(io.StringIO(upload.csv.lstrip("\ufeff")))
    for number, row in enumerate(reader, start=len(upload.rows) + 1):
        given = {name: value for name, value in row.items() if isinstance(name, str) and value}
        try:
            yield number, msgspec.convert(given, ShelfChange, strict=False)
        except msgspec.ValidationError:
            yield number, None


async def _write(tx: Transaction, pharmacy_id: UUID, good: list[ShelfChange], *, replace: bool) -> None:
    codes = [row.drug_code for row in good]
    await tx.session.execute(
        text(
            "INSERT INTO drug_stock (organization_id, drug_code, units, price_fen, version, updated_at)"
            " SELECT :id, u.code, u.units, u.price, 1, :now FROM unnest(CAST(:codes AS text[]),"
            " CAST(:units AS bigint[]), CAST(:prices AS integer[])) AS u(code, units, price)"
            " ON CONFLICT (organization_id, drug_code) DO UPDATE SET units = EXCLUDED.units,"
            " price_fen = EXCLUDED.price_fen, version = drug_stock.version + 1, updated_at = :now"
        ),
        {
            "id": pharmacy_id,
            "now": tx.now,
            "codes": codes,
            "units": [row.units for row in good],
            "prices": [row.price_fen for row in good],
        },
    )
    if replace:
        await tx.session.execute(
            text(
                "UPDATE drug_stock SET units = 0, version = version + 1, updated_at = :now"
                " WHERE organization_id = :id AND units > 0 AND drug_code <> ALL(CAST(:codes AS text[]))"
            ),
            {"id": pharmacy_id, "now": tx.now, "codes": codes},
        )


async def identifiers(tx: Transaction, drug_codes: list[str]) -> dict[str, str]:
    """Which drug each identification code of these drugs' packages stands for."""
    found: Any = await tx.session.execute(
        text("SELECT prefix, drug_code FROM drug_identifier WHERE drug_code = ANY(CAST(:codes AS text[]))"),
        {"codes": drug_codes},
    )
    return {row.prefix: row.drug_code for row in found}
