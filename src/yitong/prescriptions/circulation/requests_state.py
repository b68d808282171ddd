"""The purchase request's row: the open one of a part, and closing it."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import text

from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Grant
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.states import record_move
from yitong.kernel.transaction import Transaction
from yitong.prescriptions.circulation.events import CirculationEvent
from yitong.prescriptions.circulation.parts import Part
from yitong.prescriptions.circulation.states import REQUEST, RequestState


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase request as it stands in its table."""

    organization_id: UUID
    id: UUID
    part_id: UUID
    patient_id: UUID
    state: RequestState
    version: int
    mode: str
    pharmacy_id: UUID | None
    handover: str
    insured: bool
    latitude: float
    longitude: float
    radius_m: int
    created_at: datetime
    bids_until: datetime | None
    closes_at: datetime
    address_sealed: str | None

    @property
    def subject(self) -> Subject:
        return Subject("purchase_request", self.id, self.organization_id, self.patient_id)

    def present(self, now: datetime) -> RequestState:
        """The state as it really is: a request whose part has closed is no longer open."""
        return RequestState.LAPSED if self.state is RequestState.OPEN and self.closes_at <= now else self.state


COLUMNS = ", ".join(f"q.{name}" for name in Wish.__struct_fields__)
_ONE = f"SELECT {COLUMNS} FROM purchase_request q WHERE q.organization_id = :organization AND q.id = :id"  # noqa: S608
_OF_PART = f"SELECT {COLUMNS} FROM purchase_request q WHERE q.organization_id = :organization AND q.part_id = :id"  # noqa: S608
_EVENTS = {
    RequestState.WITHDRAWN: CirculationEvent.UNPUBLISHED,
    RequestState.LAPSED: CirculationEvent.LAPSED,
    RequestState.MATCHED: CirculationEvent.MATCHED,
}


def wish_from(row: Any) -> Wish:
    """A request from a row of its columns."""
    values: dict[str, Any] = {name: row[name] for name in Wish.__struct_fields__}
    values["state"] = RequestState(row["state"])
    return Wish(**values)


async def wish_of(tx: Transaction, organization_id: UUID, request_id: UUID, *, lock: bool = False) -> Wish:
    """A request that the actor may see. Raises Problem ``not-found``. Lock its part before it."""
    statement = text(_ONE + (" FOR UPDATE" if lock else ""))
    found = await tx.session.execute(statement, {"organization": organization_id, "id": request_id})
    row = found.mappings().one_or_none()
    if row is None:
        raise NOT_FOUND()
    return wish_from(row)


async def newest(tx: Transaction, part: Part) -> Wish | None:
    """The part's last request, whatever became of it."""
    statement = text(f"{_OF_PART} ORDER BY q.created_at DESC, q.id DESC LIMIT 1")
    found = await tx.session.execute(statement, {"organization": part.organization_id, "id": part.id})
    row = found.mappings().one_or_none()
    return wish_from(row) if row is not None else None


async def open_one(tx: Transaction, part: Part) -> Wish | None:
    """The part's open request, under lock."""
    statement = text(f"{_OF_PART} AND q.state = 'open' FOR UPDATE")
    found = await tx.session.execute(statement, {"organization": part.organization_id, "id": part.id})
    row = found.mappings().one_or_none()
    return wish_from(row) if row is not None else None


async def close(
    tx: Transaction, grant: Grant, part: Part, after: RequestState, pharmacy_id: UUID | None = None
) -> None:
    """End the part's open request, if it has one: who won, and who lost."""
    wish = await open_one(tx, part)
    if wish is None:
        return
    event_id = await record(
        tx, grant, _EVENTS[after], wish.subject, {"part_id": part.id, "pharmacy_id": pharmacy_id, "mode": wish.mode}
    )
    await record_move(tx, grant, REQUEST, wish.subject, wish.state, after, sequence=wish.version + 1, event_id=event_id)
    key = {"organization": wish.organization_id, "id": wish.id}
    await tx.session.execute(
        text(
            "UPDATE purchase_request SET state = :state, version = version + 1,"
            " pharmacy_id = coalesce(:pharmacy, pharmacy_id) WHERE organization_id = :organization AND id = :id"
        ),
        {**key, "state": after.value, "pharmacy": pharmacy_id},
    )
    await tx.session.execute(
        text(
            "UPDATE purchase_offer SET state = CASE WHEN pharmacy_id = CAST(:pharmacy AS uuid) THEN 'won' ELSE 'lost'"
            " END WHERE organization_id = :organization AND request_id = :id"
        ),
        {**key, "pharmacy": pharmacy_id},
    )
