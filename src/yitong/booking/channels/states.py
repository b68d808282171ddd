"""The life of a difference between what is booked here and in a hospital's own system."""

from enum import StrEnum

from yitong.kernel.states import machine


class DifferenceState(StrEnum):
    """Where a difference stands."""

    OPEN = "open"
    MENDED = "mended"  # put right here
    HANDED_OVER = "handed_over"  # the hospital's system was told; the next comparison shows whether it listened
    ACCEPTED = "accepted"  # a person decided to leave it


D = DifferenceState
DIFFERENCE = machine(
    "channel_difference",
    begins=[D.OPEN],
    moves={D.OPEN: [D.MENDED, D.HANDED_OVER, D.ACCEPTED]},
    words={
        D.OPEN: ("待处理", "open"),
        D.MENDED: ("已修正", "mended"),
        D.HANDED_OVER: ("已通知院内系统", "handed over"),
        D.ACCEPTED: ("已确认保留", "accepted"),
    },
)
