"""The busiest requests as bare handlers; the ordinary routes of the same paths answer the same."""

from urllib.parse import parse_qsl

import msgspec

from yitong.booking.limits.tokens import with_tokens
from yitong.booking.schemas import Appointment, HoldRequest, OrganizationOnly
from yitong.booking.service import finding
from yitong.booking.service.holding import confirm, hold
from yitong.kernel.hot import HotPage, HotRequest, HotRoute, decode
from yitong.kernel.paging import Page
from yitong.kernel.platform import Platform
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


async def search_page(platform: Platform, query: bytes) -> bytes | None:
    """``GET /api/slots/search``; None for a query that is not quite as described."""
    asked = _asked(query)
    if asked is None:
        return None
    return msgspec.json.encode(Page(with_tokens(platform, await finding.search(platform, asked))))


def _asked(query: bytes) -> finding.Search | None:
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, strict_parsing=True)
        values = {_FIELDS.get(name, name): value for name, value in pairs}
        # Anything that two readers could understand differently is left to the ordinary route.
        plain = len(values) == len(pairs) and _ASKED.issuperset(name for name, _ in pairs)
        if not plain or not all(values.values()) or "null" in map(str.lower, values.values()):
            return None
        return msgspec.convert(values, finding.Search, strict=False)
    except (ValueError, msgspec.ValidationError):
        return None


_FIELDS = {"from": "first", "to": "last"}
_ASKED = {*finding.Search.__struct_fields__, *_FIELDS} - set(_FIELDS.values())
PAGES = [HotPage("/api/slots/search", search_page)]
HOT = [HotRoute("/api/holds", hold_place), HotRoute("/api/appointments/{id}/confirm", confirm_place)]
