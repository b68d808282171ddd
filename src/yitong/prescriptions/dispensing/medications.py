"""The patient's medication list, made of what pharmacies handed out, and the reminders that go with it."""

from datetime import date, timedelta
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from yitong.kernel.clock import day_of
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import SYSTEM_ACTOR
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction
from yitong.prescriptions.circulation import parts
from yitong.prescriptions.circulation.parts import Part
from yitong.prescriptions.circulation.terms import part_lines
from yitong.prescriptions.circulation.wording import dose_words, usage_words
from yitong.prescriptions.dispensing import plan
from yitong.prescriptions.dispensing.actions import MEDICATIONS, REMIND
from yitong.prescriptions.dispensing.events import DispensingEvent
from yitong.prescriptions.dispensing.model import MedicationReminder
from yitong.prescriptions.dispensing.receipts import opened
from yitong.prescriptions.dispensing.schemas import Medication, MedicationList, ReminderRequest
from yitong.prescriptions.schemas import SheetLine

_RECEIPTS = text(
    "SELECT r.*, o.name AS pharmacy_name, h.name AS hospital_name, h.zone FROM dispense_receipt r"
    " JOIN organization o ON o.id = r.organization_id JOIN organization h ON h.id = r.hospital_id"
    " WHERE r.patient_id = :patient AND r.kind = 'dispense'"
    " AND (CAST(:id AS uuid) IS NULL OR r.id = :id) ORDER BY r.at DESC, r.id LIMIT 100"
)
_REMINDERS = text("SELECT * FROM medication_reminder WHERE patient_id = :patient")
_ACTIVE = text(
    "SELECT * FROM medication_reminder WHERE active AND until_day >= CAST(:yesterday AS date)"
    " AND told_until < :now ORDER BY patient_id, receipt_id, line LIMIT 2000"
)
_TOLD = text(
    "UPDATE medication_reminder SET told_until = :until WHERE patient_id = :patient AND receipt_id = :receipt"
    " AND line = :line AND told_until < :until RETURNING 1"
)


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A dispensed line with its days."""

    line: SheetLine
    zone: str
    first: date
    last: date
    view: Medication


async def medications(tx: Transaction, patient_id: UUID) -> MedicationList:
    """What a patient got, the newest first. Raises the problems of the permission check."""
    MEDICATIONS.check(tx.actor, patient_id=patient_id)
    return MedicationList([one.view for one in await _taken(tx, patient_id, None)])


async def _taken(tx: Transaction, patient_id: UUID, receipt_id: UUID | None) -> list[Taken]:
    rows: list[Any] = list((await tx.session.execute(_RECEIPTS, {"patient": patient_id, "id": receipt_id})).mappings())
    found = await tx.session.execute(_REMINDERS, {"patient": patient_id})
    reminders = {(row["receipt_id"], row["line"]): row for row in found.mappings()}
    taken: list[Taken] = []
    for row in rows:
        part = await parts.part_of(tx, row["hospital_id"], row["part_id"])
        wording = await parts.wording_of(tx, row["hospital_id"], row["prescription_id"])
        units: dict[int, int] = {}
        for one in opened(tx, row).lines:
            units[one.number] = units.get(one.number, 0) + one.units
        lines = {one.number: one.line for one in part_lines(wording.lines)}
        taken += [
            _medication(tx, row, part, lines[number], number, count, reminders.get((row["id"], number)))
            for number, count in units.items()
        ]
    return taken


def _medication(
    tx: Transaction, row: Any, part: Part, line: SheetLine, number: int, units: int, reminder: Any
) -> Taken:
    first, last = plan.span(line, units, part.quantities[number - 1], row["at"], row["zone"])
    returned = part.returned[number - 1] >= part.dispensed[number - 1] > 0
    view = Medication(
        dispense_id=row["id"],
        pharmacy_id=row["organization_id"],
        line=number,
        drug_code=line.drug_code,
        name=line.name,
        spec=line.spec,
        dose=dose_words(line),
        usage=usage_words(line),
        from_day=first,
        until_day=last,
        dispensed_at=row["at"],
        pharmacy_name=row["pharmacy_name"],
        hospital_name=row["hospital_name"],
        times=reminder["times"] if reminder else plan.times_of(line),
        remind=bool(reminder and reminder["active"]),
        active=not returned and last >= day_of(tx.now, row["zone"]),
    )
    return Taken(line=line, zone=row["zone"], first=first, last=last, view=view)


async def set_reminder(
    tx: Transaction, patient_id: UUID, receipt_id: UUID, line: int, request: ReminderRequest
) -> Medication:
    """Switch the reminder of a dispensed line on or off. Raises Problem ``not-found`` and others."""
    grant = MEDICATIONS.check(tx.actor, patient_id=patient_id)
    found = [one for one in await _taken(tx, patient_id, receipt_id) if one.view.line == line]
    if not found or found[0].view.pharmacy_id != request.pharmacy_id:
        raise NOT_FOUND()
    one = found[0]
    times = sorted(set(request.times)) or plan.times_of(one.line)
    active = request.remind and bool(times)
    values = {
        "pharmacy_id": request.pharmacy_id,
        "times": times,
        "zone": one.zone,
        "from_day": one.first,
        "until_day": one.last,
        "every_days": plan.every_days(one.line),
        "active": active,
        "told_until": tx.now,
    }
    made = insert(MedicationReminder).values(
        patient_id=patient_id, receipt_id=receipt_id, line=line, version=1, **values
    )
    await tx.session.execute(
        made.on_conflict_do_update(
            index_elements=["patient_id", "receipt_id", "line"],
            set_={**values, "version": MedicationReminder.__table__.c.version + 1},
        )
    )
    subject = Subject("medication_reminder", receipt_id, request.pharmacy_id, patient_id)
    said = {"line": line, "times": len(times) if active else 0}
    await record(tx, grant, DispensingEvent.REMINDER_SET, subject, said)
    return msgspec.structs.replace(one.view, times=times, remind=active)


async def remind(tx: Transaction) -> int:
    """Tell everybody whose time has come, by one event each; answers how many.

    Each reminder is told once a time, whoever runs this and however often.
    """
    told = 0
    yesterday = (tx.now - timedelta(days=1)).date()  # wherever the pharmacy is, its last day is not before this
    rows: list[Any] = list((await tx.session.execute(_ACTIVE, {"now": tx.now, "yesterday": yesterday})).mappings())
    for row in rows:
        moment = plan.due(
            row["times"],
            row["zone"],
            row["from_day"],
            row["until_day"],
            row["every_days"],
            row["told_until"],
            tx.now,
        )
        if moment is None:
            continue
        key = {"patient": row["patient_id"], "receipt": row["receipt_id"], "line": row["line"], "until": moment}
        if (await tx.session.execute(_TOLD, key)).first() is None:
            continue
        grant = REMIND.check(SYSTEM_ACTOR, organization_id=row["pharmacy_id"], patient_id=row["patient_id"])
        subject = Subject("medication_reminder", row["receipt_id"], row["pharmacy_id"], row["patient_id"])
        await record(tx, grant, DispensingEvent.REMINDER_DUE, subject, {"line": row["line"], "at": moment})
        told += 1
    return told
