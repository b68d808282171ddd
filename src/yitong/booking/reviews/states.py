"""The legal life of a review."""

from enum import StrEnum

from yitong.kernel.states import machine


class ReviewState(StrEnum):
    """Whether a review's words can be read by others."""

    PENDING = "pending"  # waits for somebody to read it first
    PUBLISHED = "published"
    HIDDEN = "hidden"


R = ReviewState
REVIEW = machine(
    "review",
    begins=[R.PENDING, R.PUBLISHED],
    moves={R.PENDING: [R.PUBLISHED, R.HIDDEN], R.PUBLISHED: [R.HIDDEN], R.HIDDEN: [R.PUBLISHED]},
    words={R.PENDING: ("待审核", "pending"), R.PUBLISHED: ("已公开", "published"), R.HIDDEN: ("已隐藏", "hidden")},
)
