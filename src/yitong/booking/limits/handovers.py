"""Hand-overs: one person gives a place up, another takes it minutes later; found in the log, tied by what they share.

Tied by the same account, a device both used, or a pair that does it again and again, the taken place is barred from
confirmation and both accounts are marked. Tied by the address block alone it is a hint: neighbours share one too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import text

from yitong.booking.limits.known import Cancelled, Held
from yitong.booking.limits.reading import DEVICE_DAYS
from yitong.booking.limits.rules import Rule
from yitong.booking.limits.signals import Signal, bar
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.transaction import Transaction

TIES = ("account", "device", "pair")
"""What makes a hand-over more than a hint."""
_ORDER = (*TIES, "block", "none")
_CODES = {"account": "transfer", "device": "transfer", "pair": "transfer-pair", "block": "transfer-block"}
_FIND = text("""
SELECT h.appointment_id, c.appointment_id AS given_up, c.account_id AS from_account, c.patient_id AS from_patient,
    h.at - c.at AS gap,
    CASE WHEN c.account_id = h.account_id THEN 'account'
        WHEN EXISTS (SELECT 1 FROM sign_in_session AS a JOIN sign_in_session AS b ON b.device_hash = a.device_hash
            WHERE a.actor_id = c.account_id AND b.actor_id = h.account_id
            AND a.created_at > :devices_since AND b.created_at > :devices_since) THEN 'device'
        WHEN (SELECT count(*) FROM risk_handover AS p WHERE p.from_account = c.account_id
            AND p.to_account = h.account_id AND p.at > :pairs_since) >= :pairs THEN 'pair'
        WHEN (SELECT a.block_hash FROM sign_in_session AS a WHERE a.actor_id = c.account_id
                ORDER BY a.created_at DESC LIMIT 1)
            = (SELECT b.block_hash FROM sign_in_session AS b WHERE b.actor_id = h.account_id
                ORDER BY b.created_at DESC LIMIT 1) THEN 'block'
        ELSE 'none' END AS via,
    c.slot_id = h.slot_id AS same_slot
FROM unnest(CAST(:organizations AS uuid[]), CAST(:appointments AS uuid[]), CAST(:slots AS uuid[]),
        CAST(:schedules AS uuid[]), CAST(:patients AS uuid[]), CAST(:accounts AS uuid[]), CAST(:ats AS timestamptz[]))
    AS h (organization_id, appointment_id, slot_id, schedule_id, patient_id, account_id, at)
JOIN risk_cancel AS c ON c.organization_id = h.organization_id AND c.schedule_id = h.schedule_id
    AND c.at <= h.at AND c.at > h.at - make_interval(secs => :span) AND c.patient_id <> h.patient_id
ORDER BY h.at, c.slot_id = h.slot_id DESC, c.at DESC
LIMIT 5000
""")
_KEEP = text("""
INSERT INTO risk_handover (organization_id, id, at, schedule_id, from_account, to_account, from_patient, to_patient,
    from_appointment, to_appointment, via, refused)
SELECT * FROM unnest(CAST(:organizations AS uuid[]), CAST(:ids AS uuid[]), CAST(:ats AS timestamptz[]),
    CAST(:schedules AS uuid[]), CAST(:from_accounts AS uuid[]), CAST(:to_accounts AS uuid[]),
    CAST(:from_patients AS uuid[]), CAST(:to_patients AS uuid[]), CAST(:given AS uuid[]), CAST(:taken AS uuid[]),
    CAST(:vias AS text[]), CAST(:refused AS boolean[]))
