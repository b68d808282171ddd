"""The doctor's side up to the signature, and what ends a prescription: discard, withdraw, release, run out."""

import secrets
from typing import Any

from sqlalchemy import insert, text

from yitong.kernel.clock import day_of
from yitong.kernel.events import record
from yitong.kernel.idempotency import once
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import SYSTEM_ACTOR
from yitong.kernel.states import record_move
from yitong.kernel.transaction import Transaction
from yitong.prescriptions import rows
from yitong.prescriptions.actions import EXPIRE, RELEASE, WITHDRAW, WRITE
from yitong.prescriptions.casework import Judged, judge, seal_sheet
from yitong.prescriptions.circulation.ending import expire_all, revoke_all
from yitong.prescriptions.circulation.releasing import release_all
from yitong.prescriptions.events import PrescriptionEvent
from yitong.prescriptions.model import Prescription
from yitong.prescriptions.people import Practitioner, acting
from yitong.prescriptions.problems import NOT_YOUR_VISIT, VISIT_OVER
from yitong.prescriptions.rows import Row
from yitong.prescriptions.schemas import Acting, Checked, PrescriptionView, Sheet, SheetChange, WithdrawRequest
from yitong.prescriptions.service.reading import view
from yitong.prescriptions.states import PRESCRIPTION, PrescriptionState
from yitong.visits import service as visits


async def check_sheet(tx: Transaction, sheet: Sheet) -> Checked:
    """What the rules say about a sheet while it is being written; nothing is kept.

    Raises Problem ``not-your-visit``, ``visit-over``, ``drug-unknown`` and those of the permission check.
    """
    WRITE.check(tx.actor, organization_id=sheet.organization_id)
    who = await acting(tx, sheet.organization_id, "doctor")
    patient_id, _ = await _visit(tx, sheet, who)
    return (await judge(tx, sheet, who, patient_id, day_of(tx.now, who.zone))).checked


async def draft(tx: Transaction, sheet: Sheet, key: UUID) -> PrescriptionView:
    """Begin a prescription. The same ``key`` begins one.

    Raises Problem ``not-your-visit``, ``visit-over``, ``drug-unknown`` and those of the permission check.
    """
    grant = WRITE.check(tx.actor, organization_id=sheet.organization_id)

    async def make() -> PrescriptionView:
        who = await acting(tx, sheet.organization_id, "doctor")
        patient_id, department_id = await _visit(tx, sheet, who)
        day = day_of(tx.now, who.zone)
        judged = await judge(tx, sheet, who, patient_id, day)
        made, number = new_id(), await rows.next_number(tx, sheet.organization_id, day)
        await tx.session.execute(
            insert(Prescription).values(
                organization_id=sheet.organization_id,
                id=made,
                number=number,
                encounter_id=sheet.encounter_id,
                patient_id=patient_id,
                department_id=department_id,
                practitioner_id=who.practitioner_id,
                practitioner_role_id=who.role_id,
                paper=judged.checked.paper,
                state=PrescriptionState.DRAFT.value,
                version=1,
                revision=0,
                round=0,
                edited=True,
                level="pass",
                created_at=tx.now,
                verify_token=secrets.token_urlsafe(16),
                sheet_sealed=seal_sheet(tx, made, sheet),
            )
        )
        row = await rows.row_of(tx, sheet.organization_id, made)
        event_id = await record(tx, grant, PrescriptionEvent.DRAFTED, row.subject, {"number": number})
        await record_move(
            tx, grant, PRESCRIPTION, row.subject, None, PrescriptionState.DRAFT, sequence=1, event_id=event_id
        )
        return await view(tx, sheet.organization_id, made)

    return await once(tx, key, sheet, PrescriptionView, make)


async def save(tx: Transaction, prescription_id: UUID, change: SheetChange) -> PrescriptionView:
    """Keep what was written so far, of a draft or of a prescription that came back.

    Raises Problem ``prescription-changed``, ``wrong-state``, ``not-your-visit`` and those of the permission check.
    """
    sheet = change.sheet
    grant = WRITE.check(tx.actor, organization_id=sheet.organization_id)
    row, who = await own_row(tx, sheet.organization_id, prescription_id, change.version)
    if row.state not in (PrescriptionState.DRAFT, PrescriptionState.REFUSED):
        PRESCRIPTION.check(row.state, PrescriptionState.DRAFT)
    if row.encounter_id != sheet.encounter_id:
        raise NOT_YOUR_VISIT()
    judged = await judge(tx, sheet, who, row.patient_id, day_of(tx.now, who.zone), row.id)
    await record(tx, grant, PrescriptionEvent.SAVED, row.subject, {"number": row.number})
    await rows.rewrite(tx, row, sheet_sealed=seal_sheet(tx, row.id, sheet), paper=judged.checked.paper, edited=True)
    return await view(tx, row.organization_id, row.id)


