"""Reading one order whole under its lock, and moving its rows: one event a change, one history row a move."""

from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import select

from yitong.billing.payments.mixed.model import MixedPayment
from yitong.billing.payments.mixed.states import MIXED, MixedState
from yitong.billing.payments.model import PaymentLine, PaymentOrder, PaymentPart, Refund, RefundLine, RefundPart
from yitong.billing.payments.rules import Sheet, due_at
from yitong.billing.payments.states import BACK, ORDER, PART, REFUND, BackState, OrderState, PartState, RefundState
from yitong.billing.payments.wording import party_of
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.money import yuan_text
from yitong.kernel.permissions import Grant
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.states import Machine, record_move
from yitong.kernel.transaction import Transaction

S = TypeVar("S", bound=StrEnum)
OPEN_REFUND = (RefundState.REVERSING, RefundState.RESETTLING, RefundState.RETURNING)


async def locked(tx: Transaction, organization_id: UUID, order_id: UUID) -> Sheet:
    """Everything about an order, with the order locked until the transaction ends. Raises Problem ``not-found``.

    Its rows are written together when the change is complete: :func:`leave` does it.
    """
    tx.session.sync_session.autoflush = False  # half a change would not keep the tables' checks
    return await _read(tx, organization_id, order_id, lock=True)


async def seen(tx: Transaction, organization_id: UUID, order_id: UUID) -> Sheet:
    """Everything about an order as it stands. Raises Problem ``not-found``."""
    return await _read(tx, organization_id, order_id, lock=False)


async def _read(tx: Transaction, organization_id: UUID, order_id: UUID, *, lock: bool) -> Sheet:
    chosen = select(PaymentOrder).where(PaymentOrder.organization_id == organization_id, PaymentOrder.id == order_id)
    chosen = chosen.execution_options(populate_existing=True)
    order = (await tx.session.execute(chosen.with_for_update() if lock else chosen)).scalar_one_or_none()
    if order is None:
        raise NOT_FOUND()
    sheet = Sheet(
        order,
        await _rows(tx, PaymentLine, order, PaymentLine.charge_id),
        await _rows(tx, PaymentPart, order, PaymentPart.seq),
    )
    await _read_refunds(tx, sheet)
    if order.insutype is not None:
        sheet.mixed = next(iter(await _rows(tx, MixedPayment, order, MixedPayment.order_id)), None)
    return sheet


async def _rows(tx: Transaction, table: Any, order: PaymentOrder, by: Any) -> list[Any]:
    found = await tx.session.execute(
        select(table)
        .where(table.organization_id == order.organization_id, table.order_id == order.id)
        .order_by(by)
        .execution_options(populate_existing=True)
    )
    return list(found.scalars())


async def _read_refunds(tx: Transaction, sheet: Sheet) -> None:
    refunds: list[Refund] = await _rows(tx, Refund, sheet.order, Refund.asked_at)
    backs: list[RefundPart] = await _rows(tx, RefundPart, sheet.order, RefundPart.seq)
    sheet.refund = next((one for one in refunds if one.state in OPEN_REFUND), None)
    sheet.backs = [one for one in backs if sheet.refund is not None and one.refund_id == sheet.refund.id]
    if not refunds:
        return
    done = [one for one in refunds if one.state == RefundState.DONE]
    sheet.owed_fen = max(done, key=lambda one: (one.asked_at, one.id)).owed_fen if done else 0
    found = await tx.session.execute(
        select(RefundLine.charge_id, RefundLine.refund_id, RefundLine.kept_id).where(
            RefundLine.organization_id == sheet.order.organization_id,
            RefundLine.refund_id.in_([one.id for one in refunds if one.kind == "refund"]),
            RefundLine.held,
        )
    )
    for row in found:
        under_way = sheet.refund is not None and row.refund_id == sheet.refund.id
        (sheet.asked_back if under_way else sheet.returned).add(row.charge_id)
        if under_way and row.kept_id is not None:
            sheet.kept[row.charge_id] = row.kept_id


