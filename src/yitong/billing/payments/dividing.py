"""From an order's parts to the rules' divisions and back."""

import msgspec

from yitong.billing.payments.model import PaymentPart
from yitong.billing.payments.rules import Sheet
from yitong.billing.payments.states import PartState
from yitong.billing.ports import InsuranceSplit
from yitong.billing.rules import Division, Part, PartKind, divide_refund
from yitong.kernel.problems import INTERNAL

_KINDS: dict[str, PartKind] = {"commercial": "commercial", "deposit": "deposit", "channel": "channel"}


def back_amounts(sheet: Sheet) -> tuple[list[tuple[PaymentPart, int]], int]:
    """What goes back to which part for the refund under way, the last payer first, and what the patient owes instead.

    The insurer has taken its old settlement back and settled what remains (or nothing remains).
    """
    refund = sheet.refund
    if refund is None:
        raise INTERNAL()
    before = standing(sheet, settled_before(sheet))
    after = next((one for one in sheet.parts if one.refund_id == refund.id), None)
    left = sum(line.amount_fen for line in sheet.remaining())
    divided = divide_refund(before, left, split_of(after) if after is not None else None)
    by_number = {part.number: part for part in sheet.parts}
    return [(by_number[part.name], part.amount) for part in divided.back], divided.owed


def settled_before(sheet: Sheet) -> PaymentPart | None:
    """The insurer's part as it was before the refund under way; None without insurance."""
    refund_id = sheet.refund.id if sheet.refund is not None else None
    insured = [part for part in sheet.parts if part.kind == "insurance" and part.refund_id != refund_id]
    return max(insured, key=lambda part: part.seq, default=None)


def standing(sheet: Sheet, insured: PaymentPart | None) -> Division:
    """What is paid now, part by part, in the order it was settled."""
    parts: list[Part] = []
    if insured is not None:
        name = insured.channel
        parts += [
            Part("fund", insured.fund_fen, name),
            Part("hospital", insured.hospital_fen, name),
            Part("account", insured.account_fen, name),
        ]
    parts += [
        Part(_KINDS[part.kind], part.amount_fen - part.refunded_fen, part.number)
        for part in sheet.parts
        if part.kind != "insurance" and part.state == PartState.DONE
    ]
    kept = tuple(part for part in parts if part.amount)
    return Division(sum(part.amount for part in kept), kept)


def split_of(part: PaymentPart) -> InsuranceSplit:
    """The split that an insurer's part was settled with."""
    return msgspec.convert(part.split, InsuranceSplit)
