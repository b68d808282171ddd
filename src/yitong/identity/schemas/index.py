"""The master index on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from yitong.identity.rules.documents import IdKind, Sex
from yitong.identity.schemas.desk import PatientHit
from yitong.identity.schemas.people import Address, Short
from yitong.kernel.ids import UUID

Method = Literal["deterministic", "probabilistic", "manual"]
Reason = Annotated[str, Meta(min_length=1, max_length=300)]


class NewLocalPatient(Struct, frozen=True):
    """A patient as a hospital's own system knows them."""

    organization_id: UUID
    local_number: Short
    name: Short
    sex: Sex
    birth_date: date | None = None
    id_kind: IdKind | None = None
    id_number: Annotated[str, Meta(max_length=60)] | None = None
    phone: Annotated[str, Meta(max_length=30)] | None = None
    address: Address | None = None


class Link(Struct, frozen=True):
    """The present link of a local patient."""

    patient_id: UUID
    name_masked: str
    method: Method
    score: float
    since: datetime


class LocalPatient(Struct, frozen=True):
    """A local patient with its present link."""

    id: UUID
    organization_id: UUID
    organization_name: str
    local_number: str
    name: str
    sex: Sex
    birth_date: date | None
    id_number_masked: str | None
    phone_masked: str | None
    link: Link | None


class Recorded(Struct, frozen=True):
    """What became of a recorded local patient; ``score`` is the best candidate's probability."""

    local_patient: LocalPatient
    outcome: Literal["linked", "review", "new"]
    score: float


class LinkRequest(Struct, frozen=True):
    """Link by hand."""

    organization_id: UUID
    patient_id: UUID
    reason: Reason


class BreakRequest(Struct, frozen=True):
    """Break the present link."""

    organization_id: UUID
    reason: Reason


class HistoryItem(Struct, frozen=True):
    """One thing that happened to a local patient's link."""

    at: datetime
    action: Literal["link", "break", "relink", "reject"]
    patient_id: UUID
    method: Method
    score: float
    actor_text: str
    reason: str


class EvidenceItem(Struct, frozen=True):
    """One field side by side; numbers and phones are masked."""

    field: str
    local: str | None
    candidate: str | None
    agreement: float
    weight: float


class MatchReview(Struct, frozen=True):
    """A doubtful match."""

    id: UUID
    organization_id: UUID
    local_patient: LocalPatient
    candidate: PatientHit
    score: float
    evidence: list[EvidenceItem]
    state: Literal["open", "linked", "rejected"]
    created_at: datetime
    decided_at: datetime | None
    decided_by: str | None


class Decision(Struct, frozen=True):
    """What somebody decided about a doubtful match."""

    organization_id: UUID
    decision: Literal["link", "reject"]
    reason: Reason
