"""Four eyes: one person says how a difference is mended, another one signs, and only then it is booked."""

from enum import StrEnum
from typing import Any

from sqlalchemy import text

from yitong.billing.journal.service import Posting, post
from yitong.billing.reconciliation import problems
from yitong.billing.reconciliation.actions import PROPOSE, SIGN
from yitong.billing.reconciliation.corrections import corrections, postings
from yitong.billing.reconciliation.events import ReconciliationEvent
from yitong.billing.reconciliation.queries import difference, difference_of
from yitong.billing.reconciliation.schemas import MoneyDifference, ProposeRequest, SignRequest
from yitong.billing.reconciliation.states import DIFFERENCE, DifferenceState
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Grant
from yitong.kernel.problems import NOT_FOUND, VALIDATION_FAILED, WRONG_STATE, FieldError
from yitong.kernel.states import record_move
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction


async def propose(tx: Transaction, difference_id: UUID, request: ProposeRequest) -> MoneyDifference:
    """Say how a difference is to be mended; nothing is booked yet.

    Raises Problem ``correction-unsuitable``, ``wrong-state``, ``not-found`` and those of the permission check.
    """
    organization_id = request.organization_id
    grant = PROPOSE.check(tx.actor, organization_id=organization_id)
    row = await _locked(tx, organization_id, difference_id, DifferenceState.OPEN)
    if request.correction not in corrections(difference_of(row)):
        raise problems.CORRECTION_UNSUITABLE()
    await _move(
        tx,
        grant,
        row,
        DifferenceState.PROPOSED,
        ReconciliationEvent.PROPOSED,
        {"correction": request.correction, "reason": request.reason},
    )
    await tx.session.execute(
        text(
            "UPDATE reconciliation_difference SET correction = :correction, reason = :reason, proposed_by = :actor,"
            " proposed_at = :now, note = NULL, state = 'proposed', version = version + 1"
            " WHERE organization_id = :organization AND id = :id"
        ),
        {
            "correction": request.correction,
            "reason": request.reason,
            "actor": tx.actor.id,
            "now": tx.now,
            "organization": organization_id,
            "id": difference_id,
        },
    )
    return await difference(tx, organization_id, difference_id)


async def sign(tx: Transaction, difference_id: UUID, request: SignRequest) -> MoneyDifference:
    """Agree to a colleague's proposal, which books it, or send it back with a note.

    Raises Problem ``second-person-needed``, ``validation-failed`` (sent back without a note), ``wrong-state``,
    ``not-found`` and those of the permission check.
    """
    organization_id = request.organization_id
    grant = SIGN.check(tx.actor, organization_id=organization_id)
    row = await _locked(tx, organization_id, difference_id, DifferenceState.PROPOSED)
    if row["proposed_by"] == tx.actor.id:
        raise problems.FOUR_EYES()
    if not request.agreed:
        await _send_back(tx, grant, row, request.note)
        return await difference(tx, organization_id, difference_id)
    one = difference_of(row)
    lines = postings(one, row["correction"])
    facts = {"correction": row["correction"], "reason": row["reason"], "proposed_by": row["proposed_by"]}
    event_id = await _move(tx, grant, row, DifferenceState.SIGNED, ReconciliationEvent.SIGNED, facts)
    entry_id = None
    # Suspense is nobody's bill; only money booked late belongs to the patient's.
    known = one.here if row["correction"] == "book" else None
    if lines:
        entry_id = await post(
            tx,
            grant,
            "reconciliation",
            f"reconciliation:{difference_id}",
            [Posting(account, fen) for account, fen in lines],
            known.bill_id if known is not None else None,
            organization_id=organization_id,
            event_id=event_id,
            patient_id=known.patient_id if known is not None else None,
        )
    await tx.session.execute(
        text(
            "UPDATE reconciliation_difference SET state = 'signed', version = version + 1, signed_by = :actor,"
            " note = :note, ended_at = :now, gap_fen = :gap, entry_id = :entry"
            " WHERE organization_id = :organization AND id = :id"
        ),
        {
            "actor": tx.actor.id,
            "note": request.note or None,
            "now": tx.now,
            "gap": lines[0][1] if lines else 0,
            "entry": entry_id,
            "organization": organization_id,
            "id": difference_id,
        },
    )
    return await difference(tx, organization_id, difference_id)


async def _send_back(tx: Transaction, grant: Grant, row: Any, note: str) -> None:
    if not note.strip():
        wrong = Bilingual("请填写退回的原因。", "Say why it goes back.")
        raise VALIDATION_FAILED(errors=[FieldError("note", "missing", wrong)])
    facts = {"correction": row["correction"], "note": note}
    await _move(tx, grant, row, DifferenceState.OPEN, ReconciliationEvent.SENT_BACK, facts)
    await tx.session.execute(
        text(
            "UPDATE reconciliation_difference SET state = 'open', version = version + 1, correction = NULL,"
            " reason = NULL, proposed_by = NULL, proposed_at = NULL, note = :note"
            " WHERE organization_id = :organization AND id = :id"
        ),
        {"note": note, "organization": row["organization_id"], "id": row["id"]},
    )


async def _locked(tx: Transaction, organization_id: UUID, difference_id: UUID, expected: DifferenceState) -> Any:
    rows = await tx.session.execute(
        text("SELECT * FROM reconciliation_difference WHERE organization_id = :organization AND id = :id FOR UPDATE"),
        {"organization": organization_id, "id": difference_id},
    )
    row = rows.mappings().one_or_none()
    if row is None:
        raise NOT_FOUND()
    state = DifferenceState(row["state"])
    if state is not expected:
        zh, en = DIFFERENCE.words[state]
        raise WRONG_STATE(state=en, state_zh=zh)
    return row


async def _move(
    tx: Transaction, grant: Grant, row: Any, after: DifferenceState, event: StrEnum, facts: dict[str, Any]
) -> UUID:
    subject = Subject("reconciliation_difference", row["id"], row["organization_id"])
    named = {"day": row["day"], "party": row["party"], "number": row["number"], "kind": row["kind"]}
    event_id = await record(tx, grant, event, subject, named | facts)
    before = DifferenceState(row["state"])
    await record_move(
        tx,
        grant,
        DIFFERENCE,
        subject,
        before,
        after,
        sequence=row["version"] + 1,
        event_id=event_id,
        reason=facts.get("reason") or facts.get("note"),
    )
    return event_id
