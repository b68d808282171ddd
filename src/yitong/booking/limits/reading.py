"""The queries behind a process's memory: rules, closed subjects, suspects, places given up, and writing its notes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from yitong.booking.limits.known import Closed, GivenUp, Suspect
from yitong.booking.limits.rules import DECLARED, Level, Rule, RuleKind
from yitong.booking.limits.signals import add_signals
from yitong.directory.service import region_of
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.transaction import Transaction

if TYPE_CHECKING:
    from yitong.booking.limits.memory import RiskMemory

DEVICE_DAYS = 30
"""How long an account's devices tie it to others."""
_GIVEN_UP = text("""
SELECT c.organization_id, c.appointment_id, c.slot_id, c.schedule_id, c.patient_id, c.account_id, c.at, s.block_hash,
    ARRAY(SELECT DISTINCT d.device_hash FROM sign_in_session AS d WHERE d.actor_id = c.account_id
        AND d.device_hash IS NOT NULL AND d.created_at > :devices_since) AS devices
FROM risk_cancel AS c
LEFT JOIN LATERAL (SELECT n.block_hash FROM sign_in_session AS n WHERE n.actor_id = c.account_id
    ORDER BY n.created_at DESC LIMIT 1) AS s ON true
WHERE c.at > :since ORDER BY c.at
""")


async def rules_of_region(tx: Transaction, commission_id: UUID | None) -> dict[str, Rule]:
    """The rules in force for the region."""
    found = await tx.session.execute(
        text("SELECT code, enabled, window_seconds, value, weight FROM limit_rule WHERE organization_id = :id"),
        {"id": commission_id},
    )
    changed = {row.code: Rule(row.enabled, row.window_seconds, row.value, row.weight) for row in found}
    return {code: changed.get(code, one.default) for code, one in DECLARED.items()}


async def read_rules(tx: Transaction, memory: RiskMemory) -> None:
    """Rules of the region and of hospitals, and pairs of accounts that hand places on again and again."""
    region = await region_of(tx)
    memory.zone, memory.commission_id = region.zone, region.commission_id
    memory.rules = await rules_of_region(tx, region.commission_id)
    found = await tx.session.execute(
        text(
            "SELECT organization_id, code, enabled, window_seconds, value, weight FROM limit_rule"
            " WHERE organization_id <> :id"
        ),
        {"id": region.commission_id},
    )
    memory.own_rules = {
        (row.organization_id, row.code): Rule(row.enabled, row.window_seconds, row.value, row.weight) for row in found
    }
    memory.caps = {}
    pair = memory.rules["transfer-pair"]
    pairs = await tx.session.execute(
        text(
            "SELECT from_account, to_account FROM risk_handover WHERE at > :since AND from_account <> to_account"
            " GROUP BY 1, 2 HAVING count(*) >= :value"
        ),
        {"since": tx.now - timedelta(seconds=pair.window), "value": max(1, pair.value)},
    )
    memory.pairs = frozenset((row.from_account, row.to_account) for row in pairs) if pair.enabled else frozenset()


async def read_closed(tx: Transaction, memory: RiskMemory) -> None:
    """Who has reached a rule. A phone closes its patients, a device also the accounts that are signed in on it."""
    found = await tx.session.execute(
        text("SELECT rule, subject, ends_at FROM risk_counter WHERE over AND ends_at > :now"), {"now": tx.now}
    )
    people: dict[UUID, Closed] = {}
    changers: dict[UUID, Closed] = {}
    hashes: dict[bytes, Closed] = {}
    departments: dict[UUID, dict[UUID, Closed]] = {}
    phones: dict[bytes, Closed] = {}
    for row in found:
        declared = DECLARED.get(row.rule)
        if declared is None or not memory.rules[row.rule].enabled:
            continue
        closed = Closed(row.rule, row.ends_at)
        if declared.kind is RuleKind.CHANGE:
            changers[UUID(bytes=row.subject)] = closed
            continue
        if declared.kind is not RuleKind.LIMIT:
            continue
        match declared.subject:
            case "phone":
                phones[row.subject] = closed
            case "department":
                patient, department = UUID(bytes=row.subject[:16]), UUID(bytes=row.subject[16:])
                departments.setdefault(patient, {})[department] = closed
            case "person" | "account":
                people[UUID(bytes=row.subject)] = closed
            case _:
                hashes[row.subject] = closed
    if phones:
        owners = await tx.session.execute(
            text("SELECT id, phone_hash FROM patient WHERE phone_hash = ANY(:phones)"), {"phones": list(phones)}
        )
        people.update({row.id: phones[row.phone_hash] for row in owners})
    devices = [device for device, closed in hashes.items() if closed.rule == "device-day"]
    if devices:
        users = await tx.session.execute(
            text(
                "SELECT actor_id, device_hash FROM sign_in_session WHERE device_hash = ANY(:devices)"
                " AND ended_at IS NULL AND expires_at > :now"
            ),
            {"devices": devices, "now": tx.now},
        )
        people.update({row.actor_id: hashes[row.device_hash] for row in users})
    memory.people, memory.changers, memory.hashes, memory.departments = people, changers, hashes, departments


