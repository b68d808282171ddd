"""What comes next for a mixed order: a pure reading of its row."""

from datetime import datetime
from enum import StrEnum

from yitong.billing.payments.mixed.model import MixedPayment
from yitong.billing.payments.mixed.states import FINAL, MixedState
from yitong.billing.ports import InsuranceSplit

ORDER_TYPES = {"registration": "REG_PAY", "outpatient": "DIAG_PAY", "pharmacy": "DIAG_PAY"}


class MixedDo(StrEnum):
    """What can be done next with a mixed order."""

    ORDER = "mixed_order"  # 6201 and 6202
    OPEN = "mixed_open"
    LOOK = "mixed_look"
    CLOSE = "mixed_close"
    TELL = "mixed_tell"  # that the insurer took its part back


def next_mixed(row: MixedPayment, now: datetime, *, ending: bool) -> MixedDo | None:
    """What to do now; None while it waits or rests. ``ending``: nobody wants it any more, or its time is over."""
    resting = row.state != MixedState.DUE and row.state != MixedState.ORDERED
    if resting and row.state != MixedState.WAITING and not _is_due(row.next_at, now):
        return None  # a question is on its way, or its answer was lost a moment ago
    match row.state:
        case MixedState.CLOSING:
            return MixedDo.CLOSE
        case MixedState.WAITING if not ending:
            return MixedDo.LOOK if _is_due(row.next_at, now) else None
        case MixedState.WAITING if row.next_at is None:
            return None  # it rests until somebody has looked
        case _ if ending:
            return MixedDo.CLOSE
        case MixedState.DUE | MixedState.ORDERING:
            return MixedDo.ORDER
        case MixedState.ORDERED | MixedState.OPENING:
            return MixedDo.OPEN
        case _:
            return None


def _is_due(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now


def is_under_way(row: MixedPayment | None) -> bool:
    """Whether the parts of an order are still its mixed order's business."""
    return row is not None and row.state not in FINAL


def untold(row: MixedPayment | None) -> bool:
    """Whether WeChat does not know yet that the insurer took its part back, once it did."""
    return row is not None and row.mix_trade_no is not None and row.told_at is None


def shares(split: InsuranceSplit) -> tuple[int, int, int]:
    """What the funds, the personal account and the payer pay, as mobile payment tells it."""
    return split.fund_pay_sumamt, split.acct_pay, split.psn_cash_pay
