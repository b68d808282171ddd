"""Reading bills, their lines and sums."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import select, text

from yitong.billing.charges.model import Bill, Charge
from yitong.billing.charges.schemas import BillHeader, BillKind, BillSum, ChargeLine
from yitong.kernel.ids import UUID
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction

_LINE = """
SELECT c.id, c.bill_id, c.source_type, c.source_id, c.source_line, c.price_code, c.price_version, c.name, c.category,
       c.med_list_codg, c.insurance_class, c.cnt_milli, c.unit_price_fen, c.amount_fen, c.counters_id, c.reason, c.at,
       c.department_id, c.practitioner_role_id, EXISTS (SELECT FROM charge k WHERE
         k.organization_id = c.organization_id AND k.counters_id = c.id) AS countered
  FROM charge c WHERE c.organization_id = :organization"""


async def open_bill(
    tx: Transaction, organization_id: UUID, kind: BillKind, encounter_id: UUID | None, appointment_id: UUID | None
) -> BillHeader | None:
    """The bill of a visit that takes lines of this kind, or the registration bill of an appointment."""
    found = select(Bill).where(Bill.organization_id == organization_id, Bill.kind == kind)
    if kind == "registration" and appointment_id is not None:
        found = found.where(Bill.appointment_id == appointment_id)
    elif encounter_id is not None:
        found = found.where(Bill.encounter_id == encounter_id, Bill.closed_at.is_(None))
    else:
        return None
    row = (await tx.session.execute(found)).scalar_one_or_none()
    return _header(row) if row is not None else None


async def header(tx: Transaction, organization_id: UUID, bill_id: UUID) -> BillHeader:
    """One bill's header as it stands now. Raises Problem ``not-found``."""
    found = await tx.session.execute(
        select(Bill)
        .where(Bill.organization_id == organization_id, Bill.id == bill_id)
        .execution_options(populate_existing=True)
    )
    row = found.scalar_one_or_none()
    if row is None:
        raise NOT_FOUND()
    return _header(row)


def _header(row: Bill) -> BillHeader:
    return msgspec.convert({name: getattr(row, name) for name in BillHeader.__struct_fields__}, BillHeader)


async def lines(tx: Transaction, organization_id: UUID, bill_id: UUID) -> list[ChargeLine]:
    """All lines of a bill, countering ones among them, in the order they were written."""
    found = await tx.session.execute(
        text(_LINE + " AND c.bill_id = :bill ORDER BY c.at, c.id"), {"organization": organization_id, "bill": bill_id}
    )
    return [ChargeLine(**row) for row in found.mappings()]


async def standing_lines(tx: Transaction, organization_id: UUID, bill_id: UUID) -> list[ChargeLine]:
    """The lines of a bill that are neither countered nor countering: what is to be paid."""
    return [line for line in await lines(tx, organization_id, bill_id) if not (line.countered or line.counters_id)]


async def lines_by_id(tx: Transaction, organization_id: UUID, ids: Sequence[UUID]) -> list[ChargeLine]:
    """These lines in the order they were written."""
    if not ids:
        return []
    found = await tx.session.execute(
        text(_LINE + " AND c.id = ANY (:ids) ORDER BY c.at, c.id"), {"organization": organization_id, "ids": list(ids)}
    )
    return [ChargeLine(**row) for row in found.mappings()]


async def rows_by_id(tx: Transaction, organization_id: UUID, ids: Sequence[UUID]) -> list[Any]:
    """The rows of these lines, whole."""
    found = await tx.session.execute(
        select(Charge).where(Charge.organization_id == organization_id, Charge.id.in_(list(ids))).order_by(Charge.id)
    )
    return list(found.scalars())


async def sums(tx: Transaction, organization_id: UUID, bill_id: UUID) -> BillSum:
    """What a bill comes to. Raises Problem ``not-found``."""
    found = await tx.session.execute(
        text(
            "SELECT charged_fen, received_fen, outstanding_fen, lines FROM bill_sum"
            " WHERE organization_id = :organization AND bill_id = :bill"
        ),
        {"organization": organization_id, "bill": bill_id},
    )
    row = found.mappings().one_or_none()
    if row is None:
        raise NOT_FOUND()
    return BillSum(**row)
