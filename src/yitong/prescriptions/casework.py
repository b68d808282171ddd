"""From what a doctor wrote to what the rules look at: drugs with facts, the patient, prescriber, what still runs."""

from datetime import date
from typing import Any

import msgspec
from sqlalchemy import text

from yitong.kernel.ids import UUID
from yitong.kernel.problems import NOT_FOUND, VALIDATION_FAILED, FieldError
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction
from yitong.prescriptions import facts
from yitong.prescriptions.drugs import Shelved, known_drug, shelf
from yitong.prescriptions.papers import paper_of
from yitong.prescriptions.people import Practitioner
from yitong.prescriptions.rules.case import Case, Line, Patient
from yitong.prescriptions.rules.check import check, in_the_way
from yitong.prescriptions.rules.verdicts import worst
from yitong.prescriptions.schemas import Checked, CheckedLine, LineRequest, Sheet, SheetLine

_RUNNING = text(
    "SELECT id, sheet_sealed FROM prescription WHERE organization_id = :organization AND patient_id = :patient"
    " AND id <> coalesce(CAST(:itself AS uuid), '00000000-0000-0000-0000-000000000000')"
    " AND state IN ('signed','resubmitted','countersigned','approved','released','dispensing','dispensed')"
    " AND supply_until >= :day"
    " ORDER BY created_at DESC LIMIT 20"
)


class Judged(msgspec.Struct, frozen=True):
    """A sheet with its drugs, as the rules saw it and what they said."""

    sheet: Sheet
    case: Case
    drugs: dict[str, Shelved]
    checked: Checked


async def judge(
    tx: Transaction, sheet: Sheet, who: Practitioner, patient_id: UUID, day: date, itself: UUID | None = None
) -> Judged:
    """Let the rules look at a sheet, with what the patient still takes from earlier ones here.

    Raises Problem ``drug-unknown``, ``validation-failed`` (an unknown frequency or route) or ``not-found``.
    """
    _known_words(sheet)
    drugs = await shelf(tx, sheet.organization_id, [line.drug_code for line in sheet.lines])
    case = Case(
        day=day,
        setting=sheet.setting,
        diagnoses=tuple(one.plain() for one in sheet.diagnoses),
        lines=tuple(_line(one, drugs) for one in sheet.lines),
        patient=await _patient(tx, sheet, patient_id),
        prescriber=who.prescriber(),
        valid_days=sheet.valid_days,
        validity_reason=sheet.validity_reason,
        supply_reason=sheet.supply_reason,
        pain_programme=sheet.pain_programme,
        guardian_present=sheet.guardian_present,
        return_visit=sheet.return_visit,
        urgent=sheet.urgent,
        insured=sheet.insured,
        assessment=sheet.assessment,
        running=await _running(tx, sheet.organization_id, patient_id, day, itself),
        repeats=sheet.repeats,
        repeat_every_days=sheet.repeat_every_days,
    )
    return Judged(sheet, case, drugs, _checked(sheet, case, drugs))


def _checked(sheet: Sheet, case: Case, drugs: dict[str, Shelved]) -> Checked:
    verdicts = check(case)
    lines = [
        CheckedLine(
            needed=line.needed,
            supply_days=int(line.supply_days) if line.supply_days is not None else None,
            amount_fen=_amount(asked, drugs),
            stock_units=drugs[asked.drug_code].stock_units,
        )
        for asked, line in zip(sheet.lines, case.lines, strict=True)
    ]
    blocking = in_the_way(verdicts, {one.code for one in sheet.reasons})
    return Checked(
        level=worst(verdicts).name.lower(),  # type: ignore[arg-type]  # the names of Level are the literals
        signable=bool(sheet.lines) and not blocking,
        paper=paper_of(case),
        total_fen=sum(line.amount_fen for line in lines),
        lines=lines,
        verdicts=verdicts,
    )


