"""One member's replica from its start to its end. It stops by itself when it is not what the members agreed on."""

import asyncio
import contextlib
from pathlib import Path

from yitong.ledger.consensus.application import Application, Spoilt
from yitong.ledger.consensus.nodes import SOCKET, STOPPED
from yitong.ledger.consensus.server import serve
from yitong.ledger.consensus.standing import LOG, size_of, stop_with, watch


async def run(folder: Path, stop: asyncio.Event, application: Application | None = None) -> str | None:
    """Answer the engine until ``stop`` is set (None), or until the replica must not go on: then why.

    The reason is left in the folder. A kept state that does not lead to its own root is not served at all; one that
    leads to another than the agreed hash makes the engine beside it give up, and this process with it: the engine
    then ends too, because it has nobody to ask.
    """
    (folder / STOPPED).unlink(missing_ok=True)
    log = folder / LOG
    start = await asyncio.to_thread(size_of, log)
    own = application or Application(folder)
    try:
        own.load()
    except Spoilt as error:
        stop_with(folder, str(error))
        return str(error)
    ended = asyncio.Event()
    served = asyncio.create_task(serve(folder / SOCKET, own, ended))
    halted, asked = asyncio.create_task(watch(folder, start)), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((served, halted, asked), return_when=asyncio.FIRST_COMPLETED)
        reason = halted.result() if halted.done() else None
        if reason is not None:
            stop_with(folder, reason)
    finally:
        ended.set()
        for one in (halted, asked):
            one.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await one
        await served
    return reason
