"""Remembering the notices that were seen, and forgetting them when their age alone would refuse them."""

from datetime import timedelta
from hashlib import sha256

from sqlalchemy import text

from yitong.kernel.clock import SystemClock
from yitong.kernel.jobs import job
from yitong.kernel.platform import Platform

_CLOCK = SystemClock()
KEPT = timedelta(hours=1)  # a signature is good for five minutes


async def first_time(platform: Platform, channel: str, nonce: str) -> bool:
    """Whether this nonce of a channel was never seen; it is from now on. Two at the same moment: one is the first."""
    async with platform.transaction() as tx:
        claimed = await tx.session.execute(
            text(
                "INSERT INTO seen_notice (channel, nonce, at) VALUES (:channel, :nonce, :at)"
                " ON CONFLICT DO NOTHING RETURNING 1"
            ),
            {"channel": channel, "nonce": sha256(nonce.encode()).hexdigest(), "at": _CLOCK.now()},
        )
        return claimed.first() is not None


@job("seen-notices-forget", every=timedelta(minutes=10))
async def forget(platform: Platform) -> None:
    """Delete what would be refused by its age anyway."""
    async with platform.transaction() as tx:
        await tx.session.execute(text("DELETE FROM seen_notice WHERE at < :before"), {"before": _CLOCK.now() - KEPT})