async def discard(tx: Transaction, prescription_id: UUID, request: Acting) -> PrescriptionView:
    """Throw a draft away. Raises Problem ``wrong-state``, ``prescription-changed`` and others."""
    grant = WRITE.check(tx.actor, organization_id=request.organization_id)
    row, _ = await own_row(tx, request.organization_id, prescription_id, request.version)
    PRESCRIPTION.check(row.state, PrescriptionState.DISCARDED)
    event_id = await record(tx, grant, PrescriptionEvent.DISCARDED, row.subject, {"number": row.number})
    await rows.move(tx, grant, row, PrescriptionState.DISCARDED, event_id)
    return await view(tx, row.organization_id, row.id)


async def withdraw(tx: Transaction, prescription_id: UUID, request: WithdrawRequest) -> PrescriptionView:
    """Take a signed prescription back; of one that pharmacies work on, what was not handed out.

    Raises Problem ``wrong-state``, ``prescription-changed`` and others.
    """
    grant = WITHDRAW.check(tx.actor, organization_id=request.organization_id)
    row, _ = await own_row(tx, request.organization_id, prescription_id, request.version)
    PRESCRIPTION.check(row.state, PrescriptionState.WITHDRAWN)
    after = await revoke_all(tx, grant, row, request.reason)
    event_id = await record(tx, grant, PrescriptionEvent.WITHDRAWN, row.subject, {"number": row.number})
    await rows.move(tx, grant, row, after, event_id, reason=request.reason)
    return await view(tx, row.organization_id, row.id)


async def release(tx: Transaction, prescription_id: UUID, request: Acting) -> PrescriptionView:
    """Open all parts of an approved prescription to the region's pharmacies, by the patient's wish.

    Raises Problem ``not-releasable``, ``wrong-state``, ``prescription-expired`` and those of the permission check.
    """
    row = await rows.locked(tx, request.organization_id, prescription_id, request.version)
    grant = RELEASE.check(tx.actor, organization_id=request.organization_id, patient_id=row.patient_id)
    PRESCRIPTION.check(row.state, PrescriptionState.RELEASED)
    await release_all(tx, grant, row)
    return await view(tx, row.organization_id, row.id)


async def run_out(tx: Transaction, organization_id: UUID, prescription_id: UUID) -> bool:
    """Write down that a prescription's validity has ended; False when it has not, or somebody was first."""
    row = await rows.row_of(tx, organization_id, prescription_id, lock=True)
    if not row.ran_out(tx.now):
        return False
    grant = EXPIRE.check(SYSTEM_ACTOR, organization_id=organization_id)
    await expire_all(tx, grant, row)
    event_id = await record(tx, grant, PrescriptionEvent.EXPIRED, row.subject, {"number": row.number})
    await rows.move(tx, grant, row, PrescriptionState.EXPIRED, event_id)
    return True


async def own_row(
    tx: Transaction, organization_id: UUID, prescription_id: UUID, version: int
) -> tuple[Row, Practitioner]:
    """A prescription under lock and the doctor who wrote it, who is the one that acts.

    Raises Problem ``not-your-visit`` and those of :func:`yitong.prescriptions.rows.locked`.
    """
    who = await acting(tx, organization_id, "doctor")
    row = await rows.locked(tx, organization_id, prescription_id, version)
    if row.practitioner_id != who.practitioner_id:
        raise NOT_YOUR_VISIT()
    return row, who


async def judged_again(tx: Transaction, row: Row, sheet: Sheet, who: Practitioner) -> Judged:
    """The rules' word on the present wording, on the hospital's day."""
    return await judge(tx, sheet, who, row.patient_id, day_of(tx.now, who.zone), row.id)


async def _visit(tx: Transaction, sheet: Sheet, who: Practitioner) -> tuple[UUID, UUID]:
    """Patient and department of the visit, which is this doctor's and goes on or ended today."""
    visit = await visits.read(tx, sheet.organization_id, sheet.encounter_id)
    found = await tx.session.execute(
        text(
            "SELECT r.practitioner_id FROM encounter e JOIN practitioner_role r ON r.organization_id ="
            " e.organization_id AND r.id = e.practitioner_role_id WHERE e.organization_id = :organization"
            " AND e.id = :id"
        ),
        {"organization": sheet.organization_id, "id": sheet.encounter_id},
    )
    seen_by: Any = found.scalar_one_or_none()
    if seen_by != who.practitioner_id:
        raise NOT_YOUR_VISIT()
    today = day_of(tx.now, who.zone)
    over = visit.finished_at is not None and day_of(visit.finished_at, who.zone) != today
    if over or visit.state == "abandoned":
        raise VISIT_OVER()
    return visit.patient_id, visit.department_id
