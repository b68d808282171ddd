"""What screens see of payments."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import select, text

from yitong.billing.payments.covering import Cover
from yitong.billing.payments.facts import Facts
from yitong.billing.payments.mixed.model import MixedPayment
from yitong.billing.payments.mixed.states import MIXED, MixedState
from yitong.billing.payments.model import PaymentPart, Refund, RefundLine, RefundPart
from yitong.billing.payments.preparing import Insured
from yitong.billing.payments.problems import STUCK
from yitong.billing.payments.rules import Sheet
from yitong.billing.payments.schemas import (
    BackView,
    MixedOffer,
    MixedView,
    PartView,
    PaymentView,
    PolicyChoice,
    Preview,
    PreviewPart,
    RefundLineView,
    RefundView,
)
from yitong.billing.payments.states import BACK, ORDER, PART, REFUND, OrderState, PartState
from yitong.billing.payments.wording import FAILURES, party_of, share_text
from yitong.billing.rules import Division, Part
from yitong.billing.wording import explain_split
from yitong.kernel.states import Machine
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

_THINKING = Bilingual("保险公司审核中", "being looked at by the insurer")
_FINAL = (OrderState.SETTLED, OrderState.PART_REFUNDED, OrderState.REFUNDED, OrderState.FAILED)


@dataclass(frozen=True)
class Asked:
    """What the outside said to a wish: the insurers' answers, or why there is none."""

    insured: Insured | None
    cover: Cover | None
    channels: list[str]
    policies: list[PolicyChoice]
    insurance_problem: Bilingual | None = None
    commercial_problem: Bilingual | None = None
    mixed: MixedOffer | None = None


def preview_of(facts: Facts, asked: Asked, shares: Division) -> Preview:
    """The confirmation page of a division."""
    own = shares.amount("channel")
    insured, cover = asked.insured, asked.cover
    parts = [
        shown
        for part in shares.parts
        if part.kind != "channel"
        for shown in _shares_shown(part, insured.split.acct_mulaid_pay if insured is not None else 0, cover)
    ]
    if own:
        parts.append(PreviewPart("own", "", own, share_text("own", "")))
    notes = cover.notes if cover is not None else []
    return Preview(
        organization_id=facts.bill.organization_id,
        bill_id=facts.bill.id,
        charge_ids=[line.id for line in facts.lines],
        total_fen=facts.total,
        owed_fen=facts.rest.owed_fen if facts.rest is not None else 0,
        own_fen=own,
        parts=parts,
        insutype=insured.bill.insutype if insured is not None else None,
        insurance_problem=asked.insurance_problem,
        policies=asked.policies,
        coverage_id=cover.policy.id if cover is not None else None,
        commercial_problem=asked.commercial_problem,
        commercial_notes=notes,
        account_balance_fen=insured.split.balc if insured is not None else None,
        deposit_balance_fen=facts.deposit_fen,
        channels=asked.channels,
        explanation=[*(explain_split(insured.split) if insured is not None else []), *notes],
        mixed=asked.mixed,
    )


def _shares_shown(part: Part, family: int, cover: Cover | None) -> list[PreviewPart]:
    """A share as the page shows it: the account's is told apart by whose account it is."""
    assert part.kind != "channel"  # noqa: S101  # what the payer pays is one share, shown last
    if part.kind != "account" or not family:
        return [PreviewPart(part.kind, part.name, part.amount, _share_text(part, cover))]
    own = PreviewPart("account", part.name, part.amount - family, share_text("account", part.name))
    shared = PreviewPart("family", part.name, family, share_text("family", part.name))
    return [own, shared] if own.amount_fen else [shared]


def _share_text(part: Part, cover: Cover | None) -> Bilingual:
    said = share_text(part.kind, part.name)
    if part.kind != "commercial" or cover is None:
        return said
    name = cover.policy.insurer_name
    return Bilingual(f"{said.zh}（{name.zh}）", f"{said.en} ({name.en})")


