"""Bilingual sentences and the normal forms in which people's writing is compared."""

import re
import unicodedata
from enum import StrEnum

import msgspec
from pypinyin import Style, lazy_pinyin


class Language(StrEnum):
    """The languages every screen and problem document is complete in."""

    ZH = "zh"
    EN = "en"

    @classmethod
    def from_header(cls, accept_language: str | None) -> "Language":
        """Choose from an Accept-Language header; Chinese unless English is asked for first."""
        first = (accept_language or "zh").split(",")[0].strip().lower()
        return cls.EN if first.startswith("en") else cls.ZH


class Bilingual(msgspec.Struct, frozen=True):
    """One sentence in Chinese and in English."""

    zh: str
    en: str

    def in_language(self, language: Language) -> str:
        return self.en if language is Language.EN else self.zh

    def filled(self, **values: object) -> "Bilingual":
        """Both sentences with ``{name}`` places filled in."""
        return Bilingual(self.zh.format(**values), self.en.format(**values))


def normal_text(text: str) -> str:
    """NFKC, without surrounding or doubled white space: the form in which names and numbers are compared."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()


def normal_name(name: str) -> str:
    """A person's name for comparison: NFKC, middle dots unified, no spaces between Chinese characters, upper case."""
    text = re.sub(r"[·•・．.‧]", "·", _upper(normal_text(name)))
    return re.sub(r"(?<=[\u3400-\u9fff·])\s+(?=[\u3400-\u9fff·])", "", text)


def normal_phone(phone: str) -> str:
    """A telephone number without separators and without the country prefix +86."""
    digits = re.sub(r"[\s\-()]", "", normal_text(phone))
    return re.sub(r"^(\+86|0086)", "", digits)


def normal_identifier(value: str) -> str:
    """An identity document's number: NFKC, upper case, without any white space."""
    return _upper(re.sub(r"\s+", "", normal_text(value)))


def _upper(text: str) -> str:
    """Capital letters in composed form: some letters fall apart when they are capitalised, and are joined again."""
    return unicodedata.normalize("NFKC", text.upper())


def pinyin_initials(text: str) -> str:
    """The capital first letters by which Chinese words are typed into a search box: 心血管内科 → XXGNK."""
    letters = "".join(lazy_pinyin(text, style=Style.FIRST_LETTER))
    return "".join(letter for letter in letters if letter.isalnum()).upper()


def pinyin_syllables(text: str) -> list[str]:
    """The syllables of a Chinese text without tones; the first reading of a character that has several."""
    return lazy_pinyin(text)
