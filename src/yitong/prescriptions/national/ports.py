"""What is asked of the national prescription platform; a gateway plays the part.

Every method may raise ``GatewayRefused`` (understood, and nothing happened) or ``GatewayUnavailable`` (it may have
happened); asking again under the same hospital's number answers the same.
"""

from datetime import date, datetime
from typing import Protocol

import msgspec

from yitong.prescriptions.schemas import DiagnosisRequest, SheetLine
from yitong.prescriptions.statements import SignedBy


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A reviewed prescription as the platform wants it; ``number`` is the hospital's own, ``file`` its PDF."""

    hospital_code: str
    hospital_name: str
    number: str
    visit: str
    department: str
    signed_at: datetime
    valid_until: datetime
    patient_name: str
    patient_sex: str
    patient_birth_date: date
    citizen_number: str
    diagnoses: list[DiagnosisRequest]
    lines: list[SheetLine]
    packages: list[int]
    repeats: int
    repeat_every_days: int
    long_term: bool
    prescriber: SignedBy
    pharmacist: SignedBy
    reviewed_at: datetime
    file: bytes


class Revocation(msgspec.Struct, frozen=True, kw_only=True):
    """Which prescription is taken back, by whom and why."""

    hospital_code: str
    rxno: str
    prescriber: SignedBy
    reason: str
    at: datetime


class Registered(msgspec.Struct, frozen=True):
    """The platform's number of a prescription and its trace code."""

    rxno: str
    trace_code: str


class PrescriptionCentre(Protocol):
    """The national prescription platform."""

    async def upload(self, given: Upload) -> Registered:
        """Have it checked, signed and put in effect (D001, D002, D003)."""
        ...

    async def undo(self, given: Revocation) -> None:
        """Take it back (D004). Refused once it was fetched."""
        ...

    async def fetched(self, hospital_code: str, rxno: str) -> bool:
        """Whether a pharmacy has handed it out (D007)."""
        ...
