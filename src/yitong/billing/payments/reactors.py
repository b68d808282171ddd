"""A paid registration fee goes back when the appointment is given up, or moved to a time of another price.

The refund is only written here; the job carries it, as nothing leaves the house in a reactor.
"""

from typing import Any

from sqlalchemy import text

from yitong.billing.payments.actions import REFUND
from yitong.billing.payments.events import PaymentEvent
from yitong.billing.payments.schemas import RefundRequest
from yitong.billing.payments.service.refunding import refund_for
from yitong.billing.payments.sheet import Change, leave, locked
from yitong.billing.payments.states import OrderState
from yitong.booking.events import BookingEvent
from yitong.kernel.events import Recorded
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import SYSTEM_ACTOR
from yitong.kernel.reactors import reactor
from yitong.kernel.transaction import Transaction

_ORDERS = text("""
SELECT o.id, o.state, o.total_fen - o.refunded_fen AS paid_fen FROM bill b
  JOIN payment_order o ON o.organization_id = b.organization_id AND o.bill_id = b.id
 WHERE b.organization_id = :organization AND b.appointment_id = :appointment AND b.kind = 'registration'
   AND o.state IN ('pre_settled','settling','settled','part_refunded')
""")
_FEE = text("SELECT fee_fen FROM appointment WHERE organization_id = :organization AND id = :id")


_GIVEN_UP = text("""
SELECT b.appointment_id FROM bill b
  JOIN appointment a ON a.organization_id = b.organization_id AND a.id = b.appointment_id AND a.state = 'cancelled'
 WHERE b.organization_id = :organization AND b.kind = 'registration'
   AND b.id = (SELECT bill_id FROM payment_order WHERE organization_id = :organization AND id = :order)
""")


@reactor("billing.payments.registration", BookingEvent.CANCELLED, BookingEvent.BOOKED)
async def return_fee(tx: Transaction, event: Recorded) -> None:
    """Give the fee of a cancelled appointment back; end a payment of it that is under way."""
    organization_id = event.organization_id
    appointment_id, moved = event.subject_id, False
    if event.type == BookingEvent.BOOKED.value:
        before = event.payload.get("rescheduled_from")
        if not before:
            return
        appointment_id, moved = UUID(before), True
    fee: int = (await tx.session.execute(_FEE, {"organization": organization_id, "id": event.subject_id})).scalar_one()
    found = await tx.session.execute(_ORDERS, {"organization": organization_id, "appointment": appointment_id})
    for row in found.all():
        if moved and row.paid_fen == fee:
            continue  # the fee goes with the appointment
        await _give_back(tx, organization_id, row, moved=moved)


@reactor("billing.payments.paid_too_late", PaymentEvent.SETTLED)
async def return_late_fee(tx: Transaction, event: Recorded) -> None:
    """A fee that was paid while its appointment was being given up goes back."""
    values = {"organization": event.organization_id, "order": event.subject_id}
    appointment = (await tx.session.execute(_GIVEN_UP, values)).scalar_one_or_none()
    if appointment is not None:
        found = await tx.session.execute(_ORDERS, {"organization": event.organization_id, "appointment": appointment})
        for row in found.all():
            await _give_back(tx, event.organization_id, row, moved=False)


async def _give_back(tx: Transaction, organization_id: UUID, row: Any, *, moved: bool) -> None:
    grant = REFUND.check(SYSTEM_ACTOR, organization_id=organization_id)
    sheet = await locked(tx, organization_id, row.id)
    if sheet.order.state in (OrderState.PRE_SETTLED, OrderState.SETTLING):
        if sheet.order.cancel_asked is None:
            await Change.begin(tx, grant, sheet, PaymentEvent.CANCEL_ASKED)
            sheet.order.cancel_asked = "cancelled"
            await leave(tx, sheet)
        return
    if sheet.refund is None and sheet.remaining():
        reason = "改约 · rescheduled" if moved else "退号 · cancelled"
        await refund_for(tx, grant, sheet, RefundRequest(organization_id=organization_id, reason=reason))
