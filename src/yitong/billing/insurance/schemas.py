"""The insurance rules on the wire."""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from yitong.billing.insurance.explaining import Explained
from yitong.billing.insurance.policy import AccountRule, Benefit, CatalogueEntry, Grade, RatioStep, Requirement, Setting
from yitong.billing.insurance.policy import Supplement as SupplementRule
from yitong.billing.insurance.splitting import LineSplit
from yitong.billing.ports import InsuranceSplit

Fen = Annotated[int, Meta(ge=0, le=10_000_000_00)]
Short = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$")]


class RulesInForce(Struct, frozen=True):
    """The rules of a day; ``*`` fits any grade or status."""

    day: date
    benefits: list[Benefit]
    steps: list[RatioStep]
    supplements: list[SupplementRule]
    accounts: list[AccountRule]


class TrialItem(Struct, frozen=True):
    """An item of a made-up bill, by its code in the price list or among the drugs."""

    code: Short
    amount_fen: Fen
    quantity: Annotated[int, Meta(ge=1, le=1000)] = 1


class Trial(Struct, frozen=True):
    """A made-up bill for a made-up person: what would the insurance pay?"""

    insutype: Short
    psn_type: Short
    birth_date: date
    sex: Annotated[str, Meta(pattern="^(male|female)$")]
    items: Annotated[list[TrialItem], Meta(min_length=1, max_length=100)]
    setting: Setting = "outpatient"
    grade: Grade = "tertiary"
    rights: list[Requirement] = []
    deducted_fen: Fen = 0  # of the deductible, this year
    counted_fen: Fen = 0  # beyond it, this year
    account_fen: Fen = 0
    family_fen: Fen = 0
    day: date | None = None


class TrialAnswer(Struct, frozen=True):
    """How the rules divide it, line by line and as a whole, with the sentences that say why."""

    day: date
    split: InsuranceSplit
    lines: list[LineSplit]
    entries: list[CatalogueEntry]
    explained: list[Explained]
