"""The life of a difference between the hospital's books and what a channel or the insurer lists."""

from enum import StrEnum

from yitong.kernel.states import machine


class DifferenceState(StrEnum):
    """Where a difference stands."""

    OPEN = "open"
    PROPOSED = "proposed"  # one person said how to mend it
    SIGNED = "signed"  # another one agreed, and it was booked or noted
    VANISHED = "vanished"  # a later comparison of the same day did not find it any more


D = DifferenceState
DIFFERENCE = machine(
    "reconciliation_difference",
    begins=[D.OPEN],
    moves={D.OPEN: [D.PROPOSED, D.VANISHED], D.PROPOSED: [D.SIGNED, D.OPEN, D.VANISHED]},
    words={
        D.OPEN: ("待处理", "open"),
        D.PROPOSED: ("待复核", "waiting for the second signature"),
        D.SIGNED: ("已处理", "signed off"),
        D.VANISHED: ("已自行消除", "settled by itself"),
    },
)
