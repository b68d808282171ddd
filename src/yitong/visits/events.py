"""What happens to an encounter beside its opening and closing, which are events of the queue."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class VisitEvent(StrEnum):
    """Names in the event log."""

    SAVED = "visits:encounter:saved"
    DIAGNOSED = "visits:encounter:diagnosed"


declare_events(
    {
        VisitEvent.SAVED: ("保存门诊记录", "The visit's notes were saved"),
        VisitEvent.DIAGNOSED: ("记录编码诊断 {many} 条", "{many} coded diagnoses were recorded"),
    }
)
