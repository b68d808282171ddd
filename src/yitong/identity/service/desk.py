"""The front desk: find the person who stands there, or enter them with their document in hand."""

import re
from datetime import date

from sqlalchemy import text

from yitong.directory.service import region_of
from yitong.identity import problems as p
from yitong.identity.events import IdentityEvent
from yitong.identity.queries.hits import MatchedBy, hit_of, hits
from yitong.identity.rules.documents import IdKind, check_document, check_name, check_phone, filed_under
from yitong.identity.schemas.cards import Verification
from yitong.identity.schemas.desk import AtDesk, PatientHit, PatientSearch, RegisteredAtDesk
from yitong.identity.service.card_checks import verify_in
from yitong.identity.service.registration import Person, enter, find_known, identifier_hash, name_hash
from yitong.kernel.clock import day_of
from yitong.kernel.crypto import Sealer
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Grant, Role, Scope, action
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.text import normal_identifier, normal_phone
from yitong.kernel.transaction import Transaction

_DESK = {Role.REGISTRAR: Scope.ORGANIZATION, Role.HOSPITAL_ADMIN: Scope.ORGANIZATION}
SEARCH_PATIENTS = action(
    "patient:person:search",
    "查找患者",
    "Search patients",
    {**_DESK, Role.DOCTOR: Scope.ORGANIZATION, Role.NURSE: Scope.ORGANIZATION, Role.CASHIER: Scope.ORGANIZATION},
)
IDENTIFY_PATIENT = action(
    "patient:person:identify",
    "凭健康卡或病历号确认患者",
    "Confirm a patient by card code or the hospital's own number",
    {
        **_DESK,
        Role.DOCTOR: Scope.ORGANIZATION,
        Role.NURSE: Scope.ORGANIZATION,
        Role.SCHEDULER: Scope.ORGANIZATION,
    },
)
REGISTER_AT_DESK = action("patient:person:register-at-desk", "前台建档", "Register a patient at a desk", _DESK)
_REGISTRATION_SCENE = "010101"  # 用卡环节 挂号


async def search(tx: Transaction, asked: PatientSearch) -> list[PatientHit]:
    """People who answer to a document number, a phone, a name or a card code. Leaves an event, without what was typed.

    A dynamic card code is used up by this. Raises Problem ``forbidden``, and for a card code as the verification.
    """
    grant = SEARCH_PATIENTS.check(tx.actor, organization_id=asked.organization_id)
    today = day_of(tx.now, (await region_of(tx)).zone)
    found = await _find(tx, asked, today)
    by: MatchedBy = found[0].matched_by if found else "name"
    subject = Subject("organization", asked.organization_id, asked.organization_id)
    await record(tx, grant, IdentityEvent.PATIENT_SEARCHED, subject, {"matched_by": by, "count": len(found)})
    return found


async def identify(tx: Transaction, asked: PatientSearch) -> list[PatientHit]:
    """The one person behind a shown card code or a number of the hospital's own records; nobody can be looked for.

    A dynamic card code is used up by this. Raises Problem ``forbidden``, and for a card code as the verification.
    """
    grant = IDENTIFY_PATIENT.check(tx.actor, organization_id=asked.organization_id)
    today = day_of(tx.now, (await region_of(tx)).zone)
    by: MatchedBy = "card" if ":" in asked.text else "local_number"
    if by == "card":
        scanned = Verification(asked.text, _REGISTRATION_SCENE, asked.organization_id)
        known = [(await verify_in(tx, scanned)).patient_id]
    else:
        linked = await tx.session.execute(
            text(
                "SELECT l.patient_id FROM local_patient AS q JOIN patient_link AS l"
                " ON l.organization_id = q.organization_id AND l.local_patient_id = q.id AND l.broken_at IS NULL"
                " WHERE q.organization_id = :organization AND q.local_number = :number"
            ),
            {"organization": asked.organization_id, "number": asked.text.strip()},
        )
        known = list(linked.scalars())
    await tx.open_patient_index()
    found = await hits(tx, by, known, today) if known else []
    subject = Subject("organization", asked.organization_id, asked.organization_id)
    await record(tx, grant, IdentityEvent.PATIENT_SEARCHED, subject, {"matched_by": by, "count": len(found)})
    return found


