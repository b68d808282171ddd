"""The hospital's side of a day: payments and refunds with what the journal has of them, and signed corrections."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace
from sqlalchemy import text

from yitong.billing.journal import accounts
from yitong.billing.reconciliation.sides import INSURER, Here, HereState, Key, LineKind, There, cover_party, effect
from yitong.kernel.ids import UUID
from yitong.kernel.transaction import Transaction

# Payments and refunds around the day, and those that the other side's list names. The journal's entries carry the
# number in their source. What a deposit paid is no outside party's and does not appear; cash is counted by the till.
_ROWS = text("""
WITH moved AS (
    SELECT 'payment' AS kind, p.kind AS part_kind, p.channel, p.number, '' AS about, p.outside_no AS setl_id,
        p.state, p.amount_fen, p.fund_fen, p.split, p.id AS part_id, p.order_id, p.patient_id, p.asked_at, p.done_at,
        'payment:' || p.number AS source
    FROM payment_part AS p
    WHERE p.organization_id = :organization AND p.kind IN ('channel','insurance','commercial') AND p.channel <> 'cash'
        AND (p.done_at BETWEEN :begin AND :end OR p.asked_at BETWEEN :begin AND :end OR p.number = ANY (:numbers))
    UNION ALL
    SELECT 'refund', b.kind, b.channel, b.number, p.number, p.outside_no, b.state, b.amount_fen,
        p.fund_fen, p.split, p.id, b.order_id, b.patient_id, b.asked_at, b.done_at,
        'refund:' || b.number
    FROM refund_part AS b
    JOIN payment_part AS p ON p.organization_id = b.organization_id AND p.id = b.part_id
    WHERE b.organization_id = :organization AND b.kind IN ('channel','insurance','commercial') AND b.channel <> 'cash'
        AND (b.done_at BETWEEN :begin AND :end OR b.asked_at BETWEEN :begin AND :end OR b.number = ANY (:numbers)
            OR b.kind = 'insurance' AND p.outside_no = ANY (:numbers)
            OR b.kind = 'commercial' AND p.number = ANY (:numbers))
)
SELECT m.*, o.bill_id, o.created_at, j.at AS booked_at,
    (SELECT sum(amount) FROM unnest(j.accounts, j.amounts) AS u (account, amount)
     WHERE account LIKE 'channel:%' OR account LIKE 'commercial:%' OR account LIKE 'insurer:%'
        OR account LIKE 'account:%') AS booked_fen
FROM moved AS m
JOIN payment_order AS o ON o.organization_id = :organization AND o.id = m.order_id
LEFT JOIN journal_entry AS j ON j.organization_id = :organization AND j.source = m.source
""")
# Entries that speak of a payment or refund which is not there.
_STRAY = text("""
SELECT j.source, j.at, j.bill_id, j.patient_id, u.account, u.amount
FROM journal_entry AS j, unnest(j.accounts, j.amounts) AS u (account, amount)
WHERE j.organization_id = :organization AND j.at BETWEEN :begin AND :end
    AND (j.source LIKE 'payment:%' OR j.source LIKE 'refund:%')
    AND (u.account LIKE 'channel:%' OR u.account LIKE 'commercial:%' OR u.account LIKE 'insurer:%'
        OR u.account LIKE 'account:%')
    AND NOT EXISTS (SELECT FROM payment_part AS p
        WHERE p.organization_id = j.organization_id AND j.source = 'payment:' || p.number)
    AND NOT EXISTS (SELECT FROM refund_part AS b
        WHERE b.organization_id = j.organization_id AND j.source = 'refund:' || b.number)
""")
_CORRECTED = text("""
SELECT d.party, d.line_kind, d.number, sum(d.gap_fen)::bigint AS gap, min(d.there ->> 'at') AS at,
    min(d.here ->> 'at') AS here_at, max((d.there ->> 'fund')::bigint) AS fund,
    max((d.there ->> 'medfee')::bigint) AS medfee
FROM reconciliation_difference AS d
WHERE d.organization_id = :organization AND d.state = 'signed' AND d.gap_fen <> 0
    AND (d.day BETWEEN :first AND :last OR d.number = ANY (:numbers))
