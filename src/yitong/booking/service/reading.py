"""See appointments: one's own, a hospital's, one with its history."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from yitong.booking.desk import desk_of
from yitong.booking.queries import appointments
from yitong.booking.schemas import Appointment, HistoryItem
from yitong.booking.service.actions import LIST, READ
from yitong.booking.states import AppointmentState
from yitong.booking.wording import appointment_of
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page, cursor_of, keys_of
from yitong.kernel.permissions import ActorKind
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.states import BEGIN
from yitong.kernel.transaction import Transaction

PAGE = 50
_Keys = tuple[datetime, UUID]


async def worded(tx: Transaction, row: Any) -> Appointment:
    """A row of :mod:`yitong.booking.queries.appointments` as the actor of this transaction sees it."""
    desk = desk_of(tx.platform)
    names = await desk.names.of(row["organization_id"])
    sealed = row["name_sealed"]
    patient = desk.names.patient_name(sealed, row["patient_id"]) if sealed else ""
    return appointment_of(row, row["organization_id"], patient, names, tx.actor.kind, tx.now, tx.platform.settings)


async def show(tx: Transaction, organization_id: UUID, appointment_id: UUID) -> Appointment:
    """One appointment. Raises Problem ``not-found`` (also for somebody else's) and those of the permission check."""
    await tx.open_patient_index()
    row = await appointments.one(tx, organization_id, appointment_id)
    if row is None:
        raise NOT_FOUND()
    READ.check(tx.actor, organization_id=organization_id, patient_id=row["patient_id"])
    return await worded(tx, row)


async def history(tx: Transaction, organization_id: UUID, appointment_id: UUID) -> list[HistoryItem]:
    """Every move of an appointment. Raises the same problems as :func:`show`."""
    zone = (await show(tx, organization_id, appointment_id)).start_at.tzinfo
    return [
        HistoryItem(
            row["sequence"],
            None if row["from_state"] == BEGIN else row["from_state"],
            row["to_state"],
            row["at"].astimezone(zone),
            appointments.actor_text(row, tx.language),
            row["reason"],
        )
        for row in await appointments.history(tx, organization_id, appointment_id)
    ]


async def mine(
    tx: Transaction, patient_id: UUID | None, when: appointments.When, cursor: str | None
) -> Page[Appointment]:
    """A citizen's appointments at all hospitals, of one family member or of all.

    Raises Problem ``foreign-patient`` and those of the permission check.
    """
    patients = [patient_id] if patient_id is not None else list(tx.actor.patient_ids)
    if not patients and tx.actor.kind is ActorKind.CITIZEN:
        return Page([])
    for one in patients or [None]:
        READ.check(tx.actor, patient_id=one)
    rows = await appointments.of_patients(tx, patients, when, keys_of(cursor, _Keys), PAGE + 1)
    return await _page(tx, rows)


async def at_hospital(
    tx: Transaction,
    organization_id: UUID,
    *,
    day: date | None,
    department_id: UUID | None,
    patient_id: UUID | None,
    states: Sequence[AppointmentState],
    when: appointments.When,
    cursor: str | None,
) -> Page[Appointment]:
    """A hospital's appointments for its staff, in order of their start; past ones latest first."""
    LIST.check(tx.actor, organization_id=organization_id)
    await tx.open_patient_index()
    rows = await appointments.of_organization(
        tx,
        organization_id,
        day=day,
        department_id=department_id,
        patient_id=patient_id,
        states=[state.value for state in states],
        when=when,
        after=keys_of(cursor, _Keys),
        limit=PAGE + 1,
    )
    return await _page(tx, rows)


async def _page(tx: Transaction, rows: list[Any]) -> Page[Appointment]:
    items = [await worded(tx, row) for row in rows[:PAGE]]
    following = cursor_of(rows[PAGE - 1]["start_at"], rows[PAGE - 1]["id"]) if len(rows) > PAGE else None
    return Page(items, following)


class OrderPlace(msgspec.Struct, frozen=True):
    """The appointment of an order; ``displaced``: its session was stopped, so it waits for another time."""

    appointment: Appointment
    displaced: bool


async def shown_for_orders(tx: Transaction, orders: Sequence[tuple[UUID, UUID]]) -> dict[UUID, OrderPlace]:
    """The appointments that orders have, given by organization and id; by order. The caller has checked an action."""
    found: dict[UUID, OrderPlace] = {}
    for organization_id in {one[0] for one in orders}:
        ids = [order_id for owner, order_id in orders if owner == organization_id]
        for row in await appointments.for_orders(tx, organization_id, ids):
            found[row["based_on"]] = OrderPlace(await worded(tx, row), row["displaced"])
    return found
