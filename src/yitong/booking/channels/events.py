"""What happens to channels, quotas and comparisons, by name, with the sentences of the event trail."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class ChannelEvent(StrEnum):
    """Events of channels; a booking of a hospital's system is an ordinary ``booking:appointment:booked``."""

    RULE_CHANGED = "booking:channel_rule:changed"
    QUOTA_MADE = "booking:quota_rule:made"
    QUOTA_CHANGED = "booking:quota_rule:changed"
    QUOTA_REMOVED = "booking:quota_rule:removed"
    QUOTA_APPLIED = "booking:quota_rule:applied"
    FLOWED_BACK = "booking:pool:flowed_back"
    COMPARED = "booking:reconciliation:made"
    MENDED = "booking:difference:mended"
    HANDED_OVER = "booking:difference:handed_over"
    ACCEPTED = "booking:difference:accepted"


declare_events(
    {
        ChannelEvent.RULE_CHANGED: ("修改 {channel} 渠道规则", "The rule of channel {channel} was changed"),
        ChannelEvent.QUOTA_MADE: ("新建 {pool} 号池配额", "A quota for pool {pool} was made"),
        ChannelEvent.QUOTA_CHANGED: ("修改 {pool} 号池配额", "The quota of pool {pool} was changed"),
        ChannelEvent.QUOTA_REMOVED: ("删除 {pool} 号池配额", "The quota of pool {pool} was removed"),
        ChannelEvent.QUOTA_APPLIED: ("按配额调整 {places} 个号源", "{places} places were moved to their pools"),
        ChannelEvent.FLOWED_BACK: (
            "{pool} 号池 {places} 个未用号源回流至 {to_pool}",
            "{places} unused places of pool {pool} went to {to_pool}",
        ),
        ChannelEvent.COMPARED: (
            "与院内系统对账 {compared} 条，差异 {differences} 条",
            "{compared} bookings were compared with the hospital's system: {differences} differences",
        ),
        ChannelEvent.MENDED: ("对账差异已修正（{mend}）", "A difference was mended ({mend})"),
        ChannelEvent.HANDED_OVER: ("对账差异已通知院内系统", "The hospital's system was told of a difference"),
        ChannelEvent.ACCEPTED: ("对账差异已确认保留", "A difference was accepted as it is"),
    }
)