async def read_suspects(tx: Transaction, memory: RiskMemory) -> None:
    """Accounts whose score asks for something, and held places that are not confirmed any more."""
    found = await tx.session.execute(
        text("SELECT account_id, score, level, reasons FROM risk_score WHERE level <> 'ok' AND until > :now"),
        {"now": tx.now},
    )
    memory.suspects = {row.account_id: Suspect(Level(row.level), row.score, row.reasons) for row in found}
    barred = await tx.session.execute(
        text("SELECT appointment_id, rule FROM risk_barred WHERE at > :since"), {"since": tx.now - timedelta(days=1)}
    )
    memory.barred = {row.appointment_id: row.rule for row in barred}


async def read_given_up(tx: Transaction, memory: RiskMemory) -> None:
    """Visits given up since the last reading; the memory drops those that are too old."""
    span = timedelta(seconds=max(memory.rules[code].window for code in ("transfer", "transfer-block")))
    known = {one.appointment_id for ones in memory.given_up.values() for one in ones}
    latest = max((one.at for ones in memory.given_up.values() for one in ones), default=tx.now - span)
    found = await tx.session.execute(
        _GIVEN_UP,
        {  # a little back: an event's time is older than the moment at which it was counted
            "since": max(tx.now - span, latest - timedelta(minutes=1)),
            "devices_since": tx.now - timedelta(days=DEVICE_DAYS),
        },
    )
    for row in found:
        if row.appointment_id not in known:
            one = GivenUp(
                row.organization_id,
                row.appointment_id,
                row.slot_id,
                row.schedule_id,
                row.patient_id,
                row.account_id,
                frozenset(row.devices),
                row.block_hash,
                row.at,
            )
            memory.given_up.setdefault(row.slot_id, []).append(one)


async def write_notes(tx: Transaction, memory: RiskMemory) -> None:
    """Write what the process noticed since the last time; lost when it dies within that second."""
    outcomes, memory.outcomes = memory.outcomes, type(memory.outcomes)()
    signals, memory.signals = memory.signals, []
    handovers, memory.handovers = memory.handovers, []
    rows: dict[tuple[Any, str, str], int] = {}
    for (organization_id, rule, outcome), count in outcomes.items():
        place = organization_id or memory.commission_id
        if place is not None:
            rows[place, rule, outcome] = rows.get((place, rule, outcome), 0) + count
    if rows:
        keys = sorted(rows)
        await tx.session.execute(
            text(
                "INSERT INTO risk_outcome AS o (organization_id, hour, rule, outcome, count)"
                " SELECT n.organization_id, date_trunc('hour', CAST(:now AS timestamptz)), n.rule, n.outcome, n.count"
                " FROM unnest(CAST(:organizations AS uuid[]), CAST(:rules AS text[]), CAST(:outcomes AS text[]),"
                " CAST(:counts AS integer[])) AS n (organization_id, rule, outcome, count)"
                " ON CONFLICT (organization_id, rule, outcome, hour) DO UPDATE SET count = o.count + excluded.count"
            ),
            {
                "now": tx.now,
                "organizations": [key[0] for key in keys],
                "rules": [key[1] for key in keys],
                "outcomes": [key[2] for key in keys],
                "counts": [rows[key] for key in keys],
            },
        )
    for one in handovers:
        given = one.given_up
        await tx.session.execute(
            text(
                "INSERT INTO risk_handover (organization_id, id, at, schedule_id, from_account, to_account,"
                " from_patient, to_patient, from_appointment, via, refused) VALUES (:organization, :id, :at, :schedule,"
                " :from_account, :to_account, :from_patient, :to_patient, :appointment, :via, true)"
            ),
            {
                "organization": given.organization_id,
                "id": new_id(),
                "at": one.at,
                "schedule": given.schedule_id,
                "from_account": given.account_id,
                "to_account": one.account_id,
                "from_patient": given.patient_id,
                "to_patient": one.patient_id,
                "appointment": given.appointment_id,
                "via": one.via,
            },
        )
    await add_signals(tx, signals, memory.rules)
