"""Why a draw refuses, with what to do next."""

from yitong.kernel.problems import problem_kind
from yitong.kernel.text import Bilingual

DRAW_NOT_OPEN = problem_kind(
    "draw-not-open",
    409,
    Bilingual("本次抽签现在不接受申请或更改。", "The draw does not take requests or changes now."),
    Bilingual("请查看抽签的申请时间。", "Look at the time in which it takes requests."),
)
DRAW_IDENTITY_USED = problem_kind(
    "draw-identity-used",
    409,
    Bilingual("该证件已在本次抽签中申请过。", "This identity document has a request in the draw already."),
    Bilingual("每个人在一次抽签中只有一次机会。", "Everybody has one chance in a draw."),
)
DRAW_IDENTITY_NEEDED = problem_kind(
    "draw-identity-needed",
    422,
    Bilingual("参加抽签需要实名证件。", "A draw asks for an identity document, and this person has none on record."),
    Bilingual("请先补充就诊人的身份证件。", "Add the person's identity document first."),
)
DRAW_NO_PLACES = problem_kind(
    "draw-no-places",
    409,
    Bilingual("所选班次没有可以用于抽签的号源。", "The chosen sessions have no free place for a draw."),
    Bilingual("请选择其他班次，或减少每个时段的数量。", "Choose other sessions, or fewer places a time."),
)
DRAW_NOT_PUBLISHED = problem_kind(
    "draw-not-published",
    409,
    Bilingual("抽签还没有截止，申请清单尚未公布。", "The draw has not closed, so its list is not published yet."),
    Bilingual("截止后即可下载公示文件。", "The file is there when it has closed."),
)
DRAW_SLOT_USED = problem_kind(
    "draw-slot-used",
    409,
    Bilingual("所选班次已在另一次抽签中。", "One of the sessions is part of another draw."),
    Bilingual("请等那次抽签结束，或选择其他班次。", "Wait for that draw to end, or choose other sessions."),
)
