"""Another place for everybody whose session was stopped: the nearest like it, offered and held for them for a while.

Like it is the same doctor (or team, or for sessions without a name the same service) on another session, then the same
department and title; never dearer than what was booked. Each offer is a transaction of its own, so that a session full
of people locks one slot at a time. Whoever finds nothing is tried again until the day of the visit is over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from yitong.booking.queries import appointments
from yitong.booking.schedules.events import ScheduleEvent
from yitong.booking.service import ending, places
from yitong.booking.service.actions import CLOSE_DAY
from yitong.booking.waitlist.actions import OFFER
from yitong.booking.waitlist.offers.service import OfferReason, offer_place
from yitong.kernel.clock import day_of
from yitong.kernel.ids import UUID
from yitong.kernel.jobs import job
from yitong.kernel.permissions import SYSTEM_ACTOR
from yitong.kernel.platform import Platform
from yitong.kernel.problems import Problem
from yitong.kernel.transaction import Transaction

log = structlog.get_logger(__name__)
AGAIN_AFTER = timedelta(minutes=10)
_MOST_AT_ONCE = 200
_MOST_TRIED = 5  # places tried for one person before the next round
_OVER = "停诊 · the session was stopped"
_DUE = text("""
SELECT v.organization_id, v.schedule_id, v.appointment_id
FROM stopped_visit AS v
JOIN appointment AS a ON a.organization_id = v.organization_id AND a.id = v.appointment_id
WHERE v.next_try_at <= :now
    AND a.based_on IS NULL -- what was ordered is planned again by its rules, with everything else of that person
    AND (CAST(:organization AS uuid) IS NULL OR v.organization_id = CAST(:organization AS uuid))
    AND (CAST(:schedule AS uuid) IS NULL OR v.schedule_id = CAST(:schedule AS uuid))
