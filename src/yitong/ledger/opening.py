"""Opening the region's chain for the life of a process: as soon as there is a region, and again should it fail."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from datetime import timedelta

import asyncpg
import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from yitong.kernel.ids import UUID
from yitong.kernel.platform import Platform
from yitong.ledger.chain import Broken
from yitong.ledger.embedded import NotFounded
from yitong.ledger.service import Ledger, open_ledger

log = structlog.get_logger(__name__)
PAUSE = timedelta(seconds=2)


async def open_region(platform: Platform, *, writes: bool = True) -> Ledger | None:
    """Open the chain of the region that is set, and connect it; None while there is no region or no chain.

    Raises Broken when the stored chain does not agree with itself, and ValueError when another key seals it.
    """
    commission = await _commission(platform)
    if commission is None:
        return None
    try:
        ledger = await open_ledger(
            platform, commission, f"region-{platform.settings.region_code}".lower(), writes=writes
        )
    except NotFounded:
        return None
    platform.connect(Ledger, ledger)
    return ledger


async def _commission(platform: Platform) -> UUID | None:
    """The commission of the region that is set; None on an installation without a region."""
    async with platform.transaction() as tx:
        found = await tx.session.execute(
            text("SELECT commission_id FROM region WHERE code = :code"), {"code": platform.settings.region_code}
        )
        return found.scalar_one_or_none()


@contextlib.asynccontextmanager
async def chain_opened(platform: Platform, *, writes: bool = True, pause: timedelta = PAUSE) -> AsyncGenerator[None]:
    """Keep trying beside whatever runs inside, until the chain is open; nobody waits for it."""
    opening = asyncio.create_task(_keep_trying(platform, writes, pause), name="ledger opening")
    try:
        yield
    finally:
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)


async def _keep_trying(platform: Platform, writes: bool, pause: timedelta) -> None:
    while True:
        try:
            if await open_region(platform, writes=writes) is not None:
                return
        except Broken as error:
            # Said once and shown to the regulator; a person has to look at it, and the platform works without it.
            log.error("ledger.broken", height=error.height, position=error.position, reason=error.reason)
            platform.connect(Broken, error)
            return
        except (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("ledger.not_opened", error=type(error).__name__)
        except ValueError as error:
            log.error("ledger.not_opened", error=str(error))
            return
        await asyncio.sleep(pause.total_seconds())
