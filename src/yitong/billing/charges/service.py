"""Putting priced steps on bills and taking them back. Other rooms of billing call these with a grant of their own."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from yitong.billing.charges import queries
from yitong.billing.charges.events import BillEvent
from yitong.billing.charges.model import Bill, Charge
from yitong.billing.charges.problems import ALREADY_COUNTERED, BILL_CLOSED
from yitong.billing.charges.schemas import BillHeader, BillKind, ChargeLine, PricedLine
from yitong.billing.journal import accounts
from yitong.billing.journal.service import Posting, post
from yitong.billing.rules import line_amount
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.money import yuan_text
from yitong.kernel.permissions import Grant
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U: read out over the telephone


async def open_bill(
    tx: Transaction,
    grant: Grant,
    organization_id: UUID,
    patient_id: UUID,
    kind: BillKind,
    *,
    encounter_id: UUID | None = None,
    appointment_id: UUID | None = None,
    insutype: str | None = None,
) -> BillHeader:
    """A bill that takes lines: the open one of the visit and kind (or of the appointment), else a new one."""
    found = await queries.open_bill(tx, organization_id, kind, encounter_id, appointment_id)
    if found is not None:
        return found
    made = await _insert(tx, organization_id, patient_id, kind, encounter_id, appointment_id, insutype)
    if made is not None:
        return await queries.header(tx, organization_id, made)
    found = await queries.open_bill(tx, organization_id, kind, encounter_id, appointment_id)
    if found is None:  # neither there nor to be made: somebody else's transaction gave it up
        raise LookupError(f"no bill of kind {kind} could be opened")
    return found


async def new_bill(
    tx: Transaction, organization_id: UUID, patient_id: UUID, kind: BillKind, *, source_id: UUID | None = None
) -> BillHeader:
    """A bill of its own, whatever others there are; ``source_id`` is the stay that a deposit is for."""
    made = await _insert(tx, organization_id, patient_id, kind, source_id, None, None)
    if made is None:
        raise LookupError(f"no bill of kind {kind} could be opened")
    return await queries.header(tx, organization_id, made)


async def _insert(
    tx: Transaction,
    organization_id: UUID,
    patient_id: UUID,
    kind: BillKind,
    encounter_id: UUID | None,
    appointment_id: UUID | None,
    insutype: str | None,
) -> UUID | None:
    """The new bill's id, or None when somebody opened it at the same moment."""
    made = await tx.session.execute(
        insert(Bill)
        .values(
            organization_id=organization_id,
            id=new_id(),
            bill_no=_bill_no(tx),
            patient_id=patient_id,
            kind=kind,
            encounter_id=encounter_id,
            appointment_id=appointment_id,
            insutype=insutype,
            opened_at=tx.now,
            pay_token=secrets.token_urlsafe(16),
        )
        .on_conflict_do_nothing()
        .returning(Bill.id)
    )
    return made.scalar_one_or_none()


async def charge(tx: Transaction, grant: Grant, bill: BillHeader, lines: Sequence[PricedLine]) -> list[ChargeLine]:
    """Put steps on an open bill and book them; a step that was charged before (on any bill) is left out.

    Answers the lines that are new. Raises Problem ``bill-closed``.
    """
    await lock(tx, bill.organization_id, bill.id, must_be_open=True)
    made: list[UUID] = []
    income: list[Posting] = []
    for line in lines:
        amount = line_amount(line.cnt_milli, line.unit_price_fen)
        row = insert(Charge).values(_row(tx, bill, line, amount)).on_conflict_do_nothing().returning(Charge.id)
        new = (await tx.session.execute(row)).scalar_one_or_none()
        if new is not None:
            made.append(new)
            income.append(Posting(accounts.revenue(line.category), -amount))
    if made:
        await _book(tx, grant, bill, BillEvent.CHARGED, "charge", income, len(made))
    return await queries.lines_by_id(tx, bill.organization_id, made)


@dataclass(frozen=True)
class Kept:
    """What remains of a line of which a part is given back: the new line's id, and how much in thousandths."""

    id: UUID
    cnt_milli: int


async def counter(
    tx: Transaction,
    grant: Grant,
    organization_id: UUID,
    charge_ids: Sequence[UUID],
    reason: str,
    *,
    refunding: bool = False,
    kept: Mapping[UUID, Kept] | None = None,
) -> list[ChargeLine]:
    """Take back lines of one bill as a whole; what remains of a line given back in part (``kept``, by the line's id) is
    charged anew (``source_type`` remainder, ``source_id`` the old line), so that no line is ever countered twice.

    ``refunding``: by a refund, which may take lines off a bill that is closed. Answers the countering lines.
    Raises Problem ``bill-closed``, ``already-countered``, ``not-found``.
    """
    rows = await queries.rows_by_id(tx, organization_id, charge_ids)
    bills = {row.bill_id for row in rows}
    if len(rows) != len(set(charge_ids)) or len(bills) != 1 or any(row.counters_id for row in rows):
        raise NOT_FOUND()
    bill = await lock(tx, organization_id, bills.pop(), must_be_open=not refunding)
    made: list[UUID] = []
    income: list[Posting] = []
    for row in rows:
        taken_back = insert(Charge).values(_countering(tx, row, reason)).on_conflict_do_nothing().returning(Charge.id)
        new = (await tx.session.execute(taken_back)).scalar_one_or_none()
        if new is None:
            raise ALREADY_COUNTERED()
        made.append(new)
        income.append(Posting(accounts.revenue(row.category), row.amount_fen))
        remains = kept.get(row.id) if kept is not None else None
        if remains is not None:
            left = _remainder(tx, row, remains)
            await tx.session.execute(insert(Charge).values(left))
            income.append(Posting(accounts.revenue(row.category), -left["amount_fen"]))
    await _book(tx, grant, bill, BillEvent.COUNTERED, "counter", income, len(made))
    return await queries.lines_by_id(tx, organization_id, made)


