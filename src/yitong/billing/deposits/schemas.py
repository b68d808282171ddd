"""What goes in and out of stays and deposits; money in fen."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from yitong.billing.charges.schemas import BillRow
from yitong.billing.deposits.rules import Standing
from yitong.billing.deposits.states import CoverState, StayState
from yitong.billing.ports import Credential
from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual
from yitong.visits.service import DiagnosisItem, DiagnosisView

_Amount = Annotated[int, Meta(ge=100, le=100_000_000)]


class AdmitRequest(msgspec.Struct, frozen=True):
    """Who is admitted where, into which bed, and how much is asked in advance."""

    organization_id: UUID
    patient_id: UUID
    department_id: UUID
    bed: Annotated[str, Meta(min_length=1, max_length=20)]
    bed_price_code: Annotated[str, Meta(min_length=1, max_length=64)]
    asked_fen: Annotated[int, Meta(ge=0, le=100_000_000)] = 0
    warn_below_fen: Annotated[int, Meta(ge=0, le=100_000_000)] = 0
    insutype: Annotated[str, Meta(pattern="^[0-9]{3,6}$")] | None = None
    diagnoses: Annotated[list[DiagnosisItem], Meta(max_length=20)] = []  # asked for when it is insured
    credential: Credential | None = None  # what was shown; the patient's identity card when left out


class CoverRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """With which insurance a stay is settled; none: the patient pays, and the admission is taken back there."""

    organization_id: UUID
    insutype: Annotated[str, Meta(pattern="^[0-9]{3,6}$")] | None
    credential: Credential | None = None


class StayDiagnosesRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All diagnoses at admission or at discharge; they replace those recorded before."""

    organization_id: UUID
    phase: Literal["admission", "discharge"]
    items: Annotated[list[DiagnosisItem], Meta(min_length=1, max_length=20)]


class CoverView(msgspec.Struct, frozen=True, kw_only=True):
    """How a stay stands at the insurer. ``problem`` is why it does not get on."""

    insutype: str
    state: CoverState
    state_text: Bilingual
    wanted: str
    mdtrt_id: str | None
    under_way: bool
    problem: str | None


class DepositRequest(msgspec.Struct, frozen=True):
    """How much is to be paid in advance."""

    organization_id: UUID
    amount_fen: _Amount


class StayRequest(msgspec.Struct, frozen=True):
    """At which hospital the stay is."""

    organization_id: UUID


class ReturnRequest(msgspec.Struct, frozen=True):
    """At which window what is left of the deposit is handed over."""

    organization_id: UUID
    window: Annotated[str, Meta(min_length=1, max_length=40)]


class StayView(msgspec.Struct, frozen=True, kw_only=True):
    """A stay with its account."""

    id: UUID
    organization_id: UUID
    organization_name: str
    organization_name_en: str
    patient_id: UUID
    patient_name: str
    department_id: UUID
    department_name: str
    department_name_en: str
    bed: str
    state: StayState
    state_text: Bilingual
    admitted_at: datetime
    discharged_at: datetime | None
    bill_id: UUID
    bill_no: str
    account: Standing
    deposits: list[BillRow]
    explanations: list[Bilingual]
    insurance: CoverView | None
    admission_diagnoses: list[DiagnosisView]
    discharge_diagnoses: list[DiagnosisView]
