"""The legal life of a payment order, of its parts, of a refund and of the refund's parts."""

from enum import StrEnum

from yitong.kernel.states import machine


class OrderState(StrEnum):
    """Where one attempt to pay a bill stands."""

    PRE_SETTLED = "pre_settled"  # divided and confirmed; nothing was asked of anybody
    SETTLING = "settling"  # its parts are being settled, one after the other
    SETTLED = "settled"
    PART_REFUNDED = "part_refunded"
    REFUNDED = "refunded"
    COMPENSATING = "compensating"  # a part failed: what was settled before it is being taken back
    FAILED = "failed"  # nobody has paid anything


class PartState(StrEnum):
    """Where one part of an order stands; what is written down comes before what is asked outside."""

    DUE = "due"
    ASKED = "asked"  # the question is on its way
    WAITING = "waiting"  # open at the channel or at the window: the payer's turn
    UNKNOWN = "unknown"  # no usable answer: to be looked up under the same number
    CLOSING = "closing"  # the channel is asked to end it
    DONE = "done"
    FAILED = "failed"  # refused, closed or never made
    REVERSING = "reversing"  # all of it is being given back
    REVERSED = "reversed"


class RefundState(StrEnum):
    """Where money on its way back stands."""

    REVERSING = "reversing"  # the insurer takes its settlement back
    RESETTLING = "resettling"  # and settles the lines that remain
    RETURNING = "returning"  # channels, deposits and windows give back
    DONE = "done"
    FAILED = "failed"  # refused before anything happened


class BackState(StrEnum):
    """Where one amount on its way back stands."""

    DUE = "due"
    ASKED = "asked"
    WAITING = "waiting"  # the channel works on it, or cash lies ready at the window
    UNKNOWN = "unknown"
    DONE = "done"
    FAILED = "failed"


Q, P, R, B = OrderState, PartState, RefundState, BackState
ORDER = machine(
    "payment_order",
    begins=[Q.PRE_SETTLED],
    moves={
        Q.PRE_SETTLED: [Q.SETTLING, Q.FAILED],
        Q.SETTLING: [Q.SETTLED, Q.COMPENSATING, Q.FAILED],
        Q.COMPENSATING: [Q.FAILED],
        Q.SETTLED: [Q.PART_REFUNDED, Q.REFUNDED],
        Q.PART_REFUNDED: [Q.REFUNDED],
        Q.FAILED: [Q.COMPENSATING],  # a channel took money after it had said it would not: it goes back
    },
    words={
        Q.PRE_SETTLED: ("待支付", "confirmed"),
        Q.SETTLING: ("支付中", "being paid"),
        Q.SETTLED: ("已支付", "paid"),
        Q.PART_REFUNDED: ("部分退款", "partly refunded"),
        Q.REFUNDED: ("已退款", "refunded"),
        Q.COMPENSATING: ("撤销中", "being taken back"),
        Q.FAILED: ("未支付", "not paid"),
    },
)
PART = machine(
    "payment_part",
    begins=[P.DUE],
    moves={
        P.DUE: [P.ASKED, P.WAITING, P.DONE, P.FAILED],
        P.ASKED: [P.WAITING, P.UNKNOWN, P.DONE, P.FAILED, P.DUE],
        P.WAITING: [P.ASKED, P.CLOSING, P.DONE, P.FAILED, P.UNKNOWN],
        P.UNKNOWN: [P.DUE, P.ASKED, P.WAITING, P.CLOSING, P.DONE, P.FAILED],
        P.CLOSING: [P.DONE, P.FAILED, P.UNKNOWN],
        P.DONE: [P.REVERSING],
        P.FAILED: [P.DONE],  # paid after all
        P.REVERSING: [P.REVERSED, P.DONE],
    },
    words={
        P.DUE: ("待处理", "due"),
        P.ASKED: ("处理中", "asked"),
        P.WAITING: ("等待付款", "waiting for the payer"),
        P.UNKNOWN: ("结果待查", "answer lost"),
        P.CLOSING: ("关闭中", "being closed"),
        P.DONE: ("已完成", "done"),
        P.FAILED: ("未成功", "failed"),
        P.REVERSING: ("退回中", "being given back"),
        P.REVERSED: ("已退回", "given back"),
    },
)
REFUND = machine(
    "refund",
    begins=[R.REVERSING, R.RETURNING],
    moves={
        R.REVERSING: [R.RESETTLING, R.RETURNING, R.FAILED, R.DONE],
        R.RESETTLING: [R.RETURNING, R.DONE],
        R.RETURNING: [R.DONE, R.FAILED],
    },
    words={
        R.REVERSING: ("医保撤销中", "the insurer is taking back"),
        R.RESETTLING: ("医保重新结算中", "the insurer is settling what remains"),
        R.RETURNING: ("退款中", "money is on its way back"),
        R.DONE: ("已退款", "refunded"),
        R.FAILED: ("退款未受理", "refused"),
    },
)
BACK = machine(
    "refund_part",
    begins=[B.DUE],
    moves={
        B.DUE: [B.ASKED, B.WAITING, B.DONE, B.FAILED],
        B.ASKED: [B.WAITING, B.UNKNOWN, B.DONE, B.FAILED],
        B.WAITING: [B.ASKED, B.UNKNOWN, B.DONE, B.FAILED],
        B.UNKNOWN: [B.ASKED, B.WAITING, B.DONE, B.FAILED],
        B.FAILED: [B.ASKED, B.DONE],  # the desk tries again
    },
    words={
        B.DUE: ("待退", "due"),
        B.ASKED: ("退款中", "asked"),
        B.WAITING: ("等待到账", "on its way"),
        B.UNKNOWN: ("结果待查", "answer lost"),
        B.DONE: ("已退", "done"),
        B.FAILED: ("退款未成功", "failed"),
    },
)
