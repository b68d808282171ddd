"""What a refund settles anew for the lines that remain: first the insurer's settlement, then the commercial claim.

Both were taken back as a whole; each is asked for again under a number of its own.
"""

from typing import TYPE_CHECKING

import msgspec

from yitong.billing.payments import intents
from yitong.billing.payments.covering import claim_anew
from yitong.billing.payments.events import PaymentEvent
from yitong.billing.payments.model import PaymentPart
from yitong.billing.payments.rules import next_seq, number_of
from yitong.billing.payments.sheet import Change
from yitong.billing.payments.states import PART, PartState, RefundState
from yitong.kernel.ids import new_id

if TYPE_CHECKING:
    from yitong.billing.payments.intents import Writing


async def begin(writing: "Writing") -> None:
    """Insurance and commercial cover were taken back: settle what remains, the insurer first where there is one."""
    sheet = writing.sheet
    refund = sheet.refund
    assert refund is not None  # noqa: S101  # only a refund under way is settled anew
    change = await writing.change(PaymentEvent.RESETTLING, refund_id=refund.id)
    insured = [one for one in sheet.parts if one.kind == "insurance"]
    if insured:
        part = await _add(change, max(insured, key=lambda one: one.seq))
        part.split_lines = [str(line.charge_id) for line in sheet.remaining()]
    else:
        await _add_claim(writing, change)
    if refund.state != RefundState.RESETTLING:
        await change.refund(refund, RefundState.RESETTLING)


async def reclaim(writing: "Writing") -> None:
    """The insurer settled anew: claim what it leaves to the patient from the commercial insurer, as before."""
    refund = writing.sheet.refund
    assert refund is not None  # noqa: S101  # only a refund under way is claimed anew
    change = await writing.change(PaymentEvent.RECLAIMING, refund_id=refund.id)
    await _add_claim(writing, change)


async def _add_claim(writing: "Writing", change: Change) -> None:
    sheet = writing.sheet
    backs = {back.part_id for back in sheet.backs if back.kind == "commercial"}
    before = next(part for part in sheet.parts if part.id in backs)
    settled = sheet.anew("insurance")
    part = await _add(change, before)
    first = next(one for one in sheet.original() if one.kind == "commercial")
    claim = claim_anew(
        intents.claim_of(writing, first),
        sheet.remaining(),
        part.number,
        writing.tx.now,
        insurance_paid=settled.amount_fen if settled is not None else 0,
        asked=sheet.left_to_patient(),
    )
    sealer = writing.tx.platform.sealer
    part.claim_sealed = sealer.seal(msgspec.json.encode(claim).decode(), f"payment_part.claim:{part.id}")


async def _add(change: Change, before: PaymentPart) -> PaymentPart:
    """A part of the refund under way, at the same insurer as the one before; its amount is what is answered."""
    sheet = change.sheet
    order = sheet.order
    part_id = new_id()
    part = PaymentPart(
        organization_id=order.organization_id,
        id=part_id,
        order_id=order.id,
        refund_id=sheet.refund.id if sheet.refund is not None else None,
        patient_id=order.patient_id,
        seq=next_seq(sheet.parts),
        kind=before.kind,
        channel=before.channel,
        number=number_of(part_id),
        amount_fen=0,
        fund_fen=0,
        account_fen=0,
        hospital_fen=0,
        refunded_fen=0,
        mdtrt_id=before.mdtrt_id,
        state=PartState.DUE,
        version=1,
        attempts=0,
    )
    await change.new(PART, part)
    sheet.parts.append(part)
    return part
