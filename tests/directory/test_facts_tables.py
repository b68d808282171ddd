"""The fact tables are well formed: unique codes, known references, whole fen, Beijing's coordinates."""

from collections.abc import Callable, Iterable
from importlib.resources import files
from typing import Protocol

import pytest

from yitong.directory import facts


class Coded(Protocol):
    @property
    def code(self) -> str: ...


CODED: list[Callable[[], Iterable[Coded]]] = [
    facts.hospitals,
    facts.invented_organizations,
    facts.districts,
    facts.specialties,
    facts.departments,
    facts.price_items,
    facts.drugs,
]


@pytest.mark.parametrize("table", CODED)
def test_codes_are_unique_and_filled(table: Callable[[], Iterable[Coded]]) -> None:
    codes = [row.code for row in table()]
    assert codes
    assert len(set(codes)) == len(codes)
    assert all(code and code == code.strip() for code in codes)


def test_every_table_is_small_and_named_in_sources() -> None:
    folder = files(facts)
    sources = (folder / "SOURCES.md").read_text(encoding="utf-8")
    tables = {item.name: len(item.read_bytes()) for item in folder.iterdir() if item.name.endswith(".tsv")}
    assert sum(tables.values()) < 1_500_000
    assert [name for name in tables if f"`{name}`" not in sources] == []


def test_hospitals_cover_the_mix_and_lie_in_beijing() -> None:
    rows = facts.hospitals()
    hospitals = [row for row in rows if row.kind == "hospital"]
    first = hospitals[:36]
    assert sum(row.grade == "三级甲等" and not row.approximate for row in first) >= 20
    assert sum(row.grade.startswith("二级") for row in first) >= 8
    assert sum(row.kind == "community_centre" for row in rows) >= 8
    districts = {row.name for row in facts.districts()}
    assert {row.district for row in rows} == districts
    assert all(115.4 < row.longitude < 117.6 and 39.4 < row.latitude < 41.1 for row in rows)
    assert len({(row.longitude, row.latitude) for row in rows}) == len(rows)


def test_districts_are_the_sixteen_of_beijing_and_have_streets() -> None:
    codes = {row.code for row in facts.districts()}
    assert len(codes) == 16
    assert all(len(code) == 6 and code.startswith("1101") for code in codes)
    assert {row.district_code for row in facts.streets()} == codes


def test_specialties_form_a_tree_with_parents_first() -> None:
    rows = facts.specialties()
    assert len(rows) >= 60
    seen: set[str] = set()
    for row in rows:
        assert row.parent == row.code.rpartition(".")[0]
        assert not row.parent or row.parent in seen
        assert row.name_en
        assert row.pinyin
        seen.add(row.code)
    by_code = {row.code: row for row in rows}
    assert by_code["05.01"].sex == by_code["05.02"].sex == "female"
    assert by_code["07"].age_below == 18
    assert {row.specialty_code for row in facts.expertise()} <= seen


def test_departments_know_their_specialties() -> None:
    specialties = {row.code for row in facts.specialties()}
    rows = facts.departments()
    assert {row.kind for row in rows} == {"outpatient", "inpatient", "medtech", "admin"}
    assert all(row.specialty_code in specialties for row in rows if row.specialty_code)
    assert all(row.specialty_code for row in rows if row.kind == "outpatient")
    assert all(row.name_en and row.pinyin and row.display_name for row in rows)


def test_prices_are_whole_fen_and_fees_complete() -> None:
    rows = facts.price_items()
    assert len(rows) <= 900
    assert all(row.price_fen > 0 for row in rows)
    fees = {row.code: row.price_fen for row in rows if row.category == "registration"}
    assert fees["BJ3-general"] == 50_00
    assert fees["BJ3-associate"] == 60_00
    assert fees["BJ3-chief"] == 80_00
    assert fees["BJ3-special"] == 100_00
    assert len(fees) == 18


def test_drugs_have_pack_price_and_class() -> None:
    rows = facts.drugs()
    assert 500 < len(rows) <= 900
    assert all(row.price_fen >= 0 and row.units_per_package >= 1 and float(row.dose_per_unit) > 0 for row in rows)
    assert {row.toxicity for row in rows} >= {"普通", "麻醉", "精神一类", "精神二类", "毒性"}
    assert {row.insurance_class for row in rows} == {"甲", "乙", "自费"}


def test_name_parts_have_pinyin_and_weight() -> None:
    rows = facts.name_parts()
    assert all(row.pinyin.isascii() and row.pinyin.isalpha() and row.weight > 0 for row in rows)
    assert len({(row.kind, row.text) for row in rows}) == len(rows)
    assert sum(row.kind == "family" for row in rows) >= 90
