"""The legal life of a prescription; from its approval on its parts decide (see ``circulation.states``)."""

from enum import StrEnum

from yitong.kernel.states import machine


class PrescriptionState(StrEnum):
    """Where a prescription stands."""

    DRAFT = "draft"
    DISCARDED = "discarded"
    SIGNED = "signed"  # waits for a pharmacist
    REFUSED = "refused"  # back at the doctor, with reasons
    RESUBMITTED = "resubmitted"  # changed and signed anew
    COUNTERSIGNED = "countersigned"  # unchanged: the doctor gave reasons and signed again
    APPROVED = "approved"  # in effect
    RELEASED = "released"  # open to the region's pharmacies
    DISPENSING = "dispensing"  # a pharmacy has taken some of it
    DISPENSED = "dispensed"  # nothing of it can be taken any more
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


S = PrescriptionState
PRESCRIPTION = machine(
    "prescription",
    begins=[S.DRAFT],
    moves={
        S.DRAFT: [S.SIGNED, S.DISCARDED],
        S.SIGNED: [S.APPROVED, S.REFUSED, S.WITHDRAWN, S.EXPIRED],
        S.REFUSED: [S.RESUBMITTED, S.COUNTERSIGNED, S.WITHDRAWN, S.EXPIRED],
        S.RESUBMITTED: [S.APPROVED, S.REFUSED, S.WITHDRAWN, S.EXPIRED],
        S.COUNTERSIGNED: [S.APPROVED, S.REFUSED, S.WITHDRAWN, S.EXPIRED],
        S.APPROVED: [S.RELEASED, S.WITHDRAWN, S.EXPIRED],
        S.RELEASED: [S.DISPENSING, S.WITHDRAWN, S.EXPIRED],
        S.DISPENSING: [S.RELEASED, S.DISPENSED, S.WITHDRAWN, S.EXPIRED],
    },
    words={
        S.DRAFT: ("草稿", "draft"),
        S.DISCARDED: ("已作废", "discarded"),
        S.SIGNED: ("待审方", "waiting for review"),
        S.REFUSED: ("药师退回", "refused by the pharmacist"),
        S.RESUBMITTED: ("重新提交待审", "resubmitted for review"),
        S.COUNTERSIGNED: ("医师再次签名待审", "signed again for review"),
        S.APPROVED: ("审核通过", "approved"),
        S.RELEASED: ("已流转", "released"),
        S.DISPENSING: ("配药中", "being dispensed"),
        S.DISPENSED: ("已取药", "dispensed"),
        S.WITHDRAWN: ("已撤回", "withdrawn"),
        S.EXPIRED: ("已过期", "expired"),
    },
)
WAITING = (S.SIGNED, S.RESUBMITTED, S.COUNTERSIGNED)
"""States in which a pharmacist has to decide."""
RUNNING_OUT = (*WAITING, S.REFUSED, S.APPROVED, S.RELEASED)
"""States that end when the validity ends."""