GROUP BY d.party, d.line_kind, d.number
""")
_OWNERS = text("""
SELECT number, organization_id FROM payment_part WHERE number = ANY (:numbers)
UNION ALL SELECT number, organization_id FROM refund_part WHERE number = ANY (:numbers)
""")
_PART_KINDS = {"insurer": "insurance", "account": "insurance", "commercial": "commercial"}  # by account
_DONE = {"done", "reversing", "reversed"}


class Window:
    """The stretch of time that is read: the day with its neighbours."""

    def __init__(self, organization_id: UUID, begin: datetime, end: datetime, numbers: Sequence[str]) -> None:
        self.values: dict[str, Any] = {
            "organization": organization_id,
            "begin": begin,
            "end": end,
            "first": begin.date(),
            "last": end.date(),
            "numbers": list(numbers),
        }


async def hospital_side(tx: Transaction, window: Window, tills: Sequence[Here] = ()) -> list[Here]:
    """Every movement of the window as the hospital has it, signed corrections included in what is booked; ``tills`` is
    what the journal has of cash between two counts."""
    rows = (await tx.session.execute(_ROWS, window.values)).mappings()
    here = [_line(row) for row in rows]
    stray: dict[str, Here] = {}
    for row in (await tx.session.execute(_STRAY, window.values)).mappings():
        line = _stray(row)
        before = stray.get(row["source"])
        if before is not None:
            together = before.amount + line.amount
            line = replace(before, amount=together, booked=together)
        stray[row["source"]] = line
    corrected = (await tx.session.execute(_CORRECTED, window.values)).mappings().all()
    return _with_corrections([*here, *stray.values(), *tills], corrected)


async def of_hospital(tx: Transaction, organization_id: UUID, lines: list[There], *, commission: bool) -> list[There]:
    """Those of a channel's lines that are this hospital's: a channel lists a whole merchant, perhaps of many hospitals.

    A line that nobody knows belongs to the commission where the merchant is shared, else to the hospital itself.
    """
    numbers = {line.key.number for line in lines} | {line.about for line in lines}
    await tx.open_region()
    rows = await tx.session.execute(_OWNERS, {"numbers": sorted(numbers)})
    owner: dict[str, UUID] = {row.number: row.organization_id for row in rows}
    shared = any(one != organization_id for one in owner.values())
    unknown = organization_id if commission or not shared else None
    return [line for line in lines if owner.get(line.key.number, owner.get(line.about, unknown)) == organization_id]


def _line(row: Any) -> Here:
    insured = row["part_kind"] == "insurance"
    back = row["kind"] == "refund"
    kind, number = _kind(row["part_kind"], back=back), row["number"]
    if back and insured and row["setl_id"]:
        number = row["setl_id"]
    elif back and row["part_kind"] == "commercial":
        number = row["about"]
    booked = row["booked_fen"]
    if booked is not None:
        booked = effect(Key("", kind, ""), int(booked))
    elif row["amount_fen"] == 0 and row["state"] in _DONE:
        booked = 0  # a settlement that pays nothing needs no entry
    state: HereState = "done" if row["state"] in _DONE else "failed" if row["state"] == "failed" else "pending"
    split: dict[str, Any] = row["split"] or {}
    return Here(
        key=Key(_party(row["part_kind"], row["channel"]), kind, number),
        state=state,
        at=row["booked_at"] or row["done_at"] or row["asked_at"] or row["created_at"],
        amount=row["amount_fen"],
        booked=booked,
        fund=row["fund_fen"] if insured else 0,
        medfee=int(split.get("medfee_sumamt", 0)) if insured else 0,
        part_id=row["part_id"],
        order_id=row["order_id"],
        bill_id=row["bill_id"],
        patient_id=row["patient_id"],
        about=row["about"],
        account=_account(row["part_kind"], row["channel"]),
    )


def _kind(part_kind: str, *, back: bool) -> LineKind:
    if part_kind == "insurance":
        return "reversal" if back else "settlement"
    if part_kind == "commercial":
        return "cancellation" if back else "claim"
    return "refund" if back else "payment"


def _party(part_kind: str, channel: str) -> str:
    if part_kind == "insurance":
        return INSURER
    return cover_party(channel) if part_kind == "commercial" else channel


def _account(part_kind: str, channel: str) -> str:
    if part_kind == "insurance":
        return accounts.insurer(channel)
    return accounts.commercial(channel) if part_kind == "commercial" else accounts.channel(channel)


def _stray(row: Any) -> Here:
    word, number = row["source"].split(":", 1)
    family, name = row["account"].split(":", 1)
    part_kind = _PART_KINDS.get(family, "channel")
    key = Key(_party(part_kind, name), _kind(part_kind, back=word == "refund"), number)
    amount = effect(key, int(row["amount"]))
    return Here(
        key=key,
        state="done",
        at=row["at"],
        amount=amount,
        booked=amount,
        bill_id=row["bill_id"],
        patient_id=row["patient_id"],
        account=row["account"],
    )


def _with_corrections(here: list[Here], corrected: Iterable[Any]) -> list[Here]:
    """Add what was signed to what is booked; a movement that only a correction knows becomes a line of its own."""
    by_key = {line.key: place for place, line in enumerate(here)}
    for row in corrected:
        key = Key(row["party"], row["line_kind"], row["number"])
        gap = effect(key, row["gap"])
        place = by_key.get(key)
        if place is not None:
            line = here[place]
            here[place] = replace(line, booked=(line.booked or 0) + gap, corrected=True)
        else:
            at = datetime.fromisoformat(row["here_at"] or row["at"])
            here.append(
                Here(
                    key=key,
                    state="done",
                    at=at,
                    amount=gap,
                    booked=gap,
                    fund=row["fund"] or 0,
                    medfee=row["medfee"] or 0,
                    corrected=True,
                )
            )
    return here
