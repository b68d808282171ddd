"""The route of the picture; open to everybody."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.types import ControllerRouterHandler

from yitong.booking.availability.snapshot import Picture, gallery_of
from yitong.kernel.ids import UUID
from yitong.kernel.platform import Platform
from yitong.kernel.web import AnyRequest


@get("/slots/snapshot", summary="A department's free places as one compact picture", tags=["finding a place"])
async def snapshot(
    request: AnyRequest,
    platform: NamedDependency[Platform],
    organization_id: FromQuery[UUID],
    department_id: FromQuery[UUID],
    since: FromQuery[str | None] = None,
) -> Response[Picture]:
    """Whole, or with ``since`` only what changed after that version; 304 when the ETag is still the same."""
    known = request.headers.get("if-none-match", "").removeprefix("W/").strip('"')
    version, content = await gallery_of(platform).look(organization_id, department_id, since)
    headers = {"etag": f'"{version}"', "cache-control": "no-cache"}
    if known == version:
        return Response(b"", status_code=304, headers=headers)  # type: ignore[return-value, arg-type]
    return Response(content, headers=headers, media_type="application/json")  # type: ignore[return-value, arg-type]


ROUTES: list[ControllerRouterHandler] = [snapshot]
