"""What other rooms ask the directory for, and its maintenance."""

from dataclasses import dataclass

from sqlalchemy import text

from yitong.kernel.ids import UUID
from yitong.kernel.problems import UNAVAILABLE
from yitong.kernel.transaction import Transaction


@dataclass(frozen=True, slots=True)
class RegionFacts:
    """The region this installation serves; regional rows and events belong to its commission."""

    code: str
    name: str
    name_en: str
    zone: str
    commission_id: UUID


async def region_of(tx: Transaction) -> RegionFacts:
    """The region of the settings. Raises Problem ``unavailable`` while the directory is empty (not seeded yet)."""
    found = await tx.session.execute(
        text("SELECT code, name, name_en, zone, commission_id FROM region WHERE code = :code"),
        {"code": tx.platform.settings.region_code},
    )
    row = found.one_or_none()
    if row is None:
        raise UNAVAILABLE()
    return RegionFacts(row.code, row.name, row.name_en, row.zone, row.commission_id)


async def organization_names(tx: Transaction, ids: list[UUID]) -> dict[UUID, str]:
    """Names of organizations by id; unknown ids are left out."""
    found = await tx.session.execute(text("SELECT id, name FROM organization WHERE id = ANY(:ids)"), {"ids": ids})
    return {row.id: row.name for row in found}


async def known_organization(tx: Transaction, organization_id: UUID) -> bool:
    """Whether an organization exists and is active."""
    found = await tx.session.execute(
        text("SELECT 1 FROM organization WHERE id = :id AND active"), {"id": organization_id}
    )
    return found.first() is not None
