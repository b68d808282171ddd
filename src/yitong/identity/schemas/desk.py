"""The front desk on the wire."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from yitong.identity.rules.documents import IdKind, Sex
from yitong.identity.schemas.people import Address, CardStatus, Short
from yitong.kernel.ids import UUID


class PatientSearch(Struct, frozen=True):
    """What somebody at the desk said or showed: document number, phone, name, or the text of a card code."""

    organization_id: UUID
    text: Annotated[str, Meta(min_length=2, max_length=300)]


class PatientHit(Struct, frozen=True):
    """Somebody found; the full name is for staff only."""

    patient_id: UUID
    name: str
    name_masked: str
    sex: Sex
    birth_date: date
    age_years: int
    id_number_masked: str
    phone_masked: str | None
    card_status: CardStatus
    matched_by: Literal["id_number", "phone", "name", "card", "local_number"]


class AtDesk(Struct, frozen=True):
    """Somebody who stands at the desk with their document."""

    organization_id: UUID
    name: Short
    id_kind: IdKind
    id_number: Short
    phone: Annotated[str, Meta(max_length=30)]
    birth_date: date | None = None
    sex: Sex | None = None
    address: Address | None = None


class RegisteredAtDesk(Struct, frozen=True):
    """Who it is, and whether they were in the index before."""

    patient: PatientHit
    existed: bool
