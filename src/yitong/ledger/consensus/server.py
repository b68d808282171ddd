"""The ABCI socket server: requests of an engine's four connections, answered one after another in their order."""

import asyncio
import contextlib
from pathlib import Path

import structlog

from yitong.ledger.consensus.abci import Responder
from yitong.ledger.consensus.application import Application
from yitong.ledger.consensus.wire import BadWire, frame, read_frame

log = structlog.get_logger(__name__)


async def serve(path: Path, application: Application, stop: asyncio.Event) -> None:
    """Answer the engine on a Unix socket until ``stop`` is set. The socket is readable by its owner only."""
    responder = Responder(application)
    open_: set[asyncio.StreamWriter] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_.add(writer)
        try:
            while (asked := await read_frame(reader)) is not None:
                writer.write(frame(responder.answer(asked)))
                await writer.drain()
        except (BadWire, ConnectionError) as error:
            log.warning("consensus.connection_ended", error=type(error).__name__)
        finally:
            open_.discard(writer)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    await asyncio.to_thread(path.unlink, missing_ok=True)
    server = await asyncio.start_unix_server(connected, path, limit=1024 * 1024)
    await asyncio.to_thread(path.chmod, 0o600)
    try:
        await stop.wait()
    finally:
        server.close()
        for writer in list(open_):
            writer.close()
        await server.wait_closed()
        application.keep()
