"""Looking at prescriptions: one, a list, the pharmacist's queue, the proofs, and what anybody may verify."""

import base64
from typing import Any

import msgspec

from yitong.kernel.clock import day_of
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import ActorKind
from yitong.kernel.problems import FORBIDDEN, NOT_FOUND
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction
from yitong.ledger.standing import standings
from yitong.prescriptions import queries, signing
from yitong.prescriptions.actions import READ, REVIEW, VERIFY, WRITE
from yitong.prescriptions.casework import Judged, judge, open_sheet, sheet_lines
from yitong.prescriptions.papers import kept_until
from yitong.prescriptions.people import practising
from yitong.prescriptions.rules.verdicts import Verdict
from yitong.prescriptions.schemas import (
    PrescriptionRow,
    PrescriptionView,
    Proof,
    Sheet,
    SheetLine,
    Signed,
    VerifiedPrescription,
)
from yitong.prescriptions.statements import DecisionStatement, InsistStatement, SheetStatement
from yitong.prescriptions.states import PRESCRIPTION, WAITING, PrescriptionState

_TYPES = {"prescriber": SheetStatement, "pharmacist": DecisionStatement, "countersign": InsistStatement}
_SIGNABLE = (PrescriptionState.DRAFT, PrescriptionState.REFUSED)
_LOOKED_AT = (*_SIGNABLE, *WAITING)


async def show(tx: Transaction, organization_id: UUID, prescription_id: UUID) -> PrescriptionView:
    """One prescription; a patient sees no drafts. Raises Problem ``not-found`` and those of the permission check."""
    row = await queries.head(tx, organization_id, prescription_id)
    READ.check(tx.actor, organization_id=organization_id, patient_id=row["patient_id"])
    if row["revision"] == 0 and not WRITE.permits(tx.actor, organization_id=organization_id):
        raise NOT_FOUND()
    return await view(tx, organization_id, prescription_id)


async def view(tx: Transaction, organization_id: UUID, prescription_id: UUID) -> PrescriptionView:
    """A prescription with its present wording; the caller has checked the permission.

    While it is written or reviewed the rules are asked anew; staff see what they say, patients do not.
    """
    row = await queries.head(tx, organization_id, prescription_id)
    signed = await _signed(tx, row)
    sheet = open_sheet(tx, row["id"], row["sheet_sealed"])
    wording = _last_wording(signed)
    lines: list[SheetLine] = wording.lines if wording else []
    total, verdicts = wording.total_fen if wording else 0, list[Verdict]()
    if wording is None or _state(row, tx) in _LOOKED_AT:
        judged = await _judged(tx, row, sheet)
        verdicts = judged.checked.verdicts
        if wording is None or row["edited"]:
            lines, total = sheet_lines(sheet, judged.drugs), judged.checked.total_fen
    return PrescriptionView(
        **_named(tx, row),
        encounter_id=row["encounter_id"],
        patient_sex=row["patient_sex"],
        patient_birth_date=row["patient_birth_date"],
        organization_name=row["organization_name"],
        revision=row["revision"],
        signed_at=row["signed_at"],
        retained_until=_kept(row, sheet, lines),
        sheet=sheet,
        lines=lines,
        parts=wording.parts if wording else [],
        total_fen=total,
        verdicts=[] if tx.actor.kind is ActorKind.CITIZEN else verdicts,
        signatures=[_signature(one, said) for one, said in signed],
        chain=(await standings(tx, [prescription_id]))[prescription_id],
        verify_url=f"{tx.platform.settings.origin}/patient/#/pages/prescriptions/verify?token={row['verify_token']}",
    )


async def _judged(tx: Transaction, row: Any, sheet: Sheet) -> Judged:
    """What the rules say of a sheet, as of today while it is written and as of its signature while it waits."""
    who = await practising(tx, row["organization_id"], row["practitioner_id"], "doctor")
    today = _state(row, tx) in _SIGNABLE or row["signed_at"] is None
    day = day_of(tx.now if today else row["signed_at"], row["zone"])
    return await judge(tx, sheet, who, row["patient_id"], day, row["id"])


async def waiting(tx: Transaction, organization_id: UUID, limit: int = 100) -> list[PrescriptionRow]:
    """The pharmacist's queue. Raises the problems of the permission check."""
    REVIEW.check(tx.actor, organization_id=organization_id)
    return await _rows(tx, await queries.waiting(tx, organization_id, limit))


async def listed(
    tx: Transaction,
    *,
    organization_id: UUID | None,
    patient_id: UUID | None,
    encounter_id: UUID | None,
    mine: bool,
    before: UUID | None,
    limit: int = 50,
) -> list[PrescriptionRow]:
    """Prescriptions, newest first: a family member's signed ones, or those of the staff member's organization.

    Raises Problem ``foreign-patient`` or ``forbidden``.
    """
    citizen = tx.actor.kind is ActorKind.CITIZEN
    if citizen and patient_id is None:
        raise FORBIDDEN()
    if not citizen and organization_id is None and tx.actor.organization_ids:
        organization_id = tx.actor.organization_ids[0]
    READ.check(tx.actor, organization_id=organization_id, patient_id=patient_id)
    found = await queries.some(
        tx,
        organization_id=organization_id,
        patient_id=patient_id,
        encounter_id=encounter_id,
        practitioner_id=tx.actor.practitioner_id if mine else None,
        drafts=WRITE.permits(tx.actor, organization_id=organization_id),
        before=before,
        limit=limit,
    )
    return await _rows(tx, found)


