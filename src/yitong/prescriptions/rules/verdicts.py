"""Verdicts: how grave, under which stable code, in two languages, resting on which source."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Literal

import msgspec

from yitong.kernel.text import Bilingual
from yitong.prescriptions.rules.sources import TITLES, Source

LevelName = Literal["warn", "pharmacist", "stop"]


class Level(IntEnum):
    """How grave: shown, to be justified by the doctor for the pharmacist, or never signed."""

    PASS = 0
    WARN = 1
    PHARMACIST = 2
    STOP = 3


class Verdict(msgspec.Struct, frozen=True):
    """One finding about a prescription; ``lines`` counts from 0 and is empty when the whole sheet is meant."""

    level: LevelName
    code: str
    lines: tuple[int, ...]
    message: Bilingual
    source: str
    source_title: Bilingual
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its stable code, level, sentence with ``{places}``, and source."""

    code: str
    level: LevelName
    text: Bilingual
    source: Source

    def __call__(self, *lines: int, detail: str = "", **fill: Any) -> Verdict:
        """The verdict that this rule gives about the lines; ``detail`` names where in the source."""
        message = self.text.filled(**fill) if fill else self.text
        return Verdict(self.level, self.code, lines, message, self.source.value, TITLES[self.source], detail)


RULES: dict[str, Rule] = {}


def rule(code: str, level: LevelName, zh: str, en: str, source: Source) -> Rule:
    """Declare a rule. Raises ValueError when its code is taken."""
    if code in RULES:
        raise ValueError(f"rule {code} is declared twice")
    RULES[code] = Rule(code, level, Bilingual(zh, en), source)
    return RULES[code]


def worst(verdicts: list[Verdict]) -> Level:
    """The gravest level among verdicts; ``PASS`` without any."""
    return max((Level[one.level.upper()] for one in verdicts), default=Level.PASS)
