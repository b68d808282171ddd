"""Real-name registration: a person enters the regional index once, and accounts take people into their family."""

from dataclasses import dataclass

from sqlalchemy import insert, text

from yitong.directory.service import region_of
from yitong.identity import problems as p
from yitong.identity.events import IdentityEvent
from yitong.identity.model import FamilyMember, Patient
from yitong.identity.queries.people import members_of
from yitong.identity.rules.documents import (
    ADULT_FROM,
    MINOR_BELOW,
    Document,
    check_document,
    check_name,
    check_phone,
)
from yitong.identity.rules.phone_codes import Purpose
from yitong.identity.schemas.people import Family, Member, Registered, Registration
from yitong.identity.service.card_keys import new_card
from yitong.identity.service.citizens import renew_session, require_account, widened_session
from yitong.identity.service.phone_codes import use_code
from yitong.identity.states import CARD, CardState
from yitong.kernel.clock import age_in_years, day_of
from yitong.kernel.crypto import Sealer
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, Grant, Role, Scope, action
from yitong.kernel.platform import Platform
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.states import record_move
from yitong.kernel.text import normal_name
from yitong.kernel.transaction import Transaction

REGISTER = action(
    "patient:person:register",
    "实名建档、添加家庭成员",
    "Register oneself or a family member",
    {Role.PATIENT: Scope.REGION},
)
LEAVE_FAMILY = action("patient:family:remove", "移除家庭成员", "Remove a family member", {Role.PATIENT: Scope.OWN})


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to be entered into the index, checked."""

    name: str
    document: Document
    phone: str | None
    address: str | None
    verified: bool  # a person at a desk has seen the document


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who is in the index already."""

    patient_id: UUID
    same_name: bool


def name_hash(sealer: Sealer, name: str) -> bytes:
    """The look-up hash of a name in its normal form."""
    return sealer.lookup_hash("name", normal_name(name))


def identifier_hash(sealer: Sealer, kind: str, number: str) -> bytes:
    """The look-up hash of a document number; ``kind`` is the one it is filed under."""
    return sealer.lookup_hash(f"identifier:{kind}", number)


async def find_known(tx: Transaction, document: Document, name: str) -> Known | None:
    """The holder of a document, if there is one. Opens the patient index; callers reveal nothing of it."""
    await tx.open_patient_index()
    found = await tx.session.execute(
        text(
            "SELECT p.id, p.name_hash FROM patient_identifier i JOIN patient p ON p.id = i.patient_id"
            " WHERE i.kind = :kind AND i.value_hash = :hash"
        ),
        {
            "kind": document.kind.value,
            "hash": identifier_hash(tx.platform.sealer, document.kind.value, document.number),
        },
    )
    row = found.one_or_none()
    return Known(row.id, row.name_hash == name_hash(tx.platform.sealer, name)) if row else None


async def holder_phones(tx: Transaction, patient_id: UUID) -> list[bytes]:
    """Hashes of the phones that speak for a person: their own, and of accounts that are or were theirs or a guardian's.

    The caller has opened the patient index.
    """
    found = await tx.session.execute(
        text(
            "SELECT phone_hash FROM patient WHERE id = :id AND phone_hash IS NOT NULL"
            " UNION SELECT a.phone_hash FROM family_member f JOIN account a ON a.id = f.account_id"
            " WHERE f.patient_id = :id AND (f.guardian OR f.relation = 'self')"
        ),
        {"id": patient_id},
    )
    return list(found.scalars())


