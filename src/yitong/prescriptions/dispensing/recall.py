"""Recalls: where a package went, and everybody who has something of a batch."""

from typing import Any

from sqlalchemy import text

from yitong.kernel.crypto import Masked, mask
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction
from yitong.prescriptions.dispensing.actions import RECALL, TRACE
from yitong.prescriptions.dispensing.events import DispensingEvent
from yitong.prescriptions.dispensing.problems import RECALL_UNCLEAR
from yitong.prescriptions.dispensing.schemas import RecallFound, RecallRow, TraceView

_TRACE = text(
    "SELECT t.*, d.name AS drug_name, o.name AS pharmacy_name FROM trace_code t JOIN drug d ON d.code = t.drug_code"
    " JOIN organization o ON o.id = t.organization_id WHERE t.code = :code"
)
_FOUND = text("""
WITH out AS (
  SELECT organization_id, code, patient_id, drug_code, batch, sum(units) AS units, max(at) AS at,
         (array_agg(receipt_id ORDER BY at DESC))[1] AS receipt_id
    FROM dispensed_package
   WHERE (CAST(:pharmacy AS uuid) IS NULL OR organization_id = :pharmacy)
     AND (CAST(:code AS text) IS NULL OR code = :code)
     AND (CAST(:drug AS text) IS NULL OR (drug_code = :drug AND batch = :batch))
   GROUP BY organization_id, code, patient_id, drug_code, batch
  HAVING sum(units) > 0)
SELECT out.*, d.name AS drug_name, o.name AS pharmacy_name, n.name_sealed, n.phone_sealed
  FROM out JOIN drug d ON d.code = out.drug_code JOIN organization o ON o.id = out.organization_id
  JOIN patient n ON n.id = out.patient_id
 ORDER BY out.at, out.code, out.patient_id LIMIT 5000
""")
_COMMISSION = text("SELECT commission_id FROM region LIMIT 1")


async def trace(tx: Transaction, code: str) -> TraceView:
    """Where a package went out. Raises Problem ``not-found`` and those of the permission check."""
    TRACE.check(tx.actor)
    row = (await tx.session.execute(_TRACE, {"code": code})).mappings().one_or_none()
    if row is None:
        raise NOT_FOUND()
    same = ("code", "drug_code", "drug_name", "batch", "units_out", "pharmacy_name", "at")
    return TraceView(**{name: row[name] for name in same})


async def search(
    tx: Transaction, *, pharmacy_id: UUID | None, drug_code: str | None, batch: str | None, code: str | None
) -> RecallFound:
    """Everybody who still has something of a batch of a drug, or of one package; of one pharmacy or of the region.

    Who looked is written down. Raises Problem ``recall-unclear`` and those of the permission check.
    """
    grant = RECALL.check(tx.actor, organization_id=pharmacy_id)
    if code is None and not (drug_code and batch):
        raise RECALL_UNCLEAR()
    await tx.open_region()
    await tx.open_patient_index()
    values = {"pharmacy": pharmacy_id, "code": code, "drug": drug_code if code is None else None, "batch": batch}
    rows: list[Any] = list((await tx.session.execute(_FOUND, values)).mappings())
    open_, found = tx.platform.sealer.open, list[RecallRow]()
    for row in rows:
        patient, phone = row["patient_id"], row["phone_sealed"]
        found.append(
            RecallRow(
                code=row["code"],
                units=row["units"],
                pharmacy_id=row["organization_id"],
                pharmacy_name=row["pharmacy_name"],
                dispense_id=row["receipt_id"],
                at=row["at"],
                patient_id=patient,
                patient_name=mask(Masked.NAME, open_(row["name_sealed"], f"patient.name:{patient}")),
                patient_phone=open_(phone, f"patient.phone:{patient}") if phone else None,
                batch=row["batch"],
                drug_name=row["drug_name"],
            )
        )
    people = len({one.patient_id for one in found})
    where = pharmacy_id or (await tx.session.execute(_COMMISSION)).scalar_one()
    said = {"patients": people, "drug_code": drug_code, "batch": batch, "code": code}
    await record(tx, grant, DispensingEvent.RECALL_SEARCHED, Subject("recall", where, where), said)
    return RecallFound(people, sum(one.units for one in found), found)
