"""The addresses of waiting lists and offers: thin routes over what people may see and do."""

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.types import ControllerRouterHandler

from yitong.booking.schemas import OrganizationOnly
from yitong.booking.waitlist import queries, return_rules, service
from yitong.booking.waitlist.offers.service import decline
from yitong.booking.waitlist.schemas import JoinRequest, OfferView, ReturnRuleView, WaitlistEntry
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction

_TAGS = ["waitlist"]


@post("/waitlist-entries", summary="Join a waiting list", tags=_TAGS)
async def post_entry(
    tx: NamedDependency[Transaction], data: JSONBody[JoinRequest], idempotency_key: NamedDependency[UUID]
) -> WaitlistEntry:
    """Stands in the department's line for a place on one of these days; the first that suits is offered."""
    return await service.join(tx, data, idempotency_key)


@get("/waitlist-entries", summary="A citizen's or a hospital's waiting lists", tags=_TAGS)
async def get_entries(
    tx: NamedDependency[Transaction],
    patient_id: FromQuery[UUID | None] = None,
    organization_id: FromQuery[UUID | None] = None,
    department_id: FromQuery[UUID | None] = None,
    past: FromQuery[bool] = False,
) -> Page[WaitlistEntry]:
    """With ``organization_id`` alone the hospital's lines in their order, for its staff; else one's own."""
    return Page(await service.entries(tx, patient_id, organization_id, department_id, past=past))


@get("/waitlist-entries/{entry_id:uuid}", summary="A place in line", tags=_TAGS)
async def get_entry(
    tx: NamedDependency[Transaction], entry_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> WaitlistEntry:
    """How many are ahead, and how many places this department offered in the last week."""
    return await service.show(tx, organization_id, entry_id)


@post("/waitlist-entries/{entry_id:uuid}/leave", status_code=200, summary="Leave a waiting list", tags=_TAGS)
async def post_leave(
    tx: NamedDependency[Transaction], entry_id: FromPath[UUID], data: JSONBody[OrganizationOnly]
) -> WaitlistEntry:
    """An open offer of this entry is declined with it."""
    return await service.leave(tx, data.organization_id, entry_id)


@get("/offers", summary="A citizen's or a hospital's offers", tags=_TAGS)
async def get_offers(
    tx: NamedDependency[Transaction],
    patient_id: FromQuery[UUID | None] = None,
    organization_id: FromQuery[UUID | None] = None,
) -> Page[OfferView]:
    """Open ones first. An offer is taken by confirming its appointment."""
    return Page(await service.offers(tx, patient_id, organization_id))


@post("/offers/{offer_id:uuid}/decline", status_code=200, summary="Decline an offer", tags=_TAGS)
async def post_decline(
    tx: NamedDependency[Transaction], offer_id: FromPath[UUID], data: JSONBody[OrganizationOnly]
) -> OfferView:
    """The place goes to the next in line; an appointment that it was to replace stays as it is."""
    await decline(tx, data.organization_id, offer_id)
    shown = await queries.offer(tx, data.organization_id, offer_id)
    if shown is None:
        raise NOT_FOUND()
    return shown


@get("/return-rules", summary="Rules of returned places and offers", tags=_TAGS)
async def get_rules(tx: NamedDependency[Transaction], organization_id: FromQuery[UUID]) -> ReturnRuleView:
    """Those in force at the hospital; ``inherited`` when they are the region's."""
    return await return_rules.show(tx, organization_id)


@put("/return-rules", summary="Change the rules of returned places and offers", tags=_TAGS)
async def put_rules(tx: NamedDependency[Transaction], data: JSONBody[ReturnRuleView]) -> ReturnRuleView:
    """The hospital's own rules, or with ``inherited`` the region's again."""
    return await return_rules.put(tx, data)


ROUTES: list[ControllerRouterHandler] = [
    post_entry,
    get_entries,
    get_entry,
    post_leave,
    get_offers,
    post_decline,
    get_rules,
    put_rules,
]
