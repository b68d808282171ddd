"""The contract between billing and the gateways about stays in hospital; see :mod:`yitong.billing.ports`."""

from datetime import datetime
from typing import Protocol

import msgspec

from yitong.billing.ports import Credential


class InpatientStay(msgspec.Struct, frozen=True, kw_only=True):
    """A stay in hospital as the insurer is told of it; ``mdtrt_id`` is empty until it was admitted there."""

    fixmedins_code: str
    psn_no: str
    insutype: str
    insuplc_admdvs: str
    credential: Credential
    visit_no: str  # ours: the same again is the same admission
    med_type: str
    admitted_at: datetime
    department_code: str
    department_name: str
    bed: str
    doctor_no: str = ""
    doctor_name: str = ""
    diagnoses: list[tuple[str, str]]  # at admission: code and name, the main one first
    mdtrt_id: str = ""
    discharged_at: datetime | None = None
    discharge_diagnoses: list[tuple[str, str]] = []  # those of the admission when empty
    dscg_way: str = "1"  # on the doctor's order


class InpatientInsurer(Protocol):
    """Stays at the insurance platform. Every call again with the same stay means the same thing."""

    async def admit(self, stay: InpatientStay) -> str:
        """Register an admission (2401); answers mdtrt_id."""
        ...

    async def change(self, stay: InpatientStay) -> None:
        """Tell what changed of an admission (2403)."""
        ...

    async def discharge(self, stay: InpatientStay) -> None:
        """Register a discharge (2402): from then on the stay can be settled."""
        ...

    async def withdraw_admission(self, stay: InpatientStay) -> None:
        """Take an admission back (2404)."""
        ...

    async def withdraw_discharge(self, stay: InpatientStay) -> None:
        """Take a discharge back (2405)."""
        ...
