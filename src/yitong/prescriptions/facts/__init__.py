"""The small committed tables about drugs, and a drug of the directory with everything known about it.

``SOURCES.md`` in this folder says where each table comes from and under which terms.
"""

from functools import cache
from importlib.resources import files
from typing import Literal, TypeVar

import msgspec

from yitong.directory import facts as directory

Row = TypeVar("Row", bound=msgspec.Struct)
Kind = Literal["western", "patent", "herbal"]
Control = Literal["", "narcotic", "psychotropic1", "psychotropic2", "toxic", "radioactive", "precursor"]
Grade = Literal["", "unrestricted", "restricted", "special", "tb"]


class Substance(msgspec.Struct, frozen=True):
    """An active substance; ages in months, kidney function as eGFR in ml/min, doses in mg."""

    name: str
    en: str
    aliases: str = ""
    atc: str = ""
    groups: str = ""
    grade: Grade = ""
    age_stop_months: int | None = None
    age_review_months: int | None = None
    pregnancy: Literal["", "X", "D", "C"] = ""
    lactation: Literal["", "avoid", "caution"] = ""
    renal_reduce: int | None = None
    renal_stop: int | None = None
    single_mg: float | None = None
    day_mg: float | None = None
    child_day_mg_per_kg: float | None = None
    elderly: bool = False
    control: Control = ""


class Product(msgspec.Struct, frozen=True):
    """What a drug of the directory is made of: ``ingredients`` reads name:micrograms a unit, 0 where unknown."""

    code: str
    kind: Kind
    form: str
    ingredients: str = ""
    control: Control = ""
    national_code: str = ""
    cold: bool = False


class Interaction(msgspec.Struct, frozen=True):
    """Two substances that do not go together, and whose list says so."""

    first: str
    second: str
    severity: Literal["contraindicated", "not_recommended", "precaution"]
    source: str


class DrugClass(msgspec.Struct, frozen=True):
    """A pharmacological class."""

    atc: str
    name: str


class PaymentLimit(msgspec.Struct, frozen=True):
    """When the insurance pays a drug; empty fields do not limit. ``diagnosis`` is a pattern, days of a course whole."""

    name: str
    code: str
    fund: Literal["", "injury", "maternity"] = ""
    grade: Literal["", "2", "3"] = ""
    setting: Literal["", "inpatient"] = ""
    specialty: str = ""
    sex: Literal["", "male", "female"] = ""
    age: Literal["", "child"] = ""
    diagnosis: str = ""
    course_days: int | None = None


class Frequency(msgspec.Struct, frozen=True):
    """``times`` doses in ``days`` days."""

    code: str
    name: str
    days: int
    times: int


class Route(msgspec.Struct, frozen=True):
    """A way a drug is given and the forms it fits; only systemic routes reach the whole body."""

    code: str
    name: str
    name_en: str
    systemic: bool
    forms: str


class Herb(msgspec.Struct, frozen=True):
    """A medicinal material with its greatest daily dose in g; ``family`` is its name in the eighteen and nineteen."""

    name: str
    aliases: str = ""
    max_day_g: float | None = None
    pregnancy: Literal["", "X", "C"] = ""
    family: str = ""


class HerbPair(msgspec.Struct, frozen=True):
    """Two families that are not used together."""

    first: str
    second: str
    verse: Literal["十八反", "十九畏"]


def _read(table: str, row_type: type[Row]) -> tuple[Row, ...]:
    """All rows of a table as structs; an empty cell means the column's default."""
    lines = (files(__package__ or "") / table).read_text(encoding="utf-8").splitlines()
    columns = lines[0].split("\t")
    cells = (zip(columns, line.split("\t"), strict=False) for line in lines[1:])
    return tuple(
        msgspec.convert({column: value for column, value in row if value}, row_type, strict=False) for row in cells
    )


@cache
def substances() -> dict[str, Substance]:
    """Active substances by name."""
    return {row.name: row for row in _read("substances.tsv", Substance)}


@cache
def products() -> dict[str, Product]:
    """What the directory's drugs are made of, by the directory's code."""
    return {row.code: row for row in _read("products.tsv", Product)}


@cache
def interactions() -> dict[frozenset[str], Interaction]:
    """Interactions by the pair of substances."""
    return {frozenset((row.first, row.second)): row for row in _read("interactions.tsv", Interaction)}


@cache
def class_name(atc: str) -> str:
    """The name of a pharmacological class, or of the next wider one that the dictionary names; else its code."""
    names = {row.atc: row.name for row in _read("classes.tsv", DrugClass)}
    return next((names[atc[:size]] for size in range(len(atc), 2, -1) if atc[:size] in names), atc)


@cache
def payment_limits() -> dict[str, PaymentLimit]:
    """Limits of payment by the drug's name; where the lists name one several times, all limits hold."""
    found: dict[str, PaymentLimit] = {}
    for row in _read("insurance_limits.tsv", PaymentLimit):
        known = found.get(row.name)
        said = {name: value for name, value in msgspec.structs.asdict(row).items() if value}
        found[row.name] = row if known is None else msgspec.structs.replace(known, **said)
    return found


@cache
def frequencies() -> dict[str, Frequency]:
    """Frequencies by code; the first row of a code counts."""
    return {row.code: row for row in reversed(_read("frequencies.tsv", Frequency))}


@cache
def routes() -> dict[str, Route]:
    """Routes by code."""
    return {row.code: row for row in _read("routes.tsv", Route)}


@cache
def herbs() -> dict[str, Herb]:
    """Medicinal materials by each of their names."""
    found: dict[str, Herb] = {}
    for row in _read("herbs.tsv", Herb):
        for name in (row.name, *filter(None, row.aliases.split(","))):
            found[name] = row
    return found


@cache
def herb_pairs() -> dict[frozenset[str], HerbPair]:
    """The eighteen and the nineteen by the pair of families."""
    return {frozenset((row.first, row.second)): row for row in _read("herb_pairs.tsv", HerbPair)}


@cache
def units() -> dict[str, tuple[str, int]]:
    """The unit in which a drug of the directory is counted and how many a package holds, by code."""
    return {row.code: (row.unit, row.units_per_package) for row in directory.drugs()}
