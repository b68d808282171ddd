"""Refusals a person understands: RFC 9457 problem documents with a stable code, two languages and what to do next."""

from dataclasses import dataclass
from typing import Any

import msgspec

from yitong.kernel.text import Bilingual, Language


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One kind of refusal: its stable code, HTTP status, sentence, next step and whether trying again can help."""

    code: str
    status: int
    message: Bilingual
    next: Bilingual
    retry: bool = False

    def __call__(self, **details: Any) -> "Problem":
        """An exception of this kind; keywords fill the sentence or become members of the document.

        Members: ``errors``, ``conflict``, ``alternatives``, ``retry_after``, ``extra``; all others fill ``{places}``.
        """
        members = {name: details.pop(name) for name in _MEMBERS if name in details}
        return Problem(self, details, members)


_MEMBERS = ("errors", "conflict", "alternatives", "retry_after", "extra")
KINDS: dict[str, ProblemKind] = {}


def problem_kind(code: str, status: int, message: Bilingual, next: Bilingual, retry: bool = False) -> ProblemKind:
    """Declare a kind of refusal; the catalogue of all kinds is printed by ``yitong problems``.

    Raises ValueError when the code is taken.
    """
    if code in KINDS:
        raise ValueError(f"problem code {code} is declared twice")
    kind = ProblemKind(code, status, message, next, retry)
    KINDS[code] = kind
    return kind


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong with one field of a request; ``field`` is its path such as ``guardian.id_number``."""

    field: str
    code: str
    message: Bilingual


class Conflict(msgspec.Struct, frozen=True):
    """What is in the way of a request."""

    kind: str
    id: str
    text: Bilingual


class Problem(Exception):
    """A refusal on its way to the person who asked."""

    def __init__(self, kind: ProblemKind, fill: dict[str, Any], members: dict[str, Any]) -> None:
        super().__init__(kind.code)
        self.kind = kind
        self.fill = fill
        self.members = members

    @property
    def code(self) -> str:
        return self.kind.code

    @property
    def message(self) -> Bilingual:
        return self.kind.message.filled(**self.fill) if self.fill else self.kind.message

    def document(self, language: Language, request_id: str) -> dict[str, Any]:
        """The problem document, in the shape the interface description promises."""
        message = self.message
        document: dict[str, Any] = {
            "type": f"/problems/{self.kind.code}",
            "code": self.kind.code,
            "status": self.kind.status,
            "title": message.in_language(language),
            "message": message,
            "next": self.kind.next,
            "retry": self.kind.retry,
            "request_id": request_id,
        }
        members = dict(self.members)
        document.update(members.pop("extra", {}))
        document.update({name: value for name, value in members.items() if value is not None})
        return document


UNAUTHENTICATED = problem_kind(
    "unauthenticated",
    401,
    Bilingual("请先登录。", "Please sign in first."),
    Bilingual("重新登录后再试。", "Sign in and try again."),
)
FORBIDDEN = problem_kind(
    "forbidden",
    403,
    Bilingual("您没有权限进行这项操作。", "You are not allowed to do this."),
    Bilingual("如确需办理，请联系本机构管理员开通权限。", "If you need it, ask your organization's administrator."),
)
NOT_FOUND = problem_kind(
    "not-found",
    404,
    Bilingual("没有找到您要的内容。", "What you asked for was not found."),
    Bilingual("请检查后重试，或返回上一页。", "Check it and try again, or go back."),
)
METHOD_NOT_ALLOWED = problem_kind(
    "method-not-allowed",
    405,
    Bilingual("该地址不支持这种请求方式。", "This address does not take that method."),
    Bilingual("请按接口文档的方式调用。", "Call it as the interface description says."),
)
VALIDATION_FAILED = problem_kind(
    "validation-failed",
    400,
    Bilingual("提交的内容有误。", "Something in the request is not right."),
    Bilingual("请按提示修改标出的内容后再提交。", "Correct the marked fields and send it again."),
)
MALFORMED_JSON = problem_kind(
    "malformed-json",
    400,
    Bilingual("提交的内容不是有效的 JSON。", "The request body is not valid JSON."),
    Bilingual("请检查请求格式。", "Check the format of the request."),
)
BODY_TOO_LARGE = problem_kind(
    "body-too-large",
    413,
    Bilingual(
        "提交的内容过大，上限为 {limit_kb} KB。", "The request body is too large; at most {limit_kb} KB are taken."
    ),
    Bilingual("请减少内容后再提交。", "Send less at once."),
)
UNSUPPORTED_MEDIA = problem_kind(
    "unsupported-media-type",
    415,
    Bilingual("不支持这种内容类型。", "This content type is not supported."),
    Bilingual("请使用 application/json。", "Use application/json."),
)
RATE_LIMITED = problem_kind(
    "rate-limited",
    429,
    Bilingual("操作太频繁了，请稍候再试。", "Too many requests; please wait a little."),
    Bilingual("请稍候片刻后重试。", "Try again later."),
    retry=True,
)
UNAVAILABLE = problem_kind(
    "unavailable",
    503,
    Bilingual("系统暂时繁忙，您的操作没有生效。", "The service is busy; nothing was changed."),
    Bilingual("请稍后用同样的内容重试。", "Try the same again in a moment."),
    retry=True,
)
INTERNAL = problem_kind(
    "internal",
    500,
    Bilingual("系统出现了意外问题，您的操作没有生效。", "Something went wrong on our side; nothing was changed."),
    Bilingual(
        "请稍后重试；如仍不行，请把编号告诉工作人员。", "Try again; if it stays, tell the staff the request number."
    ),
    retry=True,
)
WRONG_STATE = problem_kind(
    "wrong-state",
    409,
    Bilingual("当前状态为“{state_zh}”，不能进行这一步。", "It is now '{state}', so this step is not possible."),
    Bilingual("请刷新后查看最新状态。", "Refresh to see the present state."),
)
IDEMPOTENCY_KEY_MISSING = problem_kind(
    "idempotency-key-missing",
    400,
    Bilingual("缺少请求头 Idempotency-Key。", "The header Idempotency-Key is missing."),
    Bilingual(
        "请为每次提交生成一个 UUID 并放入该请求头。", "Make a UUID for each submission and send it in that header."
    ),
)
IDEMPOTENCY_KEY_REUSED = problem_kind(
    "idempotency-key-reused",
    409,
    Bilingual("同一个 Idempotency-Key 被用于不同的内容。", "The same Idempotency-Key came with different content."),
    Bilingual("请为新的提交生成新的编号。", "Make a new key for a new submission."),
)
