"""The legal life of a health card, of a link in the master index and of a doubtful match."""

from enum import StrEnum

from yitong.kernel.states import machine


class CardState(StrEnum):
    """Where a health card stands."""

    ACTIVE = "active"
    FROZEN = "frozen"  # lost phone, lost paper: nobody can use it until its holder unfreezes it
    REVOKED = "revoked"


class LinkState(StrEnum):
    """Where the statement "this local patient is that person" stands."""

    LINKED = "linked"
    BROKEN = "broken"


class ReviewState(StrEnum):
    """Where a doubtful match stands."""

    OPEN = "open"
    LINKED = "linked"
    REJECTED = "rejected"


C = CardState
CARD = machine(
    "health_card",
    begins=[C.ACTIVE],
    moves={C.ACTIVE: [C.FROZEN, C.REVOKED], C.FROZEN: [C.ACTIVE, C.REVOKED]},
    words={C.ACTIVE: ("正常", "active"), C.FROZEN: ("已冻结", "frozen"), C.REVOKED: ("已注销", "revoked")},
)

LINK = machine(
    "patient_link",
    begins=[LinkState.LINKED],
    moves={LinkState.LINKED: [LinkState.BROKEN]},
    words={LinkState.LINKED: ("已关联", "linked"), LinkState.BROKEN: ("已解除", "broken")},
)

R = ReviewState
REVIEW = machine(
    "match_review",
    begins=[R.OPEN],
    moves={R.OPEN: [R.LINKED, R.REJECTED]},
    words={R.OPEN: ("待核对", "open"), R.LINKED: ("已关联", "linked"), R.REJECTED: ("已否定", "rejected")},
)
