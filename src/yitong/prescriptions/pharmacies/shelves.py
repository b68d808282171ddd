"""What pharmacies have and ask for the lines of a part: pure sums over rows of stock."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import text

from yitong.kernel.ids import UUID
from yitong.kernel.transaction import Transaction
from yitong.prescriptions.circulation.terms import PartLine
from yitong.prescriptions.pharmacies.schemas import PricedLine

_STOCK = text(
    "SELECT s.organization_id, s.drug_code, s.units, coalesce(s.price_fen, d.price_fen) AS price_fen"
    " FROM drug_stock s JOIN drug d ON d.code = s.drug_code"
    " WHERE s.organization_id = ANY(CAST(:pharmacies AS uuid[])) AND s.drug_code = ANY(CAST(:codes AS text[]))"
)


class Kept(msgspec.Struct, frozen=True):
    """What is on a shelf of one drug: single units, and the price of a package in fen."""

    units: int
    price_fen: int


Shelf = dict[str, Kept]


def amount_fen(line: PartLine, units: int, price_fen: int) -> int:
    """What so many units of a line cost; whole packages unless the line is split, half a fen rounded up."""
    size = line.units_per_package
    if line.line.split:
        return (2 * units * price_fen + size) // (2 * size)
    return -(-units // size) * price_fen


def priced(lines: Sequence[PartLine], units: Sequence[int], shelf: Shelf) -> list[PricedLine]:
    """What is there and what it costs, line by line, for the units that are wanted of each."""
    found: list[PricedLine] = []
    for one, wanted in zip(lines, units, strict=True):
        kept = shelf.get(one.line.drug_code)
        found.append(
            PricedLine(
                number=one.number,
                available_units=kept.units if kept else 0,
                enough=kept is not None and kept.units >= wanted,
                amount_fen=amount_fen(one, wanted, kept.price_fen) if kept else None,
            )
        )
    return found


def total_of(lines: Sequence[PricedLine]) -> int | None:
    """The sum, when every line is kept."""
    amounts = [one.amount_fen for one in lines]
    return sum(one for one in amounts if one is not None) if None not in amounts else None


async def shelves(tx: Transaction, pharmacies: Collection[UUID], codes: Collection[str]) -> dict[UUID, Shelf]:
    """What pharmacies have of some drugs, by pharmacy and drug."""
    rows: Any = await tx.session.execute(_STOCK, {"pharmacies": list(pharmacies), "codes": list(codes)})
    found: dict[UUID, Shelf] = {one: {} for one in pharmacies}
    for row in rows:
        found[row.organization_id][row.drug_code] = Kept(row.units, row.price_fen)
    return found
