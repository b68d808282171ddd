"""What identity forgets by itself: used codes, phone codes and sessions that would be refused by their age anyway."""

from datetime import timedelta

from sqlalchemy import text

from yitong.kernel.jobs import job
from yitong.kernel.platform import Platform

# A phone code is kept for a day longer than it is good: the ration of codes a phone is counted from it.
_OVER = (
    "DELETE FROM used_card_code WHERE expires_at < :now",
    "DELETE FROM one_time_code WHERE created_at < CAST(:now AS timestamptz) - interval '2 days'",
    "DELETE FROM sign_in_session WHERE expires_at < CAST(:now AS timestamptz) - interval '7 days'",
)


@job("identity-forget", every=timedelta(minutes=10))
async def forget(platform: Platform) -> None:
    """Delete what is over; nothing that is refused because of these rows becomes possible again."""
    async with platform.transaction() as tx:
        for statement in _OVER:
            await tx.session.execute(text(statement), {"now": tx.now})
