"""What happens in a queue. Every event is about the appointment; the payload says which entry, session and room."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class QueueEvent(StrEnum):
    """Names in the event log. Payload: schedule_id, department_id, entry_id, number_text, room, priority, calls."""

    CHECKED_IN = "queue:appointment:checked-in"
    CALLED = "queue:appointment:called"  # and encounter_id
    RECALLED = "queue:appointment:recalled"
    SKIPPED = "queue:appointment:skipped"
    RETURNED = "queue:appointment:returned"
    STARTED = "queue:appointment:started"  # and encounter_id
    FINISHED = "queue:appointment:finished"  # and encounter_id


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
