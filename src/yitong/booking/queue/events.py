"""What happens in a queue. Every event is about the entry; the payload says which appointment, session and room."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class QueueEvent(StrEnum):
    """Names in the event log; the payload is made by :func:`yitong.booking.queue.moves.payload`."""

    CHECKED_IN = "queue:entry:checked_in"
    CALLED = "queue:entry:called"
    RECALLED = "queue:entry:recalled"
    SKIPPED = "queue:entry:skipped"
    RETURNED = "queue:entry:returned"
    STARTED = "queue:entry:started"
    FINISHED = "queue:entry:finished"


declare_events(
    {
        QueueEvent.CHECKED_IN: ("{number_text} 号已签到，在{room}候诊", "{number_text} checked in for {room}"),
        QueueEvent.CALLED: ("叫号 {number_text}，请到{room}", "{number_text} was called to {room}"),
        QueueEvent.RECALLED: (
            "第 {calls} 次叫号 {number_text}，请到{room}",
            "{number_text} was called to {room}, call {calls}",
        ),
        QueueEvent.SKIPPED: ("{number_text} 号未到，已过号", "{number_text} was not there and was skipped"),
        QueueEvent.RETURNED: ("{number_text} 号过号后重新排队", "{number_text} is back in the queue"),
        QueueEvent.STARTED: ("{number_text} 号在{room}开始就诊", "{number_text} is being seen in {room}"),
        QueueEvent.FINISHED: ("{number_text} 号就诊结束", "The consultation of {number_text} is over"),
    }
)
