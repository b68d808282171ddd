"""A part's row: reading it under lock, moving it, and letting its prescription follow."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Grant
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.states import record_move
from yitong.kernel.transaction import Transaction
from yitong.prescriptions import rows
from yitong.prescriptions.circulation.events import CirculationEvent
from yitong.prescriptions.circulation.states import HELD, PART, PartState, overall
from yitong.prescriptions.events import PrescriptionEvent
from yitong.prescriptions.rows import Row
from yitong.prescriptions.signing import place_of
from yitong.prescriptions.statements import SheetStatement
from yitong.prescriptions.states import PrescriptionState


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part as it stands in its table, with its prescription's number."""

    organization_id: UUID
    id: UUID
    prescription_id: UUID
    patient_id: UUID
    round: int
    number: int
    of: int
    state: PartState
    version: int
    opens_at: datetime
    closes_at: datetime
    quantities: list[int]
    dispensed: list[int]
    returned: list[int]
    access_digest: str | None
    seed_sealed: str | None
    codes_used: int
    to_id: UUID | None
    holder_id: UUID | None
    custody_until: datetime | None
    prescription_number: str

    @property
    def subject(self) -> Subject:
        return Subject("prescription_part", self.id, self.organization_id, self.patient_id)

    @property
    def said(self) -> dict[str, Any]:
        """What every event about the part tells."""
        return {
            "prescription_id": self.prescription_id,
            "number": self.prescription_number,
            "round": self.round,
            "part": self.number,
        }

    @property
    def left(self) -> list[int]:
        """What can still be handed out, line by line."""
        return [whole - out for whole, out in zip(self.quantities, self.dispensed, strict=True)]

    def present(self, now: datetime) -> PartState:
        """The state as it really is: a window that is over counts before the job has written it down."""
        until = self.custody_until if self.state in HELD else self.closes_at
        if self.state in (PartState.ISSUED, PartState.APPROVED, PartState.RELEASED, *HELD) and until and until <= now:
            return PartState.DISPENSED if any(self.dispensed) else PartState.EXPIRED
        return self.state


_COLUMNS = ", ".join(f"p.{name}" for name in Part.__struct_fields__ if name != "prescription_number")
SELECT = (
    f"SELECT {_COLUMNS}, x.number AS prescription_number FROM prescription_part p"  # noqa: S608
    " JOIN prescription x ON x.organization_id = p.organization_id AND x.id = p.prescription_id"
)
_ONE = text(f"{SELECT} WHERE p.organization_id = :organization AND p.id = :id")
_LOCKED = text(f"{SELECT} WHERE p.organization_id = :organization AND p.id = :id FOR UPDATE OF p")
_ROUND = text(
    f"{SELECT} WHERE p.organization_id = :organization AND p.prescription_id = :id AND p.round = x.round"
    " ORDER BY p.number FOR UPDATE OF p"
)


def part_from(row: Any) -> Part:
    """A part from a row of :data:`SELECT`."""
    values: dict[str, Any] = {name: row[name] for name in Part.__struct_fields__}
    values["state"] = PartState(row["state"])
    return Part(**values)


async def part_of(tx: Transaction, organization_id: UUID, part_id: UUID) -> Part:
    """A part that the actor may see. Raises Problem ``not-found``."""
    row = (await tx.session.execute(_ONE, {"organization": organization_id, "id": part_id})).mappings().one_or_none()
    if row is None:
        raise NOT_FOUND()
    return part_from(row)


async def locked(tx: Transaction, organization_id: UUID, part_id: UUID) -> Part:
    """A part to be moved. Its prescription is locked first, as everybody does, so that nobody waits in a circle.

    Raises Problem ``not-found``.
    """
    seen = await part_of(tx, organization_id, part_id)
    await rows.row_of(tx, organization_id, seen.prescription_id, lock=True)
    row = (await tx.session.execute(_LOCKED, {"organization": organization_id, "id": part_id})).mappings().one()
    return part_from(row)