async def enter(tx: Transaction, grant: Grant, person: Person, *, origin: str) -> UUID | None:
    """Enter a person into the index and issue the health card; None when the document has a holder already.

    The primary key of the identifier decides between two simultaneous registrations. Writes one event.
    """
    sealer, patient_id, document = tx.platform.sealer, new_id(), person.document
    kind = document.kind.value
    claimed = await tx.session.execute(
        text(
            "INSERT INTO patient_identifier (kind, value_hash, patient_id, value_sealed, created_at)"
            " VALUES (:kind, :hash, :patient, :sealed, :now) ON CONFLICT DO NOTHING RETURNING 1"
        ),
        {
            "kind": kind,
            "hash": identifier_hash(sealer, kind, document.number),
            "patient": patient_id,
            "sealed": sealer.seal(document.number, f"patient_identifier.value:{patient_id}:{kind}"),
            "now": tx.now,
        },
    )
    if claimed.first() is None:
        return None
    await tx.session.execute(insert(Patient).values(**patient_row(sealer, patient_id, person), created_at=tx.now))
    await tx.session.execute(new_card(tx, patient_id, document, person.name))
    place = (await region_of(tx)).commission_id
    subject = Subject("patient", patient_id, place, patient_id)
    payload = {"origin": origin, "id_kind": kind, "verified": person.verified}
    event_id = await record(tx, grant, IdentityEvent.PATIENT_REGISTERED, subject, payload)
    card = Subject("health_card", patient_id, place, patient_id)
    await record_move(tx, grant, CARD, card, None, CardState.ACTIVE, sequence=1, event_id=event_id)
    return patient_id


def patient_row(sealer: Sealer, patient_id: UUID, person: Person) -> dict[str, object]:
    """The columns of a new patient but ``created_at``, with everything personal sealed."""
    phone, address = person.phone, person.address
    return {
        "id": patient_id,
        "name_sealed": sealer.seal(person.name, f"patient.name:{patient_id}"),
        "name_hash": name_hash(sealer, person.name),
        "sex": person.document.sex,
        "birth_date": person.document.birth_date,
        "phone_sealed": sealer.seal(phone, f"patient.phone:{patient_id}") if phone else None,
        "phone_hash": sealer.lookup_hash("phone", phone) if phone else None,
        "address_sealed": sealer.seal(address, f"patient.address:{patient_id}") if address else None,
        "verified": person.verified,
        "state": "active",
    }


async def prove_consent(platform: Platform, actor: Actor, given: Registration) -> bool:
    """Use up the code that the person to be added was sent; True when it counts, False when none was given.

    Runs in a transaction of its own, so that wrong tries are counted whatever becomes of the registration. Raises
    Problem ``code-wrong`` (also when the document is unknown), ``code-used``, ``code-expired`` …
    """
    if given.phone_proof is None:
        return False
    async with platform.transaction(actor) as tx:
        REGISTER.check(actor)
        today = day_of(tx.now, (await region_of(tx)).zone)
        document = check_document(
            given.id_kind, given.id_number, birth_date=given.birth_date, sex=given.sex, today=today
        )
        known = await find_known(tx, document, given.name)
        phones = await holder_phones(tx, known.patient_id) if known and known.same_name else []
        proof = given.phone_proof
        refused = await use_code(tx, proof.challenge_id, proof.code, Purpose.FAMILY, phone_hashes=phones)
    if refused is not None:
        raise refused
    return True


