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
DAY_AHEAD = problem_kind(
    "day-ahead",
    400,
    Bilingual("不能对尚未到来的日期对账。", "A day that has not begun cannot be reconciled."),
    Bilingual("请选择今天或之前的日期。", "Choose today or an earlier day."),
)
