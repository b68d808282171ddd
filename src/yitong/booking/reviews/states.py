"""The legal life of a review."""

from enum import StrEnum

from yitong.kernel.states import machine


class ReviewState(StrEnum):
    """Whether a review's words can be read by others."""

    PENDING = "pending"  # waits for somebody to read it first
    PUBLISHED = "published"
    HIDDEN = "hidden"
    WITHDRAWN = "withdrawn"  # taken back by its author: the words are gone, the scores count no more


R = ReviewState
REVIEW = machine(
    "review",
    begins=[R.PENDING, R.PUBLISHED],
    moves={
        R.PENDING: [R.PUBLISHED, R.HIDDEN, R.WITHDRAWN],
        R.PUBLISHED: [R.HIDDEN, R.WITHDRAWN],
        R.HIDDEN: [R.PUBLISHED, R.WITHDRAWN],
    },
    words={
        R.PENDING: ("待审核", "pending"),
        R.PUBLISHED: ("已公开", "published"),
        R.HIDDEN: ("已隐藏", "hidden"),
        R.WITHDRAWN: ("已撤回", "withdrawn"),
    },
)
