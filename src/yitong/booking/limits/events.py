"""What happens to limits: bans made, appealed and decided, rules changed."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class LimitEvent(StrEnum):
    """Names in the event log."""

    BANNED = "booking:ban:made"
    APPEALED = "booking:ban:appealed"
    DECIDED = "booking:ban:decided"
    RULE_CHANGED = "booking:limit-rule:changed"


declare_events(
    {
        LimitEvent.BANNED: (
            "爽约 {count} 次，限制在线预约 {days} 天",
            "{count} missed visits: booking online is closed for {days} days",
        ),
        LimitEvent.APPEALED: ("对预约限制提出申诉", "An appeal against a booking ban was made"),
        LimitEvent.DECIDED: ("预约限制申诉已处理（解除：{lifted}）", "An appeal was decided (lifted: {lifted})"),
        LimitEvent.RULE_CHANGED: ("修改预约规则 {code}", "The booking rule {code} was changed"),
    }
)
