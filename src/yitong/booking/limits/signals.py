"""Signals and scores in the database: what an account did, what that adds up to, and until when."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import text

from yitong.booking.limits.rules import Rule, level_of, score_of
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.transaction import Transaction

_ADD = text("""
INSERT INTO risk_signal (organization_id, id, at, kind, weight, account_id, patient_id, appointment_id, detail)
SELECT n.organization_id, n.id, n.at, n.kind, n.weight, n.account_id, n.patient_id, n.appointment_id, n.detail::jsonb
FROM unnest(CAST(:organizations AS uuid[]), CAST(:ids AS uuid[]), CAST(:ats AS timestamptz[]), CAST(:kinds AS text[]),
        CAST(:weights AS integer[]), CAST(:accounts AS uuid[]), CAST(:patients AS uuid[]),
        CAST(:appointments AS uuid[]), CAST(:details AS text[]))
    AS n (organization_id, id, at, kind, weight, account_id, patient_id, appointment_id, detail)
WHERE n.kind LIKE 'transfer%' OR NOT EXISTS (
    SELECT 1 FROM risk_signal AS s WHERE s.account_id = n.account_id AND s.kind = n.kind AND s.at > :since)
RETURNING account_id
""")
_KEEP = text("""
INSERT INTO risk_score AS r (account_id, score, level, reasons, at, until)
SELECT n.account_id, n.score, n.level, n.reasons::jsonb, :now, n.until
FROM unnest(CAST(:accounts AS uuid[]), CAST(:scores AS integer[]), CAST(:levels AS text[]), CAST(:reasons AS text[]),
        CAST(:untils AS timestamptz[])) AS n (account_id, score, level, reasons, until)
ORDER BY n.account_id
ON CONFLICT (account_id) DO UPDATE SET score = excluded.score, level = excluded.level, reasons = excluded.reasons,
    at = excluded.at, until = excluded.until
""")


class Signal(NamedTuple):
    """One thing that an account did, before it is stored."""

    organization_id: UUID
    at: datetime
    kind: str
    weight: int
    account_id: UUID
    patient_id: UUID | None = None
    appointment_id: UUID | None = None
    detail: Mapping[str, Any] = msgspec.UNSET  # type: ignore[assignment]


async def add_signals(tx: Transaction, signals: Sequence[Signal], rules: Mapping[str, Rule]) -> None:
    """Store signals and sum the accounts up again. A kind that still counts for the account is not stored twice,
    hand-overs excepted: each of them is somebody's lost place."""
    if not signals:
        return
    first: dict[tuple[Any, ...], Signal] = {}
    for one in signals:
        first.setdefault((one.account_id, one.kind, one.appointment_id if "transfer" in one.kind else None), one)
    kept = list(first.values())
    added = await tx.session.execute(
        _ADD,
        {
            "organizations": [s.organization_id for s in kept],
            "ids": [new_id() for _ in kept],
            "ats": [s.at for s in kept],
            "kinds": [s.kind for s in kept],
            "weights": [s.weight for s in kept],
            "accounts": [s.account_id for s in kept],
            "patients": [s.patient_id for s in kept],
            "appointments": [s.appointment_id for s in kept],
            "details": [msgspec.json.encode({} if s.detail is msgspec.UNSET else s.detail).decode() for s in kept],
            "since": tx.now - timedelta(seconds=rules["risk-memory"].window),
        },
    )
    await sum_up(tx, set(added.scalars()), rules)


async def sum_up(tx: Transaction, accounts: Iterable[UUID], rules: Mapping[str, Rule]) -> None:
    """Write the scores of these accounts as their signals stand now."""
    wanted = sorted(accounts)
    if not wanted:
        return
    memory = timedelta(seconds=rules["risk-memory"].window)
    found = await tx.session.execute(
        text("SELECT account_id, kind, weight, at FROM risk_signal WHERE account_id = ANY(:accounts) AND at > :since"),
        {"accounts": wanted, "since": tx.now - memory},
    )
    by_account: dict[UUID, list[Any]] = {account: [] for account in wanted}
    for row in found:
        by_account[row.account_id].append(row)
    scores = [score_of((row.kind, row.weight) for row in rows) for rows in by_account.values()]
    # Summed up again when the first of the signals stops counting; a score without signals rests for a memory's span.
    untils = [min((row.at for row in rows), default=tx.now) + memory for rows in by_account.values()]
    await tx.session.execute(
        _KEEP,
        {
            "accounts": wanted,
            "scores": [score for score, _ in scores],
            "levels": [level_of(score, rules).value for score, _ in scores],
            "reasons": [msgspec.json.encode(reasons).decode() for _, reasons in scores],
            "untils": untils,
            "now": tx.now,
        },
    )


async def bar(tx: Transaction, appointments: Mapping[UUID, str]) -> None:
    """Keep these held places from being confirmed, by the rule that says so."""
    if appointments:
        await tx.session.execute(
            text(
                "INSERT INTO risk_barred (appointment_id, rule, at) SELECT n.id, n.rule, :now"
                " FROM unnest(CAST(:ids AS uuid[]), CAST(:rules AS text[])) AS n (id, rule) ON CONFLICT DO NOTHING"
            ),
            {"ids": list(appointments), "rules": list(appointments.values()), "now": tx.now},
        )