def sheet_lines(sheet: Sheet, drugs: dict[str, Shelved]) -> list[SheetLine]:
    """The lines as they stand on paper."""
    return [
        SheetLine(
            drug_code=one.drug_code,
            national_code=drugs[one.drug_code].drug.national_code,
            name=drugs[one.drug_code].drug.name,
            spec=drugs[one.drug_code].spec,
            kind=drugs[one.drug_code].drug.kind,
            control=drugs[one.drug_code].drug.control,
            unit=drugs[one.drug_code].drug.unit,
            package=drugs[one.drug_code].package,
            dose_milli=one.dose_milli,
            dose_unit=one.dose_unit,
            frequency=one.frequency,
            route=one.route,
            days=one.days,
            quantity=one.quantity,
            split=one.split,
            note=one.note,
            amount_fen=_amount(one, drugs),
        )
        for one in sheet.lines
    ]


def _amount(one: LineRequest, drugs: dict[str, Shelved]) -> int:
    return drugs[one.drug_code].amount_fen(one.quantity, split=one.split)


def _line(one: LineRequest, drugs: dict[str, Shelved]) -> Line:
    return Line(
        drugs[one.drug_code].drug,
        one.dose_milli,
        one.dose_unit,
        one.frequency,
        one.route,
        one.days,
        one.quantity,
        one.split,
    )


def _known_words(sheet: Sheet) -> None:
    wrong = [
        FieldError(f"lines[{number}].{field}", "unknown", Bilingual("请从列表中选择。", "Choose one of the list."))
        for number, line in enumerate(sheet.lines)
        for field, value, known in (
            ("frequency", line.frequency, facts.frequencies()),
            ("route", line.route, facts.routes()),
        )
        if value not in known
    ]
    if wrong:
        raise VALIDATION_FAILED(errors=wrong)


async def _patient(tx: Transaction, sheet: Sheet, patient_id: UUID) -> Patient:
    await tx.open_patient_index()
    found = await tx.session.execute(text("SELECT sex, birth_date FROM patient WHERE id = :id"), {"id": patient_id})
    row: Any = found.one_or_none()
    if row is None:
        raise NOT_FOUND()
    told = sheet.condition
    return Patient(row.sex, row.birth_date, told.weight_g, told.pregnancy, told.egfr, tuple(told.allergies))


async def _running(
    tx: Transaction, organization_id: UUID, patient_id: UUID, day: date, itself: UUID | None
) -> tuple[Line, ...]:
    """The lines of the patient's earlier prescriptions at this organization that are not used up."""
    found = await tx.session.execute(
        _RUNNING, {"organization": organization_id, "patient": patient_id, "day": day, "itself": itself}
    )
    sheets = [open_sheet(tx, row.id, row.sheet_sealed) for row in found]
    asked = [line for sheet in sheets for line in sheet.lines]
    if not asked:
        return ()
    rows = await tx.session.execute(
        text("SELECT code, name, form, insurance_class FROM drug WHERE code = ANY(:codes)"),
        {"codes": [line.drug_code for line in asked]},
    )
    known = {row.code: known_drug(row.code, row.name, row.form, row.insurance_class) for row in rows}
    return tuple(
        Line(known[o.drug_code], o.dose_milli, o.dose_unit, o.frequency, o.route, o.days, o.quantity, o.split)
        for o in asked
        if o.drug_code in known
    )


def seal_sheet(tx: Transaction, prescription_id: UUID, sheet: Sheet) -> str:
    """A sheet's wording, sealed for its prescription."""
    return tx.platform.sealer.seal(msgspec.json.encode(sheet).decode(), f"prescription.sheet:{prescription_id}")


def open_sheet(tx: Transaction, prescription_id: UUID, sealed: str) -> Sheet:
    """What :func:`seal_sheet` sealed."""
    return msgspec.json.decode(tx.platform.sealer.open(sealed, f"prescription.sheet:{prescription_id}"), type=Sheet)
