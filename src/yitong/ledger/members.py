"""The region's organizations as members: admitted with the region, or when they first have something to sign."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from yitong.kernel.ids import UUID
from yitong.kernel.platform import Platform
from yitong.ledger.contract.actions import Kind
from yitong.ledger.service import Ledger, NoKey

KIND_OF = {
    "hospital": Kind.HOSPITAL,
    "community_centre": Kind.HOSPITAL,
    "pharmacy": Kind.PHARMACY,
    "insurer": Kind.INSURER,
    "insurance_office": Kind.INSURER,
    "commission": Kind.COMMISSION,
}
_AT_ONCE = 16


async def admit_organization(platform: Platform, ledger: Ledger, organization_id: UUID) -> None:
    """Make one organization of the directory a member, if it is none. Raises NoKey for an unknown one."""
    found = await _organizations(platform, [organization_id])
    if not found:
        raise NoKey(f"{organization_id} is no organization of the directory")
    await ledger.admit(organization_id, KIND_OF[found[0].kind], found[0].code)


async def admit_region(platform: Platform, ledger: Ledger) -> int:
    """Make every active organization of the directory a member; answers how many there are."""
    found = [one for one in await _organizations(platform, None) if one.id != ledger.commission]
    at_once = asyncio.Semaphore(_AT_ONCE)

    async def admit(one: Any) -> None:
        async with at_once:
            await ledger.admit(one.id, KIND_OF[one.kind], one.code)

    await asyncio.gather(*(admit(one) for one in found))
    return len(found)


async def _organizations(platform: Platform, ids: Sequence[UUID] | None) -> list[Any]:
    async with platform.transaction() as tx:
        found = await tx.session.execute(
            text(
                "SELECT id, kind, code FROM organization"
                " WHERE active AND (CAST(:ids AS uuid[]) IS NULL OR id = ANY(:ids)) ORDER BY id"
            ),
            {"ids": None if ids is None else list(ids)},
        )
        return list(found)
