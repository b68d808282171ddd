"""Why examinations cannot be ordered, planned, or their rules published."""

from yitong.kernel.problems import problem_kind
from yitong.kernel.text import Bilingual

UNKNOWN_ITEM = problem_kind(
    "exam-item-unknown",
    422,
    Bilingual("本院检查目录中没有 {item}。", "The hospital's list of examinations has no {item}."),
    Bilingual("请从检查目录中选择。", "Choose from the list of examinations."),
)
ALREADY_ORDERED = problem_kind(
    "exam-already-ordered",
    409,
    Bilingual("{item} 已经开立且尚未完成。", "{item} is ordered already and not done yet."),
    Bilingual("请使用已有的申请，或先作废。", "Use the order there is, or revoke it first."),
)
NOTHING_TO_PLAN = problem_kind(
    "nothing-to-plan",
    409,
    Bilingual("没有需要安排的检查。", "There is no examination to plan."),
    Bilingual("请医生开立检查后再安排。", "Plan again once a doctor has ordered one."),
)
PLAN_BREAKS_RULE = problem_kind(
    "plan-breaks-rule",
    409,
    Bilingual("这样安排不符合检查规则：{why_zh}", "This plan breaks a rule of the examinations: {why}"),
    Bilingual("请重新生成方案后再预约。", "Make a new plan and book that."),
)
RULES_CONTRADICT = problem_kind(
    "exam-rules-contradict",
    422,
    Bilingual("检查规则自相矛盾：{why_zh}", "The rules contradict each other: {why}"),
    Bilingual("请修改指出的规则后再保存。", "Change the rules named and save again."),
)
EXAMPLE_FAILS = problem_kind(
    "exam-example-fails",
    409,
    Bilingual("规则不满足示例：{why_zh}", "The rules do not keep an example: {why}"),
    Bilingual("请修改规则或示例后再发布。", "Change the rules or the example, then publish."),
)
NO_DRAFT = problem_kind(
    "no-exam-draft",
    409,
    Bilingual("没有可以发布的规则草稿。", "There is no draft of the rules."),
    Bilingual("请先保存草稿。", "Save a draft first."),
)
STILL_BOOKED = problem_kind(
    "exam-still-booked",
    409,
    Bilingual("该检查已有预约。", "The examination has an appointment."),
    Bilingual("请先取消预约。", "Cancel the appointment first."),
)
NOT_RECOGNISABLE = problem_kind(
    "report-not-recognisable",
    409,
    Bilingual(
        "这份报告不能互认：不是同一项目、已过有效期或未标注互认。",
        "This report is of another examination, too old, or not for others.",
    ),
    Bilingual("请安排本院检查。", "Plan the examination here."),
)
