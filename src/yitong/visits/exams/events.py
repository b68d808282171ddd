"""What happens to orders of examinations and to the rules that they are planned by."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class ExamEvent(StrEnum):
    """Names in the event log."""

    ORDERED = "exams:request:ordered"
    REVOKED = "exams:request:revoked"
    RECOGNISED = "exams:request:recognised"
    WANTED_ANYWAY = "exams:request:wanted_anyway"
    REPORTED = "exams:request:reported"
    PLANNED = "exams:plan:booked"
    DRAFTED = "exams:rules:drafted"
    PUBLISHED = "exams:rules:published"
    REPLACED = "exams:rules:replaced"
    DISCARDED = "exams:rules:discarded"
    SERVED = "exams:service:set"


declare_events(
    {
        ExamEvent.ORDERED: ("开立检查", "An examination was ordered"),
        ExamEvent.REVOKED: ("作废检查申请", "An order for an examination was revoked"),
        ExamEvent.RECOGNISED: ("互认外院结果，不再重复检查", "A result from elsewhere was recognised instead"),
        ExamEvent.WANTED_ANYWAY: ("取消互认，仍需检查", "The examination is wanted in spite of the result elsewhere"),
        ExamEvent.REPORTED: ("检查报告已出", "The examination's report was issued"),
        ExamEvent.PLANNED: ("一次约好 {many} 项检查", "{many} examinations were booked at once"),
        ExamEvent.DRAFTED: ("修改检查规则草稿", "A draft of the examination rules was saved"),
        ExamEvent.PUBLISHED: ("检查规则第 {number} 版生效", "Version {number} of the examination rules is in force"),
        ExamEvent.REPLACED: ("检查规则第 {number} 版被替换", "Version {number} of the examination rules was replaced"),
        ExamEvent.DISCARDED: ("放弃检查规则草稿", "A draft of the examination rules was discarded"),
        ExamEvent.SERVED: ("设定设备对应的检查", "What a device is used for was set"),
    }
)
