"""What the evidence chain does by itself: put on it what events asked for, seal and anchor the event log, keep a
snapshot for the next start."""

from datetime import timedelta

from yitong.kernel.jobs import job
from yitong.kernel.platform import Platform
from yitong.ledger.embedded import EmbeddedLedger
from yitong.ledger.sealing import MOST, anchor_seals, seal_events
from yitong.ledger.service import connected
from yitong.ledger.tasks import put_tasks


@job("ledger: tasks", every=timedelta(seconds=1))
async def put_on_chain(platform: Platform) -> int:
    """Put on the chain what events have asked for, where this process knows the chain; answers how many."""
    ledger = connected(platform)
    return 0 if ledger is None else await put_tasks(platform, ledger)


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