ORDER BY v.organization_id, v.schedule_id, a.start_at, a.number, a.id LIMIT :most
""")
# Free places like those of a stopped session: ``likeness`` 1 or 2, the smaller the more alike.
_LIKE_IT = text("""
WITH stopped AS (
    SELECT d.*, r.practitioner_id, r.title, v.kind, v.fee_fen
    FROM schedule AS d
    JOIN healthcare_service AS v ON v.organization_id = d.organization_id AND v.id = d.service_id
    LEFT JOIN practitioner_role AS r ON r.organization_id = d.organization_id AND r.id = d.practitioner_role_id
    WHERE d.organization_id = :organization AND d.id = :schedule
), alike AS (
    SELECT d.organization_id, d.id,
        CASE
            WHEN r.practitioner_id = w.practitioner_id OR d.team_id = w.team_id THEN 1
            WHEN w.practitioner_id IS NULL AND w.team_id IS NULL AND d.service_id = w.service_id THEN 1
            WHEN d.department_id = w.department_id AND v.kind = w.kind
                AND r.title IS NOT DISTINCT FROM w.title THEN 2
        END AS likeness
    FROM stopped AS w
    JOIN schedule AS d ON d.organization_id = w.organization_id AND d.id <> w.id AND d.stopped_at IS NULL
        AND d.day BETWEEN :first AND :last
    JOIN healthcare_service AS v ON v.organization_id = d.organization_id AND v.id = d.service_id
    LEFT JOIN practitioner_role AS r ON r.organization_id = d.organization_id AND r.id = d.practitioner_role_id
    WHERE v.fee_fen <= w.fee_fen
)
SELECT s.id, s.start_at, s.capacity - s.taken AS free, k.likeness
FROM alike AS k
JOIN slot AS s ON s.organization_id = k.organization_id AND s.schedule_id = k.id
WHERE k.likeness IS NOT NULL AND s.pool = 'common' AND s.open AND s.start_at > :now
ORDER BY k.likeness, s.start_at, s.id LIMIT 2000
""")
WAITING = text("""
SELECT v.tries, a.id, a.patient_id, a.start_at, a.state, a.day, o.zone
FROM stopped_visit AS v
JOIN appointment AS a ON a.organization_id = v.organization_id AND a.id = v.appointment_id
JOIN organization AS o ON o.id = v.organization_id
WHERE v.organization_id = :organization AND v.appointment_id = :id AND v.next_try_at <= :now
FOR NO KEY UPDATE OF v SKIP LOCKED
""")


@dataclass(slots=True)
class Candidate:
    """A slot like the stopped one, with the places that are still to be given away."""

    slot_id: UUID
    start_at: datetime
    free: int
    likeness: int


def nearest(candidates: Sequence[Candidate], start: datetime) -> list[Candidate]:
    """Candidates with a place left, the most alike first and among those the nearest to ``start``."""
    left = [one for one in candidates if one.free > 0]
    return sorted(left, key=lambda one: (one.likeness, abs(one.start_at - start), one.start_at, one.slot_id))


async def offer_due(platform: Platform, organization_id: UUID | None = None, schedule_id: UUID | None = None) -> int:
    """Offer places to those whose session was stopped and whose turn it is; answers how many offers were made.

    All of them, or those of one session. What goes wrong with one is written to the log and tried again.
    """
    async with platform.transaction() as tx:
        OFFER.check(SYSTEM_ACTOR)
        values = {"organization": organization_id, "schedule": schedule_id, "now": tx.now, "most": _MOST_AT_ONCE}
        due = [tuple(row) for row in await tx.session.execute(_DUE, values)]
    known: dict[UUID, list[Candidate]] = {}
    made = 0
    for organization, schedule, appointment in due:
        try:
            async with platform.transaction() as tx:
                if schedule not in known:
                    known[schedule] = await _candidates(tx, organization, schedule)
                made += await _offer(tx, organization, appointment, known[schedule])
        except (Problem, DBAPIError) as error:
            log.warning("stopped_visit.not_offered", appointment_id=str(appointment), error=type(error).__name__)
    return made


@job("booking: stopped visits", every=timedelta(seconds=5))
async def tend_stopped(platform: Platform) -> int:
    """Offer what was not offered yet; answers how many offers were made."""
    return await offer_due(platform)


async def _candidates(tx: Transaction, organization_id: UUID, schedule_id: UUID) -> list[Candidate]:
    zone = await tx.session.execute(text("SELECT zone FROM organization WHERE id = :id"), {"id": organization_id})
    today = day_of(tx.now, zone.scalar_one())
    rows = await tx.session.execute(
        _LIKE_IT,
        {
            "organization": organization_id,
            "schedule": schedule_id,
            "first": today,
            "last": today + timedelta(days=tx.platform.settings.days_ahead),
            "now": tx.now,
        },
    )
    return [Candidate(row.id, row.start_at, row.free, row.likeness) for row in rows]


async def _offer(tx: Transaction, organization_id: UUID, appointment_id: UUID, candidates: list[Candidate]) -> bool:
    """Offer one person the nearest place that can be had; without one, say when to try again."""
    grant = OFFER.check(SYSTEM_ACTOR, organization_id=organization_id)
    values: dict[str, Any] = {"organization": organization_id, "id": appointment_id, "now": tx.now}
    visit = (await tx.session.execute(WAITING, values)).mappings().one_or_none()
    if visit is None:
        return False  # somebody else is at it
    offered: UUID | None = None
    if visit["state"] in ("booked", "checked_in"):
        for candidate in nearest(candidates, visit["start_at"])[:_MOST_TRIED]:
            try:
                async with tx.session.begin_nested():
                    made = await offer_place(
                        tx, grant, candidate.slot_id, visit["patient_id"], OfferReason.STOPPED, appointment_id
                    )
            except Problem:  # taken meanwhile, too soon, or the patient is expected there that day already
                candidate.free = max(0, candidate.free - 1)
                continue
            candidate.free -= 1
            offered = made.appointment_id
            break
    over = visit["state"] not in ("booked", "checked_in") or day_of(tx.now, visit["zone"]) > visit["day"]
    await tx.session.execute(
        text(
            "UPDATE stopped_visit SET offered_id = :offered, tries = tries + 1, next_try_at = :again"
            " WHERE organization_id = :organization AND appointment_id = :id"
        ),
        {**values, "offered": offered, "again": None if offered or over else tx.now + AGAIN_AFTER},
    )
    return offered is not None


_LEFT_OVER = text("""
SELECT a.organization_id, a.id, a.slot_id FROM stopped_visit AS v
JOIN appointment AS a ON a.organization_id = v.organization_id AND a.id = v.appointment_id
JOIN organization AS o ON o.id = v.organization_id
WHERE v.stopped_at > :since AND a.displaced AND a.state IN ('booked','checked_in')
    AND a.day < (CAST(:now AS timestamptz) AT TIME ZONE o.zone)::date
ORDER BY a.organization_id, a.id LIMIT 500
""")


@job("booking: stopped visits after their day", every=timedelta(minutes=10))
async def close_stopped(platform: Platform) -> int:
    """Close visits of stopped sessions that nobody moved or cancelled; they are no no-shows. Answers how many."""
    async with platform.transaction() as tx:
        CLOSE_DAY.check(SYSTEM_ACTOR)
        rows = await tx.session.execute(_LEFT_OVER, {"now": tx.now, "since": tx.now - timedelta(days=62)})
        left = [tuple(row) for row in rows]
    for organization_id, appointment_id, slot_id in left:
        async with platform.transaction() as tx:
            grant = CLOSE_DAY.check(SYSTEM_ACTOR, organization_id=organization_id)
            await places.lock(tx, organization_id, [slot_id])
            row = await appointments.one(tx, organization_id, appointment_id, lock=True)
            if row is not None and row["state"] in ("booked", "checked_in"):
                await ending.close(tx, grant, row, ScheduleEvent.VISIT_CLOSED, _OVER)
    return len(left)
