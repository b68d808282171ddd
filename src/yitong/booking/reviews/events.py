"""What can happen to reviews and favourites; the payload never holds what somebody wrote."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class ReviewEvent(StrEnum):
    """Names in the event log."""

    WRITTEN = "reviews:review:written"
    PUBLISHED = "reviews:review:published"
    HIDDEN = "reviews:review:hidden"
    WITHDRAWN = "reviews:review:withdrawn"
    REPLIED = "reviews:review:replied"
    FAVOURITE_ADDED = "reviews:favourite:added"
    FAVOURITE_REMOVED = "reviews:favourite:removed"


declare_events(
    {
        ReviewEvent.WRITTEN: ("患者评价了就诊，状态 {state}", "A visit was reviewed; state {state}"),
        ReviewEvent.PUBLISHED: ("评价已公开", "A review was published"),
        ReviewEvent.HIDDEN: ("评价文字已隐藏：{reason}", "A review's words were hidden: {reason}"),
        ReviewEvent.WITHDRAWN: ("患者撤回了评价", "A review was taken back"),
        ReviewEvent.REPLIED: ("医院回复了评价", "A review was answered"),
        ReviewEvent.FAVOURITE_ADDED: ("收藏了医生或科室", "A favourite was added"),
        ReviewEvent.FAVOURITE_REMOVED: ("取消了收藏", "A favourite was removed"),
    }
)
