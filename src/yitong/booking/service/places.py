"""Who sits in a slot, changed one at a time: lock the slots, give a place back, take a place.

Everybody who changes who sits in a slot locks the slot first, several slots in the order of their ids.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import text

from yitong.booking import refusals
from yitong.booking.desk import desk_of
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import ActorKind
from yitong.kernel.problems import Conflict
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction


async def lock(tx: Transaction, organization_id: UUID, slots: Iterable[UUID]) -> None:
    """Lock these slots of one organization until the transaction ends."""
    await tx.session.execute(
        text(
            "SELECT 1 FROM slot WHERE organization_id = :organization AND id = ANY (:slots)"
            " ORDER BY organization_id, id FOR NO KEY UPDATE"
        ),
        {"organization": organization_id, "slots": list(slots)},
    )


async def give_back(
    tx: Transaction, organization_id: UUID, slot_id: UUID, appointment_id: UUID, event_id: UUID, *, from_hold: bool
) -> UUID | None:
    """Take the place of an appointment that was given up out of a locked slot; ``event_id`` gave it up.

    A place of the common pool stays counted until it returns: the answer is the id of its returning place. Where nobody
    could book it any more, and in pools kept for somebody, it is free at once and the answer is None.
    """
    made = await tx.session.execute(
        text("SELECT booking_give_back(:organization, :slot, :appointment, :event, :from_hold, :now)"),
        {
            "organization": organization_id,
            "slot": slot_id,
            "appointment": appointment_id,
            "event": event_id,
            "from_hold": from_hold,
            "now": tx.now,
        },
    )
    return made.scalar_one()


async def choose(tx: Transaction, organization_id: UUID, slot_id: UUID, patient_id: UUID) -> Any:
    """A locked slot with its session, known to have a place for this patient; frees holds that ran out when full.

    Raises Problem ``slot-not-found``, ``slot-past``, ``slot-stopped``, ``specialty-unsuitable`` or ``slot-taken``.
    """
    found = await _read(tx, organization_id, slot_id, patient_id)
    if found is None:
        raise refusals.SLOT_NOT_FOUND()
    last = found["start_at"] if tx.actor.kind is ActorKind.CITIZEN else found["end_at"]
    if last <= tx.now:
        raise refusals.SLOT_PAST()
    if found["stopped"]:
        raise refusals.SLOT_STOPPED(alternatives=await desk_of(tx.platform).alternatives(organization_id, slot_id))
    if found["unsuitable"]:
        raise refusals.SPECIALTY_UNSUITABLE()
    if found["taken"] >= found["capacity"] and not await reclaim(tx, organization_id, slot_id):
        raise refusals.SLOT_TAKEN(
            conflict=Conflict("slot", str(slot_id), Bilingual("该时段已约满。", "All places of this time are taken.")),
            alternatives=await desk_of(tx.platform).alternatives(organization_id, slot_id),
        )
    return found


async def reclaim(tx: Transaction, organization_id: UUID, slot_id: UUID) -> int:
    """End the holds of a slot that ran out and let go of places whose time has come; answers how many are free now."""
    await tx.open_region()
    freed = await tx.session.execute(
        text("SELECT booking_reclaim(ARRAY[CAST(:organization AS uuid)], ARRAY[CAST(:slot AS uuid)], :now)"),
        {"organization": organization_id, "slot": slot_id, "now": tx.now},
    )
    return freed.scalar_one()


async def occupy(tx: Transaction, organization_id: UUID, slot_id: UUID) -> None:
    """Count one more place of a locked slot as taken; a slot that fills says from when on it has one again."""
    await tx.session.execute(
        text(
            "UPDATE slot AS s SET taken = s.taken + 1, open = s.taken + 1 < s.capacity, reopens_at ="
            " CASE WHEN s.taken + 1 >= s.capacity THEN booking_reopens_at(s.organization_id, s.id, s.start_at) END"
            " WHERE s.organization_id = :organization AND s.id = :slot"
        ),
        {"organization": organization_id, "slot": slot_id},
    )


async def make_way(tx: Transaction, organization_id: UUID, patient_id: UUID, chosen: Any) -> None:
    """A hold of the same patient that ran out does not stand in the way of ``chosen``; a running one or a booking does.

    Raises Problem ``duplicate-booking`` naming it.
    """
    found = await tx.session.execute(
        text(
            "SELECT id, slot_id, state = 'held' AND hold_expires_at <= :now AS over FROM appointment"
            " WHERE organization_id = :organization AND patient_id = :patient AND department_id = :department"
            " AND day = :day AND active AND based_on IS NULL"
        ),
        {
            "organization": organization_id,
            "patient": patient_id,
            "department": chosen["department_id"],
            "day": chosen["day"],
            "now": tx.now,
        },
    )
    other = found.mappings().one_or_none()
    if other is None:
        return
    if not other["over"]:
        raise duplicate(other["id"])
    await reclaim(tx, organization_id, other["slot_id"])


def duplicate(appointment_id: UUID | None) -> Exception:
    """Problem ``duplicate-booking``, naming the appointment in the way when it is known."""
    words = Bilingual("该就诊人当天在该科室的另一预约。", "Another appointment of the patient that day.")
    return refusals.DUPLICATE_BOOKING(
        conflict=Conflict("appointment", str(appointment_id), words) if appointment_id else None
    )


async def next_number(tx: Transaction, organization_id: UUID, schedule_id: UUID) -> int:
    """The next queue number of a session."""
    taken = await tx.session.execute(
        text(
            "UPDATE schedule SET next_number = next_number + 1 WHERE organization_id = :organization AND id = :id"
            " RETURNING next_number - 1"
        ),
        {"organization": organization_id, "id": schedule_id},
    )
    return taken.scalar_one()


async def _read(tx: Transaction, organization_id: UUID, slot_id: UUID, patient_id: UUID) -> Any | None:
    found = await tx.session.execute(
        text(
            "SELECT s.id, s.schedule_id, s.department_id, s.start_at, s.end_at, s.capacity, s.taken, d.day,"
            " d.service_id, d.practitioner_role_id, v.fee_fen, d.stopped_at IS NOT NULL AS stopped,"
            " coalesce(y.sex <> p.sex, false)"
            " OR coalesce(d.day < p.birth_date + make_interval(years => y.age_min), false)"
            " OR coalesce(d.day >= p.birth_date + make_interval(years => y.age_max + 1), false) AS unsuitable"
            " FROM slot AS s"
            " JOIN schedule AS d ON d.organization_id = s.organization_id AND d.id = s.schedule_id"
            " JOIN healthcare_service AS v ON v.organization_id = d.organization_id AND v.id = d.service_id"
            " JOIN patient AS p ON p.id = :patient"
            " LEFT JOIN specialty AS y ON y.code = s.specialty_code"
            " WHERE s.organization_id = :organization AND s.id = :slot"
        ),
        {"organization": organization_id, "slot": slot_id, "patient": patient_id},
    )
    return found.mappings().one_or_none()
