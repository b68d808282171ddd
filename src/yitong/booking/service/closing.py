"""What the clock does to appointments: no-shows after the day, and holds that ran out."""

from datetime import timedelta

from sqlalchemy import text

from yitong.booking.service.actions import CLOSE_DAY, EXPIRE
from yitong.kernel.clock import day_of
from yitong.kernel.jobs import job
from yitong.kernel.permissions import SYSTEM_ACTOR
from yitong.kernel.platform import Platform

_LOOK_BACK = timedelta(days=31)
_NO_SHOWS = text("""
WITH missed AS (
    SELECT a.organization_id, a.id, a.state, a.version + 1 AS version, a.patient_id, a.schedule_id, a.department_id,
        booking_new_id() AS event_id
    FROM appointment AS a
    WHERE a.organization_id = :organization AND a.day >= :since AND a.day < :today
        AND a.state IN ('booked', 'checked_in', 'called') AND NOT a.displaced
    ORDER BY a.day, a.id LIMIT 1000
    FOR NO KEY UPDATE SKIP LOCKED
), told AS (
    INSERT INTO event (organization_id, id, at, type, actor_kind, actor_id, action, subject_type, subject_id,
        patient_id, payload)
    SELECT organization_id, event_id, :now, 'booking:appointment:no_show', 'system', :actor, :action, 'appointment', id,
        patient_id, jsonb_build_object('schedule_id', schedule_id, 'department_id', department_id)
    FROM missed
), moved AS (
    INSERT INTO transition (organization_id, subject_id, sequence, machine, from_state, to_state, event_id)
    SELECT organization_id, id, version, 'appointment', state, 'no_show', event_id FROM missed
)
UPDATE appointment AS a SET state = 'no_show', version = m.version
FROM missed AS m WHERE a.organization_id = m.organization_id AND a.id = m.id
RETURNING a.id
""")
_OVER = text("""
SELECT array_agg(f.organization_id) AS organizations, array_agg(f.slot_id) AS slots
FROM (
    SELECT DISTINCT a.organization_id, a.slot_id FROM appointment AS a
    WHERE a.created_at > :since AND a.state = 'held' AND a.hold_expires_at <= :now
    LIMIT 500
) AS f
""")


@job("booking: no-shows", every=timedelta(minutes=10))
async def mark_no_shows(platform: Platform) -> int:
    """Record who was expected on a day that is over in the hospital's zone and was never seen; answers how many."""
    marked = 0
    async with platform.transaction() as tx:
        rows = await tx.session.execute(text("SELECT id, zone FROM organization WHERE active ORDER BY id"))
        organizations = list(rows.mappings())
    for organization in organizations:
        while True:
            async with platform.transaction() as tx:
                grant = CLOSE_DAY.check(SYSTEM_ACTOR, organization_id=organization["id"])
                today = day_of(tx.now, organization["zone"])
                done = await tx.session.execute(
                    _NO_SHOWS,
                    {
                        "organization": organization["id"],
                        "since": today - _LOOK_BACK,
                        "today": today,
                        "now": tx.now,
                        "actor": grant.actor.id,
                        "action": grant.action,
                    },
                )
                count = len(done.all())
            marked += count
            if count < 1000:
                break
    return marked


@job("booking: holds that ran out", every=timedelta(minutes=1))
async def sweep_holds(platform: Platform) -> int:
    """Write down that holds ran out; answers how many. Cosmetic: every decision sees that by itself."""
    swept = 0
    while True:
        async with platform.transaction() as tx:
            EXPIRE.check(SYSTEM_ACTOR)
            found = (await tx.session.execute(_OVER, {"since": tx.now - timedelta(days=2), "now": tx.now})).one()
            if found.slots is None:
                return swept
            freed = await tx.session.execute(
                text("SELECT booking_reclaim(:organizations, :slots, :now)"),
                {"organizations": found.organizations, "slots": found.slots, "now": tx.now},
            )
            swept += freed.scalar_one()
