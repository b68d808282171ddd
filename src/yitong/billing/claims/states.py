"""The legal life of a claim."""

from enum import StrEnum

from yitong.kernel.states import machine


class ClaimState(StrEnum):
    """Where a claim stands."""

    DUE = "due"  # written down, to be sent
    ASKED = "asked"  # on its way; until an answer is written down nobody knows more
    UNKNOWN = "unknown"  # no usable answer: looked up under its number before anything else
    QUEUED = "queued"  # the insurer has it and thinks
    APPROVED = "approved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


C = ClaimState
_ANSWERS = [C.QUEUED, C.APPROVED, C.REJECTED]
CLAIM = machine(
    "claim",
    begins=[C.DUE],
    moves={
        C.DUE: [C.ASKED, C.CANCELLED],
        C.ASKED: [*_ANSWERS, C.UNKNOWN],
        C.UNKNOWN: [*_ANSWERS, C.DUE],
        C.QUEUED: [C.APPROVED, C.REJECTED, C.UNKNOWN],
    },
    words={
        C.DUE: ("待提交", "to be sent"),
        C.ASKED: ("提交中", "being sent"),
        C.UNKNOWN: ("结果待查", "answer unknown"),
        C.QUEUED: ("保险公司审核中", "being looked at by the insurer"),
        C.APPROVED: ("已赔付", "paid"),
        C.REJECTED: ("不予赔付", "refused"),
        C.CANCELLED: ("已撤回", "withdrawn"),
    },
)
