"""The fee of an appointment: charged when it is booked, taken back when it is given up unpaid.

A paid fee goes with an appointment that is moved to a time of the same price; every other paid fee is given back by a
refund, which is the business of payments.
"""

from typing import Any

from sqlalchemy import text

from yitong.billing.charges import prices, queries
from yitong.billing.charges import service as bills
from yitong.billing.charges.actions import REGISTRATION
from yitong.billing.charges.events import BillEvent
from yitong.billing.charges.schemas import BillHeader, PricedLine
from yitong.booking import service as booking
from yitong.booking.events import BookingEvent
from yitong.kernel.clock import day_of
from yitong.kernel.events import Recorded, record
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Grant
from yitong.kernel.reactors import reactor
from yitong.kernel.transaction import Transaction

_ENDED = {
    BookingEvent.CANCELLED.value: "退号 · cancelled",
    BookingEvent.NO_SHOW.value: "未就诊 · not seen",
}
_APPOINTMENT = """
SELECT a.patient_id, a.fee_fen, a.department_id, a.practitioner_role_id, v.id AS service_id, v.name, o.zone
  FROM appointment a JOIN organization o ON o.id = a.organization_id
  JOIN healthcare_service v ON v.organization_id = a.organization_id AND v.id = a.service_id
 WHERE a.organization_id = :organization AND a.id = :id"""


@reactor("billing.registration", BookingEvent.BOOKED, BookingEvent.CANCELLED, BookingEvent.NO_SHOW)
async def charge_registration(tx: Transaction, event: Recorded) -> None:
    """Keep the registration bill in step with its appointment."""
    grant = REGISTRATION.check(tx.actor, organization_id=event.organization_id)
    if event.type in _ENDED:
        await give_up(tx, grant, event.organization_id, event.subject_id, _ENDED[event.type])
        return
    before = event.payload.get("rescheduled_from")
    appointment = await _appointment(tx, event.organization_id, event.subject_id)
    if before and await _carried_over(tx, grant, event.organization_id, UUID(before), event.subject_id, appointment):
        return
    charged = await charge_fee(tx, grant, event.organization_id, event.subject_id, appointment)
    if charged is not None:
        await booking.ask_payment(tx, event.organization_id, event.subject_id)


async def charge_fee(
    tx: Transaction, grant: Grant, organization_id: UUID, appointment_id: UUID, appointment: Any
) -> BillHeader | None:
    """Charge an appointment's fee on a bill of its own; None when it is free."""
    if appointment.fee_fen == 0:
        return None
    bill = await bills.open_bill(
        tx, grant, organization_id, appointment.patient_id, "registration", appointment_id=appointment_id
    )
    day = day_of(tx.now, appointment.zone)
    found = await prices.registration(tx, appointment.fee_fen, appointment.name, day)
    where = {"department_id": appointment.department_id, "practitioner_role_id": appointment.practitioner_role_id}
    if found is not None:
        line = found.line("appointment", appointment_id, 0, 1000, **where)
    else:  # a hospital's own fee that the region's list does not have
        line = PricedLine(
            source_type="appointment",
            source_id=appointment_id,
            price_code=f"service:{appointment.service_id}",
            price_version=day,
            name=appointment.name,
            category="registration",
            unit_price_fen=appointment.fee_fen,
            **where,
        )
    await bills.charge(tx, grant, bill, [line])
    return bill


async def give_up(tx: Transaction, grant: Grant, organization_id: UUID, appointment_id: UUID, reason: str) -> bool:
    """Take back the fee of an appointment that nobody paid; answers whether nothing is left to be given back."""
    bill = await queries.open_bill(tx, organization_id, "registration", None, appointment_id)
    if bill is None:
        return True
    bill = await bills.lock(tx, organization_id, bill.id)
    sums = await queries.sums(tx, organization_id, bill.id)
    if bill.closed_at is not None or sums.received_fen:
        return False
    standing = await queries.standing_lines(tx, organization_id, bill.id)
    if standing:
        await bills.counter(tx, grant, organization_id, [line.id for line in standing], reason)
    return True


async def _carried_over(
    tx: Transaction, grant: Grant, organization_id: UUID, before: UUID, after: UUID, appointment: Any
) -> bool:
    """Whether a paid fee went with the appointment to its new time; an unpaid one is taken back."""
    if await give_up(tx, grant, organization_id, before, "改约 · rescheduled"):
        return False
    bill = await queries.open_bill(tx, organization_id, "registration", None, before)
    if bill is None:
        return False
    sums = await queries.sums(tx, organization_id, bill.id)
    if sums.charged_fen != appointment.fee_fen:
        return False  # another price: the old fee is given back, the new one charged
    await tx.session.execute(
        text("UPDATE bill SET appointment_id = :after WHERE organization_id = :organization AND id = :id"),
        {"after": after, "organization": organization_id, "id": bill.id},
    )
    said = {"bill_no": bill.bill_no, "from": before, "appointment_id": after}
    await record(tx, grant, BillEvent.CARRIED_OVER, bills.subject_of(bill), said)
    return True


async def _appointment(tx: Transaction, organization_id: UUID, appointment_id: UUID) -> Any:
    found = await tx.session.execute(text(_APPOINTMENT), {"organization": organization_id, "id": appointment_id})
    return found.one()
