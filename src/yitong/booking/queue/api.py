"""The queue's addresses: thin routes over what people may look at and do."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, TypeVar

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from yitong.booking.queue import halls, scan, service, views
from yitong.booking.queue.arrivals import check_in
from yitong.booking.queue.schemas import (
    AtOrganization,
    CardScan,
    CheckInAnswer,
    HallBoard,
    Queue,
    QueueEntryView,
    QueuePlace,
    QueueSummary,
)
from yitong.kernel import live
from yitong.kernel.events import Recorded
from yitong.kernel.idempotency import once
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page
from yitong.kernel.permissions import Actor
from yitong.kernel.platform import Platform
from yitong.kernel.text import Language
from yitong.kernel.transaction import Transaction
from yitong.kernel.web import event_stream

T = TypeVar("T", bound=msgspec.Struct)


@post("/appointments/{appointment_id:uuid}/check-in", status_code=200, summary="Check in")
async def post_check_in(
    tx: NamedDependency[Transaction], appointment_id: FromPath[UUID], data: JSONBody[AtOrganization]
) -> QueuePlace:
    """Check in for an appointment on the day; repeating it answers the place again."""
    return await check_in(tx, data.organization_id, appointment_id)


@post("/check-ins", summary="Check in by card")
async def post_card_check_in(
    tx: NamedDependency[Transaction], data: JSONBody[CardScan], idempotency_key: NamedDependency[UUID]
) -> CheckInAnswer:
    """Check in everything that the card's owner has at this hospital now."""
    return await once(tx, idempotency_key, data, CheckInAnswer, lambda: scan.check_in_by_card(tx, data))


@get("/appointments/{appointment_id:uuid}/queue-place", summary="A place in the queue")
async def get_place(
    tx: NamedDependency[Transaction], appointment_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> QueuePlace:
    """How many people are ahead, and when the call is expected."""
    return await views.queue_place(tx, organization_id, appointment_id)


@get("/appointments/{appointment_id:uuid}/queue-place/stream", summary="A place in the queue, live")
async def stream_place(
    platform: NamedDependency[Platform],
    actor: NamedDependency[Actor],
    language: NamedDependency[Language],
    appointment_id: FromPath[UUID],
    organization_id: FromQuery[UUID],
) -> Stream:
    """The place at once and after every change of the session."""

    async def read(tx: Transaction) -> QueuePlace:
        return await views.queue_place(tx, organization_id, appointment_id)

    first = await _once(platform, actor, language, read)
    return _stream(platform, actor, language, read, of_session(organization_id, first.schedule_id))


@get("/queues", summary="The queues of a day")
async def get_queues(
    tx: NamedDependency[Transaction],
    organization_id: FromQuery[UUID],
    day: Annotated[date | None, QueryParameter(name="date")] = None,
    department_id: FromQuery[UUID | None] = None,
) -> Page[QueueSummary]:
    """Sessions of a hospital's day with their numbers; today without a date."""
    return Page(await views.queues(tx, organization_id, day, department_id))


@get("/queues/{schedule_id:uuid}", summary="One queue")
async def get_queue(
    tx: NamedDependency[Transaction], schedule_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> Queue:
    """Everybody in a session in the order of their turn."""
    return await views.queue(tx, organization_id, schedule_id)


@get("/queues/{schedule_id:uuid}/stream", summary="One queue, live")
async def stream_queue(
    platform: NamedDependency[Platform],
    actor: NamedDependency[Actor],
    language: NamedDependency[Language],
    schedule_id: FromPath[UUID],
    organization_id: FromQuery[UUID],
) -> Stream:
    """The queue at once and after every change of the session."""

    async def read(tx: Transaction) -> Queue:
        return await views.queue(tx, organization_id, schedule_id)

    await _once(platform, actor, language, read)
    return _stream(platform, actor, language, read, of_session(organization_id, schedule_id))


@post("/queue-entries/{entry_id:uuid}/recall", status_code=200, summary="Call again")
async def post_recall(
    tx: NamedDependency[Transaction], entry_id: FromPath[UUID], data: JSONBody[AtOrganization]
) -> QueueEntryView:
    """Call the person who has been called once more."""
    return await service.recall(tx, data.organization_id, entry_id)


@post("/queue-entries/{entry_id:uuid}/return", status_code=200, summary="Back into the queue")
async def post_return(
    tx: NamedDependency[Transaction], entry_id: FromPath[UUID], data: JSONBody[AtOrganization]
) -> QueueEntryView:
    """Somebody who missed the call is back."""
    return await service.return_to_queue(tx, data.organization_id, entry_id)


@get("/halls/{location_id:uuid}", summary="A waiting hall's board")
async def get_hall(
    tx: NamedDependency[Transaction], location_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> HallBoard:
    """Who is called where, and who waits."""
    return await halls.hall(tx, organization_id, location_id)


@get("/halls/{location_id:uuid}/stream", summary="A waiting hall's board, live")
async def stream_hall(
    platform: NamedDependency[Platform],
    actor: NamedDependency[Actor],
    language: NamedDependency[Language],
    location_id: FromPath[UUID],
    organization_id: FromQuery[UUID],
) -> Stream:
    """The board at once and after every change of a queue of the hospital."""

    async def read(tx: Transaction) -> HallBoard:
        return await halls.hall(tx, organization_id, location_id)

    await _once(platform, actor, language, read)

    def concerns(event: Recorded) -> bool:
        return event.organization_id == organization_id and event.type.startswith("queue:")

    return _stream(platform, actor, language, read, concerns)


def of_session(organization_id: UUID, schedule_id: UUID) -> Callable[[Recorded], bool]:
    """Whether an event concerns one session: everything that moves somebody in it says which session it was."""
    session = str(schedule_id)

    def concerns(event: Recorded) -> bool:
        return event.organization_id == organization_id and event.payload.get("schedule_id") == session

    return concerns


async def _once(platform: Platform, actor: Actor, language: Language, read: Callable[[Transaction], Awaitable[T]]) -> T:
    """Read in a transaction of its own: a refusal is still an answer here, within a stream it could not be."""
    async with platform.transaction(actor, language) as tx:
        return await read(tx)


def _stream(
    platform: Platform,
    actor: Actor,
    language: Language,
    read: Callable[[Transaction], Awaitable[T]],
    concerns: Callable[[Recorded], bool],
) -> Stream:
    return event_stream(live.states(platform.feed, concerns, lambda: _once(platform, actor, language, read)))


ROUTES: list[ControllerRouterHandler] = [
    post_check_in,
    post_card_check_in,
    get_place,
    stream_place,
    get_queues,
    get_queue,
    stream_queue,
    post_recall,
    post_return,
    get_hall,
    stream_hall,
]
