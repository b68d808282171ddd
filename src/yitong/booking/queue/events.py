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
    RESULTS_EXPECTED = "queue:entry:results_expected"
    RESULTS_BROUGHT = "queue:entry:results_brought"
    TRANSFERRED = "queue:entry:transferred"
    PRIVILEGED = "queue:entry:privileged"
    PAUSED = "queue:room:paused"
    RESUMED = "queue:room:resumed"
    GROUPED = "queue:group:changed"
    RULES_CHANGED = "queue:rules:changed"


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
        QueueEvent.RESULTS_EXPECTED: (
            "{number_text} 号去做检查，取得结果后回诊",
            "{number_text} goes for tests and comes back with the results",
        ),
        QueueEvent.RESULTS_BROUGHT: (
            "{number_text} 号带结果回诊，在{room}候诊",
            "{number_text} is back with results for {room}",
        ),
        QueueEvent.TRANSFERRED: (
            "{number_before_text} 号由{from_room}转到{room}，新号 {number_text}：{reason}",
            "{number_before_text} was handed from {from_room_en} to {room_en} as {number_text}: {reason}",
        ),
        QueueEvent.PRIVILEGED: (
            "{number_text} 号依规优先：{ground_text}",
            "{number_text} goes first within the slot: {ground_text_en}",
        ),
        QueueEvent.PAUSED: ("{room}暂停叫号：{reason}", "{room_en} is paused: {reason}"),
        QueueEvent.RESUMED: ("{room}恢复叫号", "{room_en} goes on calling"),
        QueueEvent.GROUPED: ("候诊组“{name}”由 {rooms} 个诊室共用", "The line {name_en} is shared by {rooms} rooms"),
        QueueEvent.RULES_CHANGED: ("候诊规则已调整：{summary}", "The rules of the queue were changed: {summary}"),
    }
)
