"""The legal life of a mixed order; nothing of it moves money before it waits for its payer."""

from enum import StrEnum

from yitong.kernel.states import machine


class MixedState(StrEnum):
    """Where a mixed order stands. A question whose answer was lost is asked again in the same state."""

    DUE = "due"
    ORDERING = "ordering"  # the insurer is sent the lines (6201) and asked to divide them (6202)
    ORDERED = "ordered"
    OPENING = "opening"  # the cash part and the mixed order are being opened in WeChat
    WAITING = "waiting"  # the payer's turn; looked up until it is final
    CLOSING = "closing"  # nobody wants it any more: the insurer's order is revoked, the cash part closed
    PAID = "paid"
    FAILED = "failed"  # what was paid of it is taken back by the order


M = MixedState
FINAL = (M.PAID, M.FAILED)
MIXED = machine(
    "mixed_payment",
    begins=[M.DUE],
    moves={
        M.DUE: [M.ORDERING, M.FAILED],
        M.ORDERING: [M.ORDERED, M.CLOSING, M.FAILED],
        M.ORDERED: [M.OPENING, M.CLOSING],
        M.OPENING: [M.WAITING, M.CLOSING, M.PAID],
        M.WAITING: [M.CLOSING, M.PAID],
        M.CLOSING: [M.PAID, M.FAILED],
    },
    words={
        M.DUE: ("待处理", "due"),
        M.ORDERING: ("医保下单中", "the insurer is dividing the bill"),
        M.ORDERED: ("医保已下单", "ordered at the insurer"),
        M.OPENING: ("微信下单中", "being opened in WeChat"),
        M.WAITING: ("等待在微信中付款", "waiting for the payer in WeChat"),
        M.CLOSING: ("关闭中", "being closed"),
        M.PAID: ("已支付", "paid"),
        M.FAILED: ("未成功", "failed"),
    },
)