async def close_bill(tx: Transaction, grant: Grant, organization_id: UUID, bill_id: UUID) -> BillHeader:
    """Take no more lines: somebody pays it now. Raises Problem ``bill-closed``, ``not-found``."""
    bill = await lock(tx, organization_id, bill_id, must_be_open=True)
    await _set_closed(tx, grant, bill, BillEvent.CLOSED)
    return await queries.header(tx, organization_id, bill_id)


async def reopen_bill(tx: Transaction, grant: Grant, organization_id: UUID, bill_id: UUID) -> BillHeader:
    """Take lines again after a payment came to nothing; stays closed when the visit has another open bill by now."""
    bill = await lock(tx, organization_id, bill_id)
    if bill.closed_at is not None:
        other = await queries.open_bill(tx, organization_id, bill.kind, bill.encounter_id, None)
        if other is None:
            await _set_closed(tx, grant, bill, BillEvent.REOPENED)
    return await queries.header(tx, organization_id, bill_id)


async def lock(tx: Transaction, organization_id: UUID, bill_id: UUID, *, must_be_open: bool = False) -> BillHeader:
    """The bill, locked until the transaction ends. Raises Problem ``not-found`` or, on demand, ``bill-closed``."""
    found = await tx.session.execute(
        text("SELECT 1 FROM bill WHERE organization_id = :organization AND id = :id FOR UPDATE"),
        {"organization": organization_id, "id": bill_id},
    )
    if found.first() is None:
        raise NOT_FOUND()
    bill = await queries.header(tx, organization_id, bill_id)
    if must_be_open and bill.closed_at is not None:
        raise BILL_CLOSED(bill_no=bill.bill_no)
    return bill


async def _set_closed(tx: Transaction, grant: Grant, bill: BillHeader, event: BillEvent) -> None:
    await tx.session.execute(
        text("UPDATE bill SET closed_at = :at WHERE organization_id = :organization AND id = :id"),
        {
            "at": tx.now if event is BillEvent.CLOSED else None,
            "organization": bill.organization_id,
            "id": bill.id,
        },
    )
    await record(tx, grant, event, subject_of(bill), {"bill_no": bill.bill_no, "kind": bill.kind})


def subject_of(bill: BillHeader) -> Subject:
    """The bill as the subject of an event."""
    return Subject("bill", bill.id, bill.organization_id, bill.patient_id)


async def _book(
    tx: Transaction, grant: Grant, bill: BillHeader, event: BillEvent, kind: str, income: list[Posting], lines: int
) -> None:
    """The event of charged or countered lines and its journal entry.

    Free lines (0 fen) need no entry, and neither does a deposit: asking for one earns nothing and is no debt.
    """
    total = -sum(line.amount_fen for line in income)
    said = {
        "bill_no": bill.bill_no,
        "bill_kind": bill.kind,
        "lines": lines,
        "amount": yuan_text(abs(total)),
        "amount_fen": total,
        "appointment_id": bill.appointment_id,
    }
    event_id = await record(tx, grant, event, subject_of(bill), said)
    if any(line.amount_fen for line in income) and bill.kind != "deposit":
        await post(
            tx,
            grant,
            kind,
            f"{kind}:{event_id}",
            [Posting(accounts.patient(bill.patient_id), total), *income],
            bill.id,
            organization_id=bill.organization_id,
            event_id=event_id,
            patient_id=bill.patient_id,
        )


def _row(tx: Transaction, bill: BillHeader, line: PricedLine, amount: int) -> dict[str, Any]:
    return {
        "organization_id": bill.organization_id,
        "id": new_id(),
        "bill_id": bill.id,
        "patient_id": bill.patient_id,
        **{name: getattr(line, name) for name in PricedLine.__struct_fields__},
        "amount_fen": amount,
        "at": tx.now,
        "charged_by": tx.actor.id,
    }


def _remainder(tx: Transaction, row: Any, kept: Kept) -> dict[str, Any]:
    return _same(row) | {
        "id": kept.id,
        "source_type": "remainder",
        "source_id": row.id,
        "source_line": 0,
        "cnt_milli": kept.cnt_milli,
        "amount_fen": line_amount(kept.cnt_milli, row.unit_price_fen),
        "at": tx.now,
        "charged_by": tx.actor.id,
    }


def _same(row: Any) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in Charge.__table__.columns}


def _countering(tx: Transaction, row: Any, reason: str) -> dict[str, Any]:
    return _same(row) | {
        "id": new_id(),
        "cnt_milli": -row.cnt_milli,
        "amount_fen": -row.amount_fen,
        "counters_id": row.id,
        "reason": reason,
        "at": tx.now,
        "charged_by": tx.actor.id,
    }


def _bill_no(tx: Transaction) -> str:
    """B, the day, and ten random letters; the unique index would refuse the same twice."""
    return f"B{tx.now:%y%m%d}" + "".join(secrets.choice(_LETTERS) for _ in range(10))
