"""What an insurer decided about a bill, from the payment that settled it: for its invoice and its explanations."""

import msgspec
from sqlalchemy import text

from yitong.billing.charges.views import explains
from yitong.billing.ports import InsuranceSplit
from yitong.billing.wording import explain_split
from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

# The settlement that stands: one that was reversed is no longer done.
_SPLIT = text(
    "SELECT p.split FROM payment_order o JOIN payment_part p"
    " ON p.organization_id = o.organization_id AND p.order_id = o.id"
    " WHERE o.organization_id = :organization AND o.bill_id = :bill AND p.kind = 'insurance' AND p.state = 'done'"
    " AND p.split IS NOT NULL ORDER BY p.done_at DESC, p.seq DESC LIMIT 1"
)


async def split_of_bill(tx: Transaction, organization_id: UUID, bill_id: UUID) -> InsuranceSplit | None:
    """How the insurance divided a paid bill; None when no insurance did."""
    found = await tx.session.execute(_SPLIT, {"organization": organization_id, "bill": bill_id})
    kept = found.scalar_one_or_none()
    return msgspec.convert(kept, InsuranceSplit) if kept is not None else None


@explains
async def insurance_of(tx: Transaction, organization_id: UUID, bill_id: UUID) -> list[Bilingual]:
    """Why the insurance paid what it paid."""
    split = await split_of_bill(tx, organization_id, bill_id)
    return explain_split(split) if split is not None else []
