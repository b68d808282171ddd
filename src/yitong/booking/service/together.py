"""Book several places at once or none of them: one for each order, such as the examinations of one person.

Places are locked in the order of their ids, as everybody does who changes who sits in a slot, so two people who want
several of the same places never wait for each other in a circle. An order has one active place: a unique index.
"""

from collections.abc import Sequence
from typing import Any
from uuid import uuid5

import msgspec
from sqlalchemy.dialects.postgresql import insert

from yitong.booking.channels.opening import check_open
from yitong.booking.channels.service import channel_for
from yitong.booking.events import BookingEvent
from yitong.booking.model import Appointment as AppointmentRow
from yitong.booking.queries import appointments
from yitong.booking.schemas import Appointment
from yitong.booking.service import ending, places
from yitong.booking.service.actions import HOLD
from yitong.booking.service.reading import worded
from yitong.booking.states import APPOINTMENT, AppointmentState
from yitong.booking.waitlist import passing
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Grant
from yitong.kernel.problems import NOT_FOUND, WRONG_STATE
from yitong.kernel.states import record_move
from yitong.kernel.transaction import Transaction

_MOVED = "检查重新安排 · exams planned again"


class Wanted(msgspec.Struct, frozen=True):
    """A place for an order; ``instead_of`` is the appointment that it replaces."""

    slot_id: UUID
    based_on: UUID
    instead_of: UUID | None = None


async def book_together(
    tx: Transaction, organization_id: UUID, patient_id: UUID, wanted: Sequence[Wanted], key: UUID
) -> list[Appointment]:
    """Book all of the places, give back those that they replace, or change nothing; in the order of ``wanted``.

    Whoever may hold a place for the patient may do it. Orders come from a doctor, so the limits against hoarding do
    not count here; channel, release and lead time do.

    Raises Problem ``slot-taken`` and the other problems of one place, ``duplicate-booking`` when an order has a place
    already, ``wrong-state`` when what is to be replaced has begun, ``not-found`` and those of the permission check.
    """
    grant = HOLD.check(tx.actor, organization_id=organization_id, patient_id=patient_id)
    await tx.open_patient_index()
    given_up = [await _given_up(tx, organization_id, patient_id, one) for one in wanted if one.instead_of]
    slots = {one.slot_id for one in wanted} | {row["slot_id"] for row in given_up}
    await places.lock(tx, organization_id, slots)
    made = {one.based_on: new_id() for one in wanted}
    for one in wanted:
        if one.instead_of is not None:
            row = await _replaceable(tx, organization_id, one.instead_of)
            await ending.close(tx, grant, row, BookingEvent.RESCHEDULED, _MOVED, made[one.based_on])
    for one in wanted:
        await _take(tx, grant, patient_id, one, made[one.based_on], key)
    for slot_id in {row["slot_id"] for row in given_up} - {one.slot_id for one in wanted}:
        await passing.pass_on(tx, organization_id, slot_id)
    return [await _shown(tx, organization_id, made[one.based_on]) for one in wanted]


async def _given_up(tx: Transaction, organization_id: UUID, patient_id: UUID, one: Wanted) -> Any:
    row = await appointments.one(tx, organization_id, one.instead_of) if one.instead_of else None
    if row is None or row["patient_id"] != patient_id or row["based_on"] != one.based_on:
        raise NOT_FOUND()
    return row


async def _replaceable(tx: Transaction, organization_id: UUID, appointment_id: UUID) -> Any:
    row = await appointments.one(tx, organization_id, appointment_id, lock=True)
    if row is None:
        raise NOT_FOUND()
    state = AppointmentState(row["state"])
    if state is not AppointmentState.BOOKED:
        zh, en = APPOINTMENT.words[state]
        raise WRONG_STATE(state=en, state_zh=zh)
    return row


async def _take(tx: Transaction, grant: Grant, patient_id: UUID, one: Wanted, made: UUID, key: UUID) -> None:
    organization_id = grant.organization_id
    if organization_id is None:
        raise LookupError("a place belongs to an organization")
    chosen = await places.choose(tx, organization_id, one.slot_id, patient_id)
    channel = await channel_for(tx.platform, tx.actor, organization_id, None)
    await check_open(tx, organization_id, one.slot_id, patient_id, channel)
    number = await places.next_number(tx, organization_id, chosen["schedule_id"])
    values = {
        **{name: chosen[name] for name in ("schedule_id", "department_id", "service_id", "practitioner_role_id")},
        **{name: chosen[name] for name in ("day", "start_at", "end_at", "fee_fen")},
        "organization_id": organization_id,
        "id": made,
        "slot_id": one.slot_id,
        "patient_id": patient_id,
        "state": AppointmentState.BOOKED.value,
        "version": 1,
        "number": number,
        "channel": channel,
        "booked_by": tx.actor.id,
        "idempotency_key": uuid5(key, str(one.based_on)),
        "created_at": tx.now,
        "based_on": one.based_on,
    }
    row = insert(AppointmentRow).values(values).on_conflict_do_nothing().returning(AppointmentRow.id)
    if (await tx.session.execute(row)).first() is None:
        raise places.duplicate(None)
    await places.occupy(tx, organization_id, one.slot_id)
    subject = Subject("appointment", made, organization_id, patient_id)
    told = {name: chosen[name] for name in ("schedule_id", "department_id", "start_at")}
    said = {**told, "slot_id": one.slot_id, "number": number, "based_on": one.based_on}
    if one.instead_of is not None:
        said["rescheduled_from"] = one.instead_of
    event_id = await record(tx, grant, BookingEvent.BOOKED, subject, said)
    await record_move(tx, grant, APPOINTMENT, subject, None, AppointmentState.BOOKED, sequence=1, event_id=event_id)


async def _shown(tx: Transaction, organization_id: UUID, appointment_id: UUID) -> Appointment:
    row = await appointments.one(tx, organization_id, appointment_id)
    if row is None:
        raise NOT_FOUND()
    return await worded(tx, row)
