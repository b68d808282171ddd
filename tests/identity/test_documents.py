"""What an identity document's number says, and every way in which it can be wrong."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity_cast import citizen_number
from yitong.identity.rules.documents import IdKind, check_document, check_name, check_phone
from yitong.kernel.problems import Problem

pytestmark = pytest.mark.unit
TODAY = date(2026, 11, 23)


def refused(kind: IdKind, number: str, **given: Any) -> str:
    with pytest.raises(Problem) as caught:
        check_document(kind, number, birth_date=given.get("birth_date"), sex=given.get("sex"), today=TODAY)
    return caught.value.code


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(0, 999))
def test_a_right_citizen_number_tells_birth_date_and_sex(born: date, sequence: int) -> None:
    number = citizen_number("110101", f"{born:%Y%m%d}", sequence)
    document = check_document(IdKind.RESIDENT, f" {number.lower()} ", birth_date=None, sex=None, today=TODAY)
    assert (document.number, document.birth_date) == (number, born)
    assert document.sex == ("male" if sequence % 2 else "female")


@given(st.integers(0, 16), st.integers(1, 9))
def test_any_single_wrong_digit_is_noticed(place: int, change: int) -> None:
    number = citizen_number("110101", "19900307", 123)
    wrong = number[:place] + str((int(number[place]) + change) % 10) + number[place + 1 :]
    assert refused(IdKind.RESIDENT, wrong).startswith("id-")


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("11010119900307123", "id-format"),
        ("110101900307123", "id-format"),  # the 15 digits of before 1999
        ("1101011990030712AX", "id-format"),
        (citizen_number("990101", "19900307", 123), "id-area"),
        (citizen_number("810000", "19900307", 123), "id-area"),
        (citizen_number("110101", "19900307", 123)[:17] + "Z", "id-format"),
        (citizen_number("110101", "19900230", 123), "id-birth-date"),
        (citizen_number("110101", "18500101", 123), "id-birth-date"),
        (citizen_number("110101", "20261124", 123), "birth-date-future"),
    ],
)
def test_wrong_citizen_numbers_are_told_apart(number: str, code: str) -> None:
    assert refused(IdKind.RESIDENT, number) == code


def test_the_check_digit_has_its_own_code() -> None:
    number = citizen_number("110101", "19900307", 123)
    wrong = number[:17] + ("0" if number[17] != "0" else "1")
    assert refused(IdKind.RESIDENT, wrong) == "id-checksum"


def test_what_was_given_must_agree_with_the_number() -> None:
    number = citizen_number("110101", "19900307", 123)
    assert refused(IdKind.RESIDENT, number, birth_date=date(1990, 3, 8)) == "id-birth-date"
    assert refused(IdKind.RESIDENT, number, birth_date=date(2027, 1, 1)) == "birth-date-future"
    assert refused(IdKind.RESIDENT, number, sex="female") == "id-sex"


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (IdKind.PASSPORT, "e12345678", "12"),
        (IdKind.HK_MACAO_PERMIT, "H12345678", "X12345678"),
        (IdKind.TAIWAN_PERMIT, "12345678", "1234567"),
        (IdKind.FOREIGN_PERMANENT, "USA110000000001", "US1100000000001"),
    ],
)
def test_other_documents_have_their_forms_and_need_birth_date_and_sex(kind: IdKind, good: str, bad: str) -> None:
    born = date(1980, 5, 1)
    assert check_document(kind, good, birth_date=born, sex="female", today=TODAY).birth_date == born
    assert refused(kind, bad, birth_date=born, sex="female") == "id-format"
    assert refused(kind, good) == "validation-failed"
    assert refused(kind, good, birth_date=date(2030, 1, 1), sex="male") == "birth-date-future"


def test_a_residence_permit_has_its_own_areas() -> None:
    number = citizen_number("810000", "19900307", 122)
    assert check_document(IdKind.RESIDENCE_PERMIT, number, birth_date=None, sex=None, today=TODAY).sex == "female"
    assert refused(IdKind.RESIDENCE_PERMIT, citizen_number("110101", "19900307", 122)) == "id-area"


def test_the_five_star_card_carries_the_same_check_digit() -> None:
    number = citizen_number("911010", "19900307", 121)
    document = check_document(IdKind.FOREIGN_PERMANENT, number, birth_date=None, sex=None, today=TODAY)
    assert document.birth_date == date(1990, 3, 7)


def test_a_household_register_is_filed_under_the_citizen_number() -> None:
    number = citizen_number("110101", "20240307", 123)
    assert check_document(IdKind.HOUSEHOLD, number, birth_date=None, sex=None, today=TODAY).kind is IdKind.RESIDENT


@pytest.mark.parametrize("name", ["张", "张3", "", "a" * 51, "<b>张伟</b>"])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(Problem, match="name-invalid"):
        check_name(name)


@pytest.mark.parametrize("name", ["张伟", "阿卜杜拉·买买提", "Anna-Maria O'Neil", "㛃㛃", "𠮷野"])
def test_names_of_all_sorts(name: str) -> None:
    assert check_name(f"  {name} ") == name


@pytest.mark.parametrize("phone", ["12345678901", "1380013800", "010-12345678", "+1 202 555 0100"])
def test_phones_that_are_none(phone: str) -> None:
    with pytest.raises(Problem, match="phone-invalid"):
        check_phone(phone)


def test_a_phone_may_be_written_with_prefix_and_spaces() -> None:
    assert check_phone("+86 138-0013 8000") == "13800138000"
