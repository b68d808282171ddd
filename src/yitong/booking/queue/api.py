"""The queue's addresses: thin routes over what people may look at and do."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Annotated, TypeVar

import msgspec
from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from yitong.booking.queue import groups, halls, keeping, ruling, scan, service, views
from yitong.booking.queue.arrivals import check_in
from yitong.booking.queue.schemas import (
    AtOrganization,
    CardScan,
    CheckInAnswer,
    GroupRequest,
    HallBoard,
    PauseRequest,
    PrivilegeRequest,
    Queue,
    QueueAudit,
    QueueEntryView,
    QueueGroup,
    QueuePlace,
    QueueRules,
    QueueRulesChange,
    QueueSummary,
    TransferRequest,
)
from yitong.kernel import live
from yitong.kernel.clock import day_of
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

    waits_in = ""  # the session waited for, which a transfer changes

    async def read(tx: Transaction) -> QueuePlace:
        nonlocal waits_in
        place = await views.queue_place(tx, organization_id, appointment_id)
        waits_in = str(place.schedule_id)
        return place

    first = await _once(platform, actor, language, read)
    lines = await _once(platform, actor, language, lambda tx: views.line_ids(tx, organization_id, first.schedule_id))

    def concerns(event: Recorded) -> bool:
        mine = event.payload.get("appointment_id") == str(appointment_id)
        return mine or of_line(organization_id, {*lines.ids, waits_in})(event)

    return _stream(platform, actor, language, read, concerns)


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
    lines = await _once(platform, actor, language, lambda tx: views.line_ids(tx, organization_id, schedule_id))
    return _stream(platform, actor, language, read, of_line(organization_id, lines.ids))


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


@post("/queue-entries/{entry_id:uuid}/expect-results", status_code=200, summary="Expect somebody back with results")
async def post_expect_results(
    tx: NamedDependency[Transaction], entry_id: FromPath[UUID], data: JSONBody[AtOrganization]
) -> QueueEntryView:
    """From now on a check-in puts the person back into the line after some first visits."""
    return await service.expect_results(tx, data.organization_id, entry_id)


@post("/queue-entries/{entry_id:uuid}/transfer", status_code=200, summary="Hand somebody to another room")
async def post_transfer(
    tx: NamedDependency[Transaction], entry_id: FromPath[UUID], data: JSONBody[TransferRequest]
) -> QueueEntryView:
    """To another session of the same department and day, with a reason."""
    return await keeping.transfer(tx, entry_id, data)


@post("/queue-entries/{entry_id:uuid}/privilege", status_code=200, summary="Let somebody go first by rule")
async def post_privilege(
    tx: NamedDependency[Transaction], entry_id: FromPath[UUID], data: JSONBody[PrivilegeRequest]
) -> QueueEntryView:
    """Within their own slot, on a ground that the staff has checked."""
    return await keeping.privilege(tx, entry_id, data)


@post("/queues/{schedule_id:uuid}/pause", status_code=200, summary="Pause a room")
async def post_pause(
    tx: NamedDependency[Transaction], schedule_id: FromPath[UUID], data: JSONBody[PauseRequest]
) -> Queue:
    """Call nobody for a while; everybody reads why."""
    return await keeping.pause(tx, schedule_id, data)


@post("/queues/{schedule_id:uuid}/resume", status_code=200, summary="Resume a room")
async def post_resume(
    tx: NamedDependency[Transaction], schedule_id: FromPath[UUID], data: JSONBody[AtOrganization]
) -> Queue:
    """Go on calling."""
    return await keeping.resume(tx, data.organization_id, schedule_id)


@get("/queues/{schedule_id:uuid}/audit", summary="Check a queue against the log")
async def get_audit(
    tx: NamedDependency[Transaction], schedule_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> QueueAudit:
    """Numbers that were lost, people who were forgotten, turns that were jumped."""
    return await views.audit(tx, organization_id, schedule_id)


@get("/queue-groups", summary="Lines of several rooms")
async def get_groups(
    tx: NamedDependency[Transaction],
    organization_id: FromQuery[UUID],
    day: Annotated[date | None, QueryParameter(name="date")] = None,
) -> Page[QueueGroup]:
    """The groups of a day; today without a date."""
    zone = await views.zone_of(tx, organization_id)
    return Page(await groups.groups(tx, organization_id, day or day_of(tx.now, zone)))


@post("/queue-groups", summary="Let rooms share a line")
async def post_group(
    tx: NamedDependency[Transaction], data: JSONBody[GroupRequest], idempotency_key: NamedDependency[UUID]
) -> QueueGroup:
    """Sessions of one department, day, kind and fee."""
    return await groups.make_group(tx, data, idempotency_key)


@put("/queue-groups/{group_id:uuid}", summary="Change a shared line")
async def put_group(
    tx: NamedDependency[Transaction], group_id: FromPath[UUID], data: JSONBody[GroupRequest]
) -> QueueGroup:
    """Its name and its sessions; none dissolves it."""
    return await groups.change_group(tx, group_id, data)


@get("/queue-rules", summary="The rules of the queue")
async def get_rules(tx: NamedDependency[Transaction], organization_id: FromQuery[UUID]) -> QueueRules:
    """As everybody may read them."""
    return await ruling.queue_rules(tx, organization_id)


@put("/queue-rules", summary="Change the rules of the queue")
async def put_rules(tx: NamedDependency[Transaction], data: JSONBody[QueueRulesChange]) -> QueueRules:
    """What is absent stays; set for the commission they hold for the region."""
    return await ruling.change_rules(tx, data)


@get("/halls/{location_id:uuid}", summary="A waiting hall's board")
async def get_hall(
    tx: NamedDependency[Transaction],
    location_id: FromPath[UUID],
    organization_id: FromQuery[UUID],
    since: FromQuery[datetime | None] = None,
) -> HallBoard:
    """Who is called where, and who waits; ``since`` adds the calls that a screen missed while it was offline."""
    return await halls.hall(tx, organization_id, location_id, _aware(since))


def _aware(moment: datetime | None) -> datetime | None:
    """A moment without a zone is meant in UTC."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


