"""The lives of a part, of a purchase request, and what they make of the prescription as a whole.

The moves of a part are those of the ledger's contract, so that every move here can stand on the chain.
"""

from collections.abc import Collection
from enum import StrEnum

from yitong.kernel.states import machine
from yitong.prescriptions.states import PrescriptionState


class PartState(StrEnum):
    """Where a part stands."""

    ISSUED = "issued"
    APPROVED = "approved"
    REJECTED = "rejected"
    RELEASED = "released"
    ACCEPTED = "accepted"
    DISPENSING = "dispensing"
    DISPENSED = "dispensed"
    RETURNED = "returned"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    EXPIRED = "expired"


class RequestState(StrEnum):
    """Where a purchase request stands."""

    OPEN = "open"
    MATCHED = "matched"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


P = PartState
PART = machine(
    "prescription_part",
    begins=[P.ISSUED],
    moves={
        P.ISSUED: [P.APPROVED, P.REJECTED, P.WITHDRAWN, P.REVOKED, P.EXPIRED],
        P.APPROVED: [P.RELEASED, P.WITHDRAWN, P.REVOKED, P.EXPIRED],
        P.RELEASED: [P.RELEASED, P.ACCEPTED, P.WITHDRAWN, P.REVOKED, P.EXPIRED],
        P.ACCEPTED: [P.RELEASED, P.DISPENSING, P.DISPENSED, P.REVOKED, P.EXPIRED],
        P.DISPENSING: [P.DISPENSING, P.DISPENSED],
        P.DISPENSED: [P.DISPENSED, P.RETURNED, P.SETTLED],
        P.SETTLED: [P.DISPENSED],
    },
    words={
        P.ISSUED: ("待审方", "waiting for review"),
        P.APPROVED: ("待流转", "approved"),
        P.REJECTED: ("审核未通过", "rejected"),
        P.RELEASED: ("待药房接单", "released"),
        P.ACCEPTED: ("药房已接单", "taken by a pharmacy"),
        P.DISPENSING: ("部分发药", "partly dispensed"),
        P.DISPENSED: ("已发药", "dispensed"),
        P.RETURNED: ("已退药", "returned"),
        P.SETTLED: ("已结算", "settled"),
        P.WITHDRAWN: ("已撤回", "withdrawn"),
        P.REVOKED: ("医师已撤销", "revoked by the doctor"),
        P.EXPIRED: ("已过期", "expired"),
    },
)
HELD = frozenset({P.ACCEPTED, P.DISPENSING})
TAKEN = HELD | {P.DISPENSED, P.RETURNED, P.SETTLED}
OPEN = frozenset({P.ISSUED, P.APPROVED, P.RELEASED}) | HELD

REQUEST = machine(
    "purchase_request",
    begins=[RequestState.OPEN],
    moves={RequestState.OPEN: [RequestState.MATCHED, RequestState.WITHDRAWN, RequestState.LAPSED]},
    words={
        RequestState.OPEN: ("待药房接单", "open"),
        RequestState.MATCHED: ("已有药房接单", "taken by a pharmacy"),
        RequestState.WITHDRAWN: ("已撤回", "withdrawn"),
        RequestState.LAPSED: ("已失效", "lapsed"),
    },
)


def overall(parts: Collection[PartState]) -> PrescriptionState:
    """Where an approved prescription stands, given its parts. Raises ValueError without parts."""
    if not parts:
        raise ValueError("a prescription has parts")
    found = set(parts)
    if found & TAKEN:
        return PrescriptionState.DISPENSING if found & OPEN else PrescriptionState.DISPENSED
    if P.RELEASED in found:
        return PrescriptionState.RELEASED
    if found & OPEN:
        return PrescriptionState.APPROVED
    return PrescriptionState.EXPIRED if P.EXPIRED in found else PrescriptionState.WITHDRAWN
