"""What the clock does to prescriptions: those whose validity has ended are written down as run out."""

from datetime import timedelta

from sqlalchemy import text

from yitong.kernel.jobs import job
from yitong.kernel.platform import Platform
from yitong.prescriptions.service import run_out

_DUE = text(
    "SELECT organization_id, id FROM prescription WHERE valid_until <= :now"
    " AND state IN ('signed','refused','resubmitted','countersigned','approved','released')"
    " ORDER BY valid_until LIMIT 500"
)


@job("prescriptions: run out", every=timedelta(minutes=10))
async def write_down(platform: Platform) -> int:
    """Let every prescription run out that is due; answers how many. Reading does not depend on it."""
    async with platform.transaction() as tx:
        due = (await tx.session.execute(_DUE, {"now": tx.now})).all()
    ended = 0
    for one in due:  # one transaction each: a busy row holds up nobody else's
        async with platform.transaction() as tx:
            ended += await run_out(tx, one.organization_id, one.id)
    return ended
