"""Scanned credentials on the wire."""

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from yitong.identity.rules.documents import Sex
from yitong.identity.rules.scans import ScanKind
from yitong.identity.schemas.cards import CodeText, Scene
from yitong.identity.schemas.people import PhoneProof
from yitong.kernel.ids import UUID


class Scanned(Struct, frozen=True):
    """What a scanner read at a desk or kiosk, and at which step; a static health card needs its second factor."""

    text: CodeText
    organization_id: UUID
    scene: Scene = "010101"
    department: Annotated[str, Meta(max_length=60)] | None = None
    second_factor: PhoneProof | None = None


class Resolved(Struct, frozen=True):
    """Whose credential it is and which of the three was shown; ``name`` is there for staff only."""

    kind: ScanKind
    patient_id: UUID
    name_masked: str
    sex: Sex
    age_years: int
    id_number_masked: str
    resolved_at: datetime
    name: str | UnsetType = UNSET
