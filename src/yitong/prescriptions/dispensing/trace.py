"""Trace codes (药品追溯码): twenty digits, the first seven name the drug's package; a package goes out once.

NMPAB/T 1002-2019: twenty characters, the first seven the identification code of the drug. A code whose seven digits
stand for another drug is refused; one that nobody has registered is taken when the drug has no registered code at all.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import text

from yitong.kernel.ids import UUID
from yitong.kernel.transaction import Transaction
from yitong.prescriptions.circulation.terms import PartLine
from yitong.prescriptions.dispensing.problems import (
    TRACE_CODE_MISMATCH,
    TRACE_CODE_MISSING,
    TRACE_CODE_NOT_OUT,
    TRACE_CODE_USED,
)
from yitong.prescriptions.dispensing.schemas import PackageOut

PREFIX = 7
TAKE_OUT = text(
    "INSERT INTO trace_code (code, organization_id, drug_code, units_out, size, batch, expires_on, at)"
    " VALUES (:code, :pharmacy, :drug, :units, :size, :batch, :expires, :now) ON CONFLICT (code) DO UPDATE"
    " SET units_out = trace_code.units_out + EXCLUDED.units_out, organization_id = EXCLUDED.organization_id,"
    " batch = EXCLUDED.batch, expires_on = EXCLUDED.expires_on, at = EXCLUDED.at"
    " WHERE trace_code.units_out + EXCLUDED.units_out <= trace_code.size AND trace_code.drug_code = EXCLUDED.drug_code"
    " AND (trace_code.units_out = 0 OR trace_code.organization_id = EXCLUDED.organization_id) RETURNING 1"
)
_BACK = text(
    "UPDATE trace_code SET units_out = units_out - :units, at = :now WHERE code = :code AND units_out >= :units"
    " AND organization_id = :pharmacy RETURNING batch"
)


class Out(msgspec.Struct, frozen=True, kw_only=True):
    """One package that goes out: from which pharmacy, of which drug, how many units of how many."""

    pharmacy_id: UUID
    drug_code: str
    size: int
    batch: str
    expires_on: date | None


def check(line: PartLine, units: int, packages: Sequence[PackageOut], registered: dict[str, str]) -> None:
    """Whether the packages are of the line's drug, none twice, and hold exactly the units.

    ``registered`` tells the drug of each identification code. Herbs weighed out carry no codes. Raises Problem
    ``trace-code-missing`` or ``trace-code-mismatch``.
    """
    code, name = line.line.drug_code, line.line.name
    if line.line.kind == "herbal" and not packages:
        return
    distinct = {one.code for one in packages}
    fit = all(one.units <= line.units_per_package for one in packages)
    if len(distinct) != len(packages) or sum(one.units for one in packages) != units or not fit:
        raise TRACE_CODE_MISSING(name=name)
    known = {prefix for prefix, drug in registered.items() if drug == code}
    for one in packages:
        prefix = one.code[:PREFIX]
        if registered.get(prefix, code) != code or (known and prefix not in known):
            raise TRACE_CODE_MISMATCH(trace=one.code)


async def registered(tx: Transaction, drug_codes: Sequence[str], codes: Sequence[str]) -> dict[str, str]:
    """Which drug each identification code stands for: those of these drugs and those on these packages."""
    found: Any = await tx.session.execute(
        text(
            "SELECT prefix, drug_code FROM drug_identifier WHERE drug_code = ANY(CAST(:drugs AS text[]))"
            " OR prefix = ANY(CAST(:prefixes AS text[]))"
        ),
        {"drugs": list(drug_codes), "prefixes": [one[:PREFIX] for one in codes]},
    )
    return {row.prefix: row.drug_code for row in found}


async def take_out(tx: Transaction, package: PackageOut, out: Out) -> None:
    """Write down that so much of a package goes out. Raises Problem ``trace-code-used``."""
    values = {
        "code": package.code,
        "units": package.units,
        "pharmacy": out.pharmacy_id,
        "drug": out.drug_code,
        "size": out.size,
        "batch": out.batch,
        "expires": out.expires_on,
        "now": tx.now,
    }
    if (await tx.session.execute(TAKE_OUT, values)).first() is None:
        raise TRACE_CODE_USED(trace=package.code)


async def bring_back(tx: Transaction, package: PackageOut, pharmacy_id: UUID) -> str:
    """Write down that so much of a package came back, which frees it; answers its batch.

    Raises Problem ``trace-code-not-out``.
    """
    values = {"code": package.code, "units": package.units, "pharmacy": pharmacy_id, "now": tx.now}
    batch = (await tx.session.execute(_BACK, values)).scalar_one_or_none()
    if batch is None:
        raise TRACE_CODE_NOT_OUT(trace=package.code)
    return batch
