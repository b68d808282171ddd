"""What people and channels do with payments: preview, pay, look, cancel, refund, take cash, try again."""

from yitong.billing.payments.carrying import carry
from yitong.billing.payments.service.desk import listed, retry
from yitong.billing.payments.service.differing import differences
from yitong.billing.payments.service.paying import cancel, cash_taken, pay, preview, show
from yitong.billing.payments.service.refunding import cash_returned, refund, refund_for

__all__ = [
    "cancel",
    "carry",
    "cash_returned",
    "cash_taken",
    "differences",
    "listed",
    "pay",
    "preview",
    "refund",
    "refund_for",
    "retry",
    "show",
]
