"""What WeChat Pay's answers and notices contain, and what they mean to billing."""

from datetime import datetime

import msgspec

from yitong.billing.ports import PaymentFound, PaymentState, RefundFound


class Amount(msgspec.Struct, frozen=True):
    """Money of a payment, fen."""

    total: int
    payer_total: int = 0
    currency: str = "CNY"


class Payer(msgspec.Struct, frozen=True):
    """Who paid."""

    openid: str = ""


class Transaction(msgspec.Struct, frozen=True):
    """A payment, as the query and the notice TRANSACTION.* tell it."""

    appid: str
    mchid: str
    out_trade_no: str
    trade_state: str
    amount: Amount | None = None  # not told of a payment that was not made
    transaction_id: str = ""
    trade_state_desc: str = ""
    trade_type: str = ""
    attach: str = ""
    success_time: datetime | None = None
    payer: Payer = Payer()


class RefundAmount(msgspec.Struct, frozen=True):
    """Money of a refund, fen: what the payment was over, and what goes back."""

    total: int
    refund: int
    currency: str = "CNY"


class Refund(msgspec.Struct, frozen=True):
    """A refund, as the application for it and the query tell it."""

    out_trade_no: str
    out_refund_no: str
    refund_id: str
    status: str
    amount: RefundAmount
    success_time: datetime | None = None


class RefundNotice(msgspec.Struct, frozen=True):
    """A refund, as the notice REFUND.* tells it."""

    mchid: str
    out_trade_no: str
    out_refund_no: str
    refund_id: str
    refund_status: str
    amount: RefundAmount
    success_time: datetime | None = None


# REFUND says that something went back, not how much: the money was paid, and each refund is asked by its own number.
_STATES: dict[str, PaymentState] = {
    "SUCCESS": "paid",
    "REFUND": "paid",
    "NOTPAY": "waiting",
    "USERPAYING": "waiting",
    "ACCEPT": "waiting",
    "CLOSED": "closed",
    "REVOKED": "closed",
    "PAYERROR": "waiting",  # the payer may try again until the order is closed
}


def payment_found(said: Transaction) -> PaymentFound:
    """A payment in billing's words."""
    return PaymentFound(
        payment_no=said.out_trade_no,
        state=_STATES.get(said.trade_state, "unknown"),
        amount=said.amount.total if said.amount else 0,
        channel_no=said.transaction_id,
        paid_at=said.success_time,
        payer=said.payer.openid,
    )


def refund_found(said: Refund | RefundNotice) -> RefundFound:
    """A refund in billing's words; ABNORMAL means that the payer's account did not take it."""
    status = said.status if isinstance(said, Refund) else said.refund_status
    match status:
        case "SUCCESS":
            state = "done"
        case "PROCESSING":
            state = "processing"
        case "CLOSED" | "ABNORMAL":
            state = "failed"
        case _:
            state = "unknown"
    return RefundFound(
        refund_no=said.out_refund_no,
        payment_no=said.out_trade_no,
        state=state,
        amount=said.amount.refund,
        channel_no=said.refund_id,
        done_at=said.success_time,
    )
