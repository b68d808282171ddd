"""The overview's addresses: thin routes over the services."""

from datetime import date, datetime
from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page, cursor_of, keys_of
from yitong.kernel.permissions import Actor
from yitong.kernel.platform import Platform
from yitong.kernel.text import Language
from yitong.kernel.transaction import Transaction
from yitong.kernel.web import event_stream
from yitong.region import service
from yitong.region.dashboard import dashboard
from yitong.region.queries import TrailFilter
from yitong.region.schemas import Dashboard, Decision, EventView, ParkedEventView, ReactorState


@get("/events", summary="The event trail", tags=["region"])
async def get_events(
    tx: NamedDependency[Transaction],
    organization_id: FromQuery[UUID | None] = None,
    kind: Annotated[str | None, QueryParameter(name="type")] = None,
    subject_type: FromQuery[str | None] = None,
    subject_id: FromQuery[UUID | None] = None,
    who: Annotated[str | None, QueryParameter(name="actor")] = None,
    begin: Annotated[datetime | None, QueryParameter(name="from")] = None,
    end: Annotated[datetime | None, QueryParameter(name="to")] = None,
    cursor: FromQuery[str | None] = None,
) -> Page[EventView]:
    """What happened, newest first; ``type`` is a beginning such as ``queue:``, ``actor`` an id, kind or staff name."""
    wanted = TrailFilter(
        organization_id=organization_id,
        type=kind or None,
        subject_type=subject_type or None,
        subject_id=subject_id,
        actor=who or None,
        begin=begin,
        end=end,
    )
    items, following = await service.trail(tx, wanted, keys_of(cursor, tuple[str, int]))
    return Page(items, cursor_of(*following) if following else None)


@get("/events/stream", summary="The event trail, live", tags=["region"])
async def stream_events(
    platform: NamedDependency[Platform],
    actor: NamedDependency[Actor],
    language: NamedDependency[Language],
    organization_id: FromQuery[UUID | None] = None,
) -> Stream:
    """Every event from now on."""
    return event_stream(service.follow(platform, actor, language, organization_id))


@get("/parked-events", summary="Events that a reactor could not handle", tags=["region"])
async def get_parked(tx: NamedDependency[Transaction]) -> Page[ParkedEventView]:
    """Those that wait first, then the latest decided."""
    return Page(await service.parked_events(tx))


@post("/parked-events/{parked_id:uuid}/retry", status_code=200, summary="Try a parked event again", tags=["region"])
async def post_retry(
    platform: NamedDependency[Platform],
    actor: NamedDependency[Actor],
    language: NamedDependency[Language],
    parked_id: FromPath[UUID],
    data: JSONBody[Decision],
) -> ParkedEventView:
    """Tries at once; the answer says what became of it."""
    return await service.retry(platform, actor, language, parked_id, data.reason)


@post("/parked-events/{parked_id:uuid}/discard", status_code=200, summary="Give a parked event up", tags=["region"])
async def post_discard(
    tx: NamedDependency[Transaction], parked_id: FromPath[UUID], data: JSONBody[Decision]
) -> ParkedEventView:
    """It will not be tried again."""
    return await service.discard(tx, parked_id, data.reason)


@get("/system/reactors", summary="How far the reactors are", tags=["region"])
async def get_reactors(tx: NamedDependency[Transaction]) -> Page[ReactorState]:
    """Every reactor with its position and lag."""
    return Page(await service.reactor_states(tx))


@get("/dashboard", summary="A hospital's day in numbers", tags=["region"])
async def get_dashboard(
    tx: NamedDependency[Transaction],
    organization_id: FromQuery[UUID],
    day: Annotated[date | None, QueryParameter(name="date")] = None,
) -> Dashboard:
    """Booked, present, waiting, seen: in all, by hour, department and channel."""
    return await dashboard(tx, organization_id, day)


ROUTES: list[ControllerRouterHandler] = [
    get_events,
    stream_events,
    get_parked,
    post_retry,
    post_discard,
    get_reactors,
    get_dashboard,
]
