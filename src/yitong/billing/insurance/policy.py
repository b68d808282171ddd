"""The insurance rules in force on a day: catalogue, benefits with their steps, supplements, personal accounts."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from typing import Literal, TypeVar

import msgspec

from yitong.kernel.clock import age_in_years

Setting = Literal["outpatient", "inpatient"]
Grade = Literal["primary", "secondary", "tertiary"]
Fund = Literal["hifp_pay", "hifob_pay", "hifmi_pay", "hifes_pay", "cvlserv_pay", "maf_pay"]
Requirement = Literal["", "civil_servant", "enterprise", "aid"]
WHOLE_BP = 10_000
"""A ratio of one, in ten-thousandths."""
ANY = "*"


class Dated(msgspec.Struct, frozen=True, kw_only=True):
    """Something in force from a day on, until a day (both included) when one is named."""

    valid_from: date
    valid_to: date | None = None

    def in_force(self, day: date) -> bool:
        """Whether it holds on ``day``."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class CatalogueEntry(Dated, frozen=True, kw_only=True):
    """What the insurance says about one item: class, first part paid by oneself, price limit, who it is paid for."""

    code: str  # the hospital's own code: of a price item or a drug
    med_list_codg: str  # the catalogue's code; empty for what is not in it
    name: str
    chrgitm_lv: Literal["01", "02", "03"]  # class 甲, 乙, or paid by oneself
    selfpay_bp: int  # first part paid by oneself, in ten-thousandths
    med_chrgitm_type: str
    limit_fen: int | None = None  # highest price of one unit that counts
    paid_in_full: bool = False  # the fund pays it up to the limit, whatever the deductible and the ratio
    sex: Literal["", "male", "female"] = ""
    age_from: int | None = None
    age_below: int | None = None

    def pays_for(self, sex: str, age: int) -> bool:
        """Whether it is paid for somebody of this sex and age in years."""
        return (
            self.sex in ("", sex)
            and (self.age_from is None or age >= self.age_from)
            and (self.age_below is None or age < self.age_below)
        )


class Benefit(Dated, frozen=True, kw_only=True):
    """What the pool asks first and pays at most, for an insurance, a setting, a hospital's grade and a person's status.

    Outside of a hospital stay the deductible counts over the year; a stay has its own, lower from the second one on.
    """

    insutype: str
    setting: Setting
    grade: str
    status: str
    deductible_fen: int
    again_fen: int
    ceiling_fen: int | None = None  # of the pool's payments in a year


class RatioStep(Dated, frozen=True, kw_only=True):
    """The ratio from an amount on (what counted in the year beyond the deductible), and the fund that pays it."""

    insutype: str
    setting: Setting
    grade: str
    status: str
    over_fen: int
    ratio_bp: int
    fund: Literal["hifp_pay", "hifob_pay"]


class Supplement(Dated, frozen=True, kw_only=True):
    """A further fund that pays part of what is left to the person, counted over the year; they pay by ``ordinal``."""

    fund: Fund
    ordinal: int
    insutype: str
    requires: Requirement = ""
    over_fen: int
    ratio_bp: int
    ceiling_fen: int | None = None


class AccountRule(Dated, frozen=True, kw_only=True):
    """What the personal account may pay, and whether a family member's may help."""

    insutype: str
    pays_ownpay: bool  # also what lies outside the catalogue or over a limit
    family: bool


Row = TypeVar("Row", bound=Dated)


class Policy:
    """All rules, looked up by day; the tables of a region or the ones that ship with the package."""

    def __init__(
        self,
        catalogue: Iterable[CatalogueEntry],
        benefits: Sequence[Benefit],
        steps: Sequence[RatioStep],
        supplements: Sequence[Supplement],
        accounts: Sequence[AccountRule],
    ) -> None:
        self.catalogue = tuple(catalogue)
        self.benefits = tuple(benefits)
        self.steps = tuple(steps)
        self.supplements = tuple(sorted(supplements, key=lambda s: (s.ordinal, s.over_fen)))
        self.accounts = tuple(accounts)

    @cached_property
    def _by_list_code(self) -> dict[str, list[CatalogueEntry]]:
        found: dict[str, list[CatalogueEntry]] = {}
        for entry in self.catalogue:
            if entry.med_list_codg:
                found.setdefault(entry.med_list_codg, []).append(entry)
        return found

    def entry(self, med_list_codg: str, day: date) -> CatalogueEntry | None:
        """The catalogue's entry of a code on a day; None for what is not in it."""
        return _newest(one for one in self._by_list_code.get(med_list_codg, ()) if one.in_force(day))

    def benefit(self, insutype: str, setting: Setting, grade: str, status: str, day: date) -> Benefit | None:
        """The benefit that fits best: the named grade and status before any."""
        fitting = [
            one
            for one in self.benefits
            if one.insutype == insutype and one.setting == setting and one.in_force(day) and _fits(one, grade, status)
        ]
        return max(fitting, key=lambda one: (one.status != ANY, one.grade != ANY, one.valid_from), default=None)

    def steps_of(self, insutype: str, setting: Setting, grade: str, status: str, day: date) -> list[RatioStep]:
        """The steps that belong together for a person at a hospital, lowest first."""
        fitting = [
            one
            for one in self.steps
            if one.insutype == insutype and one.setting == setting and one.in_force(day) and _fits(one, grade, status)
        ]
        best = max(((one.status != ANY, one.grade != ANY, one.valid_from) for one in fitting), default=None)
        chosen = [one for one in fitting if (one.status != ANY, one.grade != ANY, one.valid_from) == best]
        return sorted(chosen, key=lambda one: one.over_fen)

    def supplements_of(self, insutype: str, has: frozenset[str], day: date) -> dict[Fund, list[Supplement]]:
        """The supplements a person has a right to, by fund in the order in which they pay."""
        found: dict[Fund, list[Supplement]] = {}
        for one in self.supplements:
            if one.in_force(day) and one.insutype in (ANY, insutype) and (not one.requires or one.requires in has):
                found.setdefault(one.fund, []).append(one)
        return found

    def account_rule(self, insutype: str, day: date) -> AccountRule | None:
        """What the personal account may pay; None when the insurance has none."""
        return _newest(one for one in self.accounts if one.insutype == insutype and one.in_force(day))


def _fits(row: Benefit | RatioStep, grade: str, status: str) -> bool:
    return row.grade in (ANY, grade) and row.status in (ANY, status)


def _newest(rows: Iterable[Row]) -> Row | None:
    return max(rows, key=lambda one: one.valid_from, default=None)


def status_of(psn_type: str, birth_date: date, day: date) -> str:
    """The status that decides on ratios: ``active``, ``retired``, ``retired70``, ``child``, ``adult`` or ``elder``.

    From the kind of insured person (11 in work, 12 retired, 14 child, 15 adult, 16 elderly resident).
    """
    match psn_type[:2]:
        case "11":
            return "active"
        case "12":
            return "retired70" if age_in_years(birth_date, day) >= 70 else "retired"
        case "14":
            return "child"
        case "16":
            return "elder"
        case _:
            return "adult"


def grade_of(organization_grade: str) -> Grade:
    """The grade that decides on ratios, from a hospital's (三级甲等 …); whatever has none counts as primary."""
    if organization_grade.startswith("三级"):
        return "tertiary"
    return "secondary" if organization_grade.startswith("二级") else "primary"


def setting_of(med_type: str) -> Setting:
    """Whether a kind of visit (med_type) counts as a stay: 21–24 and 52 do, also day surgery (28)."""
    return "inpatient" if med_type[:2] in {"21", "22", "23", "24", "28", "52"} else "outpatient"
