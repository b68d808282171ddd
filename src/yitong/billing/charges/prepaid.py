"""Registration that is paid before arrival, where a hospital's rules ask for it: an appointment that nobody paid in
time lapses, one that is paid never does.

What decides between the two is the bill, locked: a payment that is placed closes it, and closed it stays until the
payment came to nothing. So an appointment lapses only under the lock of a bill that is open and unpaid, and whoever
confirms a payment of it at the same moment finds its lines taken back.
"""

from datetime import timedelta

import structlog
from sqlalchemy import text

from yitong.billing.charges import queries
from yitong.billing.charges import service as bills
from yitong.billing.charges.actions import REGISTRATION
from yitong.billing.payments.events import PaymentEvent
from yitong.booking import service as booking
from yitong.kernel.events import Recorded
from yitong.kernel.ids import UUID
from yitong.kernel.jobs import job
from yitong.kernel.permissions import SYSTEM_ACTOR
from yitong.kernel.platform import Platform
from yitong.kernel.reactors import reactor
from yitong.kernel.transaction import Transaction

log = structlog.get_logger(__name__)
_REASON = "逾时未付，预约失效 · lapsed"
_OVERDUE = text("""
SELECT a.organization_id, a.id AS appointment_id, b.id AS bill_id FROM appointment a
  JOIN bill b ON b.organization_id = a.organization_id AND b.appointment_id = a.id AND b.kind = 'registration'
 WHERE a.pay_by <= :now AND a.state = 'booked' AND NOT a.displaced AND b.closed_at IS NULL
 ORDER BY a.pay_by LIMIT 500
""")
_PAID = text("""
SELECT b.appointment_id FROM payment_order o JOIN bill b ON b.organization_id = o.organization_id AND b.id = o.bill_id
 WHERE o.organization_id = :organization AND o.id = :order AND b.kind = 'registration'
""")


@job("billing: registration not paid in time", every=timedelta(minutes=1))
async def lapse_unpaid(platform: Platform) -> int:
    """End the appointments whose fee was not paid in time at all hospitals; answers how many lapsed."""
    async with platform.transaction() as tx:
        await tx.open_region()
        rows = (await tx.session.execute(_OVERDUE, {"now": tx.now})).all()
    lapsed = 0
    for row in rows:  # a transaction each: one that cannot end keeps nobody else's place
        try:
            async with platform.transaction() as tx:
                lapsed += await lapse_one(tx, row.organization_id, row.appointment_id, row.bill_id)
        except Exception as error:
            log.error("registration.lapse_failed", appointment_id=str(row.appointment_id), error=type(error).__name__)
    return lapsed


async def lapse_one(tx: Transaction, organization_id: UUID, appointment_id: UUID, bill_id: UUID) -> bool:
    """End one appointment when its bill is still unpaid and nobody is paying it, and take its fee back."""
    grant = REGISTRATION.check(SYSTEM_ACTOR, organization_id=organization_id)
    if await booking.prepayment(tx, organization_id) is None:  # switched off since: nothing is due any more
        await booking.payment_came(tx, organization_id, appointment_id)
        return False
    bill = await bills.lock(tx, organization_id, bill_id)
    sums = await queries.sums(tx, organization_id, bill_id)
    if bill.closed_at is not None or sums.received_fen or not sums.outstanding_fen:
        return False
    if not await booking.lapse(tx, organization_id, appointment_id):
        return False
    lines = await queries.standing_lines(tx, organization_id, bill_id)
    await bills.counter(tx, grant, organization_id, [line.id for line in lines], _REASON)
    return True


@reactor("billing.registration.paid", PaymentEvent.SETTLED)
async def fee_came(tx: Transaction, event: Recorded) -> None:
    """A paid appointment has nothing to be paid by any time."""
    found = await tx.session.execute(_PAID, {"organization": event.organization_id, "order": event.subject_id})
    appointment_id = found.scalar_one_or_none()
    if appointment_id is not None:
        await booking.payment_came(tx, event.organization_id, appointment_id)
