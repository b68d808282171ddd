"""The row of a prescription at the national platform: reading it under lock, and moving it with its event."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import text

from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import SYSTEM_ACTOR
from yitong.kernel.states import record_move
from yitong.kernel.transaction import Transaction
from yitong.prescriptions.national.actions import CARRY
from yitong.prescriptions.national.states import NATIONAL, NationalState


class National(msgspec.Struct, frozen=True, kw_only=True):
    """A prescription at the national platform as it stands in its table."""

    organization_id: UUID
    id: UUID
    prescription_id: UUID
    patient_id: UUID
    state: NationalState
    version: int
    attempts: int
    next_at: datetime | None
    rxno: str | None
    trace_code: str | None
    reason: str | None
    fetched_at: datetime | None

    @property
    def subject(self) -> Subject:
        return Subject("national_prescription", self.id, self.organization_id, self.patient_id)


_COLUMNS = ", ".join(National.__struct_fields__)
_WHERE = "WHERE organization_id = :organization AND prescription_id = :id"
_ONE = f"SELECT {_COLUMNS} FROM national_prescription {_WHERE}"  # noqa: S608


async def national_of(
    tx: Transaction, organization_id: UUID, prescription_id: UUID, *, lock: bool = False
) -> National | None:
    """Where a prescription stands there; None for one that does not go there."""
    statement = text(_ONE + (" FOR UPDATE" if lock else ""))
    found = await tx.session.execute(statement, {"organization": organization_id, "id": prescription_id})
    row = found.mappings().one_or_none()
    if row is None:
        return None
    values: dict[str, Any] = {**row, "state": NationalState(row["state"])}
    return National(**values)


async def move(
    tx: Transaction, one: National, after: NationalState, event: StrEnum, said: dict[str, Any], **changes: Any
) -> National:
    """Move a locked row with its event, and set further columns; answers the row as it is now.

    Raises Problem ``wrong-state``.
    """
    grant = CARRY.check(SYSTEM_ACTOR, organization_id=one.organization_id)
    event_id = await record(tx, grant, event, one.subject, said)
    await record_move(tx, grant, NATIONAL, one.subject, one.state, after, sequence=one.version + 1, event_id=event_id)
    await rewrite(tx, one, state=after.value, version=one.version + 1, **changes)
    return msgspec.structs.replace(one, state=after, version=one.version + 1, **changes)


async def rewrite(tx: Transaction, one: National, **changes: Any) -> None:
    """Set columns of a row."""
    assignments = ", ".join(f"{name} = :{name}" for name in changes)
    await tx.session.execute(
        text(f"UPDATE national_prescription SET {assignments} {_WHERE}"),  # noqa: S608
        {**changes, "organization": one.organization_id, "id": one.prescription_id},
    )
