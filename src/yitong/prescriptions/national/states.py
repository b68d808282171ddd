"""Where a prescription stands at the national platform, and which moves there are."""

from enum import StrEnum

from yitong.kernel.states import machine


class NationalState(StrEnum):
    """Where it stands there."""

    WAITING = "waiting"
    UPLOADED = "uploaded"
    REFUSED = "refused"
    UNDOING = "undoing"
    UNDONE = "undone"


N = NationalState
NATIONAL = machine(
    "national_prescription",
    begins=[N.WAITING],
    moves={N.WAITING: [N.UPLOADED, N.REFUSED, N.UNDONE], N.UPLOADED: [N.UNDOING], N.UNDOING: [N.UNDONE, N.UPLOADED]},
    words={
        N.WAITING: ("待上传", "to be uploaded"),
        N.UPLOADED: ("已上传", "in effect"),
        N.REFUSED: ("平台拒绝", "refused there"),
        N.UNDOING: ("撤销中", "being taken back"),
        N.UNDONE: ("已撤销", "taken back"),
    },
)
