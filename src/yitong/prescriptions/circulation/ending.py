"""What ends parts: the patient's withdrawal, the doctor's revocation, the clock. Goods handed out stay handed out."""

from collections.abc import Sequence

from sqlalchemy import text

from yitong.kernel.events import record
from yitong.kernel.permissions import Grant
from yitong.kernel.transaction import Transaction
from yitong.prescriptions.circulation import parts, requests_state
from yitong.prescriptions.circulation.parts import Part
from yitong.prescriptions.circulation.states import HELD, OPEN, PartState, RequestState, overall
from yitong.prescriptions.rows import Row
from yitong.prescriptions.states import PrescriptionState

_END_CUSTODY = text(
    "UPDATE custody SET ended_at = :now, ended_by = :how WHERE organization_id = :organization AND part_id = :part"
    " AND ended_at IS NULL"
)


async def end_custody(tx: Transaction, part: Part, how: str) -> None:
    """Close the open custody of a part, if there is one."""
    values = {"now": tx.now, "how": how, "organization": part.organization_id, "part": part.id}
    await tx.session.execute(_END_CUSTODY, values)


async def end(tx: Transaction, grant: Grant, part: Part, how: PartState, *, reason: str | None = None) -> PartState:
    """End a locked part as withdrawn, revoked or expired; what was dispensed makes it dispensed instead."""
    after = PartState.DISPENSED if any(part.dispensed) else how
    event_id = await record(tx, grant, parts.END_EVENTS[how], part.subject, {**part.said, "reason": reason or "-"})
    await requests_state.close(tx, grant, part, RequestState.LAPSED)
    if part.state in HELD:
        await end_custody(tx, part, "revoked" if how is PartState.REVOKED else "expired")
    await parts.move(tx, grant, part, after, event_id, reason=reason)
    return after


async def revoke_all(tx: Transaction, grant: Grant, row: Row, reason: str) -> PrescriptionState:
    """The doctor stops what is still open of a prescription; answers where that leaves it."""
    found = await parts.of_prescription(tx, row.organization_id, row.id)
    after = await _end_open(tx, grant, found, PartState.REVOKED, reason)
    taken = bool(after) and overall(after) is PrescriptionState.DISPENSED
    return PrescriptionState.DISPENSED if taken else PrescriptionState.WITHDRAWN


async def expire_all(tx: Transaction, grant: Grant, row: Row) -> None:
    """The clock has passed the end of a prescription that nobody holds."""
    await _end_open(tx, grant, await parts.of_prescription(tx, row.organization_id, row.id), PartState.EXPIRED, None)


async def _end_open(
    tx: Transaction, grant: Grant, found: Sequence[Part], how: PartState, reason: str | None
) -> list[PartState]:
    return [await end(tx, grant, part, how, reason=reason) if part.state in OPEN else part.state for part in found]
