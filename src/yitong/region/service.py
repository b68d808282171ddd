"""What overseers do: follow the trail, watch the reactors, decide about events that could not be handled."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from sqlalchemy import text

from yitong.kernel import live
from yitong.kernel.events import Recorded, Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Actor, Grant, Role, Scope, action
from yitong.kernel.platform import Platform
from yitong.kernel.problems import NOT_FOUND, WRONG_STATE
from yitong.kernel.reactors import REACTORS, ParkedState, retry_parked
from yitong.kernel.text import Language
from yitong.kernel.transaction import Transaction
from yitong.region import queries
from yitong.region.events import RegionEvent
from yitong.region.queries import TrailFilter
from yitong.region.schemas import EventView, ParkedEventView, ReactorState

SEE_TRAIL = action(
    "region:trail:see",
    "查看事件留痕",
    "See the event trail",
    {Role.HOSPITAL_ADMIN: Scope.ORGANIZATION, Role.REGULATOR: Scope.REGION, Role.PLATFORM_ADMIN: Scope.REGION},
)
SEE_SYSTEM = action(
    "region:system:see",
    "查看系统运行状态",
    "See how the platform's parts are doing",
    {Role.REGULATOR: Scope.REGION, Role.PLATFORM_ADMIN: Scope.REGION},
)
DECIDE_PARKED = action(
    "region:parked-event:decide",
    "处理搁置事件",
    "Decide about parked events",
    {Role.PLATFORM_ADMIN: Scope.REGION},
)
_WORDS = {
    ParkedState.PARKED: ("搁置中", "parked"),
    ParkedState.RETRIED: ("已重新处理", "handled after all"),
    ParkedState.DISCARDED: ("已放弃", "discarded"),
}
# Who sees the whole region may leave the organization out; everybody else then means their own.
_REGION_WIDE = (Role.REGULATOR, Role.PLATFORM_ADMIN)


def _scope(actor: Actor, organization_id: UUID | None) -> UUID | None:
    if organization_id is None and not any(actor.has(role) for role in _REGION_WIDE) and actor.organization_ids:
        organization_id = actor.organization_ids[0]
    SEE_TRAIL.check(actor, organization_id=organization_id)
    return organization_id


async def trail(
    tx: Transaction, wanted: TrailFilter, after: tuple[str, int] | None, limit: int = 50
) -> tuple[list[EventView], tuple[str, int] | None]:
    """Events, newest first, and where the next page begins. Raises Problem ``forbidden``."""
    scope = _scope(tx.actor, wanted.organization_id)
    return await queries.trail(tx, replace(wanted, organization_id=scope), after, limit)


def follow(
    platform: Platform, actor: Actor, language: Language, organization_id: UUID | None
) -> AsyncIterator[tuple[str, EventView | None]]:
    """Every new event that this actor may see, as pairs for an event stream. Raises Problem ``forbidden``."""
    scope = _scope(actor, organization_id)

    def concerns(event: Recorded) -> bool:
        return scope is None or event.organization_id == scope

    async def read(event: Recorded) -> EventView | None:
        async with platform.transaction(actor, language) as tx:
            return await queries.one_event(tx, event.organization_id, event.id)

    return live.events(platform.feed, concerns, read)


async def parked_events(tx: Transaction) -> list[ParkedEventView]:
    """Events that a reactor could not handle. Raises Problem ``forbidden``."""
    SEE_SYSTEM.check(tx.actor)
    return await queries.parked_events(tx)


async def reactor_states(tx: Transaction) -> list[ReactorState]:
    """How far every reactor is. Raises Problem ``forbidden``."""
    SEE_SYSTEM.check(tx.actor)
    return await queries.reactor_states(tx)


async def retry(platform: Platform, actor: Actor, language: Language, parked_id: UUID, reason: str) -> ParkedEventView:
    """Let the reactor try a parked event again now, also one it had given up.

    The decision is one transaction; the try itself is the reactor's, in its own transaction and as the platform. The
    answer says what became of it. Raises Problem ``forbidden``, ``not-found`` or ``wrong-state``.
    """
    async with platform.transaction(actor, language) as tx:
        grant = DECIDE_PARKED.check(actor)
        row = await _still_parked(tx, parked_id)
        await tx.session.execute(
            text("UPDATE parked_event SET next_try_at = :now WHERE id = :id"), {"now": tx.now, "id": parked_id}
        )
        await _record(tx, grant, RegionEvent.RETRY_ASKED, row, reason)
        name = row.reactor
    if name in REACTORS:
        await retry_parked(platform, REACTORS[name], platform.clock.now())
    async with platform.transaction(actor, language) as tx:
        return (await queries.parked_events(tx, parked_id))[0]


async def discard(tx: Transaction, parked_id: UUID, reason: str) -> ParkedEventView:
    """Give a parked event up for good. Raises Problem ``forbidden``, ``not-found`` or ``wrong-state``."""
    grant = DECIDE_PARKED.check(tx.actor)
    row = await _still_parked(tx, parked_id)
    await tx.session.execute(
        text("UPDATE parked_event SET state = :state, next_try_at = NULL WHERE id = :id"),
        {"state": ParkedState.DISCARDED.value, "id": parked_id},
    )
    await _record(tx, grant, RegionEvent.DISCARDED, row, reason)
    return (await queries.parked_events(tx, parked_id))[0]


async def _still_parked(tx: Transaction, parked_id: UUID) -> Any:
    found = await tx.session.execute(
        text("SELECT id, reactor, event_id, organization_id, state FROM parked_event WHERE id = :id FOR UPDATE"),
        {"id": parked_id},
    )
    row = found.one_or_none()
    if row is None:
        raise NOT_FOUND()
    if row.state != ParkedState.PARKED:
        zh, en = _WORDS[ParkedState(row.state)]
        raise WRONG_STATE(state=en, state_zh=zh)
    return row


async def _record(tx: Transaction, grant: Grant, type: RegionEvent, row: Any, reason: str) -> None:
    said = {"reactor": row.reactor, "event_id": row.event_id, "reason": reason}
    await record(tx, grant, type, Subject("parked_event", row.id, row.organization_id), said)
