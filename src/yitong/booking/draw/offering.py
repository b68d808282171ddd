"""An offer of a draw is an expiring hold: the winner confirms it like any other, or it passes on."""

from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import text

from yitong.booking.draw import rows
from yitong.booking.draw.events import DrawEvent
from yitong.booking.draw.publication import FREED
from yitong.booking.draw.rules import Result, next_for
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Grant
from yitong.kernel.transaction import Transaction

CHANNEL = "draw"
# A hold of a winner that ran out unwritten must not stand in the way of the offer.
_STALE = text("""
SELECT array_agg(a.organization_id) AS organizations, array_agg(a.slot_id) AS slots
FROM appointment AS a
WHERE a.organization_id = :organization AND a.patient_id = ANY (:patients) AND a.active AND a.state = 'held'
    AND a.hold_expires_at <= :now
""")
# The caller has locked the slots. Whoever has another visit in the department that day, whose session was stopped, or
# for whom there is no time left to confirm gets an offer without appointment: the place passes on.
_OFFER = text("""
WITH due AS (
    SELECT f.*, row_number() OVER (PARTITION BY f.slot_id ORDER BY f.sequence) AS place
    FROM unnest(CAST(:sequences AS int[]), CAST(:requests AS uuid[]), CAST(:patients AS uuid[]),
        CAST(:askers AS uuid[]), CAST(:slots AS uuid[]), CAST(:after AS int[]), CAST(:appointments AS uuid[]),
        CAST(:events AS uuid[]))
        AS f (sequence, request_id, patient_id, asker, slot_id, after, appointment_id, event_id)
), made AS (
    INSERT INTO appointment AS a (organization_id, id, slot_id, schedule_id, department_id, service_id,
        practitioner_role_id, patient_id, day, start_at, end_at, state, version, number, channel, fee_fen, booked_by,
        idempotency_key, hold_expires_at, created_at, offered)
    SELECT s.organization_id, u.appointment_id, s.id, s.schedule_id, s.department_id, d.service_id,
        d.practitioner_role_id, u.patient_id, d.day, s.start_at, s.end_at, 'held', 1, NULL, :channel, v.fee_fen,
        u.asker, u.request_id, least(CAST(:expires AS timestamptz), s.start_at - CAST(:ends AS interval)), :now, true
    FROM due AS u
    JOIN slot AS s ON s.organization_id = :organization AND s.id = u.slot_id
    JOIN schedule AS d ON d.organization_id = s.organization_id AND d.id = s.schedule_id
    JOIN healthcare_service AS v ON v.organization_id = d.organization_id AND v.id = d.service_id
    WHERE d.stopped_at IS NULL AND s.start_at - CAST(:ends AS interval) > :now AND u.place <= s.capacity - s.taken
    ORDER BY u.patient_id, d.department_id, d.day
    ON CONFLICT DO NOTHING
    RETURNING a.organization_id, a.id, a.slot_id, a.schedule_id, a.department_id, a.start_at, a.hold_expires_at
), counted AS (
    UPDATE slot AS s SET taken = s.taken + n.places, open = s.taken + n.places < s.capacity,
        reopens_at = NULL  -- a place of a draw passes on within it
    FROM (SELECT m.organization_id, m.slot_id, count(*)::integer AS places FROM made AS m
          GROUP BY m.organization_id, m.slot_id) AS n
    WHERE s.organization_id = n.organization_id AND s.id = n.slot_id
), moved AS (
    INSERT INTO transition (organization_id, subject_id, sequence, machine, from_state, to_state, event_id)
    SELECT m.organization_id, m.id, 1, 'appointment', 'new', 'held', u.event_id
    FROM made AS m JOIN due AS u ON u.appointment_id = m.id
), kept AS (
    INSERT INTO draw_offer (organization_id, draw_id, sequence, request_id, patient_id, slot_id, after, appointment_id,
        offered_at)
    SELECT :organization, :draw, u.sequence, u.request_id, u.patient_id, u.slot_id, u.after, m.id, :now
    FROM due AS u LEFT JOIN made AS m ON m.id = u.appointment_id
)
INSERT INTO event (organization_id, id, at, type, actor_kind, actor_id, action, subject_type, subject_id, patient_id,
    payload)
SELECT :organization, u.event_id, :now, CASE WHEN m.id IS NULL THEN :blocked ELSE :offered END, 'system', :actor,
    :action, CASE WHEN m.id IS NULL THEN 'draw_request' ELSE 'appointment' END, coalesce(m.id, u.request_id),
    u.patient_id,
    jsonb_strip_nulls(jsonb_build_object('draw_id', CAST(:draw AS uuid), 'request_id', u.request_id,
        'sequence', u.sequence, 'after', u.after, 'slot_id', u.slot_id, 'schedule_id', m.schedule_id,
        'department_id', m.department_id, 'start_at', m.start_at, 'expires_at', m.hold_expires_at))
FROM due AS u LEFT JOIN made AS m ON m.id = u.appointment_id
""")
_LAPSE = text("""
WITH gone AS (
    UPDATE appointment AS a SET state = 'expired', hold_expires_at = NULL, version = a.version + 1
    FROM draw_offer AS o
    WHERE o.organization_id = :organization AND o.draw_id = :draw AND a.organization_id = o.organization_id
        AND a.id = o.appointment_id AND a.state = 'held' AND a.hold_expires_at <= :now
    RETURNING a.organization_id, a.id, a.slot_id, a.schedule_id, a.patient_id, a.version, o.sequence,
        booking_new_id() AS event_id
), moved AS (
    INSERT INTO transition (organization_id, subject_id, sequence, machine, from_state, to_state, event_id)
    SELECT organization_id, id, version, 'appointment', 'held', 'expired', event_id FROM gone
), told AS (
    INSERT INTO event (organization_id, id, at, type, actor_kind, actor_id, action, subject_type, subject_id,
        patient_id, payload)
    SELECT organization_id, event_id, :now, :type, 'system', :actor, :action, 'appointment', id, patient_id,
        jsonb_build_object('draw_id', CAST(:draw AS uuid), 'slot_id', slot_id, 'schedule_id', schedule_id,
            'sequence', sequence)
    FROM gone
)
UPDATE slot AS s SET taken = s.taken - n.places, open = d.stopped_at IS NULL, reopens_at = NULL
FROM (SELECT organization_id, slot_id, schedule_id, count(*)::integer AS places FROM gone
      GROUP BY organization_id, slot_id, schedule_id) AS n
JOIN schedule AS d ON d.organization_id = n.organization_id AND d.id = n.schedule_id
WHERE s.organization_id = n.organization_id AND s.id = n.slot_id
""")


