"""Writing a confirmed order: its lines, held against everybody else, and its parts in the order they settle."""

import msgspec

from yitong.billing.payments.covering import Cover
from yitong.billing.payments.events import PaymentEvent
from yitong.billing.payments.facts import Facts
from yitong.billing.payments.mixed import offering as mixed_offering
from yitong.billing.payments.mixed.permits import MixedFacts
from yitong.billing.payments.model import PaymentLine, PaymentOrder, PaymentPart
from yitong.billing.payments.preparing import Insured
from yitong.billing.payments.rules import Sheet, number_of
from yitong.billing.payments.schemas import ChannelChoice
from yitong.billing.payments.sheet import Change, leave
from yitong.billing.payments.states import ORDER, PART, PartState
from yitong.billing.rules import INSURED, Division
from yitong.identity.service.citizens import subject_at
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import ActorKind, Grant
from yitong.kernel.transaction import Transaction


async def place(
    tx: Transaction,
    grant: Grant,
    order: PaymentOrder,
    facts: Facts,
    insured: Insured | None,
    cover: Cover | None,
    shares: Division,
    choices: list[ChannelChoice],
    mixed: MixedFacts | None = None,
) -> None:
    """Write the order, its lines and its parts. Raises IntegrityError when somebody else holds one of the lines."""
    tx.session.sync_session.autoflush = False
    sealer = tx.platform.sealer
    if insured is not None:
        order.insutype = insured.bill.insutype
        order.insurance_sealed = sealer.seal(
            msgspec.json.encode(insured.bill).decode(), f"payment_order.insurance:{order.id}"
        )
    sheet = Sheet(order, [], [])
    change = await Change.begin(tx, grant, sheet, PaymentEvent.ORDERED, amount_fen=order.total_fen)
    await change.new(ORDER, order)
    await tx.session.flush()
    for line in facts.lines:
        row = PaymentLine(
            organization_id=order.organization_id,
            order_id=order.id,
            charge_id=line.id,
            patient_id=order.patient_id,
            amount_fen=line.amount_fen,
            held=True,
        )
        tx.session.add(row)
        sheet.lines.append(row)
    await tx.session.flush()
    named = [await _with_payer(tx, grant, choice) for choice in choices]
    for part in _parts(tx, order, insured, cover, shares, named):
        await change.new(PART, part)
        sheet.parts.append(part)
    if mixed is not None:
        await mixed_offering.add(change, mixed)
    await leave(tx, sheet)


async def _with_payer(tx: Transaction, grant: Grant, choice: ChannelChoice) -> ChannelChoice:
    """The choice with the payer's id at the channel, where the payer's app itself pays and did not say it."""
    if choice.payer or choice.scene != "jsapi" or grant.actor.kind is not ActorKind.CITIZEN:
        return choice
    subject = await subject_at(tx, grant.actor.id, choice.channel)
    return msgspec.structs.replace(choice, payer=subject) if subject else choice


def _parts(
    tx: Transaction,
    order: PaymentOrder,
    insured: Insured | None,
    cover: Cover | None,
    shares: Division,
    choices: list[ChannelChoice],
) -> list[PaymentPart]:
    parts: list[PaymentPart] = []
    if insured is not None:
        split = insured.split
        part = _part(order, 1, "insurance", insured.bill.insutype, split.fund_pay_sumamt + split.acct_pay)
        part.fund_fen, part.account_fen, part.hospital_fen = split.fund_pay_sumamt, split.acct_pay, split.hosp_part_amt
        part.split, part.mdtrt_id = msgspec.to_builtins(split), insured.bill.mdtrt_id
        parts.append(part)
    for share in shares.parts:
        if share.kind in INSURED:
            continue
        seq = len(parts) + 1
        if share.kind == "channel":
            choice = choices[int(share.name)]
            part = _part(order, seq, "channel", choice.channel, share.amount)
            part.scene = choice.scene
            if choice.payer:
                part.payer_sealed = tx.platform.sealer.seal(choice.payer, f"payment_part.payer:{part.id}")
        else:
            part = _part(order, seq, share.kind, share.name or share.kind, share.amount)
        if share.kind == "commercial" and cover is not None:
            claim = msgspec.structs.replace(cover.claim, claim_no=part.number)
            sealed = tx.platform.sealer.seal(msgspec.json.encode(claim).decode(), f"payment_part.claim:{part.id}")
            part.claim_sealed = sealed
        parts.append(part)
    return parts


def _part(order: PaymentOrder, seq: int, kind: str, channel: str, amount: int) -> PaymentPart:
    part_id: UUID = new_id()
    return PaymentPart(
        organization_id=order.organization_id,
        id=part_id,
        order_id=order.id,
        patient_id=order.patient_id,
        seq=seq,
        kind=kind,
        channel=channel,
        number=number_of(part_id),
        amount_fen=amount,
        fund_fen=0,
        account_fen=0,
        hospital_fen=0,
        refunded_fen=0,
        state=PartState.DUE,
        version=1,
        attempts=0,
    )