async def register(tx: Transaction, given: Registration, *, consent: bool = False) -> Registered:
    """Register a person, or find them in the index, and take them into the account's family.

    Somebody who is in the index already is taken in when name and document agree and a phone that speaks for them is
    proved: the account's own, or one that a code was sent to (``consent``).

    Raises Problem ``id-…``, ``birth-date-future``, ``name-invalid``, ``phone-invalid``, ``patient-exists``,
    ``family-already``, ``self-exists``, ``family-cap`` or ``guardian-needed``.
    """
    grant = REGISTER.check(tx.actor)
    region = await region_of(tx)
    today = day_of(tx.now, region.zone)
    name = check_name(given.name)
    document = check_document(given.id_kind, given.id_number, birth_date=given.birth_date, sex=given.sex, today=today)
    phone = check_phone(given.phone) if given.phone else None
    await tx.open_patient_index()
    # The account's row is the lock of its family: cap, "self" and double entries are decided one after the other.
    owner = await tx.session.execute(
        text("SELECT phone_sealed, phone_hash FROM account WHERE id = :id FOR UPDATE"), {"id": tx.actor.id}
    )
    account = owner.one_or_none()
    if account is None:
        raise NOT_FOUND()
    family = await members_of(tx, tx.actor.id, today)
    _check_family(given, document, family, age_in_years(document.birth_date, today), tx.platform.settings.family_cap)
    if given.relation == "self":
        phone = tx.platform.sealer.open(account.phone_sealed, f"account.phone:{tx.actor.id}")
    person = Person(name, document, phone, given.address, verified=False)
    patient_id = await enter(tx, grant, person, origin="online")
    if patient_id is None:
        patient_id = await _adopt(tx, document, name, family, bytes(account.phone_hash), consent=consent)
    guardian = given.guardian and age_in_years(document.birth_date, today) < ADULT_FROM
    await tx.session.execute(
        insert(FamilyMember).values(
            account_id=tx.actor.id, patient_id=patient_id, relation=given.relation, guardian=guardian, since=tx.now
        )
    )
    subject = Subject("patient", patient_id, region.commission_id, patient_id)
    await record(tx, grant, IdentityEvent.FAMILY_ADDED, subject, {"relation": given.relation, "guardian": guardian})
    session = await widened_session(tx)
    member = next(one for one in session.account.members if one.patient_id == patient_id)
    return Registered(member, session)


def _check_family(given: Registration, document: Document, family: list[Member], age: int, cap: int) -> None:
    own = next((member for member in family if member.relation == "self"), None)
    if given.relation == "self" and own is not None:
        raise p.SELF_EXISTS()
    if age < MINOR_BELOW and (
        given.relation == "self" or not given.guardian or own is None or own.age_years < ADULT_FROM
    ):
        raise p.on_field(p.GUARDIAN_NEEDED, "guardian")
    if len(family) >= cap:
        raise p.FAMILY_CAP(cap=cap)


async def _adopt(
    tx: Transaction, document: Document, name: str, family: list[Member], own_phone: bytes, *, consent: bool
) -> UUID:
    """The existing person, when the account may have them. Raises Problem ``patient-exists`` or ``family-already``."""
    known = await find_known(tx, document, name)
    if known is None:
        raise p.PATIENT_EXISTS()
    if any(member.patient_id == known.patient_id for member in family):
        raise p.FAMILY_ALREADY()
    if known.same_name and (consent or own_phone in await holder_phones(tx, known.patient_id)):
        return known.patient_id
    raise p.PATIENT_EXISTS()


async def family_of(tx: Transaction) -> Family:
    """The people of the signed-in account."""
    require_account(tx)
    await tx.open_patient_index()
    today = day_of(tx.now, (await region_of(tx)).zone)
    return Family(await members_of(tx, tx.actor.id, today), tx.platform.settings.family_cap)


async def leave_family(tx: Transaction, patient_id: UUID) -> Family:
    """Take somebody out of the family; every token that still names them ends, and a new session comes back.

    Raises Problem ``foreign-patient``, ``not-found`` or ``family-self``.
    """
    grant = LEAVE_FAMILY.check(tx.actor, patient_id=patient_id)
    ended = await tx.session.execute(
        text(
            "UPDATE family_member SET ended_at = :now WHERE account_id = :account AND patient_id = :patient"
            " AND ended_at IS NULL RETURNING relation"
        ),
        {"now": tx.now, "account": tx.actor.id, "patient": patient_id},
    )
    relation = ended.scalar_one_or_none()
    if relation is None:
        raise NOT_FOUND()
    if relation == "self":
        raise p.FAMILY_SELF()
    subject = Subject("patient", patient_id, (await region_of(tx)).commission_id, patient_id)
    await record(tx, grant, IdentityEvent.FAMILY_REMOVED, subject, {"relation": relation})
    session = await renew_session(tx, end_all=True)
    return Family(session.account.members, session.account.family_cap, session)
