"""Identity documents: their forms, and what an 18-character citizen number says about its holder (GB 11643-1999)."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from yitong.identity import problems as p
from yitong.kernel.clock import age_in_years
from yitong.kernel.problems import VALIDATION_FAILED, FieldError
from yitong.kernel.text import Bilingual, normal_identifier, normal_name, normal_phone, normal_text

Sex = Literal["male", "female"]
MINOR_BELOW = 14
"""Personal data of children under 14 need a guardian's consent (个人信息保护法 第三十一条)."""
ADULT_FROM = 18
_OLDEST = 130


class IdKind(StrEnum):
    """Kinds of identity documents with the codes of the health-card platform."""

    RESIDENT = "01"
    HOUSEHOLD = "02"
    PASSPORT = "03"
    HK_MACAO_PERMIT = "06"
    TAIWAN_PERMIT = "07"
    FOREIGN_PERMANENT = "15"
    RESIDENCE_PERMIT = "16"


# A household register carries the same citizen number as the identity card that follows it: one number, one person.
_SAME_NUMBER = {IdKind.HOUSEHOLD: IdKind.RESIDENT}
_FORMS = {
    IdKind.PASSPORT: re.compile(r"(?=.*\d)[A-Z0-9]{5,17}"),
    IdKind.HK_MACAO_PERMIT: re.compile(r"[HM]\d{8}(\d{2})?"),
    IdKind.TAIWAN_PERMIT: re.compile(r"\d{8}|\d{10}"),
    IdKind.FOREIGN_PERMANENT: re.compile(r"[A-Z]{3}\d{12}"),
}
_CITIZEN_FORM = re.compile(r"\d{17}[\dX]")
# GB/T 2260: the first two digits are the province; 81–83 only on residence permits of people from HK, Macao, Taiwan.
_PROVINCES = frozenset(
    f"{one}{two}"
    for one, last in ((1, 5), (2, 3), (3, 7), (4, 6), (5, 4), (6, 5), (7, 1))
    for two in range(0 if one == 5 else 1, last + 1)
)
_PERMIT_AREAS = ("810000", "820000", "830000")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
# Letters of any script: a passport may say JOSÉ MARÍA or HERNÁN. No digits, no signs but those that names have.
_NAME = re.compile(r"(?=.{2,50}$)[^\W\d_](?:[^\W\d_]|[·' .\-])*")
_PHONE = re.compile(r"1[3-9]\d{9}")


@dataclass(frozen=True, slots=True)
class Document:
    """A checked identity document and what is known about its holder; ``kind`` is the one it is filed under."""

    kind: IdKind
    number: str
    birth_date: date
    sex: Sex


def filed_under(kind: IdKind) -> IdKind:
    """The kind a document is looked up by: a household register and an identity card share the citizen number."""
    return _SAME_NUMBER.get(kind, kind)


def check_character(first_17: str) -> str:
    """The 18th character of a citizen number, ISO 7064 MOD 11-2 as GB 11643 asks."""
    return _CHECK[sum(int(digit) * weight for digit, weight in zip(first_17, _WEIGHTS, strict=True)) % 11]


def check_document(kind: IdKind, number: str, *, birth_date: date | None, sex: Sex | None, today: date) -> Document:
    """The document, when its number is well formed and agrees with the birth date and sex that were given.

    A number of 18 characters tells both, so they may be left out; other documents need them. ``today`` is the region's
    day. Raises Problem ``id-format``, ``id-area``, ``id-checksum``, ``id-birth-date``, ``id-sex``,
    ``birth-date-future`` or ``validation-failed``.
    """
    text = normal_identifier(number)
    kind = filed_under(kind)
    if kind in (IdKind.RESIDENT, IdKind.RESIDENCE_PERMIT) or (kind is IdKind.FOREIGN_PERMANENT and text[:1] == "9"):
        return _citizen_number(kind, text, birth_date, sex, today)
    if not _FORMS[kind].fullmatch(text):
        raise p.on_field(p.ID_FORMAT, "id_number")
    if birth_date is None or sex is None:
        missing = [name for name, value in (("birth_date", birth_date), ("sex", sex)) if value is None]
        raise VALIDATION_FAILED(errors=[_required(name) for name in missing])
    return Document(kind, text, _plausible(birth_date, today), sex)


def _citizen_number(kind: IdKind, text: str, birth_date: date | None, sex: Sex | None, today: date) -> Document:
    if not _CITIZEN_FORM.fullmatch(text):
        raise p.on_field(p.ID_FORMAT, "id_number")
    if not _area_fits(kind, text):
        raise p.on_field(p.ID_AREA, "id_number")
    if check_character(text[:17]) != text[17]:
        raise p.on_field(p.ID_CHECKSUM, "id_number")
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        raise p.on_field(p.ID_BIRTH_DATE, "id_number") from None
    born = _plausible(born, today, "id_number")
    told: Sex = "male" if int(text[16]) % 2 else "female"
    if birth_date is not None and birth_date != born:
        raise p.on_field(p.BIRTH_DATE_FUTURE if birth_date > today else p.ID_BIRTH_DATE, "birth_date")
    if sex is not None and sex != told:
        raise p.on_field(p.ID_SEX, "sex")
    return Document(kind, text, born, told)


def _area_fits(kind: IdKind, text: str) -> bool:
    match kind:
        case IdKind.RESIDENCE_PERMIT:
            return text.startswith(_PERMIT_AREAS)
        case IdKind.FOREIGN_PERMANENT:  # 9, then the province that issued it
            return text[1:3] in _PROVINCES
        case _:
            return text[:2] in _PROVINCES and text[2:6] != "0000"


def _plausible(born: date, today: date, field: str = "birth_date") -> date:
    if born > today:
        raise p.on_field(p.BIRTH_DATE_FUTURE, field)
    if age_in_years(born, today) > _OLDEST:
        raise p.on_field(p.ID_BIRTH_DATE, field)
    return born


def _required(name: str) -> FieldError:
    return FieldError(name, "required", Bilingual("这种证件须填写此项。", "This document needs this field."))


def check_name(name: str, field: str = "name") -> str:
    """The name as it is stored (NFKC, trimmed). Raises Problem ``name-invalid``."""
    if not _NAME.fullmatch(normal_name(name)):
        raise p.on_field(p.NAME_INVALID, field)
    return normal_text(name)


def check_phone(phone: str, field: str = "phone") -> str:
    """The 11 digits of a mainland mobile number. Raises Problem ``phone-invalid``."""
    digits = normal_phone(phone)
    if not _PHONE.fullmatch(digits):
        raise p.on_field(p.PHONE_INVALID, field)
    return digits
