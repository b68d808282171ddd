"""What an offer's end does to its row and to the entry it was made to."""

from typing import Any

from sqlalchemy import text

from yitong.booking.waitlist import line
from yitong.booking.waitlist.states import ENTRY, OFFER, EntryState, OfferState
from yitong.kernel.events import Subject
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Grant
from yitong.kernel.states import record_move
from yitong.kernel.transaction import Transaction

_LOCKED = "SELECT * FROM offer WHERE organization_id = :organization AND {where} AND state = 'open' FOR UPDATE"


async def locked_open(tx: Transaction, organization_id: UUID, offer_id: UUID) -> Any | None:
    """The offer, locked, if it is still open."""
    found = await tx.session.execute(
        text(_LOCKED.format(where="id = :id")), {"organization": organization_id, "id": offer_id}
    )
    return found.mappings().one_or_none()


async def declined(
    tx: Transaction, grant: Grant, organization_id: UUID, department_id: UUID, appointment_id: UUID, event_id: UUID
) -> None:
    """The held appointment of an offer was cancelled by ``event_id``: the offer is declined. The slot is locked."""
    await tx.open_region()
    await line.lock(tx, organization_id, [department_id])
    found = await tx.session.execute(
        text(_LOCKED.format(where="appointment_id = :id")), {"organization": organization_id, "id": appointment_id}
    )
    offer = found.mappings().one_or_none()
    if offer is not None:
        await end(tx, grant, offer, OfferState.DECLINED, event_id)


async def end(tx: Transaction, grant: Grant, offer: Any, state: OfferState, event_id: UUID) -> None:
    """Move a locked open offer and its entry on under one event.

    Whoever takes it is booked. Whoever declines or lets it run out waits on where they stood, until the rule
    ``unanswered_most`` ends that.
    """
    organization_id = offer["organization_id"]
    subject = Subject("offer", offer["id"], organization_id, offer["patient_id"])
    await record_move(
        tx, grant, OFFER, subject, OfferState.OPEN, state, sequence=offer["version"] + 1, event_id=event_id
    )
    await tx.session.execute(
        text(
            "UPDATE offer SET state = :state, version = version + 1, ended_at = :now"
            " WHERE organization_id = :organization AND id = :id"
        ),
        {"organization": organization_id, "id": offer["id"], "state": state.value, "now": tx.now},
    )
    if offer["entry_id"] is not None:
        await _entry(tx, grant, offer, state, event_id)


async def _entry(tx: Transaction, grant: Grant, offer: Any, outcome: OfferState, event_id: UUID) -> None:
    found = await tx.session.execute(
        text("SELECT * FROM waitlist_entry WHERE organization_id = :organization AND id = :id FOR UPDATE"),
        {"organization": offer["organization_id"], "id": offer["entry_id"]},
    )
    entry = found.mappings().one()
    unanswered = entry["unanswered"] + (outcome is not OfferState.TAKEN)
    rule = await line.rule_row(tx, offer["organization_id"])
    if outcome is OfferState.TAKEN:
        state = EntryState.BOOKED
    elif unanswered < rule["unanswered_most"]:
        state = EntryState.WAITING
    else:
        state = EntryState.LEFT if outcome is OfferState.DECLINED else EntryState.EXPIRED
    await move_entry(tx, grant, entry, state, event_id, unanswered=unanswered)


async def move_entry(
    tx: Transaction, grant: Grant, entry: Any, state: EntryState, event_id: UUID, *, unanswered: int | None = None
) -> None:
    """Move a locked entry under an event. Raises Problem ``wrong-state``."""
    subject = Subject("waitlist_entry", entry["id"], entry["organization_id"], entry["patient_id"])
    before = EntryState(entry["state"])
    await record_move(tx, grant, ENTRY, subject, before, state, sequence=entry["version"] + 1, event_id=event_id)
    over = state not in (EntryState.WAITING, EntryState.OFFERED)
    await tx.session.execute(
        text(
            "UPDATE waitlist_entry SET state = :state, version = version + 1, unanswered = :unanswered,"
            " ended_at = :ended WHERE organization_id = :organization AND id = :id"
        ),
        {
            "organization": entry["organization_id"],
            "id": entry["id"],
            "state": state.value,
            "unanswered": entry["unanswered"] if unanswered is None else unanswered,
            "ended": tx.now if over else None,
        },
    )