""")


class _Match(NamedTuple):
    """A hold and a visit given up before it for somebody else in the same session."""

    appointment_id: UUID
    given_up: UUID
    from_account: UUID
    from_patient: UUID
    gap: timedelta
    via: str
    same_slot: bool


class _Handover(NamedTuple):
    """A match that is kept; ``code`` is the rule it falls under, if any."""

    hold: Held
    match: _Match
    code: str
    refused: bool


async def keep_cancels(tx: Transaction, given_up: Sequence[Cancelled]) -> None:
    """Write down who gave up what: the first half of a hand-over."""
    if given_up:
        await tx.session.execute(
            text(
                "INSERT INTO risk_cancel (organization_id, appointment_id, slot_id, schedule_id, patient_id,"
                " account_id, at) SELECT * FROM unnest(CAST(:organizations AS uuid[]), CAST(:appointments AS uuid[]),"
                " CAST(:slots AS uuid[]), CAST(:schedules AS uuid[]), CAST(:patients AS uuid[]),"
                " CAST(:accounts AS uuid[]), CAST(:ats AS timestamptz[])) ON CONFLICT DO NOTHING"
            ),
            _columns(given_up),
        )


async def found(tx: Transaction, held: Sequence[Held], rules: Mapping[str, Rule]) -> list[Signal]:
    """Find the hand-overs among these holds, write them down, bar what may not be confirmed; answers their signals."""
    if not held:
        return []
    transfer, pair, block = rules["transfer"], rules["transfer-pair"], rules["transfer-block"]
    rows = await tx.session.execute(
        _FIND,
        {
            **_columns(held),
            "devices_since": tx.now - timedelta(days=DEVICE_DAYS),
            "pairs_since": tx.now - timedelta(seconds=pair.window),
            "pairs": max(1, pair.value),
            "span": max(transfer.window, block.window),
        },
    )
    best: dict[UUID, _Match] = {}
    for row in rows:
        match = _Match(*row)
        known = best.get(match.appointment_id)
        if known is None or _ORDER.index(match.via) < _ORDER.index(known.via):
            best[match.appointment_id] = match
    judged = [_judged(hold, best[hold.appointment_id], rules) for hold in held if hold.appointment_id in best]
    kept = [one for one in judged if one is not None]
    await _write(tx, kept)
    await bar(tx, {one.hold.appointment_id: one.code for one in kept if one.refused})
    return [
        Signal(
            one.hold.organization_id,
            one.hold.at,
            one.code,
            rules[one.code].weight,
            account,
            None,
            one.hold.appointment_id,
            {"via": one.match.via, "seconds": int(one.match.gap.total_seconds())},
        )
        for one in kept
        if one.code
        for account in {one.hold.account_id, one.match.from_account}
    ]


def _judged(hold: Held, match: _Match, rules: Mapping[str, Rule]) -> _Handover | None:
    """What a match means by the rules; None when it is not worth keeping.

    Without a tie it is kept for the same slot only: repeated, it makes the two accounts a pair.
    """
    code = _CODES.get(match.via, "")
    rule = rules[code] if code else None
    window = rules["transfer"].window if code != "transfer-block" else rules[code].window
    if rule is None or not rule.enabled or match.gap > timedelta(seconds=window):
        return _Handover(hold, match, "", False) if match.same_slot else None
    return _Handover(hold, match, code, match.via in TIES)


async def _write(tx: Transaction, kept: Sequence[_Handover]) -> None:
    if kept:
        await tx.session.execute(
            _KEEP,
            {
                "organizations": [one.hold.organization_id for one in kept],
                "ids": [new_id() for _ in kept],
                "ats": [one.hold.at for one in kept],
                "schedules": [one.hold.schedule_id for one in kept],
                "from_accounts": [one.match.from_account for one in kept],
                "to_accounts": [one.hold.account_id for one in kept],
                "from_patients": [one.match.from_patient for one in kept],
                "to_patients": [one.hold.patient_id for one in kept],
                "given": [one.match.given_up for one in kept],
                "taken": [one.hold.appointment_id for one in kept],
                "vias": [one.match.via for one in kept],
                "refused": [one.refused for one in kept],
            },
        )


def _columns(rows: Sequence[Held] | Sequence[Cancelled]) -> dict[str, list[object]]:
    return {
        "organizations": [one.organization_id for one in rows],
        "appointments": [one.appointment_id for one in rows],
        "slots": [one.slot_id for one in rows],
        "schedules": [one.schedule_id for one in rows],
        "patients": [one.patient_id for one in rows],
        "accounts": [one.account_id for one in rows],
        "ats": [one.at for one in rows],
    }
