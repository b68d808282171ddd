"""A process of its own that writes blocks until it is killed; says when it does. Run as a module by a test."""

import asyncio
import sys
from datetime import timedelta

from yitong.kernel.clock import SystemClock
from yitong.kernel.crypto import SM2PrivateKey
from yitong.kernel.database import Database
from yitong.ledger.embedded import open_ledger


async def write_for_ever(url: str, sealer: str) -> None:
    """Hold the chain in this database and write what others hand in."""
    engine = await open_ledger(
        Database(url), SystemClock(), SM2PrivateKey.from_hex(sealer), wait=timedelta(seconds=1.5)
    )
    while not engine.writing:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.02)
    print("writing", flush=True)  # noqa: T201
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(write_for_ever(sys.argv[1], sys.argv[2]))
