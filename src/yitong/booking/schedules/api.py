"""Routes of the week grid, teams, extra places and stopped sessions."""

from datetime import date

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.types import ControllerRouterHandler

from yitong.booking.schedules.schemas import WeekGrid
from yitong.booking.schedules.week import week
from yitong.kernel.ids import UUID
from yitong.kernel.transaction import Transaction

_TAGS = ["schedules"]
Tx = NamedDependency[Transaction]


@get("/schedules/week", summary="A week as a grid", tags=_TAGS)
async def week_grid(
    tx: Tx, organization_id: FromQuery[UUID], monday: FromQuery[date], department_id: FromQuery[UUID | None] = None
) -> WeekGrid:
    """Doctors, teams, devices and rooms with the sessions of their days, planned ones included."""
    return await week(tx, organization_id, department_id, monday)


ROUTES: list[ControllerRouterHandler] = [week_grid]
