"""Why something about channels is refused."""

from yitong.kernel.problems import problem_kind
from yitong.kernel.text import Bilingual

CHANNEL_FOREIGN = problem_kind(
    "channel-foreign",
    403,
    Bilingual("您不能通过 {channel} 渠道预约。", "You cannot book through the channel {channel}."),
    Bilingual("请通过您自己的渠道办理。", "Use a channel of your own."),
)
QUOTA_EXISTS = problem_kind(
    "quota-exists",
    409,
    Bilingual("同一范围、同一号池已有配额规则。", "There is a quota rule for that pool and scope already."),
    Bilingual("请修改原来的规则。", "Change that rule instead."),
)
EXTERNAL_PATIENT_UNKNOWN = problem_kind(
    "external-patient-unknown",
    422,
    Bilingual("没有找到该患者的区域主索引。", "This patient is not known in the region's index."),
    Bilingual("请先登记院内患者并完成主索引关联。", "Record the local patient and link them to the index first."),
)
EXTERNAL_ID_TAKEN = problem_kind(
    "external-id-taken",
    409,
    Bilingual("该院内预约号已属于另一位患者。", "That booking number belongs to another patient."),
    Bilingual("请核对院内预约号与患者。", "Check the booking number and the patient."),
)
MEND_UNSUITABLE = problem_kind(
    "mend-unsuitable",
    409,
    Bilingual("这种处理方式不适用于该差异。", "That mend does not fit this difference."),
    Bilingual("请选择该差异列出的处理方式。", "Choose one of the mends that the difference lists."),
)
