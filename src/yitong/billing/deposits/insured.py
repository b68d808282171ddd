"""Stays that an insurance pays for: choosing it, diagnoses, telling the insurer again, and the end when all is paid."""

from sqlalchemy import text

from yitong.billing.charges import queries
from yitong.billing.charges import service as bills
from yitong.billing.deposits import covering
from yitong.billing.deposits.events import StayEvent
from yitong.billing.deposits.schemas import CoverRequest, StayDiagnosesRequest, StayRequest, StayView
from yitong.billing.deposits.service import ADMIT, move_stay, row_of, view
from yitong.billing.deposits.states import STAY, StayState
from yitong.kernel.events import Subject
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Actor, Role, Scope, action
from yitong.kernel.platform import Platform
from yitong.kernel.transaction import Transaction
from yitong.visits import service as visits

_AT = Scope.ORGANIZATION
DIAGNOSE = action(
    "billing:stay:diagnose", "记录住院诊断", "Record a stay's diagnoses", {Role.DOCTOR: _AT, Role.NURSE: _AT}
)
SETTLE = action("billing:stay:settle", "住院结清", "Settle a paid stay", {Role.SYSTEM: Scope.REGION})


async def settle_paid(tx: Transaction, organization_id: UUID, bill_id: UUID) -> bool:
    """A bill was paid: when it is a discharged patient's stay and nothing is open, the stay is settled."""
    grant = SETTLE.check(tx.actor, organization_id=organization_id)
    found = await tx.session.execute(
        text("SELECT id FROM stay WHERE organization_id = :organization AND bill_id = :bill AND state = 'closing'"),
        {"organization": organization_id, "bill": bill_id},
    )
    stay_id = found.scalar_one_or_none()
    if stay_id is None:
        return False
    row = await row_of(tx, organization_id, stay_id, lock=True)
    sums = await queries.sums(tx, organization_id, bill_id)
    if row.state != StayState.CLOSING or sums.outstanding_fen:
        return False
    await move_stay(tx, grant, row, StayState.SETTLED, StayEvent.SETTLED)
    return True


async def choose_cover(tx: Transaction, stay_id: UUID, request: CoverRequest) -> StayView:
    """Let a stay be settled with an insurance, or with none; the insurer is told at once.

    Raises Problem ``admission-diagnosis-missing``, ``stay-credential-missing``, ``bill-closed``, ``wrong-state``.
    """
    row = await row_of(tx, request.organization_id, stay_id, lock=True)
    grant = ADMIT.check(tx.actor, organization_id=request.organization_id)
    if row.state == StayState.SETTLED:
        STAY.check(StayState.SETTLED, StayState.RUNNING)
    await bills.lock(tx, request.organization_id, row.bill_id, must_be_open=True)
    await covering.want(tx, grant, row, request.insutype, request.credential)
    await tx.session.execute(
        text("UPDATE bill SET insutype = :insutype WHERE organization_id = :organization AND id = :bill"),
        {"insutype": request.insutype, "organization": request.organization_id, "bill": row.bill_id},
    )
    return await view(tx, request.organization_id, stay_id)


async def diagnose(tx: Transaction, stay_id: UUID, request: StayDiagnosesRequest) -> StayView:
    """Record what a patient was admitted with or leaves with; the insurer is told what changed.

    Raises Problem ``diagnosis-unknown``, ``validation-failed``, ``wrong-state`` (settled) and others.
    """
    row = await row_of(tx, request.organization_id, stay_id, lock=True)
    grant = DIAGNOSE.check(tx.actor, organization_id=request.organization_id)
    if row.state == StayState.SETTLED:
        STAY.check(StayState.SETTLED, StayState.RUNNING)
    subject = Subject("stay", stay_id, request.organization_id, row.patient_id)
    before = await visits.stay_diagnoses(tx, request.organization_id, stay_id, request.phase)
    await visits.diagnose_stay(tx, grant, subject, request.phase, request.items)
    after = await visits.stay_diagnoses(tx, request.organization_id, stay_id, request.phase)
    if request.phase == "admission" and [one.code for one in before] != [one.code for one in after]:
        await covering.outdated(tx, request.organization_id, stay_id)
    return await view(tx, request.organization_id, stay_id)


async def tell_insurer_now(platform: Platform, actor: Actor, stay_id: UUID, request: StayRequest) -> StayView:
    """Try again now what the insurer did not take. Raises Problem ``not-found`` and those of the permission check."""
    async with platform.transaction(actor) as tx:
        await row_of(tx, request.organization_id, stay_id)
        grant = ADMIT.check(actor, organization_id=request.organization_id)
        await covering.try_again(tx, grant, request.organization_id, stay_id)
    await covering.carry(platform, request.organization_id, stay_id)
    async with platform.transaction(actor) as tx:
        return await view(tx, request.organization_id, stay_id)
