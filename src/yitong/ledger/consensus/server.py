"""The ABCI socket server: requests of an engine's four connections, answered one after another in their order."""

import asyncio
import contextlib
from pathlib import Path

import structlog

from yitong.ledger.consensus.abci import Responder
from yitong.ledger.consensus.application import Application
from yitong.ledger.consensus.wire import BadWire, Frames, frame

_AT_MOST = 256 * 1024
log = structlog.get_logger(__name__)


async def serve(path: Path, application: Application, stop: asyncio.Event) -> None:
    """Answer the engine on a Unix socket until ``stop`` is set. The socket is readable by its owner only."""
    responder = Responder(application)
    open_: set[asyncio.StreamWriter] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_.add(writer)
        try:
            frames = Frames()
            while read := await reader.read(_AT_MOST):
                asked = frames.taken(read)
                # The engine sends on without waiting for answers: signatures of what has come are checked together.
                responder.foresee(asked)
                writer.write(b"".join([frame(responder.answer(one)) for one in asked]))
                await writer.drain()
            frames.end()
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
