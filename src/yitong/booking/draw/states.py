"""The legal life of a draw."""

from enum import StrEnum

from yitong.kernel.states import machine


class DrawState(StrEnum):
    """Where a draw stands."""

    ANNOUNCED = "announced"
    OPEN = "open"
    CLOSED = "closed"  # the requests and their root are published; the seed is not
    DRAWN = "drawn"
    CANCELLED = "cancelled"


S = DrawState
DRAW = machine(
    "draw",
    begins=[S.ANNOUNCED],
    moves={
        S.ANNOUNCED: [S.OPEN, S.CANCELLED],
        S.OPEN: [S.CLOSED, S.CANCELLED],
        S.CLOSED: [S.DRAWN, S.CANCELLED],
    },
    words={
        S.ANNOUNCED: ("已公告", "announced"),
        S.OPEN: ("申请中", "open"),
        S.CLOSED: ("已截止", "closed"),
        S.DRAWN: ("已开奖", "drawn"),
        S.CANCELLED: ("已取消", "cancelled"),
    },
)
