"""What the clock does for waiting lists: offers that ended, places on their way back, wishes whose days passed."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from yitong.booking.service import places
from yitong.booking.waitlist.actions import OFFER, RETURN
from yitong.booking.waitlist.events import WaitlistEvent
from yitong.booking.waitlist.offers import outcomes, service
from yitong.booking.waitlist.passing import pass_on
from yitong.booking.waitlist.states import EntryState
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.jobs import job
from yitong.kernel.permissions import SYSTEM_ACTOR
from yitong.kernel.platform import Platform
from yitong.kernel.problems import Problem
from yitong.kernel.transaction import Transaction

log = structlog.get_logger(__name__)
_BATCH = 200
_ENDED = text("""
SELECT f.organization_id, f.id FROM offer AS f
JOIN appointment AS a ON a.organization_id = f.organization_id AND a.id = f.appointment_id
WHERE f.state = 'open' AND (f.expires_at <= :now OR a.state <> 'held')
ORDER BY f.expires_at, f.id LIMIT :limit
""")
_GIVEN_UP = text("""
SELECT r.organization_id, r.slot_id AS id FROM returning_place AS r
WHERE r.state = 'waiting' AND (r.asked_at IS NULL OR r.returns_at <= :now)
GROUP BY r.organization_id, r.slot_id ORDER BY min(r.created_at), r.slot_id LIMIT :limit
""")
_PASSED = text("""
SELECT w.organization_id, w.id FROM waitlist_entry AS w JOIN organization AS o ON o.id = w.organization_id
WHERE w.state = 'waiting' AND w.to_day < (CAST(:now AS timestamptz) AT TIME ZONE o.zone)::date LIMIT :limit
""")
_Step = Callable[[Transaction, UUID, UUID], Awaitable[object]]


@job("booking: waiting lists", every=timedelta(seconds=3))
async def tend_lists(platform: Platform) -> int:
    """Settle offers that ended, offer what was given up, let the rest go back, end wishes whose days have passed.

    Each is a transaction of its own, so what goes wrong with one is written down and tried again with the next run.
    Answers how many worked.
    """
    done = 0
    for found, step in ((_ENDED, _settle), (_GIVEN_UP, _pass_on), (_PASSED, _end_entry)):
        async with platform.transaction() as tx:
            OFFER.check(SYSTEM_ACTOR)
            rows = await tx.session.execute(found, {"now": tx.now, "limit": _BATCH})
            due = [(row.organization_id, row.id) for row in rows]
        for organization_id, subject_id in due:
            done += await _alone(platform, step, organization_id, subject_id)
    return done


async def _alone(platform: Platform, step: _Step, organization_id: UUID, subject_id: UUID) -> bool:
    try:
        async with platform.transaction() as tx:
            await step(tx, organization_id, subject_id)
    except (Problem, DBAPIError) as error:
        log.warning("waitlist step failed", organization=organization_id, subject=subject_id, error=str(error))
        return False
    return True


async def _settle(tx: Transaction, organization_id: UUID, offer_id: UUID) -> None:
    await service.settle(tx, organization_id, offer_id)


async def _pass_on(tx: Transaction, organization_id: UUID, slot_id: UUID) -> None:
    RETURN.check(SYSTEM_ACTOR, organization_id=organization_id)
    await places.lock(tx, organization_id, [slot_id])
    await pass_on(tx, organization_id, slot_id)


async def _end_entry(tx: Transaction, organization_id: UUID, entry_id: UUID) -> None:
    grant = OFFER.check(SYSTEM_ACTOR, organization_id=organization_id)
    found = await tx.session.execute(
        text(
            "SELECT * FROM waitlist_entry WHERE organization_id = :organization AND id = :id AND state = 'waiting'"
            " FOR UPDATE SKIP LOCKED"
        ),
        {"organization": organization_id, "id": entry_id},
    )
    entry = found.mappings().one_or_none()
    if entry is None:
        return
    subject = Subject("waitlist_entry", entry_id, organization_id, entry["patient_id"])
    event_id = await record(
        tx, grant, WaitlistEvent.ENDED, subject, {"department_id": entry["department_id"], "to": entry["to_day"]}
    )
    await outcomes.move_entry(tx, grant, entry, EntryState.EXPIRED, event_id)
