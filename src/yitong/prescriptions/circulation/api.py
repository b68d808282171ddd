"""The addresses of circulation: thin routes over parts, requests and the wall."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from yitong.kernel import live
from yitong.kernel.events import Recorded
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page
from yitong.kernel.permissions import Actor
from yitong.kernel.platform import Platform
from yitong.kernel.text import Language
from yitong.kernel.transaction import Transaction
from yitong.kernel.web import event_stream
from yitong.prescriptions.circulation import custody, releasing, requests, views, wall
from yitong.prescriptions.circulation import schemas as wire

T = TypeVar("T", bound=msgspec.Struct)
_TAGS = ["circulation"]


@get("/prescription-parts", summary="A patient's parts of prescriptions", tags=_TAGS)
async def get_parts(tx: NamedDependency[Transaction], patient_id: FromQuery[UUID]) -> Page[wire.PartRow]:
    """The newest first, at most 100."""
    return Page(await views.listed(tx, patient_id=patient_id))


@get("/prescriptions/{prescription_id:uuid}/parts", summary="The parts of a prescription", tags=_TAGS)
async def get_prescription_parts(
    tx: NamedDependency[Transaction], prescription_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> Page[wire.PartRow]:
    """Where each of them stands."""
    return Page(await views.listed(tx, prescription=(organization_id, prescription_id)))


@get("/prescription-parts/{part_id:uuid}", summary="One part", tags=_TAGS)
async def get_part(
    tx: NamedDependency[Transaction], part_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> wire.PartView:
    """Lines, code to take it, request with offers, pharmacy, delivery and receipts."""
    return await views.show(tx, organization_id, part_id)


@get("/prescription-parts/{part_id:uuid}/stream", summary="One part, live", tags=_TAGS)
async def stream_part(
    platform: NamedDependency[Platform],
    actor: NamedDependency[Actor],
    language: NamedDependency[Language],
    part_id: FromPath[UUID],
    organization_id: FromQuery[UUID],
) -> Stream:
    """The part at once and after everything that happens to it."""

    async def read(tx: Transaction) -> wire.PartView:
        return await views.show(tx, organization_id, part_id)

    first = await _once(platform, actor, language, read)
    patient_id = first.part.patient_id

    def mine(event: Recorded) -> bool:
        return wall.concerns(event) and event.patient_id == patient_id

    return event_stream(live.states(platform.feed, mine, lambda: _once(platform, actor, language, read)))


@post("/prescription-parts/{part_id:uuid}/release", status_code=200, summary="Release a part", tags=_TAGS)
async def post_release(
    tx: NamedDependency[Transaction], part_id: FromPath[UUID], data: JSONBody[wire.ReleaseRequest]
) -> wire.PartView:
    """Open it to whoever shows its code, or to one pharmacy; again: another code."""
    await releasing.release(tx, part_id, data)
    return await views.show(tx, data.organization_id, part_id)


@post("/prescription-parts/{part_id:uuid}/withdraw", status_code=200, summary="Withdraw a part", tags=_TAGS)
async def post_withdraw(
    tx: NamedDependency[Transaction], part_id: FromPath[UUID], data: JSONBody[wire.PartAct]
) -> wire.PartView:
    """The patient does not want it; final."""
    await releasing.withdraw(tx, part_id, data)
    return await views.show(tx, data.organization_id, part_id)


@post("/purchase-requests", summary="Publish a purchase request", tags=_TAGS)
async def post_request(
    tx: NamedDependency[Transaction], data: JSONBody[wire.NewRequest], idempotency_key: NamedDependency[UUID]
) -> wire.RequestView:
    """To all pharmacies nearby, or to one."""
    return await requests.publish(tx, data, idempotency_key)


@get("/purchase-requests/{request_id:uuid}", summary="One purchase request", tags=_TAGS)
async def get_request(
    tx: NamedDependency[Transaction], request_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> wire.RequestView:
    """With the offers so far."""
    return await views.show_request(tx, organization_id, request_id)


@post("/purchase-requests/{request_id:uuid}/withdraw", status_code=200, summary="Withdraw a request", tags=_TAGS)
async def post_unpublish(
    tx: NamedDependency[Transaction], request_id: FromPath[UUID], data: JSONBody[wire.AtHospital]
) -> wire.RequestView:
    """Also while pharmacies look at it."""
    return await requests.unpublish(tx, data.organization_id, request_id)


@post("/purchase-requests/{request_id:uuid}/choose", status_code=200, summary="Take an offer", tags=_TAGS)
async def post_choose(
    tx: NamedDependency[Transaction], request_id: FromPath[UUID], data: JSONBody[wire.ChooseRequest]
) -> wire.RequestView:
    """Before the window for offers ends."""
    return await requests.choose(tx, request_id, data)


@post("/purchase-requests/{request_id:uuid}/grab", status_code=200, summary="Grab a request", tags=_TAGS)
async def post_grab(
    tx: NamedDependency[Transaction], request_id: FromPath[UUID], data: JSONBody[wire.AtPharmacy]
) -> wire.CustodyView:
    """Of many pharmacies one; it gets the secret."""
    part_id = await requests.grab(tx, request_id, data)
    return await wall.custody_view(tx, data.organization_id, part_id, data.pharmacy_id)


@post("/purchase-requests/{request_id:uuid}/offers", status_code=200, summary="Offer a price", tags=_TAGS)
async def post_offer(
    tx: NamedDependency[Transaction], request_id: FromPath[UUID], data: JSONBody[wire.OfferRequest]
) -> wire.OfferView:
    """For a request whose patient compares prices; again: another price."""
    return await requests.offer(tx, request_id, data)


@get("/pharmacies/{pharmacy_id:uuid}/wall", summary="A pharmacy's wall of requests", tags=_TAGS)
async def get_wall(tx: NamedDependency[Transaction], pharmacy_id: FromPath[UUID]) -> wire.Wall:
    """Requests nearby, and what it holds."""
    return await wall.wall_of(tx, pharmacy_id)


@get("/pharmacies/{pharmacy_id:uuid}/wall/stream", summary="A pharmacy's wall, live", tags=_TAGS)
async def stream_wall(
    platform: NamedDependency[Platform],
    actor: NamedDependency[Actor],
    language: NamedDependency[Language],
    pharmacy_id: FromPath[UUID],
) -> Stream:
    """The wall at once and after every change."""

    async def read(tx: Transaction) -> wire.Wall:
        return await wall.wall_of(tx, pharmacy_id)

    await _once(platform, actor, language, read)
    return event_stream(live.states(platform.feed, wall.concerns, lambda: _once(platform, actor, language, read)))


@post("/custodies", status_code=200, summary="Take a prescription by its code", tags=_TAGS)
async def post_custody(tx: NamedDependency[Transaction], data: JSONBody[wire.CodeShown]) -> wire.CustodyView:
    """What the patient shows at the counter; the holder may scan it again."""
    organization_id, part_id = await custody.accept_by_code(tx, data.pharmacy_id, data.code)
    return await wall.custody_view(tx, organization_id, part_id, data.pharmacy_id)


@get("/custodies/{part_id:uuid}", summary="A prescription that a pharmacy holds", tags=_TAGS)
async def get_custody(
    tx: NamedDependency[Transaction],
    part_id: FromPath[UUID],
    organization_id: FromQuery[UUID],
    pharmacy_id: FromQuery[UUID],
) -> wire.CustodyView:
    """With everything to hand it out."""
    return await wall.custody_view(tx, organization_id, part_id, pharmacy_id)


@post("/custodies/{part_id:uuid}/give-back", status_code=200, summary="Give a prescription back", tags=_TAGS)
async def post_give_back(
    tx: NamedDependency[Transaction], part_id: FromPath[UUID], data: JSONBody[wire.GiveBackRequest]
) -> wire.PartStanding:
    """Before anything was handed out; others can take it then."""
    await custody.give_back(tx, part_id, data)
    return await views.standing(tx, data.organization_id, part_id)


async def _once(platform: Platform, actor: Actor, language: Language, read: Callable[[Transaction], Awaitable[T]]) -> T:
    """Read in a transaction of its own: a refusal is still an answer here, within a stream it could not be."""
    async with platform.transaction(actor, language) as tx:
        return await read(tx)


ROUTES: list[ControllerRouterHandler] = [
    get_parts,
    get_prescription_parts,
    get_part,
    stream_part,
    post_release,
    post_withdraw,
    post_request,
    get_request,
    post_unpublish,
    post_choose,
    post_grab,
    post_offer,
    get_wall,
    stream_wall,
    post_custody,
    get_custody,
    post_give_back,
]
