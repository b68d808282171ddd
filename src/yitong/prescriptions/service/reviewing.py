"""The pharmacist's side: decide what waits, once a round, signed like the prescription itself."""

from yitong.kernel.crypto import sm3
from yitong.kernel.events import record
from yitong.kernel.ids import UUID
from yitong.kernel.transaction import Transaction
from yitong.prescriptions import rows, signing
from yitong.prescriptions.actions import REVIEW
from yitong.prescriptions.circulation.making import reviewed
from yitong.prescriptions.events import PrescriptionEvent
from yitong.prescriptions.people import acting
from yitong.prescriptions.problems import NOT_A_PHARMACIST, OWN_SHEET, REASONS_MISSING
from yitong.prescriptions.schemas import PharmacistDecision, PrescriptionView
from yitong.prescriptions.service.reading import view
from yitong.prescriptions.service.signing import sheet_digest
from yitong.prescriptions.signing import Statement
from yitong.prescriptions.statements import DecisionStatement, SignedBy
from yitong.prescriptions.states import PRESCRIPTION, PrescriptionState


async def decide(tx: Transaction, prescription_id: UUID, request: PharmacistDecision) -> PrescriptionView:
    """Approve or refuse what waits. Of two pharmacists one decides; the other is told that it has changed.

    Raises Problem ``prescription-changed``, ``prescription-expired``, ``wrong-state``, ``reasons-missing``,
    ``not-a-pharmacist``, ``own-prescription`` and those of the permission check.
    """
    grant = REVIEW.check(tx.actor, organization_id=request.organization_id)
    who = await acting(tx, request.organization_id, "pharmacist")
    if who.title.startswith("药士"):
        raise NOT_A_PHARMACIST()
    refused = request.decision == "refuse"
    if refused and not request.reasons:
        raise REASONS_MISSING()
    row = await rows.locked(tx, request.organization_id, prescription_id, request.version)
    after = PrescriptionState.REFUSED if refused else PrescriptionState.APPROVED
    PRESCRIPTION.check(row.state, after)
    if row.practitioner_id == who.practitioner_id:
        raise OWN_SHEET()
    statement = DecisionStatement(
        id=row.id,
        number=row.number,
        revision=row.revision,
        round=row.round,
        sheet_digest=await sheet_digest(tx, row),
        decision=request.decision,
        reasons=request.reasons,
        at=tx.now,
        pharmacist=SignedBy(who.licence_no, who.name, who.title),
    )
    event = PrescriptionEvent.REFUSED if refused else PrescriptionEvent.APPROVED
    decision_digest = sm3(signing.canonical(statement)).hex()
    said = {
        "number": row.number,
        "revision": row.revision,
        "count": len(request.reasons),
        "round": row.round,
        "decision_digest": decision_digest,
    }
    event_id = await record(tx, grant, event, row.subject, said)
    about = Statement(
        organization_id=row.organization_id,
        prescription_id=row.id,
        patient_id=row.patient_id,
        kind="pharmacist",
        revision=row.revision,
        round=row.round,
        content=statement,
        decision=request.decision,
    )
    await signing.sign(tx, who, about, event_id)
    until = await reviewed(tx, grant, row, event_id, approved=not refused)
    if refused:
        await rows.move(tx, grant, row, after, event_id)
    else:
        await rows.move(tx, grant, row, after, event_id, valid_until=until)
    return await view(tx, row.organization_id, row.id)
