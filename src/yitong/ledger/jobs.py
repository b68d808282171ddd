"""What the evidence chain does by itself: seal and anchor the event log, keep a snapshot for the next start."""

from datetime import timedelta

from yitong.kernel.jobs import job
from yitong.kernel.platform import Platform
from yitong.ledger.embedded import EmbeddedLedger
from yitong.ledger.sealing import MOST, anchor_seals, seal_events
from yitong.ledger.service import Ledger


@job("ledger: seals", every=timedelta(seconds=1))
async def seal_and_anchor(platform: Platform) -> int:
    """Seal what is new, and anchor it where this process holds the chain; answers how many events were sealed."""
    sealed = 0
    while True:
        more = await seal_events(platform)
        sealed += more
        if more < MOST:
            break
    ledger = connected(platform)
    if ledger is not None:
        await anchor_seals(ledger, platform, ledger.commission)
    return sealed


@job("ledger: snapshot", every=timedelta(hours=1))
async def keep_snapshot(platform: Platform) -> int:
    """Keep the state, so that the next start plays an hour's blocks and not all; answers its height."""
    ledger = connected(platform)
    if ledger is None or not isinstance(ledger.engine, EmbeddedLedger):
        return 0
    return await ledger.engine.take_snapshot()


def connected(platform: Platform) -> Ledger | None:
    """The chain that this process holds: whoever opened it has said so by ``platform.connect(Ledger, …)``."""
    found = platform.ports.get(Ledger)
    return found if isinstance(found, Ledger) else None
