"""Take a place in one step, booked at once: for systems that booked before they told us, and for referrals."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from yitong.booking import refusals
from yitong.booking.events import BookingEvent
from yitong.booking.model import Appointment
from yitong.booking.service import places
from yitong.booking.states import APPOINTMENT, AppointmentState
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Grant
from yitong.kernel.problems import Conflict
from yitong.kernel.states import record_move
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

_OTHER = text("""
SELECT a.id, a.slot_id, a.start_at, a.state = 'held' AND a.hold_expires_at <= :now AS over
FROM appointment AS a
JOIN slot AS s ON s.organization_id = a.organization_id AND s.id = :slot
JOIN schedule AS d ON d.organization_id = s.organization_id AND d.id = s.schedule_id
WHERE a.organization_id = :organization AND a.patient_id = :patient AND a.department_id = s.department_id
    AND a.day = d.day AND a.active
""")


class Taking(NamedTuple):
    """Which place for whom, through which channel, and what the event says beside the usual."""

    organization_id: UUID
    slot_id: UUID
    patient_id: UUID
    channel: str
    payload: Mapping[str, Any] = {}


async def take_place(tx: Transaction, grant: Grant, taking: Taking) -> UUID:
    """Book a place at once, under the lock of its slot; answers the appointment's id.

    The caller has checked the action and that the channel may take from the slot's pool, and has opened the patient
    index. Raises Problem ``slot-taken``, ``slot-past``, ``slot-stopped``, ``slot-not-found``, ``specialty-unsuitable``
    and ``duplicate-booking`` (names the appointment in the way).
    """
    organization_id, slot_id, patient_id = taking.organization_id, taking.slot_id, taking.patient_id
    await tx.open_region()  # the visit in the way may have been booked by anybody
    values = {"organization": organization_id, "slot": slot_id, "patient": patient_id, "now": tx.now}
    other: Any = (await tx.session.execute(_OTHER, values)).mappings().one_or_none()
    await places.lock(tx, organization_id, [slot_id, *([other["slot_id"]] if other is not None else [])])
    if other is not None:
        if not other["over"]:
            raise _duplicate(other["id"])
        await places.reclaim(tx, organization_id, other["slot_id"])
    chosen = await places.choose(tx, organization_id, slot_id, patient_id)
    number = await places.next_number(tx, organization_id, chosen["schedule_id"])
    appointment_id = new_id()
    await _insert(tx, taking, chosen, appointment_id, number)
    await places.occupy(tx, organization_id, slot_id)
    subject = Subject("appointment", appointment_id, organization_id, patient_id)
    event_id = await record(
        tx,
        grant,
        BookingEvent.BOOKED,
        subject,
        {
            "slot_id": slot_id,
            "schedule_id": chosen["schedule_id"],
            "department_id": chosen["department_id"],
            "start_at": chosen["start_at"],
            "number": number,
            "channel": taking.channel,
            **taking.payload,
        },
    )
    await record_move(tx, grant, APPOINTMENT, subject, None, AppointmentState.BOOKED, sequence=1, event_id=event_id)
    return appointment_id


async def _insert(tx: Transaction, taking: Taking, chosen: Any, appointment_id: UUID, number: int) -> None:
    made = insert(Appointment).values(
        organization_id=taking.organization_id,
        id=appointment_id,
        slot_id=taking.slot_id,
        schedule_id=chosen["schedule_id"],
        department_id=chosen["department_id"],
        service_id=chosen["service_id"],
        practitioner_role_id=chosen["practitioner_role_id"],
        patient_id=taking.patient_id,
        day=chosen["day"],
        start_at=chosen["start_at"],
        end_at=chosen["end_at"],
        state=AppointmentState.BOOKED.value,
        version=1,
        number=number,
        channel=taking.channel,
        fee_fen=chosen["fee_fen"],
        booked_by=tx.actor.id,
        idempotency_key=new_id(),
        created_at=tx.now,
    )
    if (await tx.session.execute(made.on_conflict_do_nothing().returning(Appointment.id))).first() is None:
        raise _duplicate(None)


def _duplicate(appointment_id: UUID | None) -> Exception:
    words = Bilingual("该就诊人当天在该科室的另一预约。", "Another appointment of the patient that day.")
    return refusals.DUPLICATE_BOOKING(
        conflict=Conflict("appointment", str(appointment_id), words) if appointment_id else None
    )