async def _find(tx: Transaction, asked: PatientSearch, today: date) -> list[PatientHit]:
    if ":" in asked.text:
        scanned = Verification(asked.text, _REGISTRATION_SCENE, asked.organization_id)
        holder = await verify_in(tx, scanned)
        await tx.open_patient_index()
        return await hits(tx, "card", [holder.patient_id], today)
    await tx.open_patient_index()
    sealer, phone = tx.platform.sealer, normal_phone(asked.text)
    if re.fullmatch(r"1\d{10}", phone) and (
        found := await hits(tx, "phone", [sealer.lookup_hash("phone", phone)], today)
    ):
        return found
    if re.search(r"\d", asked.text):
        return await hits(tx, "id_number", _document_hashes(sealer, asked.text), today)
    return await hits(tx, "name", [name_hash(sealer, asked.text)], today)


def _document_hashes(sealer: Sealer, written: str) -> list[bytes]:
    """The number as a document of any kind: at a desk nobody wants to say which first."""
    kinds = {filed_under(kind) for kind in IdKind}
    return [identifier_hash(sealer, kind.value, normal_identifier(written)) for kind in kinds]


async def register_at_desk(tx: Transaction, given: AtDesk) -> RegisteredAtDesk:
    """Enter somebody whose document is on the desk; who is known already gets the phone and address brought up to date.

    Raises Problem ``forbidden``, ``id-…``, ``name-invalid``, ``phone-invalid``, or ``patient-exists`` when the document
    is filed under another name.
    """
    grant = REGISTER_AT_DESK.check(tx.actor, organization_id=given.organization_id)
    region = await region_of(tx)
    today = day_of(tx.now, region.zone)
    name, phone = check_name(given.name), check_phone(given.phone)
    document = check_document(given.id_kind, given.id_number, birth_date=given.birth_date, sex=given.sex, today=today)
    patient_id = await enter(tx, grant, Person(name, document, phone, given.address, verified=True), origin="desk")
    existed = patient_id is None
    if patient_id is None:
        known = await find_known(tx, document, name)
        if known is None or not known.same_name:
            raise p.PATIENT_EXISTS()
        patient_id = known.patient_id
        await _update_contact(tx, grant, patient_id, phone, given.address, region.commission_id)
    await tx.open_patient_index()
    hit = await hit_of(tx, patient_id, "id_number", today)
    if hit is None:
        raise NOT_FOUND()
    return RegisteredAtDesk(hit, existed)


async def _update_contact(
    tx: Transaction, grant: Grant, patient_id: UUID, phone: str, address: str | None, commission_id: UUID
) -> None:
    """Phone and address as told at the desk; the document has been seen, so the person counts as verified."""
    sealer = tx.platform.sealer
    changed = await tx.session.execute(
        text(
            "UPDATE patient SET verified = true, phone_sealed = :phone, phone_hash = :hash,"
            " address_sealed = coalesce(:address, address_sealed) WHERE id = :id AND (NOT verified"
            " OR phone_hash IS DISTINCT FROM :hash OR CAST(:address AS text) IS NOT NULL) RETURNING 1"
        ),
        {
            "phone": sealer.seal(phone, f"patient.phone:{patient_id}"),
            "hash": sealer.lookup_hash("phone", phone),
            "address": sealer.seal(address, f"patient.address:{patient_id}") if address else None,
            "id": patient_id,
        },
    )
    if changed.first() is not None:
        subject = Subject("patient", patient_id, commission_id, patient_id)
        await record(tx, grant, IdentityEvent.PATIENT_CONTACT_CHANGED, subject)
