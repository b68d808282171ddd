"""Reactors: whoever must act when something happened. Each reads the log by its own position, at its own pace.

A reactor's database work and its progress are one transaction, so an event takes effect once. An event it cannot
handle is parked with the error and tried again later with growing pauses; the reactor goes on with the next.
What leaves the house (a message, a payment call) is not done in a reactor: it writes the task, a job does it.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import structlog
from sqlalchemy import BigInteger, PrimaryKeyConstraint, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from yitong.kernel.event_log import NOWHERE, Position, recorded
from yitong.kernel.events import Recorded
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.platform import Platform
from yitong.kernel.tables import Base, local
from yitong.kernel.transaction import Transaction

log = structlog.get_logger(__name__)
Handler = Callable[[Transaction, Recorded], Awaitable[None]]
MOST_TRIES = 6
_EVENT = (
    "e.organization_id, e.id, e.xid::text AS xid, e.position, e.at, e.type, e.actor_kind, e.actor_id, e.action,"
    " e.subject_type, e.subject_id, e.patient_id, e.payload::text AS payload"
)


class ParkedState(StrEnum):
    """What became of an event that a reactor could not handle."""

    PARKED = "parked"
    RETRIED = "retried"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Reactor:
    """Somebody who listens: a stable name, the event types wanted, and the function called with each event."""

    name: str
    types: frozenset[str]
    handle: Handler


REACTORS: dict[str, Reactor] = {}


def reactor(name: str, *types: StrEnum) -> Callable[[Handler], Handler]:
    """Register a function as reactor. Raises ValueError when the name is taken."""

    def register(handle: Handler) -> Handler:
        if name in REACTORS:
            raise ValueError(f"reactor {name} is declared twice")
        REACTORS[name] = Reactor(name, frozenset(t.value for t in types), handle)
        return handle

    return register


class ReactorPosition(Base):
    """How far a reactor has read."""

    __tablename__ = "reactor_position"
    name: Mapped[str] = mapped_column(primary_key=True)
    xid: Mapped[str]
    position: Mapped[int] = mapped_column(BigInteger)
    last_run_at: Mapped[datetime]
    __table_args__ = (local(),)


class ParkedEvent(Base):
    """An event that a reactor failed on, with what went wrong."""

    __tablename__ = "parked_event"
    id: Mapped[UUID]
    reactor: Mapped[str]
    event_id: Mapped[UUID]
    organization_id: Mapped[UUID]
    error: Mapped[str]
    attempts: Mapped[int]
    parked_at: Mapped[datetime]
    next_try_at: Mapped[datetime | None]
    state: Mapped[str]
    __table_args__ = (PrimaryKeyConstraint("reactor", "event_id"), local())


async def run_once(platform: Platform, one: Reactor, limit: int = 200) -> int:
    """Let one reactor handle up to ``limit`` events; answers how many it read. Another worker's turn is not taken."""
    async with platform.transaction() as tx:
        position = await _lock_position(tx, one.name)
        if position is None:
            return 0
        rows = await tx.session.execute(
            text(
                f"SELECT {_EVENT} FROM event e"  # noqa: S608
                " WHERE (e.xid, e.position) > (CAST(CAST(:xid AS text) AS xid8), :position)"
                " AND e.xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY e.xid, e.position LIMIT :limit"
            ),
            {"xid": position.xid, "position": position.position, "limit": limit},
        )
        events = [recorded(row) for row in rows.mappings()]
        for event in events:
            if event.type in one.types:
                await _handle(tx, one, event)
        if events:
            await _keep_position(tx, one.name, Position(events[-1].xid, events[-1].position))
    return len(events)


async def retry_parked(platform: Platform, one: Reactor, now: datetime) -> int:
    """Try the reactor's parked events whose pause is over; answers how many worked."""
    async with platform.transaction() as tx:
        rows = await tx.session.execute(
            text(
                f"SELECT {_EVENT}, p.attempts FROM parked_event p"  # noqa: S608
                " JOIN event e ON e.organization_id = p.organization_id AND e.id = p.event_id"
                " WHERE p.reactor = :name AND p.state = 'parked' AND p.next_try_at <= :now"
                " ORDER BY p.parked_at LIMIT 50 FOR UPDATE OF p SKIP LOCKED"
            ),
            {"name": one.name, "now": now},
        )
        worked = 0
        for row in rows.mappings().all():
            values = dict(row)
            values.pop("attempts")
            worked += await _handle(tx, one, recorded(values))
    return worked


