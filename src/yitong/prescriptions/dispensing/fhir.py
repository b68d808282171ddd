"""What was dispensed, as FHIR R4 MedicationDispense resources in a searchset: pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from yitong.kernel.ids import UUID
from yitong.prescriptions.circulation.parts import Part
from yitong.prescriptions.circulation.wording import usage_words
from yitong.prescriptions.dispensing.schemas import DispensedLine
from yitong.prescriptions.dispensing.statements import ReceiptStatement
from yitong.prescriptions.facts import frequencies, routes
from yitong.prescriptions.schemas import SheetLine

TRACE_SYSTEM = "urn:yitong:drug-trace-code"
DRUG_SYSTEM = "urn:yitong:drug"
NATIONAL_SYSTEM = "urn:yitong:nhsa-drug"
ROUTE_SYSTEM = "urn:yitong:route"
_ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


class Handed(msgspec.Struct, frozen=True):
    """A signed receipt of goods handed out, with the pharmacy that signed it."""

    pharmacy_id: UUID
    said: ReceiptStatement


def bundle(part_receipts: Sequence[tuple[Part, Sequence[SheetLine], Sequence[Handed]]], asked_at: datetime) -> Any:
    """A searchset with one MedicationDispense a line and receipt."""
    entries: list[dict[str, Any]] = []
    for part, lines, receipts in part_receipts:
        for one in receipts:
            for place, handed in enumerate(one.said.lines, start=1):
                resource = _dispense(part, lines[handed.number - 1], one, handed, place)
                entries.append({"fullUrl": f"urn:uuid:{one.said.id}:{place}", "resource": resource})
                entries[-1]["search"] = {"mode": "match"}
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "timestamp": _instant(asked_at),
        "total": len(entries),
        "entry": entries,
    }


def _instant(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _dispense(part: Part, line: SheetLine, one: Handed, handed: DispensedLine, place: int) -> dict[str, Any]:
    number = handed.number - 1
    gone = part.returned[number] >= part.dispensed[number] > 0
    partial = part.dispensed[number] < part.quantities[number]
    return {
        "resourceType": "MedicationDispense",
        "id": f"{one.said.id}-{place}",
        "contained": [_medication(line, handed)],
        "identifier": [
            {"system": "urn:yitong:dispense-receipt", "value": str(one.said.id)},
            {"system": "urn:yitong:prescription", "value": one.said.prescription_number},
        ],
        "status": "stopped" if gone else "completed",
        "medicationReference": {"reference": "#drug", "display": line.name},
        "subject": {"reference": f"Patient/{part.patient_id}"},
        "performer": [
            {
                "actor": {
                    "identifier": {"system": "urn:yitong:licence", "value": one.said.pharmacist.licence_no},
                    "display": one.said.pharmacist.name,
                }
            },
            {
                "actor": {
                    "reference": f"Organization/{one.pharmacy_id}",
                    "display": one.said.pharmacy_name,
                }
            },
        ],
        "authorizingPrescription": [{"reference": f"MedicationRequest/{part.prescription_id}"}],
        "type": {"coding": [{"system": _ACT, "code": _kind(part, partial=partial)}]},
        "quantity": {"value": handed.units, "unit": handed.unit},
        "daysSupply": {
            "value": max(1, line.days * handed.units // part.quantities[number]),
            "unit": "d",
            "system": "http://unitsofmeasure.org",
            "code": "d",
        },
        "whenHandedOver": _instant(one.said.at),
        "dosageInstruction": [_dosage(line)],
    }


def _kind(part: Part, *, partial: bool) -> str:
    """HL7's v3 codes: a refill or a first fill, complete or in part."""
    return ("RF" if part.number > 1 else "FF") + ("P" if partial else "C" if part.number > 1 else "")


def _medication(line: SheetLine, handed: DispensedLine) -> dict[str, Any]:
    coding = [{"system": DRUG_SYSTEM, "code": line.drug_code, "display": line.name}]
    if line.national_code:
        coding.append({"system": NATIONAL_SYSTEM, "code": line.national_code, "display": line.name})
    found: dict[str, Any] = {
        "resourceType": "Medication",
        "id": "drug",
        "code": {"coding": coding, "text": f"{line.name} {line.spec}".strip()},
    }
    if handed.packages:
        found["identifier"] = [{"system": TRACE_SYSTEM, "value": one.code} for one in handed.packages]
    batch: dict[str, Any] = {}
    if handed.batch:
        batch["lotNumber"] = handed.batch
    if handed.expires_on is not None:
        batch["expirationDate"] = handed.expires_on.isoformat()
    return {**found, "batch": batch} if batch else found


def _dosage(line: SheetLine) -> dict[str, Any]:
    often, way = frequencies()[line.frequency], routes()[line.route]
    return {
        "text": usage_words(line).zh,
        "timing": {"repeat": {"frequency": often.times, "period": often.days, "periodUnit": "d"}},
        "route": {"coding": [{"system": ROUTE_SYSTEM, "code": line.route, "display": way.name}]},
        "doseAndRate": [{"doseQuantity": {"value": line.dose_milli / 1000, "unit": line.dose_unit}}],
    }
