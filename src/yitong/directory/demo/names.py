"""Synthetic Chinese names and Beijing addresses, drawn from the fact tables by a seeded generator."""

from functools import cache
from itertools import accumulate
from random import Random

from yitong.directory.facts.tables import NamePart, name_parts, streets


@cache
def _parts(kind: str) -> tuple[tuple[NamePart, ...], tuple[int, ...]]:
    parts = tuple(part for part in name_parts() if part.kind == kind)
    return parts, tuple(accumulate(part.weight for part in parts))


def _pick(rng: Random, kind: str) -> NamePart:
    parts, weights = _parts(kind)
    return rng.choices(parts, cum_weights=weights)[0]


def family_name(rng: Random) -> NamePart:
    """A family name, frequent ones more often."""
    return _pick(rng, "family")


def person_name(rng: Random, *, male: bool, family: NamePart | None = None) -> tuple[str, str]:
    """A full name and its pinyin syllables ('王建国', 'wang jian guo'); four of five have two given characters."""
    family = family or family_name(rng)
    kind = "given_male" if male else "given_female"
    given = [_pick(rng, kind)]
    if rng.random() < 0.8:
        second = _pick(rng, kind)
        given += [second] if second.text != given[0].text else []
    parts = [family, *given]
    return "".join(part.text for part in parts), " ".join(part.pinyin for part in parts)


def initials(pinyin: str) -> str:
    """Capital first letters of pinyin syllables: 'wang jian guo' is 'WJG'."""
    return "".join(syllable[0] for syllable in pinyin.split()).upper()


def latin_name(pinyin: str) -> str:
    """The name as passports write it: 'wang jian guo' is 'Wang Jianguo'."""
    family, *given = pinyin.split()
    return f"{family.capitalize()} {''.join(given).capitalize()}"


@cache
def _streets_of(district_code: str) -> tuple[str, ...]:
    return tuple(row.street for row in streets() if row.district_code == district_code)


def address(rng: Random, district_code: str, district_name: str) -> str:
    """A synthetic home address: real sub-district, generic community."""
    street = rng.choice(_streets_of(district_code))
    community = _pick(rng, "community").text
    door = f"{rng.randint(1, 18)}{rng.randint(1, 4):02d}"
    return f"北京市{district_name}{street}{community}{rng.randint(1, 20)}号楼{rng.randint(1, 6)}单元{door}室"
