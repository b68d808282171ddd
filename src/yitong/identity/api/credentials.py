"""The route that recognises any of the three credentials."""

from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from yitong.identity.schemas import credentials as wire
from yitong.identity.service import credentials
from yitong.kernel.permissions import Actor
from yitong.kernel.platform import Platform


@post("/credentials/resolve", status_code=200, tags=["card"], summary="Whose health card, social card or voucher it is")
async def resolve(
    platform: NamedDependency[Platform], actor: NamedDependency[Actor], data: JSONBody[wire.Scanned]
) -> wire.Resolved:
    """For desks and kiosks: one scanner for all three; the answer tells which was shown."""
    return await credentials.resolve(platform, actor, data)


ROUTES = [resolve]
