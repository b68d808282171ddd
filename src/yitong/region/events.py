"""What overseers do to events that a reactor could not handle."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class RegionEvent(StrEnum):
    """Names in the event log; the subject is the parked event."""

    RETRY_ASKED = "region:parked_event:retry_asked"
    DISCARDED = "region:parked_event:discarded"


declare_events(
    {
        RegionEvent.RETRY_ASKED: (
            "要求 {reactor} 重新处理一条搁置事件：{reason}",
            "{reactor} was told to try a parked event again: {reason}",
        ),
        RegionEvent.DISCARDED: (
            "放弃 {reactor} 的一条搁置事件：{reason}",
            "A parked event of {reactor} was discarded: {reason}",
        ),
    }
)
