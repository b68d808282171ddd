"""Refusals of the reconciliation."""

from yitong.kernel.problems import problem_kind
from yitong.kernel.text import Bilingual

FOUR_EYES = problem_kind(
    "second-person-needed",
    409,
    Bilingual("处理意见需由另一位同事复核。", "Somebody else has to sign off what you proposed."),
    Bilingual("请另一位有复核权限的同事登录后复核。", "Ask a colleague with the right to sign to do it."),
)
CORRECTION_UNSUITABLE = problem_kind(
    "correction-unsuitable",
    409,
    Bilingual("这种处理方式不适用于该差异。", "This does not mend a difference of this kind."),
    Bilingual("请刷新后从列出的方式中选择。", "Refresh and choose one of those listed."),
)
NOT_THE_LAST_COUNT = problem_kind(
    "not-the-last-count",
    409,
    Bilingual("只能重新登记该窗口最近一次盘点。", "Only the last count of a window can be made anew."),
    Bilingual("请刷新后选择最近一次盘点，或登记新的盘点。", "Refresh and choose the last count, or make a new one."),
)
JUST_COUNTED = problem_kind(
    "just-counted",
    409,
    Bilingual("该窗口刚刚盘点过。", "This window was counted a moment ago."),
    Bilingual("如需更正，请重新登记上一次盘点。", "To correct it, make the last count anew."),
)
DAY_AHEAD = problem_kind(
    "day-ahead",
    400,
    Bilingual("不能对尚未到来的日期对账。", "A day that has not begun cannot be reconciled."),
    Bilingual("请选择今天或之前的日期。", "Choose today or an earlier day."),
)