@get("/halls/{location_id:uuid}/stream", summary="A waiting hall's board, live")
async def stream_hall(
    platform: NamedDependency[Platform],
    actor: NamedDependency[Actor],
    language: NamedDependency[Language],
    location_id: FromPath[UUID],
    organization_id: FromQuery[UUID],
    since: FromQuery[datetime | None] = None,
) -> Stream:
    """The board at once and after every change of a queue of the hospital; a reconnecting screen sends ``since``."""
    known = _aware(since)

    async def read(tx: Transaction) -> HallBoard:
        nonlocal known
        board = await halls.hall(tx, organization_id, location_id, known)
        known = board.server_time
        return board

    await _once(platform, actor, language, lambda tx: halls.hall(tx, organization_id, location_id))

    def concerns(event: Recorded) -> bool:
        return event.organization_id == organization_id and event.type.startswith("queue:")

    return _stream(platform, actor, language, read, concerns)


def of_line(organization_id: UUID, ids: set[str]) -> Callable[[Recorded], bool]:
    """Whether an event concerns a line, known by its sessions and its group; who leaves it for another one does too."""

    def concerns(event: Recorded) -> bool:
        said = {event.payload.get(name) for name in ("schedule_id", "line", "from_schedule_id", "from_line")}
        return event.organization_id == organization_id and not ids.isdisjoint(said)

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
    post_expect_results,
    post_transfer,
    post_privilege,
    post_pause,
    post_resume,
    get_audit,
    get_groups,
    post_group,
    put_group,
    get_rules,
    put_rules,
    get_hall,
    stream_hall,
]
