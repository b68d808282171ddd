"""The legal life of an entry in a waiting list, of an offer, and of a place on its way back to the pool."""

from enum import StrEnum

from yitong.kernel.states import machine


class EntryState(StrEnum):
    """Where somebody stands in a waiting list."""

    WAITING = "waiting"
    OFFERED = "offered"
    BOOKED = "booked"
    LEFT = "left"
    EXPIRED = "expired"  # the days they wanted passed, or they let too many offers run out


class OfferState(StrEnum):
    """What became of an offer."""

    OPEN = "open"
    TAKEN = "taken"
    DECLINED = "declined"
    EXPIRED = "expired"


class ReturnState(StrEnum):
    """What became of a place that was given up; while it waits it is still counted as taken."""

    WAITING = "waiting"
    OFFERED = "offered"  # somebody in the list has it now
    RETURNED = "returned"  # anybody can take it


E = EntryState
ENTRY = machine(
    "waitlist_entry",
    begins=[E.WAITING],
    moves={
        E.WAITING: [E.OFFERED, E.LEFT, E.EXPIRED],
        E.OFFERED: [E.BOOKED, E.WAITING, E.LEFT, E.EXPIRED],
    },
    words={
        E.WAITING: ("候补中", "waiting"),
        E.OFFERED: ("有号待确认", "offered a place"),
        E.BOOKED: ("候补成功", "booked"),
        E.LEFT: ("已退出候补", "left"),
        E.EXPIRED: ("候补已过期", "expired"),
    },
)
O = OfferState  # noqa: E741
OFFER = machine(
    "offer",
    begins=[O.OPEN],
    moves={O.OPEN: [O.TAKEN, O.DECLINED, O.EXPIRED]},
    words={
        O.OPEN: ("待确认", "open"),
        O.TAKEN: ("已接受", "taken"),
        O.DECLINED: ("已谢绝", "declined"),
        O.EXPIRED: ("已失效", "run out"),
    },
)
R = ReturnState
RETURNING = machine(
    "returning_place",
    begins=[R.WAITING],
    moves={R.WAITING: [R.OFFERED, R.RETURNED]},
    words={
        R.WAITING: ("待放回", "on its way back"),
        R.OFFERED: ("已给候补", "offered to the waiting list"),
        R.RETURNED: ("已放回", "back in the pool"),
    },
)
