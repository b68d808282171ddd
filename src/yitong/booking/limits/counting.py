"""Counting what happened: reads the event log from its own position in batches and writes counters and signals.

A batch is one transaction with its position, so an event counts once, whoever works on it and however often that dies.
It is set-based where a reactor is called event by event: at the rush hour thousands of holds arrive in a second.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import text

from yitong.booking.events import BookingEvent
from yitong.booking.limits import handovers
from yitong.booking.limits.known import Cancelled, Held
from yitong.booking.limits.reading import rules_of_region
from yitong.booking.limits.rules import Rule
from yitong.booking.limits.signals import Signal, add_signals, bar, sum_up
from yitong.directory.service import region_of
from yitong.kernel.ids import UUID
from yitong.kernel.jobs import job
from yitong.kernel.platform import Platform
from yitong.kernel.transaction import Transaction

NAME = "booking.limits"
"""This reader's name among the positions of the event log."""
_BATCH = 3000
_EVENTS = text("""
SELECT e.xid::text AS xid, e.position, e.at, e.type, e.actor_kind, e.actor_id, e.organization_id, e.subject_id,
    e.patient_id, CAST(e.payload ->> 'slot_id' AS uuid) AS slot_id,
    CAST(e.payload ->> 'schedule_id' AS uuid) AS schedule_id,
    CAST(e.payload ->> 'department_id' AS uuid) AS department_id, t.from_state, d.stopped_at IS NOT NULL AS stopped
FROM (
    SELECT * FROM event WHERE (xid, position) > (CAST(CAST(:xid AS text) AS xid8), :position)
        AND xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY xid, position LIMIT :limit
) AS e
LEFT JOIN transition AS t ON e.type = ANY (:closings) AND t.organization_id = e.organization_id
    AND t.subject_id = e.subject_id AND t.event_id = e.id
LEFT JOIN schedule AS d ON e.type = ANY (:closings) AND d.organization_id = e.organization_id
    AND d.id = CAST(e.payload ->> 'schedule_id' AS uuid)
ORDER BY e.xid, e.position
""")
_ACCOUNTS = text("""
SELECT u.id, a.created_at, s.device_hash, s.block_hash, coalesce(s.datacentre, false) AS datacentre
FROM unnest(CAST(:accounts AS uuid[])) AS u (id)
LEFT JOIN account AS a ON a.id = u.id
LEFT JOIN LATERAL (SELECT n.device_hash, n.block_hash, n.datacentre FROM sign_in_session AS n
    WHERE n.actor_id = u.id ORDER BY n.created_at DESC LIMIT 1) AS s ON true
""")
_COUNT = text("""
INSERT INTO risk_counter AS r (rule, subject, count, ends_at, over)
SELECT n.rule, n.subject, n.count, CAST(:now AS timestamptz) + make_interval(secs => n.span), n.count >= n.most
FROM unnest(CAST(:rules AS text[]), CAST(:subjects AS bytea[]), CAST(:counts AS integer[]), CAST(:spans AS integer[]),
    CAST(:mosts AS integer[])) AS n (rule, subject, count, span, most)
ORDER BY n.rule, n.subject
ON CONFLICT (rule, subject) DO UPDATE SET
    count = CASE WHEN r.ends_at <= :now THEN excluded.count ELSE r.count + excluded.count END,
    ends_at = CASE WHEN r.ends_at <= :now THEN excluded.ends_at ELSE r.ends_at END,
    over = CASE WHEN r.ends_at <= :now THEN excluded.count ELSE r.count + excluded.count END
        >= (SELECT w.most FROM unnest(CAST(:rules AS text[]), CAST(:mosts AS integer[])) AS w (rule, most)
            WHERE w.rule = r.rule LIMIT 1)
RETURNING rule, subject, count AS total
""")
_SHARED = {
    "risk-device-accounts": text(
        "SELECT u.hash, count(*) AS accounts FROM unnest(CAST(:hashes AS bytea[])) AS u (hash), LATERAL ("
        " SELECT DISTINCT s.actor_id FROM sign_in_session AS s WHERE s.device_hash = u.hash"
        " AND s.actor_kind = 'citizen' AND s.created_at > :since LIMIT :most) AS d GROUP BY u.hash"
    ),
    "risk-block-accounts": text(
        "SELECT u.hash, count(*) AS accounts FROM unnest(CAST(:hashes AS bytea[])) AS u (hash), LATERAL ("
        " SELECT DISTINCT s.actor_id FROM sign_in_session AS s WHERE s.block_hash = u.hash"
        " AND s.actor_kind = 'citizen' AND s.created_at > :since LIMIT :most) AS d GROUP BY u.hash"
    ),
}


class Account(NamedTuple):
    """What is known of an account: when it was made, and where its newest session was opened."""

    created_at: datetime | None
    device: bytes | None
    block: bytes | None
    datacentre: bool


class Bump(NamedTuple):
    """One more of something for a subject, and the held place that it was counted for."""

    rule: str
    subject: bytes
    appointment_id: UUID | None
    at: datetime


