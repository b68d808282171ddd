"""Pass on what was given up: to the next in the line, and when nobody there wants it, back to the pool."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from yitong.booking.service import places
from yitong.booking.waitlist import line, rules
from yitong.booking.waitlist.actions import OFFER
from yitong.booking.waitlist.offers import making, outcomes
from yitong.booking.waitlist.offers.making import OfferReason
from yitong.booking.waitlist.states import RETURNING, EntryState, ReturnState
from yitong.kernel.events import Subject
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import SYSTEM_ACTOR, Grant
from yitong.kernel.states import record_move
from yitong.kernel.transaction import Transaction

# What nobody was asked about yet, and what is about to go back: those who joined since are asked first.
_GIVEN_UP = text("""
SELECT r.organization_id, r.id, r.version, r.returns_at, a.patient_id
FROM returning_place AS r
JOIN appointment AS a ON a.organization_id = r.organization_id AND a.id = r.appointment_id
WHERE r.organization_id = :organization AND r.slot_id = :slot AND r.state = 'waiting'
    AND (r.asked_at IS NULL OR r.returns_at <= :now)
ORDER BY r.created_at, r.id
FOR UPDATE OF r
""")


async def pass_on(tx: Transaction, organization_id: UUID, slot_id: UUID) -> int:
    """Offer the places given up in a locked slot to the line, in its order; answers how many were offered.

    What nobody wants goes back to the pool when its time has come. Opens the region for the rest of the transaction:
    the line belongs to other people.
    """
    await tx.open_region()
    found = await tx.session.execute(_GIVEN_UP, {"organization": organization_id, "slot": slot_id, "now": tx.now})
    given_up: Sequence[Any] = found.mappings().all()
    place = await line.place_of(tx, organization_id, slot_id) if given_up else None
    if place is None:
        return 0
    grant = OFFER.check(SYSTEM_ACTOR, organization_id=organization_id)
    made = 0
    if place.stopped_at is None and place.start_at > tx.now and await line.awaited(tx, place):
        await line.lock(tx, organization_id, [place.department_id])
        for one in given_up:
            made += await _offer(tx, grant, place, one)
    if made < len(given_up):
        await tx.session.execute(
            text(
                "UPDATE returning_place SET asked_at = :now WHERE organization_id = :organization AND slot_id = :slot"
                " AND state = 'waiting'"
            ),
            {"organization": organization_id, "slot": slot_id, "now": tx.now},
        )
        await places.reclaim(tx, organization_id, slot_id)
    return made


async def _offer(tx: Transaction, grant: Grant, place: line.Place, given_up: Any) -> bool:
    """Offer one place on its way back to whoever is next; the line is locked."""
    rule = line.offer_rule(await line.rule_row(tx, place.organization_id), replacement=False)
    ends = rules.offer_ends(tx.now, place.start_at, place.zone, rule)
    if ends is None:
        return False  # too close to the visit for anybody to answer in time
    passed_over: list[UUID] = []
    while entry := await line.next_for(tx, place, given_up["patient_id"], passed_over):
        made = await making.write(
            tx, grant, place, entry["patient_id"], OfferReason.WAITLIST, ends, entry_id=entry["id"]
        )
        if made is not None:
            await _hand_over(tx, grant, place, given_up, entry["id"], made.event_id)
            return True
        passed_over.append(entry["id"])
    return False


async def _hand_over(
    tx: Transaction, grant: Grant, place: line.Place, given_up: Any, entry_id: UUID, event_id: UUID
) -> None:
    """The place is no longer on its way back, and the entry is no longer waiting. The count stays as it was."""
    await record_move(
        tx,
        grant,
        RETURNING,
        Subject("returning_place", given_up["id"], place.organization_id),
        ReturnState.WAITING,
        ReturnState.OFFERED,
        sequence=given_up["version"] + 1,
        event_id=event_id,
    )
    values = {"organization": place.organization_id, "id": given_up["id"], "slot": place.slot_id, "now": tx.now}
    await tx.session.execute(
        text(
            "UPDATE returning_place SET state = 'offered', version = version + 1, ended_at = :now"
            " WHERE organization_id = :organization AND id = :id"
        ),
        values,
    )
    await tx.session.execute(
        text("SELECT booking_mark_reopening(ARRAY[CAST(:organization AS uuid)], ARRAY[CAST(:slot AS uuid)])"), values
    )
    entry = await tx.session.execute(
        text("SELECT * FROM waitlist_entry WHERE organization_id = :organization AND id = :entry"),
        {"organization": place.organization_id, "entry": entry_id},
    )
    await outcomes.move_entry(tx, grant, entry.mappings().one(), EntryState.OFFERED, event_id)
