"""Places between the pools: into a draw when it is announced, back to everybody when nobody in it wants them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from yitong.booking.draw.events import DrawEvent
from yitong.booking.service.places import lock
from yitong.booking.waitlist.states import RETURNING, ReturnState
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Grant
from yitong.kernel.states import record_move
from yitong.kernel.transaction import Transaction

# A slot that becomes full says when it has a place again, as every change of a slot's room does.
_MOVE = text("""
UPDATE slot AS s SET capacity = s.capacity + :places,
    open = s.taken < s.capacity + :places AND d.stopped_at IS NULL,
    reopens_at = CASE WHEN s.taken >= s.capacity + :places
        THEN booking_reopens_at(s.organization_id, s.id, s.start_at) END
FROM schedule AS d
WHERE s.organization_id = :organization AND s.id = :slot
    AND d.organization_id = s.organization_id AND d.id = s.schedule_id
""")
_RETURNING = text("""
INSERT INTO returning_place (organization_id, id, slot_id, appointment_id, cause, returns_at, state, version,
    created_at)
SELECT s.organization_id, :id, s.id, :appointment, 'offer',
    booking_returns_at(s.organization_id, s.start_at, false, :now, :now), 'waiting', 1, :now
FROM slot AS s WHERE s.organization_id = :organization AND s.id = :slot
""")
_STILL_TAKEN = text("""
UPDATE slot AS s SET taken = s.taken + 1, open = s.open AND s.taken + 1 < s.capacity,
    reopens_at = CASE WHEN s.taken + 1 >= s.capacity THEN booking_reopens_at(s.organization_id, s.id, s.start_at) END
WHERE s.organization_id = :organization AND s.id = :slot
""")
_PAIRS = text("""
SELECT s.id, s.schedule_id, s.start_at, s.end_at, s.capacity - s.taken AS free, t.id AS twin
FROM slot AS s
LEFT JOIN slot AS t ON t.organization_id = s.organization_id AND t.schedule_id = s.schedule_id
    AND t.start_at = s.start_at AND t.pool = :other
WHERE s.organization_id = :organization AND s.pool = :pool
    AND (s.schedule_id = ANY (:schedules) OR s.id = ANY (:slots)) AND s.start_at > :now
ORDER BY s.start_at, s.id
""")
_TWIN = text("""
INSERT INTO slot (organization_id, id, schedule_id, department_id, specialty_code, start_at, end_at, capacity, taken,
    open, pool)
SELECT organization_id, :id, schedule_id, department_id, specialty_code, start_at, end_at, 0, 0, false, :pool
FROM slot WHERE organization_id = :organization AND id = :slot
""")


async def set_aside(tx: Transaction, organization_id: UUID, schedules: list[UUID], each: int) -> None:
    """Move up to ``each`` free places of every future time of these sessions from everybody's pool into the draw's."""
    seen = await _pairs(tx, organization_id, "common", "draw", schedules=schedules)
    await lock(tx, organization_id, [id for one in seen for id in (one.id, one.twin) if id is not None])
    locked = {one.id for one in seen}
    # Read again: what was free before the locks may be taken by now.
    for one in await _pairs(tx, organization_id, "common", "draw", schedules=schedules):
        moved = min(each, one.free)
        if moved <= 0 or one.id not in locked:
            continue
        twin = one.twin or await _make_twin(tx, organization_id, one.id, "draw")
        await _move(tx, organization_id, one.id, -moved)
        await _move(tx, organization_id, twin, moved)


async def give_to_everybody(
    tx: Transaction, grant: Grant, draw: Subject, slots: list[UUID], given_up: Mapping[UUID, list[UUID]]
) -> int:
    """Move the free places of these slots of the draw's pool to everybody's; answers how many that were.

    ``given_up`` names by slot the appointments that gave up a place nobody in the draw wants: such a place goes the way
    of every place that is given up, to the waiting list first and to everybody after a random while. Others, which
    nobody ever had, are open at once. The caller has locked the slots with :func:`lock_both`.
    """
    organization_id = draw.organization_id
    pairs = [one for one in await _pairs(tx, organization_id, "draw", "common", slots=slots) if one.free > 0]
    count = sum(one.free for one in pairs)
    if not count:
        return 0
    event_id = await record(tx, grant, DrawEvent.RELEASED, draw, {"places": count})
    for one in pairs:
        twin = one.twin or await _make_twin(tx, organization_id, one.id, "common")
        await _move(tx, organization_id, one.id, -one.free)
        await _move(tx, organization_id, twin, one.free)
        for appointment_id in given_up.get(one.id, [])[: one.free]:
            await _set_returning(tx, grant, organization_id, twin, appointment_id, event_id)
    return count


async def _set_returning(
    tx: Transaction, grant: Grant, organization_id: UUID, slot_id: UUID, appointment_id: UUID, event_id: UUID
) -> None:
    returning_id = new_id()
    values = {
        "organization": organization_id,
        "id": returning_id,
        "slot": slot_id,
        "appointment": appointment_id,
        "now": tx.now,
    }
    await tx.session.execute(_RETURNING, values)
    subject = Subject("returning_place", returning_id, organization_id)
    await record_move(tx, grant, RETURNING, subject, None, ReturnState.WAITING, sequence=1, event_id=event_id)
    await tx.session.execute(_STILL_TAKEN, values)


async def lock_both(tx: Transaction, organization_id: UUID, slots: list[UUID]) -> None:
    """Lock these slots of the draw's pool and the slots of the same times that everybody may book, in one order."""
    pairs = await _pairs(tx, organization_id, "draw", "common", slots=slots)
    await lock(tx, organization_id, [*slots, *(one.twin for one in pairs if one.twin is not None)])


async def _pairs(
    tx: Transaction,
    organization_id: UUID,
    pool: str,
    other: str,
    *,
    schedules: list[UUID] | None = None,
    slots: list[UUID] | None = None,
) -> list[Any]:
    found = await tx.session.execute(
        _PAIRS,
        {
            "organization": organization_id,
            "pool": pool,
            "other": other,
            "schedules": schedules or [],
            "slots": slots or [],
            "now": tx.now,
        },
    )
    return list(found)


async def _make_twin(tx: Transaction, organization_id: UUID, slot_id: UUID, pool: str) -> UUID:
    made = new_id()
    await tx.session.execute(_TWIN, {"organization": organization_id, "id": made, "slot": slot_id, "pool": pool})
    return made


async def _move(tx: Transaction, organization_id: UUID, slot_id: UUID, places: int) -> None:
    await tx.session.execute(_MOVE, {"organization": organization_id, "slot": slot_id, "places": places})