@job("booking: limits counted", every=timedelta(seconds=1))
async def count_all(platform: Platform) -> int:
    """Count everything that is waiting; answers how many events were read."""
    read = 0
    while (count := await count_batch(platform)) > 0:
        read += count
    return read


async def count_batch(platform: Platform, limit: int = _BATCH) -> int:
    """Count the next events; answers how many were read, 0 also while somebody else is counting."""
    async with platform.transaction() as tx:
        position = await _lock_position(tx)
        if position is None:
            return 0
        closings = [BookingEvent.CANCELLED.value, BookingEvent.RESCHEDULED.value]
        found = await tx.session.execute(
            _EVENTS, {"xid": position.xid, "position": position.position, "limit": limit, "closings": closings}
        )
        events = found.all()
        if not events:
            return 0
        rules = await rules_of_region(tx, (await region_of(tx)).commission_id)
        citizens = [event for event in events if event.actor_kind == "citizen"]
        await _count(tx, citizens, rules)
        await tx.session.execute(
            text("UPDATE reactor_position SET xid = :xid, position = :position, last_run_at = :now WHERE name = :name"),
            {"xid": events[-1].xid, "position": events[-1].position, "now": tx.now, "name": NAME},
        )
    return len(events)


async def _lock_position(tx: Transaction) -> Any:
    await tx.session.execute(
        text(
            "INSERT INTO reactor_position (name, xid, position, last_run_at) VALUES (:name, '0', 0, :now)"
            " ON CONFLICT DO NOTHING"
        ),
        {"name": NAME, "now": tx.now},
    )
    row = await tx.session.execute(
        text("SELECT xid, position FROM reactor_position WHERE name = :name FOR UPDATE SKIP LOCKED"), {"name": NAME}
    )
    return row.one_or_none()


async def _count(tx: Transaction, events: Iterable[Any], rules: Mapping[str, Rule]) -> None:
    held = [
        Held(e.organization_id, e.subject_id, e.slot_id, e.schedule_id, e.department_id, e.patient_id, e.actor_id, e.at)
        for e in events
        if e.type == BookingEvent.HELD
    ]
    # A visit given up because its clinic was stopped, or before it was confirmed, is nobody's fault.
    closed = [e for e in events if e.type in (BookingEvent.CANCELLED, BookingEvent.RESCHEDULED) and not e.stopped]
    given_up = [
        Cancelled(e.organization_id, e.subject_id, e.slot_id, e.schedule_id, e.patient_id, e.actor_id, e.at)
        for e in closed  # moved away as well: the place is free for somebody either way
    ]
    accounts = await _accounts(tx, {one.account_id for one in held})
    phones = await _phones(tx, {one.patient_id for one in held})
    bumps = [bump for one in held for bump in _bumps(one, accounts[one.account_id], phones.get(one.patient_id))]
    for event in closed:
        if event.from_state == "held":
            continue
        if event.type == BookingEvent.RESCHEDULED:
            bumps.append(Bump("changes-month", event.patient_id.bytes, None, event.at))
        else:
            bumps.append(Bump("cancels-month", event.patient_id.bytes, None, event.at))
            bumps.append(Bump("risk-cancels", event.actor_id.bytes, None, event.at))
    counts = await _write_counts(tx, bumps, rules)
    recent = [one for one in held if one.at > tx.now - timedelta(seconds=rules["risk-memory"].window)]
    signals = await _signals(tx, recent, accounts, counts, rules)
    await handovers.keep_cancels(tx, given_up)
    signals += await handovers.found(tx, recent, rules)
    await add_signals(tx, signals, rules)


def _bumps(one: Held, account: Account, phone: bytes | None) -> list[Bump]:
    """What a held place counts for."""
    subjects = {
        "account-burst": one.account_id.bytes,
        "risk-burst": one.account_id.bytes,
        "person-department-week": one.patient_id.bytes + one.department_id.bytes,
        "phone-day": phone,
        "device-day": account.device,
        "block-hour": account.block,
    }
    return [
        Bump(rule, subject, one.appointment_id, one.at) for rule, subject in subjects.items() if subject is not None
    ]


async def _write_counts(tx: Transaction, bumps: list[Bump], rules: Mapping[str, Rule]) -> dict[tuple[str, bytes], int]:
    """Add everything up; bars the places that were held beyond a rule. Answers the counts as they are now."""
    # A log that is read late, as after an upgrade, must not fill today's windows with last month's visits.
    wanted = [
        bump
        for bump in bumps
        if rules[bump.rule].enabled and bump.at > tx.now - timedelta(seconds=rules[bump.rule].window)
    ]
    if not wanted:
        return {}
    added = Counter((bump.rule, bump.subject) for bump in wanted)
    keys = list(added)
    found = await tx.session.execute(
        _COUNT,
        {
            "rules": [rule for rule, _ in keys],
            "subjects": [subject for _, subject in keys],
            "counts": [added[key] for key in keys],
            "spans": [max(1, rules[rule].window) for rule, _ in keys],
            "mosts": [rules[rule].value for rule, _ in keys],
            "now": tx.now,
        },
    )
    counts = {(row.rule, bytes(row.subject)): row.total for row in found}
    so_far = {key: counts[key] - added[key] for key in keys}
    beyond: dict[UUID, str] = {}
    for rule, subject, appointment_id, _ in wanted:
        so_far[rule, subject] += 1
        if appointment_id is not None and not rule.startswith("risk-") and so_far[rule, subject] > rules[rule].value:
            beyond[appointment_id] = rule
    await bar(tx, beyond)
    return counts


