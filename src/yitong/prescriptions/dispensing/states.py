"""The lives of a delivery and of a settlement with the insurer."""

from enum import StrEnum

from yitong.kernel.states import machine


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    SENT = "sent"
    ARRIVED = "arrived"
    FAILED = "failed"


D = DeliveryState
DELIVERY = machine(
    "drug_delivery",
    begins=[D.SENT],
    moves={D.SENT: [D.ARRIVED, D.FAILED], D.FAILED: [D.SENT]},
    words={
        D.SENT: ("配送中", "on its way"),
        D.ARRIVED: ("已送达", "delivered"),
        D.FAILED: ("未送达", "not delivered"),
    },
)


class SettlementState(StrEnum):
    """Where a settlement stands."""

    ASKED = "asked"  # the insurer's answer is not known yet
    SETTLED = "settled"
    REFUSED = "refused"
    REVERSED = "reversed"


T = SettlementState
SETTLEMENT = machine(
    "drug_settlement",
    begins=[T.ASKED],
    moves={T.ASKED: [T.SETTLED, T.REFUSED], T.SETTLED: [T.REVERSED]},
    words={
        T.ASKED: ("结算中", "being settled"),
        T.SETTLED: ("已结算", "settled"),
        T.REFUSED: ("医保拒绝", "refused by the insurer"),
        T.REVERSED: ("已撤销结算", "taken back"),
    },
)