async def proofs(tx: Transaction, organization_id: UUID, prescription_id: UUID) -> list[Proof]:
    """Every signature with the exact bytes that were signed, so that anybody can verify it without this platform.

    Raises Problem ``not-found`` and those of the permission check.
    """
    row = await queries.head(tx, organization_id, prescription_id)
    READ.check(tx.actor, organization_id=organization_id, patient_id=row["patient_id"])
    return [
        Proof(
            ordinal=one["ordinal"],
            kind=one["kind"],
            statement=base64.b64encode(said).decode(),
            digest=one["digest"],
            algorithm="SM2 with SM3 (GB/T 32918), r||s",
            user_id=one["licence_no"],
            public_key=one["public_key"].hex(),
            signature=one["signature"].hex(),
            valid=signing.genuine(said, one["signature"], one["public_key"], one["licence_no"]),
        )
        for one in await queries.signatures(tx, organization_id, prescription_id)
        for said in (_statement(tx, one),)
    ]


async def verify(tx: Transaction, token: str) -> VerifiedPrescription:
    """What the code on a printed prescription opens for anybody: issued by whom, and whether it still counts.

    Raises Problem ``not-found``.
    """
    VERIFY.check(tx.actor)
    row = await queries.by_token(tx, token)
    signed = await queries.signatures(tx, row["organization_id"], row["id"])
    state = _state(row, tx)
    sheets = [one for one in signed if one["kind"] == "prescriber"]
    genuine = all(
        signing.genuine(_statement(tx, one), one["signature"], one["public_key"], one["licence_no"]) for one in signed
    )
    return VerifiedPrescription(
        organization_name=row["organization_name"],
        number=row["number"],
        state=state,
        state_text=_words(state),
        signed_at=row["signed_at"],
        valid_until=row["valid_until"],
        digest=sheets[-1]["digest"],
        prescriber_name=row["practitioner_name"],
        signatures_valid=genuine,
    )


async def printable(tx: Transaction, organization_id: UUID, prescription_id: UUID) -> tuple[PrescriptionView, str]:
    """A signed prescription for paper, with the hospital's zone. Raises Problem ``not-found`` and others."""
    found = await show(tx, organization_id, prescription_id)
    if found.revision == 0:
        raise NOT_FOUND()
    return found, (await queries.head(tx, organization_id, prescription_id))["zone"]


async def _rows(tx: Transaction, found: list[Any]) -> list[PrescriptionRow]:
    sheets = {row["id"]: open_sheet(tx, row["id"], row["sheet_sealed"]) for row in found}
    codes = sorted({line.drug_code for sheet in sheets.values() for line in sheet.lines})
    names = await queries.drug_names(tx, codes)
    chain = await standings(tx, list(sheets))
    return [
        PrescriptionRow(
            **_named(tx, row),
            drugs=[names.get(line.drug_code, line.drug_code) for line in sheets[row["id"]].lines],
            level=row["level"],
            chain=next(iter(reversed(chain[row["id"]])), None),
        )
        for row in found
    ]


def _named(tx: Transaction, row: Any) -> dict[str, Any]:
    """What rows and views share."""
    state = _state(row, tx)
    same = (
        "id",
        "organization_id",
        "number",
        "patient_id",
        "department_name",
        "practitioner_name",
        "paper",
        "version",
        "created_at",
        "submitted_at",
        "valid_until",
    )
    return {
        **{name: row[name] for name in same},
        "patient_name": tx.platform.sealer.open(row["name_sealed"], f"patient.name:{row['patient_id']}"),
        "state": state,
        "state_text": _words(state),
    }


def _state(row: Any, tx: Transaction) -> PrescriptionState:
    """The state as it really is: a validity that has ended counts before the job has written it down."""
    return PrescriptionState.EXPIRED if queries.ran_out(row, tx.now) else PrescriptionState(row["state"])


def _words(state: PrescriptionState) -> Bilingual:
    return Bilingual(*PRESCRIPTION.words[state])


def _kept(row: Any, sheet: Sheet, lines: list[SheetLine]) -> Any:
    if row["signed_at"] is None:
        return None
    toxic = any(line.control == "toxic" for line in lines)
    day = day_of(row["signed_at"], row["zone"])
    return kept_until(row["paper"], toxic=toxic, online=sheet.setting == "online", day=day)


def _statement(tx: Transaction, one: Any) -> bytes:
    place = signing.place_of(one["prescription_id"], one["ordinal"])
    return tx.platform.sealer.open(one["statement_sealed"], place).encode()


async def _signed(tx: Transaction, row: Any) -> list[tuple[Any, msgspec.Struct]]:
    found = await queries.signatures(tx, row["organization_id"], row["id"])
    return [(one, msgspec.json.decode(_statement(tx, one), type=_TYPES[one["kind"]])) for one in found]


def _last_wording(signed: list[tuple[Any, msgspec.Struct]]) -> SheetStatement | None:
    return next((said for _, said in reversed(signed) if isinstance(said, SheetStatement)), None)


def _signature(one: Any, said: msgspec.Struct) -> Signed:
    match said:
        case SheetStatement():
            by, reasons = said.prescriber, [reason.text for reason in said.reasons]
        case InsistStatement():
            by, reasons = said.prescriber, [said.reason]
        case DecisionStatement():
            by, reasons = said.pharmacist, said.reasons
        case _:
            raise TypeError(type(said))
    return Signed(
        ordinal=one["ordinal"],
        kind=one["kind"],
        revision=one["revision"],
        round=one["round"],
        decision=one["decision"],
        name=by.name,
        title=by.title,
        licence_no=by.licence_no,
        digest=one["digest"],
        signed_at=one["signed_at"],
        reasons=reasons,
    )
