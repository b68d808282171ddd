"""What can go wrong with an outside party: it did not answer, or it said no."""

from yitong.kernel.problems import Problem, problem_kind
from yitong.kernel.text import Bilingual

_UNAVAILABLE = problem_kind(
    "gateway-unavailable",
    503,
    Bilingual("{party_zh}暂时没有响应。", "{party} is not answering at the moment."),
    Bilingual("请稍后再试。", "Please try again in a moment."),
    retry=True,
)
_REFUSED = problem_kind(
    "gateway-refused",
    502,
    Bilingual("{party_zh}拒绝了这次请求。", "{party} refused the request."),
    Bilingual("请换一种方式办理，或联系工作人员。", "Choose another way, or ask the staff."),
)


class GatewayUnavailable(Problem):
    """No usable answer came: a timeout, a broken connection, a 5xx. The call may or may not have had its effect."""

    def __init__(self, party: Bilingual, reason: str) -> None:
        super().__init__(_UNAVAILABLE, {"party_zh": party.zh, "party": party.en}, {})
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.fill['party']}: {self.reason}"


class GatewayRefused(Problem):
    """The other side understood and said no; ``reason`` is its own error code. Trying the same again cannot help."""

    def __init__(self, party: Bilingual, reason: str, detail: str = "") -> None:
        super().__init__(_REFUSED, {"party_zh": party.zh, "party": party.en}, {})
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.fill['party']}: {self.reason} {self.detail}".rstrip()
