"""The draw's addresses."""

from typing import Annotated

from litestar import MediaType, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from yitong.booking.draw import announcing, reading, requesting
from yitong.booking.draw.schemas import AskBody, BeaconBody, DrawCancelBody, DrawItem, DrawRequestBody, MyRequest
from yitong.booking.draw.states import DrawState
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page
from yitong.kernel.transaction import Transaction

_TAGS = ["draw"]


@post("/draws", summary="Announce a draw", tags=_TAGS)
async def post_draw(
    tx: NamedDependency[Transaction], data: JSONBody[DrawRequestBody], idempotency_key: NamedDependency[UUID]
) -> DrawItem:
    """Sets its places aside and publishes the commitment to its seed."""
    return await announcing.announce(tx, data, idempotency_key)


@get("/draws", summary="Draws", tags=_TAGS)
async def get_draws(
    tx: NamedDependency[Transaction],
    organization_id: FromQuery[UUID | None] = None,
    department_id: FromQuery[UUID | None] = None,
    states: Annotated[list[DrawState] | None, QueryParameter(name="state")] = None,
    cursor: FromQuery[str | None] = None,
) -> Page[DrawItem]:
    """Those that close last first; open to everybody."""
    return await reading.draws(tx, organization_id, department_id, states or (), cursor)


@get("/draws/{draw_id:uuid}", summary="One draw", tags=_TAGS)
async def get_draw(tx: NamedDependency[Transaction], draw_id: FromPath[UUID]) -> DrawItem:
    """When it takes requests, for what, and what was committed to and revealed; open to everybody."""
    return await reading.show(tx, draw_id)


@post("/draws/{draw_id:uuid}/cancel", status_code=200, summary="Cancel a draw", tags=_TAGS)
async def post_cancel(
    tx: NamedDependency[Transaction], draw_id: FromPath[UUID], data: JSONBody[DrawCancelBody]
) -> DrawItem:
    """Before it is drawn; its places go to everybody."""
    return await announcing.cancel(tx, draw_id, data)


@post("/draws/{draw_id:uuid}/beacon", status_code=200, summary="Enter the public value", tags=_TAGS)
async def post_beacon(
    tx: NamedDependency[Transaction], draw_id: FromPath[UUID], data: JSONBody[BeaconBody]
) -> DrawItem:
    """The value its public source printed after the closing; the draw waits for it."""
    return await announcing.fix_beacon(tx, draw_id, data)


@post("/draws/{draw_id:uuid}/requests", summary="Take part in a draw", tags=_TAGS)
async def post_request(
    tx: NamedDependency[Transaction],
    draw_id: FromPath[UUID],
    data: JSONBody[AskBody],
    idempotency_key: NamedDependency[UUID],
) -> MyRequest:
    """One request a person; a second one takes the first one's place."""
    return await requesting.ask(tx, draw_id, data, idempotency_key)


@delete("/draws/{draw_id:uuid}/requests/{request_id:uuid}", status_code=200, summary="Withdraw", tags=_TAGS)
async def delete_request(
    tx: NamedDependency[Transaction], draw_id: FromPath[UUID], request_id: FromPath[UUID]
) -> MyRequest:
    """Take no part after all; possible until the closing."""
    return await requesting.withdraw(tx, draw_id, request_id)


@get("/draws/{draw_id:uuid}/my-requests", summary="My requests in a draw", tags=_TAGS)
async def get_my_requests(
    tx: NamedDependency[Transaction], draw_id: FromPath[UUID], patient_id: FromQuery[UUID | None] = None
) -> Page[MyRequest]:
    """Of the whole family, each with salt, leaf and path to the root; staff name the patient."""
    return Page(await requesting.mine(tx, draw_id, patient_id))


@get("/draws/{draw_id:uuid}/publication", summary="The published file of a draw", tags=_TAGS)
async def get_publication(tx: NamedDependency[Transaction], draw_id: FromPath[UUID]) -> Response[reading.Publication]:
    """Everything needed to recompute the draw, and nobody's name; open to everybody."""
    found = await reading.publication(tx, draw_id)
    name = f"draw-{draw_id}{'' if found.seed else '-closed'}.json"
    return Response(
        found,
        media_type=MediaType.JSON,
        headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-cache"},
    )


ROUTES: list[ControllerRouterHandler] = [
    post_draw,
    get_draws,
    get_draw,
    post_cancel,
    post_beacon,
    post_request,
    delete_request,
    get_my_requests,
    get_publication,
]
