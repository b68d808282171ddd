"""Fees that are paid before arrival: until when, and the end of an appointment whose fee was not paid by then.

Whether something was paid is not known here: billing asks for the payment, says when it came, and lets go.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text

from yitong.booking.events import BookingEvent
from yitong.booking.limits.regulating import in_force
from yitong.booking.queries import appointments
from yitong.booking.rules import pay_until
from yitong.booking.service import ending, places
from yitong.booking.service.actions import PREPAY
from yitong.booking.states import AppointmentState
from yitong.booking.waitlist import passing
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.transaction import Transaction

RULE = "registration-prepaid"
_NOT_PAID = "逾时未付 · not paid in time"


async def prepayment(tx: Transaction, organization_id: UUID) -> timedelta | None:
    """How long a hospital waits for the fee of a confirmed appointment; None: the fee is not asked before arrival."""
    rule = await in_force(tx, RULE, organization_id)
    return timedelta(seconds=rule.window) if rule.enabled else None


async def ask_payment(tx: Transaction, organization_id: UUID, appointment_id: UUID) -> datetime | None:
    """Say until when a confirmed appointment's fee is to be paid, once; None where nothing is asked before arrival."""
    grant = PREPAY.check(tx.actor, organization_id=organization_id)
    window = await prepayment(tx, organization_id)
    if window is None:
        return None
    row = await appointments.one(tx, organization_id, appointment_id, lock=True)
    if row is None or row["state"] != AppointmentState.BOOKED or row["pay_by"] is not None:
        return row["pay_by"] if row is not None else None
    until = pay_until(tx.now, row["start_at"], window)
    await _set(tx, organization_id, appointment_id, until)
    zone = await tx.session.execute(text("SELECT zone FROM organization WHERE id = :id"), {"id": organization_id})
    said = {"pay_by": until, "until": f"{until.astimezone(ZoneInfo(zone.scalar_one())):%Y-%m-%d %H:%M}"}
    subject = Subject("appointment", appointment_id, organization_id, row["patient_id"])
    await record(tx, grant, BookingEvent.PAYMENT_ASKED, subject, said)
    return until


async def payment_came(tx: Transaction, organization_id: UUID, appointment_id: UUID) -> None:
    """The fee was paid, or is not asked for any more: nothing is to be paid by any time."""
    PREPAY.check(tx.actor, organization_id=organization_id)
    await _set(tx, organization_id, appointment_id, None)


async def lapse(tx: Transaction, organization_id: UUID, appointment_id: UUID) -> bool:
    """End an appointment whose time to pay is over; its place returns as one that was given up does.

    The caller has made sure that nobody has paid and nobody pays while this transaction lasts. False, and nothing
    done, for somebody who has come meanwhile, whose session was stopped, or who has time left.
    """
    grant = PREPAY.check(tx.actor, organization_id=organization_id)
    row = await appointments.one(tx, organization_id, appointment_id)
    if row is None:
        return False
    await places.lock(tx, organization_id, [row["slot_id"]])
    row = await appointments.one(tx, organization_id, appointment_id, lock=True)
    if row is None or row["state"] != AppointmentState.BOOKED or row["stopped"]:
        return False
    if row["pay_by"] is None or row["pay_by"] > tx.now:
        return False
    await ending.close(tx, grant, row, BookingEvent.LAPSED, _NOT_PAID)
    await passing.pass_on(tx, organization_id, row["slot_id"])
    return True


async def _set(tx: Transaction, organization_id: UUID, appointment_id: UUID, until: datetime | None) -> None:
    await tx.session.execute(
        text("UPDATE appointment SET pay_by = :until WHERE organization_id = :organization AND id = :id"),
        {"until": until, "organization": organization_id, "id": appointment_id},
    )