async def of_prescription(tx: Transaction, organization_id: UUID, prescription_id: UUID) -> list[Part]:
    """The parts of the present round, under lock; the caller has locked the prescription."""
    found = await tx.session.execute(_ROUND, {"organization": organization_id, "id": prescription_id})
    return [part_from(row) for row in found.mappings()]


async def move(
    tx: Transaction,
    grant: Grant,
    part: Part,
    after: PartState,
    event_id: UUID,
    *,
    reason: str | None = None,
    **changes: Any,
) -> None:
    """Move a locked part and set further columns. Raises Problem ``wrong-state``."""
    await moved(tx, grant, part, after, event_id, reason=reason)
    await rewrite(tx, part, state=after.value, **changes)


async def moved(
    tx: Transaction, grant: Grant, part: Part, after: PartState, event_id: UUID, *, reason: str | None = None
) -> None:
    """Write a move's row of history; the caller writes the part itself. Raises Problem ``wrong-state``."""
    await record_move(
        tx,
        grant,
        PART,
        part.subject,
        part.state,
        after,
        sequence=part.version + 1,
        event_id=event_id,
        reason=reason,
    )


async def rewrite(tx: Transaction, part: Part, **changes: Any) -> None:
    """Set columns of a locked part and count its version on."""
    assignments = ", ".join(f"{name} = :{name}" for name in changes)
    statement = text(
        f"UPDATE prescription_part SET {assignments}, version = version + 1"  # noqa: S608
        " WHERE organization_id = :organization AND id = :id"
    )
    lists = [bindparam(name, type_=JSONB) for name, value in changes.items() if isinstance(value, list)]
    await tx.session.execute(
        statement.bindparams(*lists), {**changes, "organization": part.organization_id, "id": part.id}
    )


_FOLLOWED = {
    PrescriptionState.RELEASED: PrescriptionEvent.RELEASED,
    PrescriptionState.DISPENSING: PrescriptionEvent.TAKEN,
    PrescriptionState.DISPENSED: PrescriptionEvent.DONE,
    PrescriptionState.WITHDRAWN: PrescriptionEvent.WITHDRAWN,
    PrescriptionState.EXPIRED: PrescriptionEvent.EXPIRED,
}


async def follow(tx: Transaction, grant: Grant, organization_id: UUID, prescription_id: UUID) -> None:
    """Bring a prescription, whose row is locked, to where its parts are."""
    row: Row = await rows.row_of(tx, organization_id, prescription_id, lock=True)
    parts = await of_prescription(tx, organization_id, prescription_id)
    after = overall([part.state for part in parts])
    if after is row.state or after not in _FOLLOWED:
        return
    event_id = await record(tx, grant, _FOLLOWED[after], row.subject, {"number": row.number})
    await rows.move(tx, grant, row, after, event_id)


_WORDING = text(
    "SELECT ordinal, statement_sealed FROM prescription_signature WHERE organization_id = :organization"
    " AND prescription_id = :id AND kind = 'prescriber' ORDER BY ordinal DESC LIMIT 1"
)


async def wording_of(tx: Transaction, organization_id: UUID, prescription_id: UUID) -> SheetStatement:
    """The sheet as its doctor signed it last. Raises Problem ``not-found`` before it was signed."""
    found: Any = (
        await tx.session.execute(_WORDING, {"organization": organization_id, "id": prescription_id})
    ).one_or_none()
    if found is None:
        raise NOT_FOUND()
    opened = tx.platform.sealer.open(found.statement_sealed, place_of(prescription_id, found.ordinal))
    return msgspec.json.decode(opened, type=SheetStatement)


def zeros(like: Sequence[int]) -> list[int]:
    """Nothing of each line."""
    return [0] * len(like)


END_EVENTS = {
    PartState.REVOKED: CirculationEvent.REVOKED,
    PartState.EXPIRED: CirculationEvent.EXPIRED,
    PartState.WITHDRAWN: CirculationEvent.WITHDRAWN,
}
