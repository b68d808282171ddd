"""The life of a delivery."""

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