async def view(tx: Transaction, sheet: Sheet) -> PaymentView:
    """A payment with its parts and refunds."""
    order = sheet.order
    payer = order.payer_id == tx.actor.id or tx.actor.kind in ("staff", "terminal")
    bill_no = await tx.session.execute(
        text("SELECT bill_no FROM bill WHERE organization_id = :organization AND id = :bill"),
        {"organization": order.organization_id, "bill": order.bill_id},
    )
    return PaymentView(
        id=order.id,
        organization_id=order.organization_id,
        bill_id=order.bill_id,
        bill_no=bill_no.scalar_one(),
        patient_id=order.patient_id,
        total_fen=order.total_fen,
        refunded_fen=order.refunded_fen,
        state=order.state,
        state_text=_word(ORDER, order.state),
        final=order.state in _FINAL and sheet.refund is None,
        failure=order.failure,
        failure_text=FAILURES.get(order.failure, FAILURES["refused"]) if order.failure else None,
        stuck=order.stuck,
        stuck_text=STUCK.get(order.stuck) if order.stuck else None,
        charge_ids=[line.charge_id for line in sheet.paid_lines()],
        parts=[_part_view(tx, part, with_invoke=payer) for part in sheet.parts],
        refunds=await _refund_views(tx, sheet),
        created_at=order.created_at,
        expires_at=order.expires_at,
        settled_at=order.settled_at,
        mixed=_mixed_view(sheet.mixed, with_invoke=payer) if sheet.mixed is not None else None,
    )


def _word(machine: Machine[Any], state: str) -> Bilingual:
    zh, en = next(words for one, words in machine.words.items() if one.value == state)
    return Bilingual(zh, en)


def _part_view(tx: Transaction, part: PaymentPart, *, with_invoke: bool) -> PartView:
    invoke: dict[str, str] | None = None
    if with_invoke and part.state == PartState.WAITING and part.opened_sealed is not None:
        opened = tx.platform.sealer.open(part.opened_sealed, f"payment_part.opened:{part.id}")
        invoke = msgspec.json.decode(opened, type=dict[str, str])
    return PartView(
        id=part.id,
        kind=part.kind,
        channel=part.channel,
        scene=part.scene,
        number=part.number,
        outside_no=part.outside_no,
        amount_fen=part.amount_fen,
        fund_fen=part.fund_fen,
        account_fen=part.account_fen,
        hospital_fen=part.hospital_fen,
        refunded_fen=part.refunded_fen,
        state=part.state,
        text=party_of(part.kind, part.channel),
        state_text=_THINKING if part.kind == "commercial" and part.state == "waiting" else _word(PART, part.state),
        invoke=invoke,
        done_at=part.done_at,
    )


def _mixed_view(row: MixedPayment, *, with_invoke: bool) -> MixedView:
    invoke: dict[str, str] | None = None
    if with_invoke and row.state == MixedState.WAITING and row.mix_trade_no is not None:
        invoke = {"mix_trade_no": row.mix_trade_no} | ({"h5_url": row.page} if row.page else {})
    return MixedView(state=row.state, state_text=_word(MIXED, row.state), mix_trade_no=row.mix_trade_no, invoke=invoke)


async def _refund_views(tx: Transaction, sheet: Sheet) -> list[RefundView]:
    order = sheet.order
    here = {"organization_id": order.organization_id}
    refunds = (
        await tx.session.execute(select(Refund).filter_by(order_id=order.id, **here).order_by(Refund.asked_at))
    ).scalars()
    found = list(refunds)
    if not found:
        return []
    backs = list(
        (
            await tx.session.execute(select(RefundPart).filter_by(order_id=order.id, **here).order_by(RefundPart.seq))
        ).scalars()
    )
    lines = list(
        (
            await tx.session.execute(
                select(RefundLine).filter_by(**here).where(RefundLine.refund_id.in_([one.id for one in found]))
            )
        ).scalars()
    )
    return [_refund_view(one, backs, [line for line in lines if line.refund_id == one.id]) for one in found]


def _refund_view(refund: Refund, backs: Sequence[RefundPart], lines: Sequence[RefundLine]) -> RefundView:
    return RefundView(
        id=refund.id,
        kind=refund.kind,
        amount_fen=refund.amount_fen,
        owed_fen=refund.owed_fen,
        reason=refund.reason,
        state=refund.state,
        state_text=_word(REFUND, refund.state),
        charge_ids=[line.charge_id for line in lines],
        lines=[
            RefundLineView(
                charge_id=line.charge_id, amount_fen=line.amount_fen, cnt_milli=line.cnt_milli, kept_id=line.kept_id
            )
            for line in lines
        ],
        parts=[_back_view(back) for back in backs if back.refund_id == refund.id],
        asked_at=refund.asked_at,
        ended_at=refund.ended_at,
    )


def _back_view(back: RefundPart) -> BackView:
    return BackView(
        id=back.id,
        part_id=back.part_id,
        kind=back.kind,
        channel=back.channel,
        number=back.number,
        outside_no=back.outside_no,
        amount_fen=back.amount_fen,
        state=back.state,
        text=party_of(back.kind, back.channel),
        state_text=_word(BACK, back.state),
        done_at=back.done_at,
    )
