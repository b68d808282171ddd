"""What the clock does: yesterday is compared once its bills are ready, and again while differences are open."""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from yitong.billing.reconciliation.actions import RUN
from yitong.billing.reconciliation.running import compare_day
from yitong.kernel.clock import at, day_of
from yitong.kernel.ids import UUID
from yitong.kernel.jobs import job
from yitong.kernel.permissions import SYSTEM_ACTOR
from yitong.kernel.platform import Platform
from yitong.kernel.problems import Problem

log = structlog.get_logger(__name__)
BILLS_READY = time(10, 30)  # channels make the bill of a day until ten the next morning
DAYS_BACK = 31  # so long a day with open differences is compared anew every day
# Hospitals that move money, and the commission, which sees lines of a shared merchant that nobody knows.
_HOSPITALS = text("""
SELECT o.id, o.zone FROM organization AS o
WHERE o.active AND (o.kind = 'commission'
    OR EXISTS (SELECT FROM payment_part AS p WHERE p.organization_id = o.id))
ORDER BY o.id
""")
_DAYS = text("""
SELECT r.day, max(r.made_at) AS made_at, bool_or(r.complete) AS complete,
    EXISTS (SELECT FROM reconciliation_difference AS d
        WHERE d.organization_id = r.organization_id AND d.day = r.day AND d.state IN ('open','proposed')) AS open
FROM reconciliation AS r WHERE r.organization_id = :organization AND r.day >= :first
GROUP BY r.organization_id, r.day
""")


class Past(NamedTuple):
    """A day that was compared: when last, whether ever with all lists, and whether differences stand."""

    day: date
    made_at: datetime
    complete: bool
    open: bool


def due_days(now: datetime, zone: str, past: list[Past]) -> list[date]:
    """The days to compare now, the oldest first.

    Yesterday, and the day before if it was missed, once their bills are ready; and once a day those that have open
    differences or of which a list was missing.
    """
    today = day_of(now, zone)
    if now < at(today, BILLS_READY, zone):
        return []
    known = {one.day: one for one in past}
    due: list[date] = []
    for back in range(DAYS_BACK, 0, -1):
        day = today - timedelta(days=back)
        one = known.get(day)
        if one is None:
            if back <= 2:
                due.append(day)
        elif one.made_at < at(today, BILLS_READY, zone) and (one.open or not one.complete):
            due.append(day)
    return due


@job("billing: reconciliation", every=timedelta(hours=1))
async def reconcile_days(platform: Platform) -> int:
    """Compare every hospital's days that are due; answers how many were."""
    async with platform.transaction() as tx:
        RUN.check(SYSTEM_ACTOR)
        now = tx.now
        hospitals = [(row.id, row.zone) for row in await tx.session.execute(_HOSPITALS)]
    done = 0
    for organization_id, zone in hospitals:
        for day in await _due(platform, organization_id, zone, now):
            try:
                await compare_day(platform, SYSTEM_ACTOR, organization_id, day)
                done += 1
            except (Problem, DBAPIError) as error:
                log.warning(
                    "reconciliation.failed", organization=organization_id, day=day.isoformat(), error=str(error)
                )
    return done


async def _due(platform: Platform, organization_id: UUID, zone: str, now: datetime) -> list[date]:
    async with platform.transaction() as tx:
        first = day_of(now, zone) - timedelta(days=DAYS_BACK)
        rows = await tx.session.execute(_DAYS, {"organization": organization_id, "first": first})
        past = [Past(row.day, row.made_at, row.complete, row.open) for row in rows]
    return due_days(now, zone, past)
