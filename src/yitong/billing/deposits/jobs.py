"""What the clock and a payment do to stays: a bed-day every day, what the insurer is to know, the end of a paid one."""

from datetime import timedelta

import structlog
from sqlalchemy import text

from yitong.billing.deposits import covering
from yitong.billing.deposits.insured import settle_paid
from yitong.billing.deposits.service import BED_DAYS, charge_bed_days, running
from yitong.billing.payments.events import PaymentEvent
from yitong.kernel.events import Recorded
from yitong.kernel.ids import UUID
from yitong.kernel.jobs import job
from yitong.kernel.permissions import SYSTEM_ACTOR
from yitong.kernel.platform import Platform
from yitong.kernel.reactors import reactor
from yitong.kernel.transaction import Transaction

log = structlog.get_logger(__name__)


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


@job("billing: stays at the insurer", every=timedelta(seconds=5))
async def tell_insurer(platform: Platform) -> int:
    """Tell the insurer what it is to know of stays at all hospitals; answers how many were looked at."""
    async with platform.transaction() as tx:
        found = await tx.session.execute(
            text("SELECT organization_id, stay_id FROM stay_cover WHERE next_at <= :now ORDER BY next_at LIMIT 200"),
            {"now": tx.now},
        )
        due = found.all()
    for row in due:
        try:
            await covering.carry(platform, row.organization_id, row.stay_id)
        except Exception as error:  # one stay's trouble is nobody else's; its lease lets it be tried again
            log.error("stay.insurer_failed", stay_id=str(row.stay_id), error=type(error).__name__)
    return len(due)


@reactor("billing.stays.paid", PaymentEvent.SETTLED)
async def settle_stay(tx: Transaction, event: Recorded) -> None:
    """A discharged patient's stay is settled when its bill is paid."""
    await settle_paid(tx, event.organization_id, UUID(str(event.payload["bill_id"])))
