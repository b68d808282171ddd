"""The legal life of a delivery through a channel outside the house."""

from enum import StrEnum

from yitong.kernel.states import machine


class DeliveryState(StrEnum):
    """Where a delivery stands; being worked on is a lease (``next_try_at`` in the future), not a state."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"


D = DeliveryState
DELIVERY = machine(
    "delivery",
    begins=[D.WAITING],
    moves={D.WAITING: [D.SENT, D.GIVEN_UP]},
    words={
        D.WAITING: ("等待发送", "waiting"),
        D.SENT: ("已发送", "sent"),
        D.GIVEN_UP: ("已放弃", "given up"),
    },
)
