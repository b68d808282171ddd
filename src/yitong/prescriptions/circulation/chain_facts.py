"""What the evidence chain needs and no event may tell: codes that were shown and secrets that were disclosed."""

from typing import Any

import msgspec
from sqlalchemy import text

from yitong.kernel.ids import UUID
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction
from yitong.prescriptions.circulation import codes

_ACCEPTED = text(
    "SELECT part_id, ordinal, code_sealed, secret_digest FROM custody WHERE organization_id = :organization"
    " AND event_id = :event"
)
# By the places of both events in the log: several custodies can begin and end at one moment of the clock.
_LAST = text(
    "SELECT c.ordinal, c.secret_sealed FROM event e JOIN custody c ON c.organization_id = e.organization_id"
    " AND c.part_id = e.subject_id JOIN event taken ON taken.organization_id = c.organization_id"
    " AND taken.id = c.event_id WHERE e.organization_id = :organization AND e.id = :event AND e.subject_id = :part"
    " AND taken.position < e.position ORDER BY taken.position DESC LIMIT 1"
)


class Accepted(msgspec.Struct, frozen=True):
    """The access code that was shown, and the digest of the holder's secret."""

    code: bytes
    secret_digest: bytes


async def accept_facts(tx: Transaction, organization_id: UUID, event_id: UUID) -> Accepted:
    """What an acceptance showed, by its event; for the system alone. Raises Problem ``not-found``."""
    found = await tx.session.execute(_ACCEPTED, {"organization": organization_id, "event": event_id})
    row: Any = found.one_or_none()
    if row is None:
        raise NOT_FOUND()
    code = codes.read(tx.platform.sealer.open(row.code_sealed, f"custody.code:{row.part_id}:{row.ordinal}"))
    return Accepted(code or b"", bytes.fromhex(row.secret_digest))


async def disclosed_secret(tx: Transaction, organization_id: UUID, part_id: UUID, event_id: UUID) -> bytes:
    """The secret of the custody that an event (last hand-out, close, give-back) ended. Raises Problem ``not-found``."""
    values = {"organization": organization_id, "event": event_id, "part": part_id}
    row: Any = (await tx.session.execute(_LAST, values)).one_or_none()
    if row is None:
        raise NOT_FOUND()
    secret = codes.read(tx.platform.sealer.open(row.secret_sealed, f"custody.secret:{part_id}:{row.ordinal}"))
    return secret or b""
