"""Synthetic people in households: adults, couples, children with guardians, elderly people."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Literal
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from yitong.directory.demo.identity_number import DEMO_SEQUENCES, identity_number
from yitong.directory.demo.names import address, family_name, person_name
from yitong.directory.demo.shapes import Gender
from yitong.directory.facts import tables

REFERENCE_DAY = date(2026, 1, 1)  # ages are drawn against a fixed day, so the same seed gives the same people next year
FIRST_PHONE = 13900100000
LAST_PHONE = 13900999999
_NAMESPACE = uuid5(NAMESPACE_URL, "urn:yitong:demo")


def stable_id(key: str) -> UUID:
    """The same id for the same key, everywhere and always."""
    return uuid5(_NAMESPACE, key)


class Guardian(msgspec.Struct, frozen=True, kw_only=True):
    """Who answers for a child; `person_id` is a person of the same list."""

    person_id: UUID
    relation: Literal["mother", "father"]


class DemoPerson(msgspec.Struct, frozen=True, kw_only=True):
    """An invented person; `phone` is '' for children, who are reached through their guardians."""

    id: UUID
    name: str
    pinyin: str
    sex: Gender
    birth_date: date
    id_number: str
    phone: str
    district_code: str
    address: str
    guardians: list[Guardian]


class _Register:
    """Hands out identity and telephone numbers so that none comes twice."""

    def __init__(self, seed: int, rng: Random) -> None:
        self.seed = seed
        self.rng = rng
        self.people: list[DemoPerson] = []
        self._phones = 0
        self._taken: Counter[tuple[str, date, bool]] = Counter()

    def add(
        self,
        *,
        male: bool,
        age: tuple[int, int],
        area: str,
        home: str,
        family: tables.NamePart | None = None,
        guardians: Sequence[Guardian] = (),
    ) -> DemoPerson:
        """Add a person whose age in years lies in `age` (both included) on the reference day."""
        while True:
            # 365 days a year keep the drawn age inside the bounds, leap days notwithstanding.
            born = REFERENCE_DAY - timedelta(days=self.rng.randint(age[0] * 366, age[1] * 365 + 364))
            if self._taken[area, born, male] < len(DEMO_SEQUENCES) // 2:
                break
        name, pinyin = person_name(self.rng, male=male, family=family)
        phone = ""
        if not guardians:
            phone = str(FIRST_PHONE + self._phones)
            self._phones += 1
        person = DemoPerson(
            id=stable_id(f"{self.seed}:person:{len(self.people)}"),
            name=name,
            pinyin=pinyin,
            sex="male" if male else "female",
            birth_date=born,
            id_number=identity_number(area, born, male=male, ordinal=self._taken[area, born, male]),
            phone=phone,
            district_code=area,
            address=home,
            guardians=list(guardians),
        )
        self._taken[area, born, male] += 1
        self.people.append(person)
        return person


def _household(register: _Register, district: tables.District) -> None:
    """Add one household: a single adult, an elderly couple, or a couple with up to two children."""
    rng = register.rng
    area, home = district.code, address(rng, district.code, district.name)
    kind = rng.random()
    if kind < 0.35:
        register.add(male=rng.random() < 0.5, age=(18, 75), area=area, home=home)
        return
    if kind < 0.55:
        register.add(male=True, age=(60, 92), area=area, home=home)
        register.add(male=False, age=(60, 92), area=area, home=home)
        return
    family = family_name(rng)
    father = register.add(male=True, age=(32, 45), area=area, home=home, family=family)
    mother = register.add(male=False, age=(30, 43), area=area, home=home)
    guardians = [Guardian(person_id=mother.id, relation="mother"), Guardian(person_id=father.id, relation="father")]
    for _ in range(rng.choice((0, 1, 1, 2))):
        register.add(male=rng.random() < 0.5, age=(0, 11), area=area, home=home, family=family, guardians=guardians)


def synthetic_people(seed: int, n: int, districts: Sequence[str] | None = None) -> list[DemoPerson]:
    """`n` invented people living in the given district codes (all of Beijing's when None), guardians before children.

    The same arguments give the same people. Raises ValueError for a negative or too large `n` or an unknown district.
    """
    known = {row.code: row for row in tables.districts()}
    chosen = list(known) if districts is None else list(districts)
    unknown = [code for code in chosen if code not in known]
    if unknown or not chosen:
        raise ValueError(f"unknown districts: {unknown}" if unknown else "no districts given")
    if not 0 <= n <= LAST_PHONE - FIRST_PHONE:
        raise ValueError(f"n must lie between 0 and {LAST_PHONE - FIRST_PHONE}")
    rng = Random(f"people:{seed}")
    register = _Register(seed, rng)
    while len(register.people) < n:
        _household(register, known[rng.choice(chosen)])
    return register.people[:n]
