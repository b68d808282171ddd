"""Synthetic people carry valid, unique and recognisably synthetic identity numbers; children have guardians."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yitong.directory.demo import (
    DEMO_PATIENTS,
    DEMO_STAFF,
    check_digit,
    identity_number,
    is_identity_number,
    synthetic_people,
)
from yitong.directory.demo.people import REFERENCE_DAY, DemoPerson
from yitong.directory.facts import districts

AREAS = [row.code for row in districts()]


def assert_consistent(person: DemoPerson) -> None:
    assert is_identity_number(person.id_number)
    assert person.id_number[:6] == person.district_code
    assert person.id_number[6:14] == f"{person.birth_date:%Y%m%d}"
    assert person.id_number[14:16] in {"98", "99"}
    assert (int(person.id_number[16]) % 2 == 1) == (person.sex == "male")


def test_check_digit_of_the_published_examples() -> None:
    # GB 11643-1999, the examples of its annex.
    assert check_digit("11010519491231002") == "X"
    assert check_digit("44052418800101001") == "4"


@given(
    st.sampled_from(AREAS),
    st.dates(date(1900, 1, 1), REFERENCE_DAY),
    st.booleans(),
    st.integers(0, 9),
    st.integers(0, 16),
    st.integers(1, 9),
)
def test_a_changed_digit_is_noticed(area: str, born: date, male: bool, ordinal: int, place: int, step: int) -> None:
    number = identity_number(area, born, male=male, ordinal=ordinal)
    assert is_identity_number(number)
    changed = number[:place] + str((int(number[place]) + step) % 10) + number[place + 1 :]
    assert not is_identity_number(changed)


@pytest.mark.parametrize("text", ["", "1" * 18, "11010519491331002X", "١" * 17 + "X", "11010519491231002x"])
def test_malformed_numbers_are_refused(text: str) -> None:
    assert not is_identity_number(text)


def test_out_of_range_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="ten numbers"):
        identity_number("110101", date(2000, 1, 1), male=True, ordinal=10)
    with pytest.raises(ValueError, match="17 digits"):
        check_digit("123")
    with pytest.raises(ValueError, match="unknown districts"):
        synthetic_people(1, 5, ["999999"])
    with pytest.raises(ValueError, match="no districts"):
        synthetic_people(1, 5, [])
    with pytest.raises(ValueError, match="n must"):
        synthetic_people(1, -1)


def test_people_are_deterministic() -> None:
    assert synthetic_people(5, 300) == synthetic_people(5, 300)
    assert synthetic_people(5, 300) != synthetic_people(6, 300)


def test_people_are_consistent_and_unique() -> None:
    people = synthetic_people(2, 5000, AREAS[:3])
    assert len(people) == 5000
    for person in people:
        assert_consistent(person)
        assert person.birth_date <= REFERENCE_DAY
        assert person.address.startswith("北京市")
    assert {person.district_code for person in people} == set(AREAS[:3])
    assert len({person.id_number for person in people}) == len({person.id for person in people}) == 5000
    phones = [person.phone for person in people if person.phone]
    assert len(set(phones)) == len(phones)
    assert all(len(phone) == 11 and phone.isdigit() for phone in phones)


def test_children_have_guardians_listed_before_them() -> None:
    seen: dict[object, DemoPerson] = {}
    children = 0
    for person in synthetic_people(3, 3000):
        is_child = (REFERENCE_DAY - person.birth_date).days < 12 * 365
        assert is_child == bool(person.guardians) == (person.phone == "")
        for guardian in person.guardians:
            adult = seen[guardian.person_id]
            assert (person.birth_date - adult.birth_date).days > 18 * 365
            assert adult.sex == ("female" if guardian.relation == "mother" else "male")
        children += is_child
        seen[person.id] = person
    assert children > 300


def test_dense_small_district_never_repeats_a_number() -> None:
    people = synthetic_people(4, 20_000, AREAS[:1])
    assert len({person.id_number for person in people}) == len(people)


def test_named_patients() -> None:
    assert len(DEMO_PATIENTS) == 6
    known = {person.id for person in DEMO_PATIENTS}
    for person in DEMO_PATIENTS:
        assert_consistent(person)
        assert {guardian.person_id for guardian in person.guardians} <= known
    assert [person.phone for person in DEMO_PATIENTS if person.phone] == [f"1390000000{n}" for n in range(1, 6)]
    generated = {person.id_number for person in synthetic_people(1, 2000)}
    assert generated.isdisjoint(person.id_number for person in DEMO_PATIENTS)


def test_named_staff_cover_every_desk_role() -> None:
    assert {staff.username for staff in DEMO_STAFF} == {
        "doctor",
        "nurse",
        "pharmacist",
        "pharmacy1",
        "pharmacy2",
        "registrar",
        "scheduler",
        "hospital_admin",
        "cashier",
        "finance",
        "regulator",
        "platform_admin",
    }
