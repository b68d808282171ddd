"""Pure rules of reviews: what is scored, who may write until when, which words are held back, when a mean is shown."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files

from yitong.kernel.text import Bilingual, normal_text

ASPECTS = ("attitude", "explanation", "skill", "waiting", "environment")
LONGEST = 500

# What may identify somebody, in any writing: an 18-digit identity number, a mobile phone, an address of the net, a
# messenger's name, or just a long row of digits. Blanks and hyphens between digits are taken out before.
_PERSONAL = re.compile(
    r"\d{17}[\dX]|(?<!\d)1[3-9]\d{9}(?!\d)|\d{7,}|[\w.+-]+@[\w-]+\.[\w.]+|https?://|www\."
    r"|(微信|VX|V信|WECHAT|QQ)[号:：\s]*[A-Z0-9_-]{4,}",
    re.IGNORECASE,
)
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s\-—_.·,，]+(?=\d)")
_NOISE = re.compile(r"[\s\W_]+")
HELD: Mapping[str, Bilingual] = {
    "personal_data": Bilingual("可能含有个人信息", "may contain personal data"),
    "abuse": Bilingual("可能含有辱骂用语", "may contain abusive words"),
    "advertising": Bilingual("可能是广告", "may be an advertisement"),
}


@cache
def words() -> dict[str, tuple[str, ...]]:
    """The lists of words that hold a text back, by reason; from ``words.tsv`` beside this module."""
    found: dict[str, list[str]] = {}
    for line in files("yitong.booking.reviews").joinpath("words.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            reason, word = line.split("\t")
            found.setdefault(reason, []).append(_plain(word))
    return {reason: tuple(listed) for reason, listed in found.items()}


def held_back(written: str) -> str | None:
    """Why a text waits for somebody to read it before it is shown: a code of :data:`HELD`, or None.

    Blanks and punctuation between the letters of a word do not hide it; digits may be full-width or grouped.
    """
    shown = normal_text(written).upper()
    if _PERSONAL.search(_BETWEEN_DIGITS.sub("", shown)):
        return "personal_data"
    plain = _plain(written)
    return next((reason for reason, listed in words().items() if any(word in plain for word in listed)), None)


def _plain(written: str) -> str:
    return _NOISE.sub("", normal_text(written).upper())


def may_write_until(finished_at: datetime, days: int) -> datetime:
    """The last moment at which a visit that was over at ``finished_at`` may be reviewed."""
    return finished_at + timedelta(days=days)


def mean_of(total: int, count: int) -> float:
    """The mean score of ``count`` reviews whose five scores sum to ``total``, to one decimal."""
    return round(total / (count * len(ASPECTS)), 1)


def stars(total: int) -> int:
    """The whole star, 1 to 5, that a review counts as in the distribution; halves go up."""
    return (2 * total + len(ASPECTS)) // (2 * len(ASPECTS))


def distribution(totals: Sequence[int]) -> dict[str, int]:
    """How many reviews there are of each whole star; all five keys are there."""
    counted = [stars(total) for total in totals]
    return {str(star): counted.count(star) for star in range(1, 6)}
