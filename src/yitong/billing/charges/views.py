"""From headers, lines and journal to the bill a person sees, with sentences that explain it."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from sqlalchemy import text

from yitong.billing.charges import queries
from yitong.billing.charges.schemas import (
    BillGlimpse,
    BillRow,
    BillState,
    BillView,
    CategorySum,
    ChargeLine,
    PaidPart,
)
from yitong.billing.wording import KIND_WORDS, STATE_WORDS, category_word, payer_word
from yitong.kernel.ids import UUID
from yitong.kernel.money import yuan_text
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

PAGE = 50
Explainer = Callable[[Transaction, UUID, UUID], Awaitable[list[Bilingual]]]
EXPLAINERS: list[Explainer] = []
_ROW = """
SELECT b.id, b.organization_id, o.name AS organization_name, o.name_en AS organization_name_en, b.bill_no, b.kind,
       b.patient_id, b.encounter_id, b.appointment_id, b.insutype, b.opened_at, b.closed_at, s.charged_fen,
       s.received_fen, s.outstanding_fen, s.lines, p.name_sealed, b.pay_token,
       CASE WHEN s.outstanding_fen > 0 THEN a.pay_by END AS pay_by
  FROM bill b JOIN bill_sum s ON s.organization_id = b.organization_id AND s.bill_id = b.id
  LEFT JOIN appointment a ON a.organization_id = b.organization_id AND a.id = b.appointment_id
   AND a.state = 'booked' AND b.kind = 'registration'
  JOIN organization o ON o.id = b.organization_id LEFT JOIN patient p ON p.id = b.patient_id"""
_PARTS = """
SELECT account_kind AS kind, account, sum(amount_fen)::bigint AS amount_fen FROM posting
 WHERE organization_id = :organization AND bill_id = :bill AND kind NOT IN ('charge','counter')
   AND account_kind <> :own GROUP BY account_kind, account HAVING sum(amount_fen) <> 0 ORDER BY account"""


def explains(source: Explainer) -> Explainer:
    """Register who can say more about a bill, such as what an insurance decided: asked with organization and bill."""
    EXPLAINERS.append(source)
    return source


async def view(tx: Transaction, organization_id: UUID, bill_id: UUID) -> BillView:
    """A bill with everything. The caller has checked who asks. Raises Problem ``not-found``."""
    await tx.open_patient_index()
    found = await tx.session.execute(
        text(_ROW + " WHERE b.organization_id = :organization AND b.id = :bill"),
        {"organization": organization_id, "bill": bill_id},
    )
    row = found.mappings().one_or_none()
    if row is None:
        raise NOT_FOUND()
    items = await queries.lines(tx, organization_id, bill_id)
    parts = await paid_parts(tx, organization_id, bill_id)
    categories = by_category(items)
    said = explanations(row, categories, parts)
    for source in EXPLAINERS:
        said += await source(tx, organization_id, bill_id)
    return BillView(
        **_fields(tx, row),
        items=items,
        categories=categories,
        parts=parts,
        explanations=said,
        pay_url=pay_url(tx, row["pay_token"]),
    )


async def rows(
    tx: Transaction,
    *,
    patients: Sequence[UUID],
    organization_id: UUID | None,
    state: str,
    after: tuple[Any, UUID] | None,
) -> list[BillRow]:
    """Bills, newest first: of these patients, of a hospital, or both; ``state`` is open, settled or all."""
    await tx.open_patient_index()
    where = ["true"]
    values: dict[str, Any] = {"limit": PAGE}
    if patients:
        where.append("b.patient_id = ANY (:patients)")
        values["patients"] = list(patients)
    if organization_id is not None:
        where.append("b.organization_id = :organization")
        values["organization"] = organization_id
    if state == "open":
        where.append("s.outstanding_fen <> 0")
    elif state == "settled":
        where.append("s.outstanding_fen = 0 AND s.lines > 0")
    if after is not None:
        where.append("(b.opened_at, b.id) < (:opened, :id)")
        values |= {"opened": after[0], "id": after[1]}
    statement = f"{_ROW} WHERE {' AND '.join(where)} ORDER BY b.opened_at DESC, b.id DESC LIMIT :limit"
    found = await tx.session.execute(text(statement), values)
    return [BillRow(**_fields(tx, row)) for row in found.mappings()]


async def glimpse(tx: Transaction, token: str) -> BillGlimpse:
    """What whoever holds a bill's code sees. Opens the region for the one row. Raises Problem ``not-found``."""
    await tx.open_region()
    await tx.open_patient_index()
    found = await tx.session.execute(text(_ROW + " WHERE b.pay_token = :token"), {"token": token})
    row = found.mappings().one_or_none()
    if row is None:
        raise NOT_FOUND()
    fields = _fields(tx, row)
    kept = {name: fields[name] for name in BillGlimpse.__struct_fields__ if name in fields}
    return BillGlimpse(
        **kept,
        patient_name_masked=masked(fields["patient_name"]),
        own=row["patient_id"] in tx.actor.patient_ids,
        closed=row["closed_at"] is not None,
    )


