"""Routes of the week grid, teams, extra places and stopped sessions."""

from datetime import date

import msgspec
from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.types import ControllerRouterHandler

from yitong.booking.planning import Stopped, StopRequest
from yitong.booking.schedules import extra_places as extra
from yitong.booking.schedules import rebooking
from yitong.booking.schedules import teams as teamwork
from yitong.booking.schedules.affected import affected
from yitong.booking.schedules.schemas import (
    AffectedVisit,
    CareTeam,
    CareTeamRequest,
    ExtraPlaceMade,
    ExtraPlaceRequest,
    ExtraPlaces,
    WeekGrid,
)
from yitong.booking.schedules.week import week
from yitong.booking.service import stopping
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page
from yitong.kernel.permissions import Actor
from yitong.kernel.platform import Platform
from yitong.kernel.text import Language
from yitong.kernel.transaction import Transaction

_TAGS = ["schedules"]
Tx = NamedDependency[Transaction]
Key = NamedDependency[UUID]


@get("/schedules/week", summary="A week as a grid", tags=_TAGS)
async def week_grid(
    tx: Tx, organization_id: FromQuery[UUID], monday: FromQuery[date], department_id: FromQuery[UUID | None] = None
) -> WeekGrid:
    """Doctors, teams, devices and rooms with the sessions of their days, planned ones included."""
    return await week(tx, organization_id, department_id, monday)


@get("/care-teams", summary="A hospital's teams", tags=_TAGS)
async def list_teams(
    tx: Tx, organization_id: FromQuery[UUID], department_id: FromQuery[UUID | None] = None
) -> Page[CareTeam]:
    """Teams with their members, by department and name."""
    return Page(await teamwork.teams(tx, organization_id, department_id))


@post("/care-teams", summary="A new team", tags=_TAGS)
async def make_team(tx: Tx, data: JSONBody[CareTeamRequest], idempotency_key: Key) -> CareTeam:
    """A session that names a team is open to patients as the team's; any member may see them."""
    return await teamwork.make_team(tx, data, idempotency_key)


@put("/care-teams/{team_id:uuid}", summary="Change a team", tags=_TAGS)
async def change_team(tx: Tx, team_id: FromPath[UUID], data: JSONBody[CareTeamRequest]) -> CareTeam:
    """Its sessions follow at once. A team that templates name cannot end."""
    return await teamwork.change_team(tx, team_id, data)


@get("/schedules/{schedule_id:uuid}/extra-places", summary="Extra places of a session", tags=_TAGS)
async def list_extra_places(tx: Tx, schedule_id: FromPath[UUID], organization_id: FromQuery[UUID]) -> ExtraPlaces:
    """Who was let in beyond the plan, by whom and why, and how many more may be."""
    return await extra.extra_places(tx, organization_id, schedule_id)


@post("/schedules/{schedule_id:uuid}/extra-places", summary="Add an extra place", tags=_TAGS)
async def add_extra_place(
    tx: Tx, schedule_id: FromPath[UUID], data: JSONBody[ExtraPlaceRequest], idempotency_key: Key
) -> ExtraPlaceMade:
    """One place more, booked for one patient. Refused when the session has as many as it may."""
    return await extra.add_extra_place(tx, schedule_id, data, idempotency_key)


@post("/schedules/{schedule_id:uuid}/stop", status_code=200, summary="Stop a session", tags=_TAGS)
async def stop(
    platform: NamedDependency[Platform],
    actor: NamedDependency[Actor],
    language: NamedDependency[Language],
    schedule_id: FromPath[UUID],
    data: JSONBody[StopRequest],
) -> Stopped:
    """Open slots close; whoever is booked is told and offered the nearest place like it.

    The stop is committed before the first offer: it holds whatever becomes of the offers.
    """
    async with platform.transaction(actor, language) as tx:
        stopped = await stopping.stop(tx, schedule_id, data)
    offered = await rebooking.offer_due(platform, data.organization_id, schedule_id)
    return msgspec.structs.replace(stopped, offered=offered)


@get("/schedules/{schedule_id:uuid}/affected", summary="Who a stopped session affects", tags=_TAGS)
async def list_affected(tx: Tx, schedule_id: FromPath[UUID], organization_id: FromQuery[UUID]) -> Page[AffectedVisit]:
    """Each with what was offered instead and what became of it."""
    return Page(await affected(tx, organization_id, schedule_id))


ROUTES: list[ControllerRouterHandler] = [
    week_grid,
    list_teams,
    make_team,
    change_team,
    list_extra_places,
    add_extra_place,
    stop,
    list_affected,
]
