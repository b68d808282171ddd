"""Writing the journal: balanced entries, each under the name of what it books, once."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from yitong.billing.journal import accounts
from yitong.billing.journal.model import JournalEntry
from yitong.kernel.clock import day_of
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Grant
from yitong.kernel.transaction import Transaction


class Posting(NamedTuple):
    """One side of an entry: an account and whole fen, debit positive."""

    account: str
    amount_fen: int


class JournalRefused(ValueError):
    """An entry that does not balance, or a second, different one for the same thing: a fault in the program."""


def balanced(lines: Iterable[Posting]) -> list[Posting]:
    """The lines with each account once and without zeros, in order of account.

    Raises JournalRefused unless they add up to zero over at least two accounts.
    """
    sums: dict[str, int] = {}
    for account, amount in lines:
        sums[account] = sums.get(account, 0) + amount
    kept = [Posting(account, amount) for account, amount in sorted(sums.items()) if amount]
    if len(kept) < 2 or sum(line.amount_fen for line in kept):
        raise JournalRefused(f"not balanced: {kept}")
    return kept


async def post(
    tx: Transaction,
    grant: Grant,
    kind: str,
    source: str,
    lines: Iterable[Posting],
    bill_id: UUID | None = None,
    *,
    organization_id: UUID,
    event_id: UUID,
    patient_id: UUID | None = None,
) -> UUID:
    """Write one entry and answer its id; the same entry under the same ``source`` again answers the first.

    ``event_id`` is the event of the change that is booked: the change writes it, the journal refers to it. An entry
    that touches a patient's account is that patient's: who may see the bill sees what was paid of it.
    Raises JournalRefused (unbalanced, or ``source`` was booked differently).
    """
    if not grant.action:
        raise JournalRefused("nobody may book without having asked")
    zone, kind_of_bill = await _place(tx, organization_id, bill_id)
    if kind_of_bill == "deposit":
        # Money on a deposit's bill pays for nothing yet: it is owed back until another bill draws on it.
        lines = [Posting(accounts.as_deposit(line.account), line.amount_fen) for line in lines]
    kept = balanced(lines)
    entry_id = new_id()
    values = {
        "organization_id": organization_id,
        "id": entry_id,
        "at": tx.now,
        "day": day_of(tx.now, zone),
        "kind": kind,
        "source": source,
        "bill_id": bill_id,
        "patient_id": patient_id or accounts.patient_of(line.account for line in kept),
        "event_id": event_id,
        "accounts": [line.account for line in kept],
        "amounts": [line.amount_fen for line in kept],
    }
    row = insert(JournalEntry).values(values).on_conflict_do_nothing().returning(JournalEntry.id)
    if (await tx.session.execute(row)).first() is not None:
        return entry_id
    return await _same(tx, organization_id, source, kept)


async def _same(tx: Transaction, organization_id: UUID, source: str, kept: list[Posting]) -> UUID:
    found = await tx.session.execute(
        select(JournalEntry.id, JournalEntry.accounts, JournalEntry.amounts).where(
            JournalEntry.organization_id == organization_id, JournalEntry.source == source
        )
    )
    row = found.one()
    if [Posting(*line) for line in zip(row.accounts, row.amounts, strict=True)] != kept:
        raise JournalRefused(f"{source} was booked differently before")
    return row.id


async def _place(tx: Transaction, organization_id: UUID, bill_id: UUID | None) -> tuple[str, str | None]:
    """The hospital's zone and the bill's kind."""
    found = await tx.session.execute(
        text(
            "SELECT o.zone, (SELECT b.kind FROM bill b WHERE b.organization_id = o.id AND b.id = :bill)"
            " FROM organization o WHERE o.id = :organization"
        ),
        {"organization": organization_id, "bill": bill_id},
    )
    zone, kind = found.one()
    return zone, kind
