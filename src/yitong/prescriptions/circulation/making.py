"""Parts come with the doctor's signature, each signed by itself, and count once a pharmacist has approved the sheet."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from yitong.kernel.events import Subject
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Grant
from yitong.kernel.states import record_move
from yitong.kernel.transaction import Transaction
from yitong.prescriptions import signing
from yitong.prescriptions.circulation import parts
from yitong.prescriptions.circulation.model import PrescriptionPart
from yitong.prescriptions.circulation.states import PART, PartState
from yitong.prescriptions.people import Practitioner
from yitong.prescriptions.rows import Row
from yitong.prescriptions.schemas import PartTerms
from yitong.prescriptions.statements import PartStatement, SignedBy


def issued(round_: int, terms: Sequence[PartTerms]) -> dict[str, Any]:
    """What a signature's event tells of the parts: windows and quantities, no drug."""
    said = [{"opens": one.opens_at, "closes": one.closes_at, "quantities": one.quantities} for one in terms]
    return {"round": round_, "parts": said}


async def signed_terms(tx: Transaction, row: Row) -> list[PartTerms]:
    """The parts of the wording that was signed last."""
    return (await parts.wording_of(tx, row.organization_id, row.id)).parts


async def issue(
    tx: Transaction,
    grant: Grant,
    row: Row,
    who: Practitioner,
    event_id: UUID,
    terms: Sequence[PartTerms],
    sheet_digest: str,
) -> None:
    """Write the parts of the round that begins, each signed by the doctor. The row is as before the signature."""
    for one in terms:
        made = new_id()
        statement = PartStatement(
            id=made,
            prescription_id=row.id,
            number=row.number,
            round=row.round + 1,
            of=len(terms),
            terms=one,
            sheet_digest=sheet_digest,
            prescriber=SignedBy(who.licence_no, who.name, who.title),
        )
        signed = await signing.signed(tx, who, statement)
        sealed = tx.platform.sealer.seal(signed.statement.decode(), f"prescription_part.statement:{made}")
        await tx.session.execute(
            insert(PrescriptionPart).values(
                organization_id=row.organization_id,
                id=made,
                prescription_id=row.id,
                patient_id=row.patient_id,
                round=row.round + 1,
                number=one.number,
                of=len(terms),
                state=PartState.ISSUED.value,
                version=1,
                opens_at=one.opens_at,
                closes_at=one.closes_at,
                quantities=one.quantities,
                dispensed=parts.zeros(one.quantities),
                returned=parts.zeros(one.quantities),
                codes_used=0,
                key_id=signed.key_id,
                digest=signed.digest,
                signature=signed.signature,
                statement_sealed=sealed,
            )
        )
        subject = Subject("prescription_part", made, row.organization_id, row.patient_id)
        await record_move(tx, grant, PART, subject, None, PartState.ISSUED, sequence=1, event_id=event_id)


async def reviewed(tx: Transaction, grant: Grant, row: Row, event_id: UUID, *, approved: bool) -> datetime | None:
    """Approve or reject the parts of the present round; answers when the last of them closes."""
    found = await parts.of_prescription(tx, row.organization_id, row.id)
    after = PartState.APPROVED if approved else PartState.REJECTED
    for part in found:
        await parts.move(tx, grant, part, after, event_id)
    return max((part.closes_at for part in found), default=row.valid_until)
