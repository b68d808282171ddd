"""Whether two records are one person: deterministic where a document decides, otherwise by weighing agreements.

The model is Fellegi and Sunter's (A Theory for Record Linkage, 1969): each field's level of agreement has a weight, a
missing field has none, and the sum with the prior gives a probability. Figures are data, in ``matching.toml``.
"""

import math
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files

import msgspec

from yitong.identity.rules.documents import Sex
from yitong.kernel.text import normal_name, pinyin_syllables


class Verdict(StrEnum):
    """What follows from a comparison."""

    LINK = "link"
    REVIEW = "review"
    NEW = "new"


class Method(StrEnum):
    """How a link came about."""

    DETERMINISTIC = "deterministic"
    PROBABILISTIC = "probabilistic"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of somebody, in normal forms; None is unknown and says nothing."""

    name: str
    sex: Sex | None
    birth_date: date | None
    phone: str | None
    id_kind: str | None
    id_number: str | None


class Level(msgspec.Struct, frozen=True):
    """One level of agreement of a field."""

    name: str
    m: float
    u: float
    agreement: float

    @property
    def weight(self) -> float:
        return math.log2(self.m / self.u)


class _Field(msgspec.Struct, frozen=True):
    level: list[Level]


class _Decision(msgspec.Struct, frozen=True):
    prior: float
    link: float
    review: float


class Figures(msgspec.Struct, frozen=True):
    """The model's figures: levels by field, best first, and the thresholds."""

    decision: _Decision
    name: _Field
    sex: _Field
    birth_date: _Field
    phone: _Field
    id_number: _Field

    def level(self, field: str, name: str) -> Level:
        return next(level for level in getattr(self, field).level if level.name == name)


@cache
def figures() -> Figures:
    """The figures that ship with the platform."""
    return msgspec.convert(
        tomllib.loads(files("yitong.identity.rules").joinpath("matching.toml").read_text("utf-8")), Figures
    )


class Evidence(msgspec.Struct, frozen=True):
    """One field's part in a comparison; carries no values, so it may be stored."""

    field: str
    level: str
    agreement: float
    weight: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two records agree: evidence by field, the probability that they are one person, and what follows."""

    evidence: tuple[Evidence, ...]
    probability: float
    verdict: Verdict
    method: Method


def compare(one: Facts, other: Facts, model: Figures | None = None) -> Comparison:
    """Weigh two records against each other; the order of the two does not matter.

    The same document under the same name, or with the same birth date, is one person. Whatever the weight, records
    whose sex and birth date both contradict are never linked without a person looking.
    """
    model = model or figures()
    levels = {
        "name": _name_level(one.name, other.name),
        "sex": _equal(one.sex, other.sex),
        "birth_date": _birth_date_level(one.birth_date, other.birth_date),
        "phone": _equal(one.phone, other.phone),
        "id_number": _id_level(one, other),
    }
    evidence = tuple(
        Evidence(field, level, found.agreement, round(found.weight, 2))
        for field, level in levels.items()
        if level is not None
        for found in [model.level(field, level)]
    )
    probability = _probability(sum(one.weight for one in evidence), model.decision.prior)
    contradicts = levels["sex"] == "different" and levels["birth_date"] == "different"
    same_document = levels["id_number"] == "exact"
    if same_document and (levels["name"] == "exact" or levels["birth_date"] == "exact"):
        return Comparison(evidence, 1.0, Verdict.REVIEW if contradicts else Verdict.LINK, Method.DETERMINISTIC)
    if probability >= model.decision.link and not contradicts:
        verdict = Verdict.LINK
    elif probability >= model.decision.review or same_document:
        verdict = Verdict.REVIEW
    else:
        verdict = Verdict.NEW
    return Comparison(evidence, probability, verdict, Method.PROBABILISTIC)


def decide(comparisons: Sequence[Comparison]) -> Verdict:
    """What follows from all candidates together: two that could be linked are a doubt, not a link."""
    linkable = sum(one.verdict is Verdict.LINK for one in comparisons)
    if linkable == 1:
        return Verdict.LINK
    return Verdict.REVIEW if any(one.verdict is not Verdict.NEW for one in comparisons) else Verdict.NEW


def _probability(weight: float, prior: float) -> float:
    """The posterior of a sum of weights in bits."""
    bits = weight + math.log2(prior / (1 - prior))
    return 1 / (1 + 2.0**-bits)


def _equal(one: object, other: object) -> str | None:
    if one is None or other is None:
        return None
    return "exact" if one == other else "different"


def _id_level(one: Facts, other: Facts) -> str | None:
    """Numbers of different kinds of documents say nothing about each other."""
    if one.id_number is None or other.id_number is None or one.id_kind != other.id_kind:
        return None
    if one.id_number == other.id_number:
        return "exact"
    return "one_slip" if one_slip(one.id_number, other.id_number) else "different"


def _birth_date_level(one: date | None, other: date | None) -> str | None:
    if one is None or other is None:
        return None
    if one == other:
        return "exact"
    if (one.year, one.month, one.day) == (other.year, other.day, other.month) or _swapped(
        f"{one:%Y%m%d}", f"{other:%Y%m%d}"
    ):
        return "transposed"
    return "year_month" if (one.year, one.month) == (other.year, other.month) else "different"


def _swapped(one: str, other: str) -> bool:
    """Whether two neighbouring characters changed places."""
    places = [i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b]
    return (
        len(one) == len(other)
        and len(places) == 2
        and places[1] == places[0] + 1
        and one[places[0]] == other[places[1]]
        and one[places[1]] == other[places[0]]
    )


def one_slip(one: str, other: str) -> bool:
    """Whether one typing slip leads from one text to the other: a wrong, missing or added character, or two swapped."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) == 1 or _swapped(one, other)
    short, long = sorted((one, other), key=len)
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


def _name_level(one: str, other: str) -> str:
    one, other = normal_name(one), normal_name(other)
    if one == other:
        return "exact"
    if _sound(one) == _sound(other):
        return "sounds_alike"
    shared = sum((Counter(one) & Counter(other)).values())
    if one[:1] == other[:1] and shared >= 2 and 2 * shared >= max(len(one), len(other)):
        return "partial"
    return "different"


def _sound(name: str) -> tuple[str, ...]:
    """Syllables as they are often confused at a window: flat and curled tongue, n and l, front and back nasals."""
    return tuple(_plain(syllable.lower()) for syllable in pinyin_syllables(name))


def _plain(syllable: str) -> str:
    if syllable[:2] in ("zh", "ch", "sh"):
        syllable = syllable[0] + syllable[2:]
    if syllable.startswith("l"):
        syllable = "n" + syllable[1:]
    return syllable[:-1] if syllable.endswith(("ang", "eng", "ing")) else syllable
