"""What comes next for a payment: a pure reading of its rows, so that whoever resumes it does what was meant before.

Order of settling: the insurer's funds and personal account (one settlement), commercial cover, deposit, channels.
When a part fails, those before it are taken back from the last to the first.
"""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from yitong.billing.payments.mixed.model import MixedPayment
from yitong.billing.payments.mixed.rules import MixedDo, is_under_way, next_mixed, untold
from yitong.billing.payments.mixed.states import MixedState
from yitong.billing.payments.model import PaymentLine, PaymentOrder, PaymentPart, Refund, RefundPart
from yitong.billing.payments.states import BackState, OrderState, PartState, RefundState
from yitong.kernel.ids import UUID

LEASE = timedelta(seconds=60)  # a question younger than this is somebody's who waits for the answer
TRIES_UNTIL_STUCK = 6
MOST_BACKOFF = timedelta(minutes=5)
_SETTLING = (OrderState.PRE_SETTLED, OrderState.SETTLING)


class Do(StrEnum):
    """What can be done next."""

    ASK = "ask"
    LOOK = "look"
    CLOSE = "close"
    FINISH = "finish"
    COMPENSATE = "compensate"
    ASK_BACK = "ask_back"
    LOOK_BACK = "look_back"
    RESETTLE = "resettle"
    RECLAIM = "reclaim"
    DIVIDE = "divide"
    FINISH_REFUND = "finish_refund"


@dataclass(frozen=True)
class Step:
    """One thing to do, and about which part."""

    do: Do | MixedDo
    part: PaymentPart | None = None
    back: RefundPart | None = None


@dataclass
class Sheet:
    """Everything about one order: its lines, its parts in order, the refund under way and what goes back."""

    order: PaymentOrder
    lines: list[PaymentLine]
    parts: list[PaymentPart]
    refund: Refund | None = None
    backs: list[RefundPart] = field(default_factory=list[RefundPart])  # of the refund under way
    returned: set[UUID] = field(default_factory=set[UUID])  # charges given back by refunds that are done
    asked_back: set[UUID] = field(default_factory=set[UUID])  # charges the refund under way gives back, and which
    kept: dict[UUID, UUID] = field(default_factory=dict[UUID, UUID])  # line stays of one of which it gives a part back
    owed_fen: int = 0  # what the last refund left to be paid beside these parts
    mixed: MixedPayment | None = None  # insurance and cash in one order of WeChat

    def part(self, part_id: UUID) -> PaymentPart:
        """One part. Raises StopIteration when it is not of this order."""
        return next(one for one in self.parts if one.id == part_id)

    def back(self, back_id: UUID) -> RefundPart:
        """One amount on its way back."""
        return next(one for one in self.backs if one.id == back_id)

    def original(self) -> list[PaymentPart]:
        """The parts that were confirmed, without settlements made anew by refunds."""
        return [part for part in self.parts if part.refund_id is None]

    def done(self) -> list[PaymentPart]:
        """Parts whose money has moved and has not gone back whole."""
        return [part for part in self.parts if part.state == PartState.DONE]

    def anew(self, kind: str) -> PaymentPart | None:
        """What the refund under way settled or claimed anew; the last try when there were several."""
        refund_id = self.refund.id if self.refund is not None else None
        made = [part for part in self.parts if refund_id is not None and part.refund_id == refund_id]
        return next((part for part in reversed(made) if part.kind == kind), None)

    def left_to_patient(self) -> int:
        """What of the remaining lines basic insurance does not pay, by its new settlement if there is one."""
        settled = self.anew("insurance")
        if settled is not None and settled.split is not None:
            return int(settled.split["psn_cash_pay"])
        return sum(line.amount_fen for line in self.remaining())

    def remaining(self) -> list[PaymentLine]:
        """Lines that stay paid after the refund under way, with what stays of those that go back in part."""
        gone = self.returned | self.asked_back
        return [line for line in self.lines if line.held and line.charge_id not in gone]

    def quantity(self, charge_id: UUID) -> int:
        """How much what remains of a line is, in thousandths. Raises StopIteration when it is none of this order."""
        return next(line.cnt_milli for line in self.lines if line.charge_id == charge_id and line.cnt_milli is not None)

    def paid_lines(self) -> list[PaymentLine]:
        """The lines that are on the bill: not what would stay after a refund that was refused or is not done yet."""
        coming = set(self.kept.values())
        return [line for line in self.lines if line.remains_of is None or (line.held and line.charge_id not in coming)]


def number_of(id: UUID) -> str:
    """A number for outside, from an id: 26 letters and digits, within every interface's limit (30 and 32)."""
    return base64.b32encode(id.bytes).decode().rstrip("=")


def backoff(tries: int) -> timedelta:
    """How long to wait before the next question after ``tries`` without an answer: 2 s doubling up to 5 minutes."""
    return min(timedelta(seconds=2 ** min(max(tries, 1), 12)), MOST_BACKOFF)


def poll_after(since: datetime | None, now: datetime) -> timedelta:
    """How long to leave somebody alone who is about to pay: a quarter of the time waited, 3 to 60 seconds."""
    waited = now - since if since is not None else timedelta()
    return min(max(waited / 4, timedelta(seconds=3)), timedelta(seconds=60))


def stopping(order: PaymentOrder, now: datetime) -> bool:
    """Whether no further part is to be begun: somebody cancelled, or the time to pay is over."""
    return order.cancel_asked is not None or now >= order.expires_at


