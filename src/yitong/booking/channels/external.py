"""Bookings of a hospital's own system: they take places of the same pool as everybody's, and are kept once.

There is one truth about a place: what the hospital's system books is an ordinary appointment here, under the lock of
its slot, and a place that is taken already is refused with what is in the way.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from yitong.booking import refusals as booking_refusals
from yitong.booking.channels import refusals
from yitong.booking.channels.actions import KEEP_EXTERNAL, RECONCILE
from yitong.booking.channels.exchange import ExternalBookingItem, ExternalBookingRequest, ExternalPatient, sensible
from yitong.booking.channels.model import ExternalBooking
from yitong.booking.channels.service import window_of
from yitong.booking.channels.taking import Taking, take_place
from yitong.booking.schemas import CancelRequest, RescheduleRequest
from yitong.booking.service.changing import cancel, reschedule
from yitong.booking.states import OCCUPYING, AppointmentState
from yitong.identity.service.registration import identifier_hash
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Grant
from yitong.kernel.problems import NOT_FOUND, VALIDATION_FAILED, FieldError
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

_CANCELLED = "院内系统取消 · cancelled in the hospital's system"
_SELECT = """
SELECT x.external_id, x.organization_id, x.appointment_id, x.patient_id, x.received_at, x.changed_at, a.state,
    a.slot_id, a.start_at, a.number, s.pool, e.name AS department_name, e.code AS department_code, o.zone,
    n.licence_no AS practitioner_code
FROM external_booking AS x
JOIN appointment AS a ON a.organization_id = x.organization_id AND a.id = x.appointment_id
JOIN slot AS s ON s.organization_id = a.organization_id AND s.id = a.slot_id
JOIN department AS e ON e.organization_id = a.organization_id AND e.id = a.department_id
JOIN organization AS o ON o.id = x.organization_id
LEFT JOIN practitioner_role AS r ON r.organization_id = a.organization_id AND r.id = a.practitioner_role_id
LEFT JOIN practitioner AS n ON n.id = r.practitioner_id
WHERE x.organization_id = :organization
"""
# The pools in the order of the channel's rule; a slot with a place left first.
_PLACE = text("""
SELECT s.id, s.pool, s.start_at, e.code AS department_code
FROM department AS e
JOIN schedule AS d ON d.organization_id = e.organization_id AND d.department_id = e.id
JOIN slot AS s ON s.organization_id = d.organization_id AND s.schedule_id = d.id
LEFT JOIN practitioner_role AS r ON r.organization_id = d.organization_id AND r.id = d.practitioner_role_id
LEFT JOIN practitioner AS n ON n.id = r.practitioner_id
WHERE e.organization_id = :organization AND e.code = :department AND s.start_at = :start
    AND s.pool = ANY (string_to_array(:pools, ','))
    AND (CAST(:practitioner AS text) IS NULL OR n.licence_no = :practitioner)
ORDER BY d.stopped_at IS NOT NULL, s.taken >= s.capacity, array_position(string_to_array(:pools, ','), s.pool), s.id
LIMIT 1
""")


async def keep_external(tx: Transaction, request: ExternalBookingRequest) -> ExternalBookingItem:
    """Keep what the hospital's system booked, moved or cancelled under its number; the same again changes nothing.

    Raises Problem ``slot-taken`` (overbooked there: names what is in the way), ``duplicate-booking``,
    ``slot-not-found``, ``slot-past``, ``slot-stopped``, ``channel-not-open``, ``external-patient-unknown``,
    ``external-id-taken``, ``not-found`` (cancels a number nobody knows), ``validation-failed`` and those of the
    permission check.
    """
    grant = KEEP_EXTERNAL.check(tx.actor, organization_id=request.organization_id)
    _check_form(request)
    await tx.open_patient_index()
    await _one_at_a_time(tx, request.organization_id, request.external_id)
    known = await external_row(tx, request.organization_id, request.external_id)
    if request.status == "cancelled":
        if known is None:
            raise NOT_FOUND()
        if AppointmentState(known["state"]) in OCCUPYING:
            await cancel(tx, known["appointment_id"], CancelRequest(request.organization_id, _CANCELLED))
        return await _item(tx, request.organization_id, request.external_id)
    if request.patient is None:
        raise _wrong("patient", "请提供患者。", "Name the patient.")
    patient_id = await patient_of(tx, request.organization_id, request.patient)
    await book_external(tx, grant, request, patient_id, known)
    return await _item(tx, request.organization_id, request.external_id)


async def book_external(
    tx: Transaction, grant: Grant, request: ExternalBookingRequest, patient_id: UUID, known: Any | None
) -> UUID:
    """Make the booking's place theirs: new, again after a cancellation, or moved; answers the appointment's id.

    ``known`` is the booking as it is kept. Raises what :func:`keep_external` raises.
    """
    organization_id = request.organization_id
    if known is not None and known["patient_id"] != patient_id:
        raise refusals.EXTERNAL_ID_TAKEN()
    alive = known is not None and AppointmentState(known["state"]) in OCCUPYING
    if known is not None and alive and _same_place(request, known):
        return known["appointment_id"]
    place = await _place(tx, request)
    if known is not None and alive:
        moved = await reschedule(tx, known["appointment_id"], RescheduleRequest(organization_id, place["id"]), new_id())
        appointment_id = moved.id
    else:
        taking = Taking(organization_id, place["id"], patient_id, request.channel, {"external_id": request.external_id})
        appointment_id = await take_place(tx, grant, taking)
    row = insert(ExternalBooking).values(
        organization_id=organization_id,
        external_id=request.external_id,
        appointment_id=appointment_id,
        patient_id=patient_id,
        received_at=tx.now,
        changed_at=tx.now,
    )
    changes = {"appointment_id": appointment_id, "changed_at": tx.now}
    await tx.session.execute(row.on_conflict_do_update(index_elements=["organization_id", "external_id"], set_=changes))
    return appointment_id


async def external_bookings(tx: Transaction, organization_id: UUID, day: date) -> list[ExternalBookingItem]:
    """A day's bookings of the hospital's own system. Raises the problems of the permission check."""
    RECONCILE.check(tx.actor, organization_id=organization_id)
    rows = await tx.session.execute(
        text(_SELECT + " AND a.day = :day ORDER BY a.start_at, x.external_id"),
        {"organization": organization_id, "day": day},
    )
    return [_worded(row) for row in rows.mappings()]


async def external_row(tx: Transaction, organization_id: UUID, external_id: str) -> Any | None:
    """The booking that is kept under a number of the hospital's system; None when there is none."""
    rows = await tx.session.execute(
        text(_SELECT + " AND x.external_id = :external"), {"organization": organization_id, "external": external_id}
    )
    return rows.mappings().one_or_none()


