"""What time alone does to parts: windows that end, custodies that were never finished, biddings that are over."""

from datetime import timedelta

from sqlalchemy import text

from yitong.kernel.ids import UUID
from yitong.kernel.jobs import job
from yitong.kernel.permissions import SYSTEM_ACTOR
from yitong.kernel.platform import Platform
from yitong.kernel.transaction import Transaction
from yitong.prescriptions.circulation import parts
from yitong.prescriptions.circulation.actions import CLOCK
from yitong.prescriptions.circulation.ending import end
from yitong.prescriptions.circulation.requests import bidding_due, conclude
from yitong.prescriptions.circulation.states import OPEN, PartState

_DUE = text(
    "SELECT organization_id, id FROM prescription_part WHERE closes_at <= :now"
    " AND (state IN ('approved','released') OR (state IN ('accepted','dispensing') AND custody_until <= :now))"
    " ORDER BY closes_at LIMIT 500"
)


async def run_out(tx: Transaction, organization_id: UUID, part_id: UUID) -> bool:
    """Write down that a part's time is over; False when it is not, or somebody was first."""
    part = await parts.locked(tx, organization_id, part_id)
    if part.state not in OPEN or part.present(tx.now) is part.state:
        return False
    grant = CLOCK.check(SYSTEM_ACTOR, organization_id=organization_id)
    await end(tx, grant, part, PartState.EXPIRED)
    await parts.follow(tx, grant, organization_id, part.prescription_id)
    return True


@job("circulation: run out", every=timedelta(minutes=10))
async def write_down(platform: Platform) -> int:
    """Let every part run out that is due; answers how many. Reading does not depend on it."""
    async with platform.transaction() as tx:
        due = (await tx.session.execute(_DUE, {"now": tx.now})).all()
    ended = 0
    for one in due:  # one transaction each: a busy row holds up nobody else's
        async with platform.transaction() as tx:
            ended += await run_out(tx, one.organization_id, one.id)
    return ended


@job("circulation: biddings", every=timedelta(seconds=15))
async def conclude_biddings(platform: Platform) -> int:
    """Give every part whose window for offers is over to the cheapest; answers how many."""
    async with platform.transaction() as tx:
        due = await bidding_due(tx)
    ended = 0
    for organization_id, request_id in due:
        async with platform.transaction() as tx:
            ended += await conclude(tx, organization_id, request_id)
    return ended