class Change:
    """One change of one order in one transaction: its event, and the moves that go with it."""

    def __init__(self, tx: Transaction, grant: Grant, sheet: Sheet, event_id: UUID) -> None:
        self.tx = tx
        self.grant = grant
        self.sheet = sheet
        self.event_id = event_id

    @classmethod
    async def begin(
        cls,
        tx: Transaction,
        grant: Grant,
        sheet: Sheet,
        event: StrEnum,
        about: PaymentPart | RefundPart | None = None,
        **said: Any,
    ) -> "Change":
        """Write the event; ``about`` adds who and how much it is about."""
        order = sheet.order
        facts: dict[str, Any] = {"bill_id": order.bill_id, "amount": yuan_text(order.total_fen)}
        if about is not None:
            party = party_of(about.kind, about.channel)
            facts |= {
                "part_id": about.id,
                "number": about.number,
                "kind": about.kind,
                "channel": about.channel,
                "amount": yuan_text(about.amount_fen),
                "amount_fen": about.amount_fen,
                "party": party.zh,
                "party_en": party.en,
            }
        event_id = await record(tx, grant, event, subject_of(order), facts | said)
        return cls(tx, grant, sheet, event_id)

    async def order(self, after: OrderState, reason: str | None = None) -> None:
        """Move the order."""
        row = self.sheet.order
        await self._move(ORDER, row, OrderState(row.state), after, reason)
        if after in (OrderState.FAILED, OrderState.REFUNDED):
            row.ended_at = self.tx.now
        elif after is OrderState.SETTLED:
            row.settled_at = self.tx.now

    async def part(self, row: PaymentPart, after: PartState, reason: str | None = None) -> None:
        """Move a part."""
        await self._move(PART, row, PartState(row.state), after, reason)
        if after in (PartState.DONE, PartState.FAILED, PartState.REVERSED):
            row.next_at = None
            row.attempts = 0

    async def back(self, row: RefundPart, after: BackState, reason: str | None = None) -> None:
        """Move an amount on its way back."""
        await self._move(BACK, row, BackState(row.state), after, reason)
        if after in (BackState.DONE, BackState.FAILED):
            row.next_at = None
            row.attempts = 0

    async def refund(self, row: Refund, after: RefundState, reason: str | None = None) -> None:
        """Move a refund."""
        await self._move(REFUND, row, RefundState(row.state), after, reason)
        if after in (RefundState.DONE, RefundState.FAILED):
            row.ended_at = self.tx.now

    async def mixed(self, row: MixedPayment, after: MixedState, reason: str | None = None) -> None:
        """Move a mixed order."""
        await self._move(MIXED, row, MixedState(row.state), after, reason)

    async def new(self, machine: Machine[S], row: Any) -> None:
        """Write a new row's first state into its history; the row is added to the session."""
        self.tx.session.add(row)
        await self._history(machine, row.id, None, machine_state(machine, row.state), 1, None)

    async def _move(self, machine: Machine[S], row: Any, before: S, after: S, reason: str | None) -> None:
        await self._history(machine, row.id, before, after, row.version + 1, reason)
        row.version += 1
        row.state = after.value

    async def _history(
        self, machine: Machine[S], id: UUID, before: S | None, after: S, sequence: int, reason: str | None
    ) -> None:
        order = self.sheet.order
        subject = Subject(machine.name, id, order.organization_id, order.patient_id)
        await record_move(
            self.tx,
            self.grant,
            machine,
            subject,
            before,
            after,
            sequence=sequence,
            event_id=self.event_id,
            reason=reason,
        )


def machine_state(machine: Machine[S], value: str) -> S:
    """The machine's state of that name."""
    return next(state for state in machine.words if state.value == value)


def subject_of(order: PaymentOrder) -> Subject:
    """The order as the subject of an event."""
    return Subject("payment_order", order.id, order.organization_id, order.patient_id)


async def leave(tx: Transaction, sheet: Sheet) -> None:
    """Say when somebody has to look again, and write everything; the last thing a change does."""
    sheet.order.next_at = due_at(sheet, tx.now)
    await tx.session.flush()
