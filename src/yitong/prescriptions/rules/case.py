"""What the rules look at: the sheet, the drugs with their facts, the patient and the prescriber; values, no rows."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from itertools import combinations
from math import ceil
from typing import Literal

import msgspec

from yitong.prescriptions.facts import Control, Kind, PaymentLimit, Route, Substance, frequencies, routes

Setting = Literal["outpatient", "emergency", "online"]
Pregnancy = Literal["", "no", "pregnant", "lactating"]
Rank = Literal["assistant", "resident", "attending", "senior"]
Right = Literal["narcotic", "antibacterial_restricted", "antibacterial_special", "tcm"]
RANKS: tuple[Rank, ...] = ("assistant", "resident", "attending", "senior")
_MICROGRAMS = {"g": 1_000_000, "mg": 1_000, "ug": 1, "μg": 1}


class Drug(msgspec.Struct, frozen=True):
    """A drug with what is known about it; ``ingredients`` pairs a substance with micrograms a unit (0: unknown)."""

    code: str
    name: str
    kind: Kind
    form: str
    unit: str
    units_per_package: int
    ingredients: tuple[tuple[Substance, int], ...] = ()
    control: Control = ""
    national_code: str = ""
    insurance_class: str = ""
    cold: bool = False
    limit: PaymentLimit | None = None
    known: bool = True

    @property
    def substances(self) -> tuple[Substance, ...]:
        return tuple(substance for substance, _ in self.ingredients)

    @property
    def antibacterial(self) -> str:
        """The strictest grade of its antibacterial substances, '' for none."""
        grades = {one.grade for one in self.substances}
        return next((grade for grade in ("special", "restricted", "unrestricted") if grade in grades), "")

    @property
    def weight_counts(self) -> bool:
        """Whether a dose can be written by weight: one substance of known weight."""
        return len(self.ingredients) == 1 and self.ingredients[0][1] > 0


class Line(msgspec.Struct, frozen=True):
    """One drug of the sheet: a dose in thousandths of its unit, how often, for how many days, and how much in all.

    ``quantity`` counts packages, or single units where ``split`` (controlled drugs, herbs). For herbs ``days`` is the
    number of decoctions (剂) and the dose is the weight in one of them.
    """

    drug: Drug
    dose_milli: int
    dose_unit: str
    frequency: str
    route: str
    days: int
    quantity: int
    split: bool = False

    @property
    def way(self) -> Route:
        return routes()[self.route]

    @property
    def systemic(self) -> bool:
        return self.way.systemic

    @property
    def doses_a_day(self) -> Fraction:
        """Doses a day; a single order counts as one."""
        often = frequencies()[self.frequency]
        return Fraction(often.times, often.days)

    @property
    def units_a_dose(self) -> Fraction | None:
        """How many tablets, vials … one dose takes; None when the dose is in another measure than the drug."""
        if self.dose_unit == self.drug.unit:
            return Fraction(self.dose_milli, 1000)
        if self.dose_unit in _MICROGRAMS and self.drug.weight_counts:
            return Fraction(self.dose_milli * _MICROGRAMS[self.dose_unit], 1000 * self.drug.ingredients[0][1])
        return None

    def single_micrograms(self, micrograms_a_unit: int) -> Fraction | None:
        """What one dose holds of an ingredient; None when it cannot be told."""
        units = self.units_a_dose
        return units * micrograms_a_unit if units is not None and micrograms_a_unit else None

    @property
    def units_in_all(self) -> int:
        """How many tablets, vials, grams … the patient gets."""
        return self.quantity if self.split else self.quantity * self.drug.units_per_package

    @property
    def supply_days(self) -> Fraction | None:
        """How many days that lasts; None when it cannot be told."""
        units = self.units_a_dose
        return Fraction(self.units_in_all) / units / self.doses_a_day if units else None

    @property
    def needed(self) -> int | None:
        """The least quantity that lasts for the days written; None when it cannot be told."""
        units = self.units_a_dose
        if not units:
            return None
        return ceil(units * self.doses_a_day * self.days / (1 if self.split else self.drug.units_per_package))


class Patient(msgspec.Struct, frozen=True):
    """Who is treated. ``allergies`` are names of substances or of allergy groups; weight in grams, eGFR in ml/min."""

    sex: Literal["male", "female"]
    birth_date: date
    weight_g: int | None = None
    pregnancy: Pregnancy = ""
    egfr: int | None = None
    allergies: tuple[str, ...] = ()


class Diagnosis(msgspec.Struct, frozen=True):
    """A diagnosis with its ICD-10 code."""

    code: str
    name: str


class Prescriber(msgspec.Struct, frozen=True):
    """Who writes: rank of the title, rights that the hospital has given, and at what grade of hospital."""

    rank: Rank
    rights: tuple[Right, ...] = ()
    hospital_level: int = 3
    department: str = ""


class Assessment(msgspec.Struct, frozen=True):
    """Why a prescription may run longer: what the doctor has established and the patient has confirmed."""

    stable: bool
    educated: bool
    confirmed: bool
    note: str = ""


class Case(msgspec.Struct, frozen=True):
    """One sheet to be judged on a day; ``running`` are drugs of earlier prescriptions not yet used up."""

    day: date
    setting: Setting
    diagnoses: tuple[Diagnosis, ...]
    lines: tuple[Line, ...]
    patient: Patient
    prescriber: Prescriber
    valid_days: int = 1
    validity_reason: str = ""
    supply_reason: str = ""
    pain_programme: bool = False  # cancer pain or severe chronic pain, file kept and consent signed
    guardian_present: bool = False
    return_visit: bool = True
    urgent: bool = False  # 抢救等紧急情况
    insured: bool = False
    assessment: Assessment | None = None  # present: a long-term prescription
    running: tuple[Line, ...] = ()
    repeats: int = 0  # how often it can be fetched again
    repeat_every_days: int = 0

    @property
    def age_months(self) -> int:
        born, day = self.patient.birth_date, self.day
        return (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)

    @property
    def age_years(self) -> int:
        return self.age_months // 12

    @property
    def herbal(self) -> bool:
        return any(line.drug.kind == "herbal" for line in self.lines)

    def diagnosed(self, *prefixes: str) -> bool:
        """Whether any diagnosis has a code of these groups."""
        return any(one.code.upper().startswith(prefixes) for one in self.diagnoses)

    def each(self) -> Iterator[tuple[int, Line]]:
        """The sheet's own lines with their numbers."""
        return iter(enumerate(self.lines))

    def systemic(self) -> Iterator[tuple[int, Line]]:
        """The lines that reach the whole body."""
        return ((number, line) for number, line in self.each() if line.systemic)

    def pairs(self) -> Iterator[tuple[tuple[int, ...], Line, Line]]:
        """Pairs of systemic lines, of which at least one is on this sheet, with the sheet's line numbers."""
        here = list(self.systemic())
        for (i, one), (j, other) in combinations(here, 2):
            yield (i, j), one, other
        for i, one in here:
            for other in self.running:
                if other.systemic:
                    yield (i,), one, other


def months_text(months: int) -> tuple[str, str]:
    """An age in words: years from two years on, months before."""
    if months >= 24 and months % 12 == 0:
        return f"{months // 12}岁", f"{months // 12} years"
    return f"{months}个月", f"{months} months"
