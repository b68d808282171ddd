"""Routes for finding a place; open to everybody."""

from datetime import date
from typing import Annotated, Literal

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.types import ControllerRouterHandler

from yitong.booking.limits.tokens import with_tokens
from yitong.booking.queries.search import Order
from yitong.booking.schemas import CalendarDay, Channel, SessionItem, SlotItem, SlotOffer
from yitong.booking.service import finding
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page
from yitong.kernel.platform import Platform

_TAGS = ["finding a place"]
From = Annotated[date | None, QueryParameter(name="from")]
To = Annotated[date | None, QueryParameter(name="to")]
On = Annotated[date | None, QueryParameter(name="date")]
OnPlatform = NamedDependency[Platform]
Period = Literal["am", "pm"]


@get("/slots/search", summary="Search all hospitals for a free place", tags=_TAGS)
async def search(
    platform: OnPlatform,
    specialty: FromQuery[str | None] = None,
    department_id: FromQuery[UUID | None] = None,
    practitioner_role_id: FromQuery[UUID | None] = None,
    organization_id: FromQuery[UUID | None] = None,
    title: FromQuery[str | None] = None,
    kind: FromQuery[str | None] = None,
    first: From = None,
    last: To = None,
    period: FromQuery[Period | None] = None,
    max_fee_fen: FromQuery[int | None] = None,
    latitude: FromQuery[float | None] = None,
    longitude: FromQuery[float | None] = None,
    max_distance_m: FromQuery[int | None] = None,
    sort: FromQuery[Order] = "time",
    limit: FromQuery[int] = 50,
) -> Page[SlotOffer]:
    """By specialty, department or doctor; sorted by time, distance or fee; at most 100 places."""
    asked = finding.Search(
        specialty=specialty,
        department_id=department_id,
        practitioner_role_id=practitioner_role_id,
        organization_id=organization_id,
        title=title,
        kind=kind,
        first=first,
        last=last,
        period=period,
        max_fee_fen=max_fee_fen,
        latitude=latitude,
        longitude=longitude,
        max_distance_m=max_distance_m,
        sort=sort,
        limit=limit,
    )
    return Page(with_tokens(platform, await finding.search(platform, asked)))


@get("/departments/{department_id:uuid}/calendar", summary="A department's days", tags=_TAGS)
async def calendar(
    platform: OnPlatform,
    department_id: FromPath[UUID],
    organization_id: FromQuery[UUID],
    first: From = None,
    days: FromQuery[int] = 14,
    channel: FromQuery[Channel | None] = None,
) -> Page[CalendarDay]:
    """Whether each day has places, is full, stopped or has no session."""
    return Page(await finding.calendar(platform, organization_id, department_id, first, days, channel))


@get("/departments/{department_id:uuid}/sessions", summary="A department's sessions of a day", tags=_TAGS)
async def department_sessions(
    platform: OnPlatform,
    department_id: FromPath[UUID],
    organization_id: FromQuery[UUID],
    day: On = None,
    channel: FromQuery[Channel | None] = None,
) -> Page[SessionItem]:
    """Mornings and afternoons with their doctors and what is left of them."""
    return Page(await finding.department_sessions(platform, organization_id, department_id, day, channel))


@get("/practitioner-roles/{role_id:uuid}/sessions", summary="A doctor's sessions", tags=_TAGS)
async def practitioner_sessions(
    platform: OnPlatform,
    role_id: FromPath[UUID],
    organization_id: FromQuery[UUID],
    first: From = None,
    days: FromQuery[int] = 14,
    channel: FromQuery[Channel | None] = None,
) -> Page[SessionItem]:
    """From a day on, in order of time."""
    return Page(await finding.practitioner_sessions(platform, organization_id, role_id, first, days, channel))


@get("/schedules/{schedule_id:uuid}/slots", summary="The slots of a session", tags=_TAGS)
async def session_slots(
    platform: OnPlatform,
    schedule_id: FromPath[UUID],
    organization_id: FromQuery[UUID],
    channel: FromQuery[Channel | None] = None,
) -> Page[SlotItem]:
    """Each stretch of the session with what is left of it: of common places, or of the pools of a channel."""
    return Page(with_tokens(platform, await finding.session_slots(platform, organization_id, schedule_id, channel)))


ROUTES: list[ControllerRouterHandler] = [
    search,
    calendar,
    department_sessions,
    practitioner_sessions,
    session_slots,
]
