"""The two busiest requests as bare handlers; the ordinary routes of the same paths answer the same."""

from yitong.booking.schemas import Appointment, HoldRequest, OrganizationOnly
from yitong.booking.service.holding import confirm, hold
from yitong.kernel.hot import HotRequest, HotRoute, decode
from yitong.kernel.problems import NOT_FOUND


async def hold_place(request: HotRequest) -> tuple[int, Appointment]:
    """``POST /api/holds``."""
    key = request.idempotency_key()
    wanted: HoldRequest = decode(request.body, HoldRequest)
    return 201, await hold(request.platform, request.actor, wanted, key, request.headers)


async def confirm_place(request: HotRequest) -> tuple[int, Appointment]:
    """``POST /api/appointments/{id}/confirm``."""
    if request.path_id is None:
        raise NOT_FOUND()
    body: OrganizationOnly = decode(request.body, OrganizationOnly)
    return 200, await confirm(request.platform, request.actor, body.organization_id, request.path_id, request.headers)


HOT = [HotRoute("/api/holds", hold_place), HotRoute("/api/appointments/{id}/confirm", confirm_place)]