async def paid_parts(tx: Transaction, organization_id: UUID, bill_id: UUID) -> list[PaidPart]:
    """Who paid how much of a bill, from the journal; what was given back is taken off."""
    bill = await queries.header(tx, organization_id, bill_id)
    own = "deposit" if bill.kind == "deposit" else "patient"
    found = await tx.session.execute(text(_PARTS), {"organization": organization_id, "bill": bill_id, "own": own})
    parts: list[PaidPart] = []
    for row in found:
        name = row.account.partition(":")[2]
        parts.append(PaidPart(row.kind, name, row.amount_fen, payer_word(row.kind, name)))
    return parts


def by_category(items: Sequence[ChargeLine]) -> list[CategorySum]:
    """Sums of the standing lines by category, the largest first."""
    standing = [item for item in items if not (item.countered or item.counters_id)]
    made = [
        CategorySum(
            category,
            category_word(category),
            sum(item.amount_fen for item in standing if item.category == category),
            sum(item.category == category for item in standing),
        )
        for category in dict.fromkeys(item.category for item in standing)
    ]
    return sorted(made, key=lambda one: (-one.amount_fen, one.category))


def explanations(row: Any, categories: Sequence[CategorySum], parts: Sequence[PaidPart]) -> list[Bilingual]:
    """Plain sentences: what it is for, who paid, what is left."""
    said = [
        Bilingual(
            f"{one.text.zh} {one.lines} 项，共 {yuan_text(one.amount_fen)} 元。",
            f"{one.text.en}: {one.lines} lines, {yuan_text(one.amount_fen)} yuan.",
        )
        for one in categories
    ]
    said += [
        Bilingual(
            f"{part.text.zh} {yuan_text(part.amount_fen)} 元。", f"{part.text.en}: {yuan_text(part.amount_fen)} yuan."
        )
        for part in parts
        if part.amount_fen > 0
    ]
    left = row["outstanding_fen"]
    if left > 0:
        said.append(Bilingual(f"还需支付 {yuan_text(left)} 元。", f"{yuan_text(left)} yuan are still to be paid."))
    elif left < 0:
        said.append(Bilingual(f"应退还 {yuan_text(-left)} 元。", f"{yuan_text(-left)} yuan are to be given back."))
    elif row["charged_fen"]:
        said.append(Bilingual("费用已全部结清。", "Everything is settled."))
    return said


def state_of(charged: int, received: int) -> BillState:
    """Where a bill stands by its sums."""
    if charged == received:
        return "paid" if charged else "empty"
    if received > charged:
        return "overpaid"
    return "part_paid" if received else "due"


def pay_url(tx: Transaction, token: str) -> str:
    """The address in a bill's QR code: the patient app's page that opens this payment."""
    return f"{tx.platform.settings.origin}/patient/#/pages/bills/pay?token={token}"


def masked(name: str) -> str:
    """A name of which whoever pays for somebody recognises the person: all but the last character hidden."""
    return re.sub(r".(?=.)", "*", name) if name else ""


def _fields(tx: Transaction, row: Any) -> dict[str, Any]:
    state = state_of(row["charged_fen"], row["received_fen"])
    sealed = row["name_sealed"]
    name = tx.platform.sealer.open(sealed, f"patient.name:{row['patient_id']}") if sealed else ""
    kept = {key: row[key] for key in row if key not in ("name_sealed", "pay_token")}
    words = {"state": state, "state_text": STATE_WORDS[state], "kind_text": KIND_WORDS[row["kind"]]}
    return kept | words | {"patient_name": name}
