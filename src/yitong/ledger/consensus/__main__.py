"""One member's replica as a process of its own: ``python -m yitong.ledger.consensus FOLDER``."""

import asyncio
import signal
import sys
from pathlib import Path

from yitong.kernel.logs import configure_logs
from yitong.kernel.process import settle
from yitong.ledger.consensus.application import Application
from yitong.ledger.consensus.server import serve

SOCKET = "abci.sock"


async def _run(folder: Path) -> None:
    application = Application(folder)
    application.load()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, stop.set)
    settle()
    await serve(folder / SOCKET, application, stop)


if __name__ == "__main__":
    configure_logs("warning", "console")
    asyncio.run(_run(Path(sys.argv[1])))
