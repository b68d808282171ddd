"""The doctor's signatures: on a new wording, and on an unchanged one that a pharmacist has refused."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from yitong.kernel.clock import day_bounds, day_of
from yitong.kernel.crypto import sm3
from yitong.kernel.events import record
from yitong.kernel.ids import UUID
from yitong.kernel.problems import VALIDATION_FAILED, FieldError
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction
from yitong.prescriptions import rows, signing
from yitong.prescriptions.actions import SIGN
from yitong.prescriptions.casework import Judged, open_sheet, sheet_lines
from yitong.prescriptions.circulation.making import issue, issued, signed_terms
from yitong.prescriptions.circulation.terms import terms_of
from yitong.prescriptions.events import PrescriptionEvent
from yitong.prescriptions.people import Practitioner
from yitong.prescriptions.problems import EDITED, NOT_EDITED, RULES_FORBID
from yitong.prescriptions.rows import Row
from yitong.prescriptions.rules.check import in_the_way
from yitong.prescriptions.schemas import Acting, Insisting, PrescriptionView
from yitong.prescriptions.service.reading import view
from yitong.prescriptions.service.writing import judged_again, own_row
from yitong.prescriptions.signing import Statement
from yitong.prescriptions.statements import InsistStatement, SheetStatement, SignedBy
from yitong.prescriptions.states import PRESCRIPTION, PrescriptionState


async def sign_sheet(tx: Transaction, prescription_id: UUID, request: Acting) -> PrescriptionView:
    """Sign the present wording and put it before the pharmacists.

    Raises Problem ``prescription-rules`` with the verdicts in the way, ``prescription-not-edited`` (a refused one that
    was not changed), ``prescription-changed``, ``wrong-state``, ``not-your-visit`` and others.
    """
    grant = SIGN.check(tx.actor, organization_id=request.organization_id)
    row, who = await own_row(tx, request.organization_id, prescription_id, request.version)
    again = row.state is PrescriptionState.REFUSED
    after = PrescriptionState.RESUBMITTED if again else PrescriptionState.SIGNED
    PRESCRIPTION.check(row.state, after)
    if again and not row.edited:
        raise NOT_EDITED()
    sheet = open_sheet(tx, row.id, row.sheet_sealed)
    judged = await judged_again(tx, row, sheet, who)
    _refuse_unsignable(judged)
    statement = await _statement(tx, row, judged, who)
    digest = sm3(signing.canonical(statement)).hex()
    terms = statement.parts
    event = PrescriptionEvent.RESUBMITTED if again else PrescriptionEvent.SIGNED
    said = {"number": row.number, "revision": statement.revision, "digest": digest, "paper": judged.checked.paper}
    event_id = await record(tx, grant, event, row.subject, said | issued(row.round + 1, terms))
    await signing.sign(tx, who, _about(row, "prescriber", statement, statement.revision), event_id)
    await issue(tx, grant, row, who, event_id, terms, digest)
    await rows.move(
        tx,
        grant,
        row,
        after,
        event_id,
        revision=statement.revision,
        round=row.round + 1,
        edited=False,
        level=judged.checked.level,
        paper=judged.checked.paper,
        signed_at=tx.now,
        submitted_at=tx.now,
        valid_until=statement.valid_until,
        supply_until=judged.case.day + timedelta(days=max(line.days for line in sheet.lines) - 1),
    )
    return await view(tx, row.organization_id, row.id)


async def countersign(tx: Transaction, prescription_id: UUID, request: Insisting) -> PrescriptionView:
    """Sign a refused wording a second time, unchanged, with the reason to insist; pharmacists decide again.

    Raises Problem ``prescription-edited``, ``prescription-rules``, ``wrong-state`` and others.
    """
    grant = SIGN.check(tx.actor, organization_id=request.organization_id)
    row, who = await own_row(tx, request.organization_id, prescription_id, request.version)
    PRESCRIPTION.check(row.state, PrescriptionState.COUNTERSIGNED)
    if row.edited:
        raise EDITED()
    _refuse_unsignable(await judged_again(tx, row, open_sheet(tx, row.id, row.sheet_sealed), who))
    statement = InsistStatement(
        id=row.id,
        number=row.number,
        revision=row.revision,
        round=row.round + 1,
        sheet_digest=await sheet_digest(tx, row),
        reason=request.reason,
        at=tx.now,
        prescriber=SignedBy(who.licence_no, who.name, who.title),
    )
    terms = await signed_terms(tx, row)
    said = {"number": row.number, "revision": row.revision, "digest": statement.sheet_digest}
    event_id = await record(
        tx, grant, PrescriptionEvent.COUNTERSIGNED, row.subject, said | issued(row.round + 1, terms)
    )
    await signing.sign(tx, who, _about(row, "countersign", statement, row.revision), event_id)
    await issue(tx, grant, row, who, event_id, terms, statement.sheet_digest)
    await rows.move(tx, grant, row, PrescriptionState.COUNTERSIGNED, event_id, round=row.round + 1, submitted_at=tx.now)
    return await view(tx, row.organization_id, row.id)


async def sheet_digest(tx: Transaction, row: Row) -> str:
    """The SM3 of the wording that was signed last."""
    found = await tx.session.execute(
        text(
            "SELECT digest FROM prescription_signature WHERE organization_id = :organization"
            " AND prescription_id = :id AND kind = 'prescriber' ORDER BY ordinal DESC LIMIT 1"
        ),
        {"organization": row.organization_id, "id": row.id},
    )
    return found.scalar_one()


def _refuse_unsignable(judged: Judged) -> None:
    if not judged.sheet.lines:
        missing = FieldError("lines", "missing", Bilingual("请至少开具一种药品。", "Write at least one drug."))
        raise VALIDATION_FAILED(errors=[missing])
    blocking = in_the_way(judged.checked.verdicts, {one.code for one in judged.sheet.reasons})
    if blocking:
        places = [(f"lines[{one.lines[0]}]" if one.lines else "sheet", one) for one in blocking]
        errors = [FieldError(place, one.code, one.message) for place, one in places]
        raise RULES_FORBID(errors=errors, extra={"verdicts": blocking})


def _about(row: Row, kind: str, content: Any, revision: int) -> Statement:
    return Statement(
        organization_id=row.organization_id,
        prescription_id=row.id,
        patient_id=row.patient_id,
        kind=kind,
        revision=revision,
        round=row.round + 1,
        content=content,
    )


async def _statement(tx: Transaction, row: Row, judged: Judged, who: Practitioner) -> SheetStatement:
    sheet, checked = judged.sheet, judged.checked
    found = await tx.session.execute(
        text("SELECT name_sealed, sex, birth_date FROM patient WHERE id = :id"), {"id": row.patient_id}
    )
    patient: Any = found.one()
    last_day = day_of(tx.now, who.zone) + timedelta(days=sheet.valid_days - 1)
    valid_until = day_bounds(last_day, who.zone)[1]
    lines = sheet_lines(sheet, judged.drugs)
    return SheetStatement(
        id=row.id,
        number=row.number,
        revision=row.revision + 1,
        organization_code=who.organization_code,
        organization_name=who.organization_name,
        department=who.department,
        paper=checked.paper,
        setting=sheet.setting,
        signed_at=tx.now,
        valid_until=valid_until,
        patient_id=row.patient_id,
        patient_name=tx.platform.sealer.open(patient.name_sealed, f"patient.name:{row.patient_id}"),
        patient_sex=patient.sex,
        patient_birth_date=patient.birth_date,
        condition=sheet.condition,
        diagnoses=sheet.diagnoses,
        lines=lines,
        total_fen=checked.total_fen,
        validity_reason=sheet.validity_reason,
        supply_reason=sheet.supply_reason,
        pain_programme=sheet.pain_programme,
        urgent=sheet.urgent,
        insured=sheet.insured,
        assessment=sheet.assessment,
        reasons=sheet.reasons,
        rules=sorted({one.code for one in checked.verdicts}),
        prescriber=SignedBy(who.licence_no, who.name, who.title),
        parts=terms_of(
            lines,
            tx.now,
            valid_until,
            repeats=sheet.repeats,
            every_days=sheet.repeat_every_days,
            zone=who.zone,
        ),
    )
