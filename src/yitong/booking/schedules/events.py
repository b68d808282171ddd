"""What happens to teams, extra places and stopped visits, with the sentences of the event trail."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class ScheduleEvent(StrEnum):
    """Names in the event log."""

    TEAM_MADE = "booking:team:made"
    TEAM_CHANGED = "booking:team:changed"
    EXTRA_ADDED = "booking:place:extra_added"
    VISIT_CLOSED = "booking:appointment:stopped"


declare_events(
    {
        ScheduleEvent.TEAM_MADE: ("新建专家团队，共 {members} 人", "A team of {members} was made"),
        ScheduleEvent.TEAM_CHANGED: ("修改专家团队，共 {members} 人", "A team was changed; it has {members} members"),
        ScheduleEvent.EXTRA_ADDED: ("加号，序号 {number}：{reason}", "An extra place with number {number}: {reason}"),
        ScheduleEvent.VISIT_CLOSED: ("停诊当日结束，预约关闭", "The visit of a stopped session was closed"),
    }
)
