"""The chain explorer's addresses: thin routes over the services."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.types import ControllerRouterHandler

from yitong.kernel.paging import Page, keys_of
from yitong.kernel.transaction import Transaction
from yitong.ledger import schemas as wire
from yitong.ledger.explorer import checking, evidence, service

_TAGS = ["ledger"]


@get("/ledger", summary="The evidence chain", tags=_TAGS)
async def get_chain(tx: NamedDependency[Transaction]) -> wire.ChainView:
    """Its newest block, and whether what is stored agrees with itself."""
    return await service.overview(tx)


@get("/ledger/blocks", summary="Blocks, newest first", tags=_TAGS)
async def get_blocks(tx: NamedDependency[Transaction], cursor: FromQuery[str | None] = None) -> Page[wire.BlockRow]:
    """Headers of blocks."""
    keys = keys_of(cursor, tuple[int])
    return await service.blocks(tx, keys[0] if keys else None)


@get("/ledger/blocks/{height:int}", summary="One block", tags=_TAGS)
async def get_block(tx: NamedDependency[Transaction], height: FromPath[int]) -> wire.BlockView:
    """With its seal and everything in it."""
    return await service.block(tx, height)


@get("/ledger/transactions", summary="The newest transactions", tags=_TAGS)
async def get_transactions(tx: NamedDependency[Transaction]) -> Page[wire.ChainTransaction]:
    """What was put on the chain last."""
    return Page(await service.newest(tx))


@get("/ledger/prescriptions", summary="Follow a prescription through every hand", tags=_TAGS)
async def get_followed(tx: NamedDependency[Transaction], q: FromQuery[str]) -> wire.FollowedPrescription:
    """By its number, its id, or its name on the chain."""
    return await service.follow(tx, q)


@get("/ledger/seals", summary="Seals of the event log, newest first", tags=_TAGS)
async def get_seals(tx: NamedDependency[Transaction], cursor: FromQuery[str | None] = None) -> Page[wire.SealRow]:
    """Each root covers the one before."""
    keys = keys_of(cursor, tuple[int])
    return await service.seals(tx, keys[0] if keys else None)


@get("/ledger/members", summary="Members and nodes of the chain", tags=_TAGS)
async def get_members(tx: NamedDependency[Transaction]) -> wire.Members:
    """With their keys and roles."""
    return await service.members(tx)


@post("/ledger/checks", status_code=200, summary="Verify the chain or a prescription", tags=_TAGS)
async def post_check(tx: NamedDependency[Transaction], data: JSONBody[wire.CheckRequest]) -> wire.CheckResult:
    """Computes everything anew; nothing is kept."""
    return await checking.check(tx, data.prescription)


@get("/ledger/evidence", summary="A prescription's evidence package", media_type="application/zip", tags=_TAGS)
async def get_evidence(tx: NamedDependency[Transaction], q: FromQuery[str]) -> Response[bytes]:
    """What anybody can verify offline, with a page to read."""
    name, content = await evidence.evidence(tx, q)
    return Response(
        content,
        media_type="application/zip",
        headers={
            "content-disposition": f'attachment; filename="{name}"',
            "cache-control": "private, no-store",
        },
    )


ROUTES: list[ControllerRouterHandler] = [
    get_chain,
    get_blocks,
    get_block,
    get_transactions,
    get_followed,
    get_seals,
    get_members,
    post_check,
    get_evidence,
]
