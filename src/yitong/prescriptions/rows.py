"""The prescription's row: reading it under lock, moving it, and giving the next number."""

from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import text

from yitong.kernel.events import Subject
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Grant
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.states import record_move
from yitong.kernel.transaction import Transaction
from yitong.prescriptions.problems import RAN_OUT, SHEET_CHANGED
from yitong.prescriptions.states import PRESCRIPTION, RUNNING_OUT, PrescriptionState


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A prescription as it stands in its table."""

    organization_id: UUID
    id: UUID
    number: str
    encounter_id: UUID
    patient_id: UUID
    department_id: UUID
    practitioner_id: UUID
    paper: str
    state: PrescriptionState
    version: int
    revision: int
    round: int
    edited: bool
    signed_at: datetime | None
    valid_until: datetime | None
    sheet_sealed: str

    @property
    def subject(self) -> Subject:
        return Subject("prescription", self.id, self.organization_id, self.patient_id)

    def ran_out(self, now: datetime) -> bool:
        """Whether its validity has ended, though nobody may have written that down yet."""
        return self.state in RUNNING_OUT and self.valid_until is not None and self.valid_until <= now


_COLUMNS = ", ".join(Row.__struct_fields__)


async def row_of(tx: Transaction, organization_id: UUID, prescription_id: UUID, *, lock: bool = False) -> Row:
    """A prescription that the actor may see. Raises Problem ``not-found``."""
    found = await tx.session.execute(
        text(
            f"SELECT {_COLUMNS} FROM prescription WHERE organization_id = :organization AND id = :id"  # noqa: S608
            + (" FOR UPDATE" if lock else "")
        ),
        {"organization": organization_id, "id": prescription_id},
    )
    row = found.mappings().one_or_none()
    if row is None:
        raise NOT_FOUND()
    values: dict[str, Any] = {**row, "state": PrescriptionState(row["state"])}
    return Row(**values)


async def locked(tx: Transaction, organization_id: UUID, prescription_id: UUID, version: int) -> Row:
    """The row to change, at the version the actor has looked at, still valid.

    Raises Problem ``not-found``, ``prescription-changed`` or ``prescription-expired``.
    """
    row = await row_of(tx, organization_id, prescription_id, lock=True)
    if row.ran_out(tx.now):
        raise RAN_OUT()
    if row.version != version:
        raise SHEET_CHANGED()
    return row


async def move(
    tx: Transaction,
    grant: Grant,
    row: Row,
    after: PrescriptionState,
    event_id: UUID,
    *,
    reason: str | None = None,
    **changes: Any,
) -> None:
    """Move a locked prescription and set further columns. Raises Problem ``wrong-state``."""
    await record_move(
        tx,
        grant,
        PRESCRIPTION,
        row.subject,
        row.state,
        after,
        sequence=row.version + 1,
        event_id=event_id,
        reason=reason,
    )
    await rewrite(tx, row, state=after.value, **changes)


async def rewrite(tx: Transaction, row: Row, **changes: Any) -> None:
    """Set columns of a locked prescription and count its version on, so that whoever looked before looks again."""
    assignments = ", ".join(f"{name} = :{name}" for name in changes)
    await tx.session.execute(
        text(
            f"UPDATE prescription SET {assignments}, version = version + 1"  # noqa: S608
            " WHERE organization_id = :organization AND id = :id"
        ),
        {**changes, "organization": row.organization_id, "id": row.id},
    )


async def next_number(tx: Transaction, organization_id: UUID, day: date) -> str:
    """The hospital's next prescription number of a day: eight digits of the day, five of the count."""
    found = await tx.session.execute(
        text(
            "INSERT INTO prescription_series (organization_id, day, next_number) VALUES (:organization, :day, 2)"
            " ON CONFLICT (organization_id, day) DO UPDATE SET next_number = prescription_series.next_number + 1"
            " RETURNING next_number - 1"
        ),
        {"organization": organization_id, "day": day},
    )
    return f"{day:%Y%m%d}{found.scalar_one():05d}"
