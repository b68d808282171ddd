"""A receipt is signed by the pharmacist who acts and kept with its exact bytes."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import insert, text

from yitong.kernel.ids import UUID, new_id
from yitong.kernel.transaction import Transaction
from yitong.prescriptions import signing
from yitong.prescriptions.circulation.parts import Part
from yitong.prescriptions.dispensing.model import DispensedPackage, DispenseReceipt
from yitong.prescriptions.dispensing.receipts import statement_place
from yitong.prescriptions.dispensing.schemas import DispensedLine, Kind
from yitong.prescriptions.dispensing.statements import ReceiptStatement
from yitong.prescriptions.people import Practitioner
from yitong.prescriptions.problems import NOT_A_PHARMACIST
from yitong.prescriptions.signing import Signature
from yitong.prescriptions.statements import SignedBy

_PART_DIGEST = text("SELECT digest FROM prescription_part WHERE organization_id = :organization AND id = :id")


class Receipt(msgspec.Struct, frozen=True):
    """A signed receipt that is still to be kept with its event."""

    said: ReceiptStatement
    signed: Signature


def qualified(who: Practitioner) -> None:
    """Dispensing is checked and signed by a pharmacist, not an assistant. Raises Problem ``not-a-pharmacist``."""
    if who.title.startswith("药士"):
        raise NOT_A_PHARMACIST()


async def write(
    tx: Transaction,
    who: Practitioner,
    part: Part,
    kind: Kind,
    lines: Sequence[DispensedLine],
    *,
    total: list[int],
    last: bool = False,
    reason: str = "",
) -> Receipt:
    """Sign what was handed out or came back; ``total`` are the units out after it, in the order of the lines."""
    digest = await tx.session.execute(_PART_DIGEST, {"organization": part.organization_id, "id": part.id})
    quantities = [0] * len(part.quantities)
    for one in lines:
        quantities[one.number - 1] += one.units
    said = ReceiptStatement(
        id=new_id(),
        kind=kind,
        prescription_id=part.prescription_id,
        part_id=part.id,
        part_digest=digest.scalar_one(),
        prescription_number=part.prescription_number,
        part=part.number,
        pharmacy_code=who.organization_code,
        pharmacy_name=who.organization_name,
        at=tx.now,
        quantities=quantities,
        total=total,
        lines=list(lines),
        amount_fen=sum(one.amount_fen for one in lines),
        last=last,
        reason=reason,
        pharmacist=SignedBy(who.licence_no, who.name, who.title),
    )
    return Receipt(said, await signing.signed(tx, who, said))


async def keep(
    tx: Transaction, receipt: Receipt, part: Part, pharmacy_id: UUID, who: Practitioner, event_id: UUID
) -> None:
    """Keep a signed receipt, and each package it names."""
    said, signed = receipt.said, receipt.signed
    await tx.session.execute(
        insert(DispenseReceipt).values(
            organization_id=pharmacy_id,
            id=said.id,
            hospital_id=part.organization_id,
            part_id=part.id,
            prescription_id=part.prescription_id,
            patient_id=part.patient_id,
            kind=said.kind,
            at=tx.now,
            amount_fen=said.amount_fen,
            practitioner_id=who.practitioner_id,
            key_id=signed.key_id,
            digest=signed.digest,
            signature=signed.signature,
            statement_sealed=tx.platform.sealer.seal(signed.statement.decode(), statement_place(said.id)),
            event_id=event_id,
        )
    )
    sign = -1 if said.kind == "return" else 1
    rows: list[dict[str, Any]] = [
        {
            "organization_id": pharmacy_id,
            "receipt_id": said.id,
            "line": line.number,
            "code": package.code,
            "patient_id": part.patient_id,
            "drug_code": line.drug_code,
            "batch": line.batch,
            "units": sign * package.units,
            "at": tx.now,
        }
        for line in said.lines
        for package in line.packages
    ]
    if rows:
        await tx.session.execute(insert(DispensedPackage), rows)