async def _accounts(tx: Transaction, ids: set[UUID]) -> dict[UUID, Account]:
    if not ids:
        return {}
    found = await tx.session.execute(_ACCOUNTS, {"accounts": list(ids)})
    return {row.id: Account(row.created_at, row.device_hash, row.block_hash, row.datacentre) for row in found}


async def _phones(tx: Transaction, patients: set[UUID]) -> dict[UUID, bytes]:
    if not patients:
        return {}
    found = await tx.session.execute(
        text("SELECT id, phone_hash FROM patient WHERE id = ANY(:ids) AND phone_hash IS NOT NULL"),
        {"ids": list(patients)},
    )
    return {row.id: row.phone_hash for row in found}


async def _signals(
    tx: Transaction,
    held: list[Held],
    accounts: Mapping[UUID, Account],
    counts: Mapping[tuple[str, bytes], int],
    rules: Mapping[str, Rule],
) -> list[Signal]:
    """The signals of the accounts that held something in this batch."""
    devices = {one.device for one in accounts.values() if one.device}
    blocks = {one.block for one in accounts.values() if one.block}
    on_device = await _shared(tx, "risk-device-accounts", devices, rules["risk-device-accounts"])
    in_block = await _shared(tx, "risk-block-accounts", blocks, rules["risk-block-accounts"])
    found: list[Signal] = []
    for one in {h.account_id: h for h in held}.values():
        account = accounts[one.account_id]
        seen: dict[str, int | None] = {
            "risk-new-account": _age_hours(account, one.at, rules["risk-new-account"]),
            "risk-device-accounts": on_device.get(account.device or b""),
            "risk-block-accounts": in_block.get(account.block or b""),
            "risk-datacentre": 1 if account.datacentre else None,
        }
        for code in ("risk-burst", "risk-cancels"):
            count = counts.get((code, one.account_id.bytes), 0)
            seen[code] = count if count >= rules[code].value else None
        for code, amount in seen.items():
            if amount is not None and rules[code].enabled:
                weight, detail = rules[code].weight, {"count": amount}
                found.append(
                    Signal(
                        one.organization_id,
                        one.at,
                        code,
                        weight,
                        one.account_id,
                        one.patient_id,
                        one.appointment_id,
                        detail,
                    )
                )
    return found


def _age_hours(account: Account, at: datetime, rule: Rule) -> int | None:
    """The account's age when it is new by the rule, else None."""
    if account.created_at is None or at - account.created_at >= timedelta(seconds=rule.window):
        return None
    return int((at - account.created_at).total_seconds() // 3600)


async def _shared(tx: Transaction, code: str, hashes: set[bytes], rule: Rule) -> dict[bytes, int]:
    """How many accounts signed in on each device or block, of those with as many as the rule says."""
    if not hashes or not rule.enabled:
        return {}
    since = tx.now - timedelta(seconds=rule.window)
    found = await tx.session.execute(
        _SHARED[code], {"hashes": list(hashes), "since": since, "most": max(1, rule.value)}
    )
    return {bytes(row.hash): row.accounts for row in found if row.accounts >= rule.value}


@job("booking: limits forgotten", every=timedelta(minutes=1))
async def forget(platform: Platform) -> None:
    """Sum up again the scores of which a signal stopped counting, and delete what no rule looks at any more."""
    async with platform.transaction() as tx:
        region = await tx.session.execute(text("SELECT commission_id FROM region LIMIT 1"))
        rules = await rules_of_region(tx, region.scalar_one_or_none())
        over = await tx.session.execute(
            text("SELECT account_id FROM risk_score WHERE until <= :now LIMIT 1000"), {"now": tx.now}
        )
        await sum_up(tx, list(over.scalars()), rules)
        for statement in (
            "DELETE FROM risk_score WHERE score = 0 AND until <= :now + interval '1 day'",
            "DELETE FROM risk_counter WHERE ends_at < :now",
            "DELETE FROM risk_cancel WHERE at < :now - interval '2 days'",
            "DELETE FROM risk_barred WHERE at < :now - interval '2 days'",
            "DELETE FROM risk_pass WHERE at < :now - interval '2 days'",
            "DELETE FROM risk_signal WHERE at < :now - interval '180 days'",
            "DELETE FROM risk_handover WHERE at < :now - interval '180 days'",
        ):
            await tx.session.execute(text(statement.replace(":now", "CAST(:now AS timestamptz)")), {"now": tx.now})
