"""The result goes back to the hospital that wrote the prescription."""

from typing import Any

from yitong.kernel.ids import UUID
from yitong.kernel.transaction import Transaction
from yitong.prescriptions import rows
from yitong.prescriptions.circulation import parts
from yitong.prescriptions.dispensing.actions import RESULT
from yitong.prescriptions.dispensing.fhir import Handed, bundle
from yitong.prescriptions.dispensing.receipts import opened, receipt_rows


async def results(tx: Transaction, organization_id: UUID, prescription_id: UUID) -> Any:
    """Everything that was handed out of a prescription, as a FHIR R4 Bundle of MedicationDispense.

    Raises Problem ``not-found`` and those of the permission check.
    """
    row = await rows.row_of(tx, organization_id, prescription_id)
    RESULT.check(tx.actor, organization_id=organization_id, patient_id=row.patient_id)
    await tx.open_region()  # receipts are the pharmacies' rows
    wording = await parts.wording_of(tx, organization_id, prescription_id)
    found: list[Any] = []
    for part in await parts.of_prescription(tx, organization_id, prescription_id):
        receipts = [
            Handed(one["organization_id"], opened(tx, one))
            for one in await receipt_rows(tx, organization_id, part.id)
            if one["kind"] == "dispense"
        ]
        found.append((part, wording.lines, receipts))
    return bundle(found, tx.now)
