"""What goes in and out of policies and claims; money in fen."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from yitong.billing.claims.states import ClaimState
from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual


class CoverageRequest(msgspec.Struct, frozen=True):
    """A policy that somebody holds; a desk that is shown it names its hospital."""

    patient_id: UUID
    insurer_code: Annotated[str, Meta(min_length=1, max_length=40)]
    policy_no: Annotated[str, Meta(pattern="^[A-Za-z0-9-]{6,40}$")]
    organization_id: UUID | None = None


class CoverageView(msgspec.Struct, frozen=True, kw_only=True):
    """A policy without its number."""

    id: UUID
    patient_id: UUID
    insurer_code: str
    insurer_name: str
    insurer_name_en: str
    policy_tail: str
    added_at: datetime


class ClaimRequest(msgspec.Struct, frozen=True):
    """From which policy a bill is claimed. ``replaces``: a claim of it that was not sent yet, or was refused."""

    organization_id: UUID
    coverage_id: UUID
    replaces: UUID | None = None


class AtOrganization(msgspec.Struct, frozen=True):
    """At which hospital the claim was made."""

    organization_id: UUID


class ClaimView(msgspec.Struct, frozen=True, kw_only=True):
    """A claim as patient and desk see it."""

    id: UUID
    organization_id: UUID
    organization_name: str
    organization_name_en: str
    bill_id: UUID
    bill_no: str
    patient_id: UUID
    patient_name: str
    coverage_id: UUID
    insurer_code: str
    insurer_name: str
    insurer_name_en: str
    policy_tail: str
    claim_no: str
    replaces_id: UUID | None
    insurer_no: str | None
    asked_fen: int
    covered_fen: int
    state: ClaimState
    state_text: Bilingual
    notes: list[Bilingual]
    made_at: datetime
    answered_at: datetime | None
