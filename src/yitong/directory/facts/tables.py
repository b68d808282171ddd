"""Typed readers of the fact tables: one struct and one cached function for each TSV file of this folder."""

from functools import cache
from importlib.resources import files
from typing import Literal, TypeVar

import msgspec

OrganizationKind = Literal["hospital", "community_centre", "pharmacy", "insurer", "insurance_office", "commission"]
DepartmentKind = Literal["outpatient", "inpatient", "medtech", "admin"]
Row = TypeVar("Row", bound=msgspec.Struct)


class Hospital(msgspec.Struct, frozen=True):
    """A real hospital or community centre; `code` is its medical-insurance code, the datum of its point is unknown."""

    code: str
    kind: OrganizationKind
    name: str
    short_name: str
    name_en: str
    grade: str
    district: str
    profile: str
    longitude: float
    latitude: float
    approximate: bool
    address: str = ""


class InventedOrganization(msgspec.Struct, frozen=True):
    """A pharmacy, insurer or commission made up for the demo region."""

    code: str
    kind: OrganizationKind
    name: str
    short_name: str
    name_en: str
    district: str


class District(msgspec.Struct, frozen=True):
    """A district with its GB/T 2260 code and approximate centre."""

    code: str
    name: str
    name_en: str
    longitude: float
    latitude: float


class Street(msgspec.Struct, frozen=True):
    """A sub-district, for synthetic addresses."""

    district_code: str
    street: str


class Specialty(msgspec.Struct, frozen=True):
    """A clinical specialty; `parent` is '' at the top; ages in whole years, `age_below` is exclusive."""

    code: str
    name: str
    name_en: str
    pinyin: str
    parent: str = ""
    sex: Literal["", "female", "male"] = ""
    age_from: int | None = None
    age_below: int | None = None


class Expertise(msgspec.Struct, frozen=True):
    """What a specialty treats, in both languages."""

    specialty_code: str
    name: str
    name_en: str


class Department(msgspec.Struct, frozen=True):
    """A department of a hospital's dictionary; `name` is the dictionary's, `display_name` the one on the door."""

    code: str
    name: str
    display_name: str
    name_en: str
    pinyin: str
    kind: DepartmentKind
    source: Literal["dictionary", "catalogue"]
    specialty_code: str = ""
    parent_code: str = ""
    property: str = ""


class PriceItem(msgspec.Struct, frozen=True):
    """A charge item; price in whole fen for one `unit`."""

    code: str
    name: str
    pinyin: str
    unit: str
    price_fen: int
    category: Literal[
        "registration",
        "consultation",
        "lab",
        "imaging",
        "ultrasound",
        "endoscopy",
        "pathology",
        "examination",
        "treatment",
        "surgery",
        "anaesthesia",
        "nursing",
        "bed",
        "blood",
        "parking",
        "meal",
        "delivery",
    ]


class Drug(msgspec.Struct, frozen=True):
    """A drug with one pack; price in whole fen a pack, `dose_per_unit` of `dose_unit` in one `unit`."""

    code: str
    name: str
    pinyin: str
    spec: str
    form: str
    dose_per_unit: str
    dose_unit: str
    unit: str
    package: str
    units_per_package: int
    price_fen: int
    insurance_class: Literal["甲", "乙", "自费"]
    toxicity: Literal["普通", "毒性", "麻醉", "精神一类", "精神二类"]


class NamePart(msgspec.Struct, frozen=True):
    """A family name, a given-name character or a residential community, with its relative weight."""

    kind: Literal["family", "given_male", "given_female", "community"]
    text: str
    pinyin: str
    weight: int


def _read(table: str, row_type: type[Row]) -> tuple[Row, ...]:
    """All rows of `table` as structs; an empty cell means the column's default."""
    text = (files(__package__ or "") / table).read_text(encoding="utf-8")
    lines = text.splitlines()
    columns = lines[0].split("\t")
    cells = (zip(columns, line.split("\t"), strict=True) for line in lines[1:])
    return tuple(
        msgspec.convert({column: value for column, value in row if value}, row_type, strict=False) for row in cells
    )


@cache
def hospitals() -> tuple[Hospital, ...]:
    """Hospitals first, in the order a smaller demo region takes them, then community centres."""
    return _read("hospitals.tsv", Hospital)


@cache
def invented_organizations() -> tuple[InventedOrganization, ...]:
    """Pharmacies, insurers and the health commission of the demo region."""
    return _read("invented_organizations.tsv", InventedOrganization)


@cache
def districts() -> tuple[District, ...]:
    """The region's districts by code."""
    return _read("districts.tsv", District)


@cache
def streets() -> tuple[Street, ...]:
    """Sub-districts by district code."""
    return _read("streets.tsv", Street)


@cache
def specialties() -> tuple[Specialty, ...]:
    """Clinical specialties, every parent before its children."""
    return _read("specialties.tsv", Specialty)


@cache
def expertise() -> tuple[Expertise, ...]:
    """What specialties treat; not every specialty has a row."""
    return _read("expertise.tsv", Expertise)


@cache
def departments() -> tuple[Department, ...]:
    """Departments a hospital may have, of all four kinds."""
    return _read("departments.tsv", Department)


@cache
def price_items() -> tuple[PriceItem, ...]:
    """Charge items with prices in whole fen."""
    return _read("price_items.tsv", PriceItem)


@cache
def site_items() -> tuple[PriceItem, ...]:
    """What a hospital charges beside care: parking, meals, delivery; prices in whole fen."""
    return _read("site_items.tsv", PriceItem)


@cache
def drugs() -> tuple[Drug, ...]:
    """Drugs with one pack each, prices in whole fen: the dictionary's, then those it does not know yet."""
    return _read("drugs.tsv", Drug) + _read("drugs_added.tsv", Drug)


@cache
def name_parts() -> tuple[NamePart, ...]:
    """Parts of synthetic names and addresses."""
    return _read("names.tsv", NamePart)
