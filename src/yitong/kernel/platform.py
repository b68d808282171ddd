"""What every service function can reach through its transaction: settings, clock, database, keys and live feed."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from yitong.kernel.clock import Clock, OffsetClock, SystemClock
from yitong.kernel.crypto import Sealer
from yitong.kernel.database import Database
from yitong.kernel.feed import EventFeed
from yitong.kernel.keys import sealer_of, token_key
from yitong.kernel.permissions import SYSTEM_ACTOR, Actor
from yitong.kernel.settings import Settings
from yitong.kernel.text import Language
from yitong.kernel.tokens import Revocations, TokenSigner
from yitong.kernel.transaction import Transaction

T = TypeVar("T")


@dataclass
class Platform:
    """One running process's share of the platform."""

    settings: Settings
    database: Database
    clock: Clock
    sealer: Sealer
    tokens: TokenSigner
    feed: EventFeed
    revocations: Revocations = field(default_factory=Revocations)
    ports: dict[type[Any], Any] = field(default_factory=dict[type[Any], Any])
    closing: list[Callable[[], Awaitable[None]]] = field(default_factory=list[Callable[[], Awaitable[None]]])

    def connect(self, kind: type[T], party: T) -> None:
        """Say who plays the part of an outside party that a lower floor only knows as the protocol ``kind``."""
        self.ports[kind] = party

    def port(self, kind: type[T]) -> T:
        """The outside party of this kind. Raises KeyError when none is connected."""
        return self.ports[kind]

    @asynccontextmanager
    async def transaction(
        self, actor: Actor = SYSTEM_ACTOR, language: Language = Language.ZH
    ) -> AsyncGenerator[Transaction]:
        """One database transaction for one actor: committed at the end, rolled back by any exception."""
        async with self.database.sessions.begin() as session:
            tx = Transaction(session, actor, self.clock.now(), language, self)
            await tx.narrow()
            yield tx

    async def close(self) -> None:
        """Let go of everything; parties that hold connections have put their farewell into ``closing``."""
        for farewell in self.closing:
            await farewell()
        await self.feed.stop()
        await self.database.close()


def _clock_of(settings: Settings) -> Clock:
    offset = settings.clock_offset_seconds
    return OffsetClock(timedelta(seconds=offset)) if offset else SystemClock()


def open_platform(settings: Settings, database_url: str, clock: Clock | None = None) -> Platform:
    """A platform on a running database. Raises SettingsError when a key cannot be used."""
    database = Database(database_url, settings.database_pool)
    return Platform(
        settings=settings,
        database=database,
        clock=clock or _clock_of(settings),
        sealer=sealer_of(settings),
        tokens=TokenSigner(token_key(settings)),
        feed=EventFeed(database),
    )
