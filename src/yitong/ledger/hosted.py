"""Keys of members that have no signing machine of their own: made here, sealed at rest, one for each role."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from yitong.kernel.crypto import SM2PrivateKey, SM2PublicKey
from yitong.kernel.ids import UUID
from yitong.kernel.platform import Platform
from yitong.ledger.contract.actions import KeyRole
from yitong.ledger.encoding import key_id
from yitong.ledger.model import LedgerHostedKey


class HostedKey(NamedTuple):
    """A member's key and its name on the chain."""

    key: SM2PrivateKey
    name: bytes


def _context(organization_id: UUID, role: KeyRole) -> str:
    return f"ledger_hosted_key.secret:{organization_id}:{role.value}"


async def hosted_key(platform: Platform, organization_id: UUID, role: KeyRole) -> HostedKey | None:
    """The key a member has here for a role; None when there is none."""
    async with platform.transaction() as tx:
        found = await tx.session.execute(
            select(LedgerHostedKey.public_key, LedgerHostedKey.secret_sealed).where(
                LedgerHostedKey.organization_id == organization_id, LedgerHostedKey.role == role.value
            )
        )
        row = found.one_or_none()
    if row is None:
        return None
    secret = platform.sealer.open(row.secret_sealed, _context(organization_id, role))
    return HostedKey(SM2PrivateKey(bytes.fromhex(secret), SM2PublicKey(row.public_key)), key_id(row.public_key))


async def made_key(platform: Platform, organization_id: UUID, role: KeyRole) -> HostedKey:
    """The key a member has here for a role, made when there is none; of two that make it together one wins."""
    found = await hosted_key(platform, organization_id, role)
    if found is not None:
        return found
    key = SM2PrivateKey.generate()
    async with platform.transaction() as tx:
        await tx.session.execute(
            insert(LedgerHostedKey)
            .values(
                organization_id=organization_id,
                role=role.value,
                public_key=key.public_key.raw,
                secret_sealed=platform.sealer.seal(key.to_hex(), _context(organization_id, role)),
                made_at=tx.now,
            )
            .on_conflict_do_nothing()
        )
    kept = await hosted_key(platform, organization_id, role)
    if kept is None:
        raise RuntimeError("a hosted key was not kept")
    return kept
