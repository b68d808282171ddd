"""The health card on the wire."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from yitong.identity.rules.documents import Sex
from yitong.identity.schemas.people import PhoneProof
from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual


class Card(Struct, frozen=True):
    """A person's health card."""

    ecard_id: str
    ecard_id_short: str
    patient_id: UUID
    name_masked: str
    id_number_masked: str
    issued_at: datetime
    status: Literal["active", "frozen", "revoked"]


class DynamicCode(Struct, frozen=True):
    """A code to show now; fetch another after ``refresh_after_s``."""

    text: str
    issued_at: datetime
    expires_at: datetime
    refresh_after_s: int


class StaticCode(Struct, frozen=True):
    """A code for paper, what to know about it, and what else is printed beside it."""

    text: str
    note: Bilingual
    card: Card


CodeText = Annotated[str, Meta(min_length=1, max_length=300)]
# Step of care at which the card was used: digits as the card platform numbers them, 010101 registration …
Scene = Annotated[str, Meta(pattern=r"^\d{6,8}$")]


class Verification(Struct, frozen=True):
    """A scanned code to check, and where it was scanned."""

    text: CodeText
    scene: Scene
    organization_id: UUID
    department: Annotated[str, Meta(max_length=60)] | None = None
    second_factor: PhoneProof | None = None


class Verified(Struct, frozen=True):
    """Whose card it is; ``name`` is there for staff only."""

    patient_id: UUID
    name_masked: str
    sex: Sex
    age_years: int
    id_number_masked: str
    code_kind: Literal["dynamic", "static"]
    ecard_id_short: str
    verified_at: datetime
    name: str | UnsetType = UNSET


class StaticChallenge(Struct, frozen=True):
    """Ask for the code on the holder's phone that a static card code needs."""

    text: CodeText
    organization_id: UUID


class StaticChallengeSent(Struct, frozen=True):
    """The code is on its way to the holder's phone."""

    challenge_id: UUID
    phone_masked: str
    expires_at: datetime


class OfflineKey(Struct, frozen=True):
    """A key to check codes with no network, good for codes of one UTC day."""

    key_id: str
    key_hex: str
    not_before: datetime
    not_after: datetime


class OfflineKeys(Struct, frozen=True):
    """What a terminal needs offline: today's key, and tomorrow's once that is near."""

    terminal_id: UUID
    key_id: str
    key_hex: str
    not_after: datetime
    window_s: int
    skew_s: int
    next_key: OfflineKey | None