async def _handle(tx: Transaction, one: Reactor, event: Recorded) -> bool:
    """Handle one event in a savepoint; a failure of any sort parks it instead of stopping the reactor."""
    try:
        async with tx.session.begin_nested():
            await one.handle(tx, event)
            await tx.session.execute(
                text(
                    "UPDATE parked_event SET state = 'retried'"
                    " WHERE reactor = :r AND event_id = :e AND state = 'parked'"
                ),
                {"r": one.name, "e": event.id},
            )
    except Exception as error:
        log.warning("reactor.parked", reactor=one.name, event_id=str(event.id), error=type(error).__name__)
        await _park(tx, one.name, event, f"{type(error).__name__}: {_plain(error)}")
        return False
    return True


def _plain(error: Exception) -> str:
    """The error's first line; a database error's own sentence without the statement and its values."""
    reason = error.orig if isinstance(error, DBAPIError) else error
    return str(reason).splitlines()[0][:500] if str(reason) else ""


async def _park(tx: Transaction, name: str, event: Recorded, error: str) -> None:
    await tx.session.execute(
        text(
            "INSERT INTO parked_event AS p"
            " (id, reactor, event_id, organization_id, error, attempts, parked_at, next_try_at, state)"
            " VALUES (:id, :reactor, :event, :organization, :error, 1, :now, :first, 'parked')"
            " ON CONFLICT (reactor, event_id) DO UPDATE SET error = :error, attempts = p.attempts + 1, next_try_at ="
            " CASE WHEN p.attempts + 1 >= :most THEN NULL ELSE :now + interval '5 seconds' * power(4, p.attempts) END"
        ),
        {
            "id": new_id(),
            "reactor": name,
            "event": event.id,
            "organization": event.organization_id,
            "error": error,
            "now": tx.now,
            "first": tx.now + timedelta(seconds=5),
            "most": MOST_TRIES,
        },
    )


async def _lock_position(tx: Transaction, name: str) -> Position | None:
    """The reactor's position, locked for this transaction; None while another worker runs it."""
    await tx.session.execute(
        text(
            "INSERT INTO reactor_position (name, xid, position, last_run_at) VALUES (:name, :xid, 0, :now)"
            " ON CONFLICT DO NOTHING"
        ),
        {"name": name, "xid": NOWHERE.xid, "now": tx.now},
    )
    row = await tx.session.execute(
        text("SELECT xid, position FROM reactor_position WHERE name = :name FOR UPDATE SKIP LOCKED"), {"name": name}
    )
    found: Any = row.one_or_none()
    return Position(found.xid, found.position) if found is not None else None


async def _keep_position(tx: Transaction, name: str, position: Position) -> None:
    await tx.session.execute(
        text("UPDATE reactor_position SET xid = :xid, position = :position, last_run_at = :now WHERE name = :name"),
        {"name": name, "xid": position.xid, "position": position.position, "now": tx.now},
    )


async def run_reactors(platform: Platform, stop: asyncio.Event, interval_s: float = 0.1) -> None:
    """Run all reactors until ``stop``: a poll that finds nothing sleeps for the interval, one that does goes on."""
    next_retry = platform.clock.now()
    while not stop.is_set():
        read = 0
        for one in REACTORS.values():
            read += await _guarded(platform, one)
        now = platform.clock.now()
        if now >= next_retry:
            for one in REACTORS.values():
                with contextlib.suppress(OSError, SQLAlchemyError):
                    await retry_parked(platform, one, now)
            next_retry = now + timedelta(seconds=2)
        if not read:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), interval_s)


async def _guarded(platform: Platform, one: Reactor) -> int:
    """One turn of one reactor; a database that is away delays it and stops nobody."""
    try:
        return await run_once(platform, one)
    except (OSError, SQLAlchemyError) as error:
        log.error("reactor.turn_failed", reactor=one.name, error=type(error).__name__)
        await asyncio.sleep(0.5)
        return 0
