"""Routes of channels: rules, quotas, their use and the next releases."""

from datetime import date
from typing import Annotated

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from yitong.booking.channels import editing, external_api, flows, quotas, referring, use
from yitong.booking.channels.referring import ReferralRequest
from yitong.booking.channels.schemas import (
    Applied,
    ApplyRequest,
    ChannelRuleItem,
    ChannelRulesRequest,
    ChannelUse,
    QuotaRuleItem,
    QuotaRuleRequest,
    Release,
)
from yitong.booking.schemas import Appointment
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page
from yitong.kernel.platform import Platform
from yitong.kernel.transaction import Transaction

_TAGS = ["channels"]
Tx = NamedDependency[Transaction]
Key = NamedDependency[UUID]
FromDay = Annotated[date, QueryParameter(name="from")]
ToDay = Annotated[date, QueryParameter(name="to")]


@get("/channel-rules", summary="Who may book when", tags=_TAGS)
async def list_rules(tx: Tx, organization_id: FromQuery[UUID | None] = None) -> Page[ChannelRuleItem]:
    """Every channel's rule in force at an organization; without one the region's."""
    return Page(await editing.channel_rules(tx, organization_id))


@put("/channel-rules", summary="Set who may book when", tags=_TAGS)
async def set_rules(tx: Tx, data: JSONBody[ChannelRulesRequest]) -> Page[ChannelRuleItem]:
    """The channels named get these rules, or their inherited ones back; other servers follow within seconds."""
    return Page(await editing.set_channel_rules(tx, data))


@get("/quota-rules", summary="Quotas of pools", tags=_TAGS)
async def list_quotas(tx: Tx, organization_id: FromQuery[UUID]) -> Page[QuotaRuleItem]:
    """A hospital's quotas, the widest first."""
    return Page(await quotas.quota_rules(tx, organization_id))


@post("/quota-rules", summary="A new quota", tags=_TAGS)
async def make_quota(tx: Tx, data: JSONBody[QuotaRuleRequest], idempotency_key: Key) -> QuotaRuleItem:
    """Holds for sessions made from now on; apply it to have it for those made before."""
    return await quotas.make_quota(tx, data, idempotency_key)


@put("/quota-rules/{quota_id:uuid}", summary="Change a quota", tags=_TAGS)
async def change_quota(tx: Tx, quota_id: FromPath[UUID], data: JSONBody[QuotaRuleRequest]) -> QuotaRuleItem:
    """Slots that were cut stay as they are until it is applied to them."""
    return await quotas.change_quota(tx, quota_id, data)


@delete("/quota-rules/{quota_id:uuid}", summary="Remove a quota", tags=_TAGS)
async def remove_quota(tx: Tx, quota_id: FromPath[UUID], organization_id: FromQuery[UUID]) -> None:
    """Slots that were cut stay as they are until the quotas are applied to them."""
    await quotas.remove_quota(tx, organization_id, quota_id)


@post("/quota-rules/apply", status_code=200, summary="Apply quotas to sessions made before", tags=_TAGS)
async def apply_quotas(tx: Tx, data: JSONBody[ApplyRequest]) -> Applied:
    """Moves free places between the pools of these days; nobody loses a place. Once more changes nothing."""
    return await flows.apply_quotas(tx, data.organization_id, data.first, data.last)


@get("/channel-use", summary="Use of pools and channels", tags=_TAGS)
async def list_use(tx: Tx, organization_id: FromQuery[UUID], first: FromDay, last: ToDay) -> Page[ChannelUse]:
    """Places and bookings of each pool, a day, with the channels they came through."""
    return Page(await use.channel_use(tx, organization_id, first, last))


@get("/releases", summary="When the next day opens", tags=_TAGS)
async def list_releases(
    platform: NamedDependency[Platform], organization_id: FromQuery[UUID], department_id: FromQuery[UUID | None] = None
) -> Page[Release]:
    """Open to everybody. A rule holds for the whole organization, so the department is taken and not needed."""
    return Page(await editing.releases(platform, organization_id))


@post("/referrals", summary="Refer a patient to a hospital", tags=_TAGS)
async def refer(tx: Tx, data: JSONBody[ReferralRequest], idempotency_key: Key) -> Appointment:
    """For staff of community health centres: books at once, out of the places kept for referrals or the common ones."""
    return await referring.refer(tx, data, idempotency_key)


ROUTES: list[ControllerRouterHandler] = [
    list_rules,
    set_rules,
    list_quotas,
    make_quota,
    change_quota,
    remove_quota,
    apply_quotas,
    list_use,
    list_releases,
    refer,
    *external_api.ROUTES,
]
