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


class CoverState(StrEnum):
    """Where a stay stands at the insurer."""

    DUE = "due"  # to be registered
    ADMITTED = "admitted"
    DISCHARGED = "discharged"  # can be settled
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"  # the insurer does not take it: somebody has to change something


C = CoverState
COVER = machine(
    "stay_cover",
    begins=[C.DUE],
    moves={
        C.DUE: [C.ADMITTED, C.REFUSED, C.WITHDRAWN],
        C.ADMITTED: [C.DISCHARGED, C.WITHDRAWN],
        C.DISCHARGED: [C.ADMITTED],
        C.WITHDRAWN: [C.DUE],
        C.REFUSED: [C.DUE, C.WITHDRAWN],
    },
    words={
        C.DUE: ("待登记", "to be registered"),
        C.ADMITTED: ("已登记入院", "admitted"),
        C.DISCHARGED: ("已登记出院", "discharged"),
        C.WITHDRAWN: ("已撤销", "withdrawn"),
        C.REFUSED: ("医保未受理", "refused"),
    },
)
