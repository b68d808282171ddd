"""Invoices that issue themselves: when a bill is paid, and anew, after a red one, when part of it was given back."""

from sqlalchemy import text

from yitong.billing.charges import queries
from yitong.billing.charges.schemas import BillHeader
from yitong.billing.invoices.service import ISSUE, bring_up_to_date
from yitong.billing.payments.events import PaymentEvent
from yitong.kernel.events import Recorded
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import SYSTEM_ACTOR
from yitong.kernel.reactors import reactor
from yitong.kernel.transaction import Transaction

# Parking, meals and errands are no medical fees: they get an invoice of this series only when somebody asks for one.
_MEDICAL = frozenset({"registration", "outpatient", "pharmacy", "inpatient"})


@reactor("billing.invoices", PaymentEvent.SETTLED, PaymentEvent.REFUNDED)
async def issue_by_itself(tx: Transaction, event: Recorded) -> None:
    """Let the bill's invoice say what the bill says now; the same event again finds that it does."""
    bill = await queries.header(tx, event.organization_id, UUID(str(event.payload["bill_id"])))
    if bill.kind in _MEDICAL or await _has_one(tx, bill):
        grant = ISSUE.check(SYSTEM_ACTOR, organization_id=bill.organization_id, patient_id=bill.patient_id)
        await bring_up_to_date(tx, grant, bill)


async def _has_one(tx: Transaction, bill: BillHeader) -> bool:
    found = await tx.session.execute(
        text("SELECT 1 FROM invoice WHERE organization_id = :organization AND bill_id = :bill LIMIT 1"),
        {"organization": bill.organization_id, "bill": bill.id},
    )
    return found.first() is not None
