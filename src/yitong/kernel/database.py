"""Connections: an SQLAlchemy engine for ordinary work, and raw asyncpg pools for the written hot statements.

Every connection takes on one of the service's own database roles, so that the login user's rights (often those of the
owner) are never in force while requests are served.
"""

import os
import ssl
from collections.abc import Sequence
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import asyncpg
import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

__all__ = ["Database", "DatabaseRole", "engine_url"]


class DatabaseRole(StrEnum):
    """The roles that connections run as; made by the first migration."""

    APP = "yitong_app"
    BOOKING = "yitong_booking"


# A connection that is given back is reset by a call of its own. Who only reads single statements leaves nothing behind.
async def _nothing_to_reset(_: "asyncpg.Connection[asyncpg.Record]") -> None: ...


AS_WRITTEN = {"plan_cache_mode": "force_generic_plan", "join_collapse_limit": "1", "jit": "off"}


def engine_url(url: str) -> str:
    """The SQLAlchemy form of a ``postgresql://`` address."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme="postgresql+asyncpg"))


def _encode(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _raw_url(url: str) -> tuple[str, dict[str, Any]]:
    """asyncpg's address and arguments: it takes ``host`` from the query, and an SSL context for ``sslmode``."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    mode = query.pop("sslmode", None)
    extra: dict[str, Any] = {}
    if mode in ("require", "verify-ca", "verify-full"):
        context = ssl.create_default_context()
        if mode == "require":
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        extra["ssl"] = context
    return urlunsplit(parts._replace(scheme="postgresql", query=urlencode(query))), extra


class Database:
    """The one PostgreSQL database of an installation."""

    def __init__(self, url: str, pool: int = 10) -> None:
        self.url = url
        self._pool_size = pool
        self._raw: dict[tuple[DatabaseRole, bool], asyncpg.Pool[asyncpg.Record]] = {}
        self.engine: AsyncEngine = create_async_engine(
            engine_url(url),
            pool_size=pool,
            max_overflow=pool,
            pool_pre_ping=False,
            json_serializer=_encode,
            json_deserializer=msgspec.json.decode,
            connect_args={"server_settings": {"role": DatabaseRole.APP.value, "application_name": "yitong"}},
        )
        self.sessions = async_sessionmaker(self.engine, expire_on_commit=False, class_=AsyncSession)

    async def raw(
        self, role: DatabaseRole = DatabaseRole.APP, *, as_written: bool = False
    ) -> "asyncpg.Pool[asyncpg.Record]":
        """The asyncpg pool whose connections run as ``role``; made when first asked for.

        ``as_written`` is for large statements that name their tables in the order they are to be read: the planner
        keeps that order and plans once for all values, where planning each time would cost many times the reading.
        They keep a processor busy from end to end, so more of them at once than there are processors only wait for each
        other, and a further connection would first have to plan.
        """
        pool = self._raw.get((role, as_written))
        if pool is None:
            address, extra = _raw_url(self.url)
            settings = {"role": role.value, "application_name": f"yitong {role.value}"}
            most = self._pool_size
            if as_written:
                settings |= AS_WRITTEN
                extra["reset"] = _nothing_to_reset
                most = min(most, max(2, os.cpu_count() or 2))
            pool = await asyncpg.create_pool(address, min_size=0, max_size=most, server_settings=settings, **extra)
            self._raw[role, as_written] = pool
        return pool

    async def connect_as_owner(self) -> "asyncpg.Connection[asyncpg.Record]":
        """A single connection with the login user's own rights, for migrations, seeding and measurements."""
        address, extra = _raw_url(self.url)
        return await asyncpg.connect(address, **extra)

    async def close(self) -> None:
        for pool in self._raw.values():
            await pool.close()
        self._raw.clear()
        await self.engine.dispose()


async def copy_rows(
    connection: "asyncpg.Connection[asyncpg.Record]", table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Load many rows at once with COPY; dicts become jsonb text."""
    await connection.copy_records_to_table(table, columns=list(columns), records=rows)
