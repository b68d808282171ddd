"""The statements that are signed. Whole numbers and words only, so that their bytes are the same everywhere."""

from datetime import date, datetime
from typing import Literal

import msgspec

from yitong.kernel.ids import UUID
from yitong.prescriptions.rules.case import Assessment
from yitong.prescriptions.schemas import Condition, Decision, DiagnosisRequest, PartTerms, Reason, SheetLine


class SignedBy(msgspec.Struct, frozen=True):
    """Who signs."""

    licence_no: str
    name: str
    title: str


class SheetStatement(msgspec.Struct, frozen=True, kw_only=True):
    """A prescription as its doctor signed it; ``id`` is the prescription's own, so no wording serves for another."""

    type: Literal["yitong.prescription/1"] = "yitong.prescription/1"
    id: UUID
    number: str
    revision: int
    organization_code: str
    organization_name: str
    department: str
    paper: str
    setting: str
    signed_at: datetime
    valid_until: datetime
    patient_id: UUID
    patient_name: str
    patient_sex: str
    patient_birth_date: date
    condition: Condition
    diagnoses: list[DiagnosisRequest]
    lines: list[SheetLine]
    total_fen: int
    validity_reason: str
    supply_reason: str
    pain_programme: bool
    urgent: bool
    insured: bool
    assessment: Assessment | None
    reasons: list[Reason]
    rules: list[str]  # codes of what the rules said and the doctor went past
    prescriber: SignedBy
    parts: list[PartTerms] = []


class PartStatement(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a prescription as its doctor signed it: its window and quantities, bound to the sheet by its SM3."""

    type: Literal["yitong.prescription.part/1"] = "yitong.prescription.part/1"
    id: UUID
    prescription_id: UUID
    number: str
    round: int
    of: int
    terms: PartTerms
    sheet_digest: str
    prescriber: SignedBy


class DecisionStatement(msgspec.Struct, frozen=True, kw_only=True):
    """A pharmacist's decision about one signed wording, named by its SM3."""

    type: Literal["yitong.prescription.review/1"] = "yitong.prescription.review/1"
    id: UUID
    number: str
    revision: int
    round: int
    sheet_digest: str
    decision: Decision
    reasons: list[str]
    at: datetime
    pharmacist: SignedBy


class InsistStatement(msgspec.Struct, frozen=True, kw_only=True):
    """A doctor's second signature on an unchanged wording after a refusal (处方管理办法, article 6)."""

    type: Literal["yitong.prescription.countersign/1"] = "yitong.prescription.countersign/1"
    id: UUID
    number: str
    revision: int
    round: int
    sheet_digest: str
    reason: str
    at: datetime
    prescriber: SignedBy
