"""What can happen to the directory."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class DirectoryEvent(StrEnum):
    """Names of this room's events."""

    DEPARTMENT_CHANGED = "directory:department:changed"
    SERVICE_CHANGED = "directory:service:changed"


declare_events(
    {
        DirectoryEvent.DEPARTMENT_CHANGED: ("科室信息已更新（{code}）", "A department was changed ({code})"),
        DirectoryEvent.SERVICE_CHANGED: (
            "号别与费用已更新：{fee_before} 分 → {fee_after} 分",
            "A service was changed: {fee_before} fen to {fee_after} fen",
        ),
    }
)
