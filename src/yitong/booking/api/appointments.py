"""Routes of appointments."""

from litestar import post
from litestar.types import ControllerRouterHandler

from yitong.booking.schemas import Appointment, HoldRequest, OrganizationOnly
from yitong.booking.service import holding
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Actor
from yitong.kernel.platform import Platform


@post("/holds", summary="Hold a place for a patient", tags=["booking"])
async def hold(platform: Platform, actor: Actor, data: HoldRequest, idempotency_key: UUID) -> Appointment:
    """Keeps a place until ``hold_expires_at``; confirm it before that. The same Idempotency-Key answers the same."""
    return await holding.hold(platform, actor, data, idempotency_key)


@post("/appointments/{appointment_id:uuid}/confirm", status_code=200, summary="Confirm a hold", tags=["booking"])
async def confirm(platform: Platform, actor: Actor, appointment_id: UUID, data: OrganizationOnly) -> Appointment:
    """Makes the held place the patient's and gives it its queue number."""
    return await holding.confirm(platform, actor, data.organization_id, appointment_id)


ROUTES: list[ControllerRouterHandler] = [hold, confirm]
