"""What the clock does for payments: carry on whatever is due, in whichever state a process left it."""

import asyncio
from datetime import timedelta

import structlog
from sqlalchemy import text

from yitong.billing.payments.carrying import carry
from yitong.kernel.ids import UUID
from yitong.kernel.jobs import job
from yitong.kernel.platform import Platform

log = structlog.get_logger(__name__)
_BATCH = 100
_AT_A_TIME = 4
_DUE = text("""
SELECT organization_id, id FROM payment_order WHERE next_at <= :now ORDER BY next_at LIMIT :limit
""")


@job("billing: payments", every=timedelta(seconds=3))
async def resume(platform: Platform) -> int:
    """Carry on every payment whose time has come; answers how many went without a fault."""
    async with platform.transaction() as tx:
        rows = (await tx.session.execute(_DUE, {"now": tx.now, "limit": _BATCH})).all()
    turns = asyncio.Semaphore(_AT_A_TIME)

    async def one(organization_id: UUID, order_id: UUID) -> bool:
        async with turns:
            try:
                await carry(platform, organization_id, order_id)
            except Exception as error:
                # One payment with a fault must not keep the others; it is due again at the next turn.
                log.error("payment.carry_failed", order_id=str(order_id), error=type(error).__name__)
                return False
        return True

    done = await asyncio.gather(*(one(row.organization_id, row.id) for row in rows))
    return sum(done)
