"""From an order's parts to the rules' divisions and back."""

import msgspec

from yitong.billing.payments.model import PaymentPart
from yitong.billing.payments.rules import Sheet
from yitong.billing.payments.states import PartState
from yitong.billing.ports import InsuranceSplit
from yitong.billing.rules import Division, Part, PartKind, divide_refund
from yitong.kernel.problems import INTERNAL

_KINDS: dict[str, PartKind] = {"deposit": "deposit", "channel": "channel"}


def back_amounts(sheet: Sheet) -> tuple[list[tuple[PaymentPart, int]], int]:
    """What goes back to which part for the refund under way, the last payer first, and what the patient owes instead.

    The insurer has taken its old settlement back and settled what remains (or nothing remains).
    """
    refund = sheet.refund
    if refund is None:
        raise INTERNAL()
    covered = settled_before(sheet, "commercial")
    before = standing(sheet, settled_before(sheet, "insurance"), covered)
    after = sheet.anew("insurance")
    left = sum(line.amount_fen for line in sheet.remaining())
    cover = sheet.anew("commercial")
    # A claim is taken back as a whole like a settlement: what counts is what is covered anew.
    anew = cover.amount_fen if cover is not None and cover.state == PartState.DONE else 0
    divided = divide_refund(
        before,
        left,
        split_of(after) if after is not None else None,
        commercial=anew if covered is not None else None,
        owed=sheet.owed_fen,
    )
    by_number = {part.number: part for part in sheet.parts}
    back = [(by_number[part.name], part.amount) for part in divided.back if part.kind != "commercial"]
    return back, divided.owed


def settled_before(sheet: Sheet, kind: str) -> PaymentPart | None:
    """The insurer's or commercial insurer's part as it was before the refund under way; None when there was none."""
    refund_id = sheet.refund.id if sheet.refund is not None else None
    given_back = {back.part_id for back in sheet.backs}
    stood = [
        part
        for part in sheet.parts
        if part.kind == kind
        and (refund_id is None or part.refund_id != refund_id)
        and (part.state == PartState.DONE or part.id in given_back)
    ]
    return max(stood, key=lambda part: part.seq, default=None)


def standing(sheet: Sheet, insured: PaymentPart | None, covered: PaymentPart | None) -> Division:
    """What was paid before the refund under way, part by part, in the order it was settled."""
    parts: list[Part] = []
    if insured is not None:
        name = insured.channel
        parts += [
            Part("fund", insured.fund_fen, name),
            Part("hospital", insured.hospital_fen, name),
            Part("account", insured.account_fen, name),
        ]
    if covered is not None:
        parts.append(Part("commercial", covered.amount_fen, covered.number))
    parts += [
        Part(_KINDS[part.kind], part.amount_fen - part.refunded_fen, part.number)
        for part in sheet.parts
        if part.kind in _KINDS and part.state == PartState.DONE
    ]
    kept = tuple(part for part in parts if part.amount)
    return Division(sum(part.amount for part in kept), kept)


def split_of(part: PaymentPart) -> InsuranceSplit:
    """The split that an insurer's part was settled with."""
    return msgspec.convert(part.split, InsuranceSplit)
