"""What the journey does by the clock: reminders on the evening before, and deliveries that are due."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text

from yitong.journey import queries
from yitong.journey.notices import NoticeKind
from yitong.journey.service import delivery
from yitong.journey.service.messages import tell
from yitong.kernel.jobs import job
from yitong.kernel.platform import Platform

REMIND_FROM_HOUR = 18
REMIND_UNTIL_HOUR = 21
_BATCH = 200


def reminding_hours(now: datetime, zone: str) -> bool:
    """Whether people may be reminded now: in the evening of the hospital's day, and not at night."""
    return REMIND_FROM_HOUR <= now.astimezone(ZoneInfo(zone)).hour < REMIND_UNTIL_HOUR


@job("journey.reminders", every=timedelta(minutes=10))
async def remind(platform: Platform) -> int:
    """Remind everybody booked for tomorrow, once each; answers how many."""
    async with platform.transaction() as tx:
        rows = await tx.session.execute(
            text("SELECT id, zone FROM organization WHERE kind IN ('hospital','community_centre')")
        )
        hospitals = [(row.id, row.zone) for row in rows if reminding_hours(tx.now, row.zone)]
    count = 0
    for organization_id, zone in hospitals:
        more = True
        while more:
            async with platform.transaction() as tx:
                tomorrow = tx.now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
                due = await queries.visits_to_remind(tx, organization_id, tomorrow, _BATCH)
                for visit in due:
                    await tell(tx, visit.appointment_id, NoticeKind.REMINDER, visit)
            count += len(due)
            more = len(due) == _BATCH
    return count


@job("journey.deliveries", every=timedelta(seconds=5))
async def deliver(platform: Platform) -> int:
    """Send the deliveries that are due; answers how many were sent."""
    return await delivery.deliver_due(platform)