class Due(NamedTuple):
    """An offer that is to be made; ``after`` names the offer whose place it is."""

    sequence: int
    request_id: UUID
    patient_id: UUID
    asker: UUID
    slot_id: UUID
    after: int | None


async def offer(tx: Transaction, grant: Grant, row: Any, due: list[Due]) -> None:
    """Make these offers, each a hold until ``claim_hours`` from now; the caller has locked draw and slots."""
    if not due:
        return
    organization_id = row["organization_id"]
    stale = (
        await tx.session.execute(
            _STALE,
            {"organization": organization_id, "patients": [one.patient_id for one in due], "now": tx.now},
        )
    ).one()
    if stale.slots is not None:
        await tx.session.execute(
            text("SELECT booking_reclaim(:organizations, :slots, :now)"),
            {"organizations": stale.organizations, "slots": stale.slots, "now": tx.now},
        )
    await tx.session.execute(
        _OFFER,
        {
            "organization": organization_id,
            "draw": row["id"],
            "sequences": [one.sequence for one in due],
            "requests": [one.request_id for one in due],
            "patients": [one.patient_id for one in due],
            "askers": [one.asker for one in due],
            "slots": [one.slot_id for one in due],
            "after": [one.after for one in due],
            "appointments": [new_id() for _ in due],
            "events": [new_id() for _ in due],
            "channel": CHANNEL,
            "expires": tx.now + timedelta(hours=row["claim_hours"]),
            "ends": timedelta(hours=tx.platform.settings.draw_ends_hours_before),
            "now": tx.now,
            "actor": grant.actor.id,
            "action": grant.action,
            "offered": DrawEvent.OFFERED.value,
            "blocked": DrawEvent.BLOCKED.value,
        },
    )


async def end_lapsed(tx: Transaction, grant: Grant, row: Any) -> None:
    """Write down that offers ran out and free their places within the draw; the caller has locked draw and slots."""
    await tx.session.execute(
        _LAPSE,
        {
            "organization": row["organization_id"],
            "draw": row["id"],
            "now": tx.now,
            "actor": grant.actor.id,
            "action": grant.action,
            "type": DrawEvent.LAPSED.value,
        },
    )


async def next_due(tx: Transaction, row: Any, slots: list[UUID]) -> list[Due]:
    """The offers that free places of these slots call for now: each to the next in the order who wanted that slot."""
    organization_id, draw_id = row["organization_id"], row["id"]
    limit = tx.now + timedelta(hours=tx.platform.settings.draw_ends_hours_before)
    room = {
        one["slot_id"]: one["capacity"] - one["taken"]
        for one in await rows.slots(tx, organization_id, [draw_id])
        if one["slot_id"] in slots and not one["stopped"] and one["start_at"] > limit
    }
    if not any(room.values()):
        return []
    made = await rows.offers(tx, organization_id, draw_id)
    listed = await rows.results(tx, organization_id, draw_id)
    order = [Result(one["rank"], one["leaf"], one["turn"], one["ticket"], None) for one in listed]
    by_leaf = {one["leaf"]: one for one in listed}
    choices = {one["leaf"]: list(one["choices"]) for one in listed}
    offered = {one["leaf"] for one in made}
    passed = {one["after"] for one in made}
    due: list[Due] = []
    for freed in made:
        slot_id = freed["slot_id"]
        if freed["outcome"] not in FREED or freed["sequence"] in passed or room.get(slot_id, 0) <= 0:
            continue
        following = next_for(str(slot_id), order, choices, offered)
        if following is None:
            continue
        one = by_leaf[following.leaf]
        offered.add(following.leaf)
        room[slot_id] -= 1
        number = len(made) + len(due) + 1
        due.append(Due(number, one["request_id"], one["patient_id"], one["requested_by"], slot_id, freed["sequence"]))
    return due
