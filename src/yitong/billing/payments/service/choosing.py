"""Which lines a refund gives back, whole or in part, and what stays of those that go back in part."""

from collections.abc import Sequence
from dataclasses import dataclass

from yitong.billing.charges.queries import lines_by_id
from yitong.billing.payments.model import PaymentLine, Refund, RefundLine
from yitong.billing.payments.problems import NOT_REFUNDABLE, REFUND_QUANTITY
from yitong.billing.payments.rules import Sheet
from yitong.billing.payments.schemas import LineQuantity, RefundRequest
from yitong.billing.rules import kept_of_line
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.transaction import Transaction


@dataclass(frozen=True)
class GoingBack:
    """A paid line that goes back: ``fen`` of it, and when only a part, how much and the line that stays."""

    line: PaymentLine
    fen: int
    cnt_milli: int | None = None
    kept: PaymentLine | None = None

    def row(self, refund: Refund) -> RefundLine:
        """The line of the refund."""
        return RefundLine(
            organization_id=refund.organization_id,
            refund_id=refund.id,
            charge_id=self.line.charge_id,
            patient_id=self.line.patient_id,
            amount_fen=self.fen,
            held=True,
            kept_id=self.kept.charge_id if self.kept is not None else None,
            cnt_milli=self.cnt_milli,
        )


async def choose(tx: Transaction, sheet: Sheet, request: RefundRequest) -> list[GoingBack]:
    """The lines that are asked for, all that are still paid when none is named.

    Raises Problem ``not-refundable`` (not paid, given back before, named twice) and ``refund-quantity``.
    """
    paid = {line.charge_id: line for line in sheet.remaining()}
    if request.charge_ids is None and not request.quantities:
        return [GoingBack(line, line.amount_fen) for line in paid.values()]
    whole = set(request.charge_ids or [])
    parts = {one.charge_id: one for one in request.quantities}
    named = whole | set(parts)
    if not named <= set(paid) or len(named) != len(whole) + len(request.quantities):
        raise NOT_REFUNDABLE()
    chosen = [GoingBack(paid[one], paid[one].amount_fen) for one in sorted(whole)]
    return [*chosen, *await _parts(tx, paid, list(parts.values()))]


async def _parts(tx: Transaction, paid: dict[UUID, PaymentLine], asked: Sequence[LineQuantity]) -> list[GoingBack]:
    if not asked:
        return []
    organization_id = paid[asked[0].charge_id].organization_id
    charged = {one.id: one for one in await lines_by_id(tx, organization_id, [one.charge_id for one in asked])}
    made: list[GoingBack] = []
    for one in asked:
        line, charge = paid[one.charge_id], charged[one.charge_id]
        if one.cnt_milli == charge.cnt_milli:
            made.append(GoingBack(line, line.amount_fen))
            continue
        try:
            cnt_milli, fen = kept_of_line(charge.cnt_milli, charge.unit_price_fen, one.cnt_milli)
        except ValueError as error:
            raise REFUND_QUANTITY(name=charge.name) from error
        kept = PaymentLine(
            organization_id=line.organization_id,
            order_id=line.order_id,
            charge_id=new_id(),
            patient_id=line.patient_id,
            amount_fen=fen,
            held=True,
            remains_of=line.remains_of or line.charge_id,
            cnt_milli=cnt_milli,
        )
        made.append(GoingBack(line, line.amount_fen - fen, one.cnt_milli, kept))
    return made
