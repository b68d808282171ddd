"""What channels said of payments and was not taken: kept aside, and shown to the desk with what it means."""

from datetime import datetime
from typing import Any

from sqlalchemy import text

from yitong.billing.payments.actions import DIFFERENCES
from yitong.billing.payments.schemas import DifferenceView
from yitong.billing.payments.states import PART, PartState
from yitong.billing.payments.wording import party_of
from yitong.kernel.ids import UUID
from yitong.kernel.money import yuan_text
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

PAGE = 50
_LIST = """
SELECT d.id, d.organization_id, d.number, d.channel, d.source, d.kind, d.expected_fen, d.found_fen, d.found_state,
       d.outside_no, d.found_at, p.number AS part_number, p.kind AS part_kind, p.state AS part_state,
       o.id AS payment_id, o.bill_id, b.bill_no
  FROM payment_difference d
  LEFT JOIN payment_part p ON p.organization_id = d.organization_id AND p.id = d.part_id
  LEFT JOIN payment_order o ON o.organization_id = p.organization_id AND o.id = p.order_id
  LEFT JOIN bill b ON b.organization_id = o.organization_id AND b.id = o.bill_id
 WHERE d.organization_id = :organization
   AND (CAST(:found AS timestamptz) IS NULL OR (d.found_at, d.id) < (CAST(:found AS timestamptz), CAST(:id AS uuid)))
 ORDER BY d.found_at DESC, d.id DESC LIMIT :limit"""


async def differences(
    tx: Transaction, organization_id: UUID, after: tuple[datetime, UUID] | None = None
) -> list[DifferenceView]:
    """A hospital's kept statements, newest first, a page of 50. Raises those of the permission check."""
    DIFFERENCES.check(tx.actor, organization_id=organization_id)
    found, last = after or (None, None)
    rows = await tx.session.execute(
        text(_LIST), {"organization": organization_id, "found": found, "id": last, "limit": PAGE}
    )
    return [_shown(row) for row in rows.mappings()]


def _shown(row: Any) -> DifferenceView:
    party = party_of(row["part_kind"] or "channel", row["channel"])
    of = "payment" if row["part_number"] in (None, row["number"]) else "refund"
    state = row["part_state"]
    fields = {name: row[name] for name in DifferenceView.__struct_fields__ if name in row}
    return DifferenceView(
        **fields,
        of=of,
        channel_text=party,
        part_state_text=Bilingual(*PART.words[PartState(state)]) if state else None,
        explanation=explained(party, of, row["source"], row["kind"], row["expected_fen"], row["found_fen"]),
    )


def explained(party: Bilingual, of: str, source: str, kind: str, expected_fen: int, found_fen: int) -> Bilingual:
    """What happened and what became of it, in a sentence or two."""
    noun, noun_en = ("退款", "refund") if of == "refund" else ("支付", "payment")
    if kind == "state":
        return Bilingual(
            f"本院还没有收到这笔{noun}，{party.zh}却说已经退回。没有入账，请在对账中处理。",
            f"{party.en} says that this {noun_en} was given back, yet it never arrived here."
            " Nothing was booked; reconcile it.",
        )
    ours, theirs = yuan_text(expected_fen), yuan_text(found_fen)
    if source == "notice":
        return Bilingual(
            f"{party.zh}的通知称{noun}金额为 {theirs} 元，本院要求的是 {ours} 元。通知未被采信，"
            "以向渠道查询的结果为准。",
            f"A notice of {party.en} speaks of a {noun_en} of {theirs} yuan; {ours} were asked for."
            " It was not believed: what counts is the channel's answer when it is asked.",
        )
    return Bilingual(
        f"向{party.zh}查询，对方答复{noun}金额为 {theirs} 元，本院要求的是 {ours} 元。没有入账，"
        "请与渠道核实后在对账中处理。",
        f"{party.en} answers that the {noun_en} is {theirs} yuan; {ours} were asked for."
        " Nothing was booked; check with the channel and reconcile it.",
    )