def next_step(sheet: Sheet, now: datetime) -> Step | None:
    """What to do now; None when the payment rests or waits (until :func:`due_at`)."""
    if sheet.refund is not None:
        return _next_back(sheet, sheet.refund, now)
    state = sheet.order.state
    if state in _SETTLING:
        return _next_mixed(sheet, sheet.mixed, now) if sheet.mixed is not None else _next_part(sheet, now)
    if state == OrderState.FAILED and sheet.done():
        return Step(Do.COMPENSATE)  # money came after all
    return None


def _next_mixed(sheet: Sheet, mixed: MixedPayment, now: datetime) -> Step | None:
    if is_under_way(mixed):
        do = next_mixed(mixed, now, ending=stopping(sheet.order, now))
        return Step(do) if do is not None else None
    if sheet.order.cancel_asked == "amounts-changed":
        return Step(Do.COMPENSATE)  # both parts are paid, but not as it was confirmed
    return _next_part(sheet, now)


def _next_part(sheet: Sheet, now: datetime) -> Step | None:
    ending = stopping(sheet.order, now)
    for part in sheet.original():
        match part.state:
            case PartState.DONE:
                continue
            case PartState.FAILED:
                return Step(Do.COMPENSATE, part)
            case PartState.DUE:
                return Step(Do.COMPENSATE if ending else Do.ASK, part)
            case PartState.WAITING if ending:
                return Step(Do.CLOSE, part)
            case PartState.CLOSING:
                return Step(Do.CLOSE, part) if _is_due(part.next_at, now) else None
            case _:
                return Step(Do.LOOK, part) if _is_due(part.next_at, now) else None
    # What an insurer settled otherwise than confirmed does not stand, even when nobody pays after it.
    return Step(Do.COMPENSATE if sheet.order.cancel_asked == "amounts-changed" else Do.FINISH)


def _next_back(sheet: Sheet, refund: Refund, now: datetime) -> Step | None:
    if refund.state == RefundState.RESETTLING:
        return _next_resettle(sheet, refund, now)
    telling = mixed_untold(sheet, refund)
    for back in sheet.backs:
        if telling is not None and back.kind == "channel":
            break
        match back.state:
            case BackState.DONE:
                continue
            case BackState.DUE:
                return Step(Do.ASK_BACK, back=back)
            case BackState.WAITING:
                return Step(Do.LOOK_BACK, back=back) if _is_due(back.next_at, now) else None
            case _:
                return Step(Do.ASK_BACK, back=back) if _is_due(back.next_at, now) else None
    if telling is not None:
        due = telling.next_at is None or _is_due(telling.next_at, now)
        return Step(MixedDo.TELL) if due else None
    if refund.state == RefundState.REVERSING:
        return Step(Do.RESETTLE if sum(line.amount_fen for line in sheet.remaining()) else Do.DIVIDE)
    return Step(Do.FINISH_REFUND)


def mixed_untold(sheet: Sheet, refund: Refund) -> MixedPayment | None:
    """The mixed order of which WeChat has to hear, before any cash goes back, that the insurer took its part back."""
    reversed_ = any(part.kind == "insurance" and part.state == PartState.REVERSED for part in sheet.original())
    return sheet.mixed if refund.state == RefundState.RETURNING and reversed_ and untold(sheet.mixed) else None


def _next_resettle(sheet: Sheet, refund: Refund, now: datetime) -> Step | None:
    for part in sheet.parts:
        if part.refund_id != refund.id or part.state in (PartState.DONE, PartState.FAILED):
            continue
        if part.state == PartState.DUE:
            return Step(Do.ASK, part) if part.next_at is None or _is_due(part.next_at, now) else None
        return Step(Do.LOOK, part) if _is_due(part.next_at, now) else None
    settled = sheet.anew("insurance")
    if settled is not None and settled.state == PartState.FAILED:
        return Step(Do.RESETTLE)  # its message was reversed: once more, under another number
    covered = any(back.kind == "commercial" for back in sheet.backs)
    if covered and sheet.anew("commercial") is None and sheet.left_to_patient():
        return Step(Do.RECLAIM)
    return Step(Do.DIVIDE)


def _is_due(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now


def due_at(sheet: Sheet, now: datetime) -> datetime | None:
    """When somebody has to look at this order again; None when it rests until a person does something."""
    if next_step(sheet, now) is not None:
        return now
    order = sheet.order
    moments: list[datetime | None] = []
    if sheet.refund is not None:
        moments += [back.next_at for back in sheet.backs if back.state != BackState.DONE]
        moments += [part.next_at for part in sheet.parts if part.refund_id == sheet.refund.id]
        telling = mixed_untold(sheet, sheet.refund)
        moments += [telling.next_at] if telling is not None else []
    elif order.state in _SETTLING and sheet.mixed is not None and is_under_way(sheet.mixed):
        moments += [sheet.mixed.next_at]
        moments += [order.expires_at] if sheet.mixed.state == MixedState.WAITING and sheet.mixed.next_at else []
    elif order.state in _SETTLING:
        open_parts = [part for part in sheet.original() if part.state != PartState.DONE]
        moments += [part.next_at for part in open_parts[:1]]
        moments += [order.expires_at for part in open_parts[:1] if part.state == PartState.WAITING]
    return min((moment for moment in moments if moment is not None), default=None)


def last_to_first(parts: Iterable[PaymentPart]) -> list[PaymentPart]:
    """The order in which a failed payment's parts are taken back."""
    return sorted(parts, key=lambda part: -part.seq)


def next_seq(parts: Sequence[PaymentPart] | Sequence[RefundPart]) -> int:
    """The number of the next part."""
    return max((part.seq for part in parts), default=0) + 1
