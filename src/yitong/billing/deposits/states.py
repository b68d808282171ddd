"""The legal life of a stay's account."""

from enum import StrEnum

from yitong.kernel.states import machine


class StayState(StrEnum):
    """Where a stay's account stands."""

    RUNNING = "running"  # the bill takes lines, a bed-day every day
    CLOSING = "closing"  # the patient leaves: nothing more is charged, the bill is being paid
    SETTLED = "settled"


S = StayState
STAY = machine(
    "stay",
    begins=[S.RUNNING],
    moves={S.RUNNING: [S.CLOSING], S.CLOSING: [S.RUNNING, S.SETTLED]},
    words={
        S.RUNNING: ("在院", "in hospital"),
        S.CLOSING: ("出院结算中", "being settled"),
        S.SETTLED: ("已结算", "settled"),
    },
)
