"""Routes of schedule management, for planners."""

from datetime import date
from typing import Annotated

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from yitong.booking.planning import (
    ExceptionItem,
    ExceptionRequest,
    GenerateRequest,
    PlannedSession,
    Template,
    TemplateRequest,
)
from yitong.booking.service import exceptions, stopping, templates
from yitong.booking.service.generation import Generated, generate
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page
from yitong.kernel.transaction import Transaction

_TAGS = ["schedules"]
Tx = NamedDependency[Transaction]
Key = NamedDependency[UUID]
From = Annotated[date | None, QueryParameter(name="from")]
To = Annotated[date | None, QueryParameter(name="to")]
FromDay = Annotated[date, QueryParameter(name="from")]
ToDay = Annotated[date, QueryParameter(name="to")]


@get("/schedule-templates", summary="Weekly rules", tags=_TAGS)
async def list_templates(
    tx: Tx, organization_id: FromQuery[UUID], department_id: FromQuery[UUID | None] = None
) -> Page[Template]:
    """A hospital's weekly rules in order of weekday and time."""
    return Page(await templates.templates(tx, organization_id, department_id))


@post("/schedule-templates", summary="A new weekly rule", tags=_TAGS)
async def make_template(tx: Tx, data: JSONBody[TemplateRequest], idempotency_key: Key) -> Template:
    """Refused when the doctor or the room is taken at that time; the answer names by what."""
    return await templates.make_template(tx, data, idempotency_key)


@put("/schedule-templates/{template_id:uuid}", summary="Change a weekly rule", tags=_TAGS)
async def change_template(tx: Tx, template_id: FromPath[UUID], data: JSONBody[TemplateRequest]) -> Template:
    """Sessions that were made from it stay as they are."""
    return await templates.change_template(tx, template_id, data)


@get("/schedule-exceptions", summary="Days that differ", tags=_TAGS)
async def list_exceptions(
    tx: Tx,
    organization_id: FromQuery[UUID],
    department_id: FromQuery[UUID | None] = None,
    first: From = None,
    last: To = None,
) -> Page[ExceptionItem]:
    """A hospital's exceptions in order of their day."""
    return Page(await exceptions.exceptions(tx, organization_id, department_id, first, last))


@post("/schedule-exceptions", summary="Let a day differ", tags=_TAGS)
async def make_exception(tx: Tx, data: JSONBody[ExceptionRequest], idempotency_key: Key) -> ExceptionItem:
    """Refused, with their number, when people are booked whom the change would drop."""
    return await exceptions.make_exception(tx, data, idempotency_key)


@post("/schedules/generate", status_code=200, summary="Make sessions", tags=_TAGS)
async def make_sessions(tx: Tx, data: JSONBody[GenerateRequest]) -> Generated:
    """By the rules and exceptions; days made before stay as they are."""
    return await generate(tx, data.organization_id, data.first, data.last)


@get("/schedules", summary="Sessions with who sits in them", tags=_TAGS)
async def list_sessions(
    tx: Tx,
    organization_id: FromQuery[UUID],
    first: FromDay,
    last: ToDay,
    department_id: FromQuery[UUID | None] = None,
) -> Page[PlannedSession]:
    """A hospital's sessions of these days."""
    return Page(await stopping.planned(tx, organization_id, department_id, first, last))


ROUTES: list[ControllerRouterHandler] = [
    list_templates,
    make_template,
    change_template,
    list_exceptions,
    make_exception,
    make_sessions,
    list_sessions,
]
