"""Routes of the journey and the messages."""

from collections.abc import AsyncIterator
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Stream

from yitong.journey import views
from yitong.journey.schemas import Inbox, Journey
from yitong.journey.service import messages
from yitong.kernel.events import Recorded
from yitong.kernel.ids import UUID
from yitong.kernel.live import states
from yitong.kernel.permissions import Actor
from yitong.kernel.platform import Platform
from yitong.kernel.transaction import Transaction
from yitong.kernel.web import event_stream


@get("/journey", summary="What a patient does next")
async def get_journey(tx: NamedDependency[Transaction], patient_id: FromQuery[UUID]) -> Journey:
    """The steps of a patient's visits, with the sentence that matters now."""
    return await views.journey(tx, patient_id)


@get("/journey/stream", summary="The journey, live")
async def stream_journey(
    platform: NamedDependency[Platform], actor: NamedDependency[Actor], patient_id: FromQuery[UUID]
) -> Stream:
    """The journey at once and again whenever something changes it (server-sent events)."""
    first = await _journey(platform, actor, patient_id)
    hospitals = {visit.organization_id for visit in first.visits}

    def concerns(event: Recorded) -> bool:
        # Somebody else's call moves this patient up as well.
        moved = event.organization_id in hospitals and event.type.startswith(("queue:", "booking:schedule:"))
        return event.patient_id == patient_id or moved

    async def read() -> Journey:
        shown = await _journey(platform, actor, patient_id)
        hospitals.update(visit.organization_id for visit in shown.visits)
        return shown

    return event_stream(states(platform.feed, concerns, read))


async def _journey(platform: Platform, actor: Actor, patient_id: UUID) -> Journey:
    async with platform.transaction(actor) as tx:
        return await views.journey(tx, patient_id)


@get("/messages", summary="Messages to the family")
async def get_messages(tx: NamedDependency[Transaction], cursor: FromQuery[str | None] = None) -> Inbox:
    """The messages to everybody in the family, newest first."""
    return await views.inbox(tx, cursor)


@get("/messages/stream", summary="Messages, live")
async def stream_messages(platform: NamedDependency[Platform], actor: NamedDependency[Actor]) -> Stream:
    """The first page of the messages at once and again when one arrives or is read (server-sent events)."""

    async def read() -> Inbox:
        async with platform.transaction(actor) as tx:
            return await views.inbox(tx)

    await read()  # refuses before the stream begins
    family = frozenset(actor.patient_ids)
    stream: AsyncIterator[tuple[str, Any]] = states(
        platform.feed, lambda event: event.patient_id in family and event.type.startswith("journey:message:"), read
    )
    return event_stream(stream)


@post("/messages/{message_id:uuid}/read", status_code=204, summary="Mark a message as read")
async def read_message(tx: NamedDependency[Transaction], message_id: FromPath[UUID]) -> None:
    """Mark a message as read."""
    await messages.mark_read(tx, message_id)


ROUTES = [get_journey, stream_journey, get_messages, stream_messages, read_message]