async def patient_of(tx: Transaction, organization_id: UUID, patient: ExternalPatient) -> UUID:
    """The person in the region's index. Raises Problem ``external-patient-unknown``."""
    if patient.local_number is not None:
        found = await tx.session.execute(
            text(
                "SELECT k.patient_id FROM local_patient AS l JOIN patient_link AS k"
                " ON k.organization_id = l.organization_id AND k.local_patient_id = l.id AND k.broken_at IS NULL"
                " WHERE l.organization_id = :organization AND l.local_number = :number"
            ),
            {"organization": organization_id, "number": patient.local_number.strip()},
        )
    else:
        number = identifier_hash(tx.platform.sealer, patient.id_kind or "", patient.id_number or "")
        found = await tx.session.execute(
            text("SELECT patient_id FROM patient_identifier WHERE kind = :kind AND value_hash = :number"),
            {"kind": patient.id_kind, "number": number},
        )
    patient_id: UUID | None = found.scalar_one_or_none()
    if patient_id is None:
        raise refusals.EXTERNAL_PATIENT_UNKNOWN()
    return patient_id


def _same_place(request: ExternalBookingRequest, known: Any) -> bool:
    if request.slot_id is not None:
        return request.slot_id == known["slot_id"]
    same_doctor = request.practitioner_code in (None, known["practitioner_code"])
    same_clinic = request.department_code == known["department_code"]
    return same_doctor and same_clinic and request.start_at == known["start_at"]


async def _place(tx: Transaction, request: ExternalBookingRequest) -> Any:
    """The slot, of a pool that the channel may take. Raises Problem ``slot-not-found`` or ``channel-not-open``."""
    window = await window_of(tx.platform, request.organization_id, request.channel, tx.now)
    values: dict[str, Any] = {"organization": request.organization_id, "pools": window.pools}
    if request.slot_id is not None:
        found = await tx.session.execute(
            text("SELECT id, pool FROM slot WHERE organization_id = :organization AND id = :slot"),
            {**values, "slot": request.slot_id},
        )
    else:
        found = await tx.session.execute(
            _PLACE,
            {
                **values,
                "department": request.department_code,
                "practitioner": request.practitioner_code,
                "start": request.start_at,
            },
        )
    row = found.mappings().one_or_none()
    if row is None:
        raise booking_refusals.SLOT_NOT_FOUND()
    if row["pool"] not in window.pools.split(","):
        raise booking_refusals.CHANNEL_NOT_OPEN()
    return row


async def _one_at_a_time(tx: Transaction, organization_id: UUID, external_id: str) -> None:
    """Two messages about one booking wait for each other; nothing is there to lock before the first."""
    await tx.session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 8))"),
        {"name": f"external booking {organization_id} {external_id}"},
    )


def _check_form(request: ExternalBookingRequest) -> None:
    if request.status == "cancelled":
        return
    if request.slot_id is None and (request.department_code is None or request.start_at is None):
        raise _wrong("slot_id", "请提供号源，或科室代码与开始时间。", "Name the slot, or department code and start.")
    if request.start_at is not None and not sensible(request.start_at):
        raise _wrong("start_at", "时间需带时区且在合理范围内。", "The time needs its offset and a sensible year.")
    patient = request.patient
    if patient is None or (patient.local_number is None) == (patient.id_kind is None or patient.id_number is None):
        words = ("请提供院内患者号，或证件类型与号码，二者之一。", "Give either the local number or a document.")
        raise _wrong("patient", *words)


def _wrong(field: str, zh: str, en: str) -> Exception:
    return VALIDATION_FAILED(errors=[FieldError(field, "invalid", Bilingual(zh, en))])


async def _item(tx: Transaction, organization_id: UUID, external_id: str) -> ExternalBookingItem:
    row = await external_row(tx, organization_id, external_id)
    if row is None:
        raise NOT_FOUND()
    return _worded(row)


def _worded(row: Any) -> ExternalBookingItem:
    start: datetime = row["start_at"]
    values = {name: row[name] for name in ExternalBookingItem.__struct_fields__}
    values["start_at"] = start.astimezone(ZoneInfo(row["zone"]))
    return ExternalBookingItem(**values)
