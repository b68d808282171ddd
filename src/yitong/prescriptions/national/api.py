"""The address that tells where a prescription stands at the national platform."""

from datetime import datetime

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction
from yitong.prescriptions.national.actions import READ
from yitong.prescriptions.national.rows import national_of
from yitong.prescriptions.national.states import NATIONAL, NationalState
from yitong.prescriptions.rows import row_of


class NationalView(msgspec.Struct, frozen=True, kw_only=True):
    """Where a prescription stands at the national platform: its number there, and when a pharmacy had handed it out.

    Without a state it has not been sent there, or does not go there at all."""

    state: NationalState | None
    state_text: Bilingual | None
    rxno: str | None
    reason: str | None
    fetched_at: datetime | None


@get(
    "/prescriptions/{prescription_id:uuid}/national",
    summary="A prescription at the national platform",
    tags=["prescriptions"],
)
async def get_national(
    tx: NamedDependency[Transaction], prescription_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> NationalView:
    """Only insured prescriptions go there."""
    row = await row_of(tx, organization_id, prescription_id)
    READ.check(tx.actor, organization_id=organization_id, patient_id=row.patient_id)
    found = await national_of(tx, organization_id, prescription_id)
    if found is None:
        return NationalView(state=None, state_text=None, rxno=None, reason=None, fetched_at=None)
    return NationalView(
        state=found.state,
        state_text=Bilingual(*NATIONAL.words[found.state]),
        rxno=found.rxno,
        reason=found.reason,
        fetched_at=found.fetched_at,
    )


ROUTES: list[ControllerRouterHandler] = [get_national]
