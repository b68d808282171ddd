"""One member's replica as a process of its own: ``python -m yitong.ledger.consensus FOLDER``."""

import asyncio
import signal
import sys
from pathlib import Path

import structlog

from yitong.kernel.logs import configure_logs
from yitong.kernel.process import settle
from yitong.ledger.consensus.replica import run


async def _run(folder: Path) -> str | None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, stop.set)
    settle()
    return await run(folder, stop)


if __name__ == "__main__":
    configure_logs("warning", "console")
    reason = asyncio.run(_run(Path(sys.argv[1])))
    if reason is not None:
        structlog.get_logger(__name__).error("consensus.replica_stopped", reason=reason)
        sys.exit(1)
