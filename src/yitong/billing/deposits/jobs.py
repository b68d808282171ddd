"""What the clock does to stays: a bed-day every day, once, however often the job runs."""

from datetime import timedelta

from sqlalchemy import text

from yitong.billing.deposits.service import BED_DAYS, charge_bed_days, running
from yitong.kernel.jobs import job
from yitong.kernel.permissions import SYSTEM_ACTOR
from yitong.kernel.platform import Platform


@job("billing: bed-days", every=timedelta(hours=1))
async def charge_beds(platform: Platform) -> int:
    """Charge the bed-days that are due at all hospitals; answers how many."""
    charged = 0
    async with platform.transaction() as tx:
        found = await tx.session.execute(
            text("SELECT organization_id, id FROM stay WHERE state = 'running' ORDER BY organization_id, id")
        )
        stays = found.all()
    for stay in stays:  # one transaction a stay: a wrong price of one bed stops nobody else's
        async with platform.transaction() as tx:
            grant = BED_DAYS.check(SYSTEM_ACTOR, organization_id=stay.organization_id)
            row = await running(tx, stay.organization_id, stay.id)
            if row is not None:
                charged += await charge_bed_days(tx, grant, row)
    return charged
