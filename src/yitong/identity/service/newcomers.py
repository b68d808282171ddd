"""Somebody a hospital knows and the region does not yet: entered into the index from the hospital's record."""

from typing import Any

from sqlalchemy import insert, text

from yitong.directory.service import region_of
from yitong.identity import problems as p
from yitong.identity.events import IdentityEvent
from yitong.identity.model import Patient, PatientIdentifier
from yitong.identity.rules.documents import Document, IdKind
from yitong.identity.rules.matching import Method
from yitong.identity.service.card_keys import new_card
from yitong.identity.service.index import present_link, tie
from yitong.identity.service.registration import Person, patient_row
from yitong.identity.states import CARD, CardState
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Role, Scope, action
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.states import record_move
from yitong.kernel.transaction import Transaction

ENTER_NEWCOMER = action(
    "index:newcomer:enter",
    "由院内档案建立主索引",
    "Enter a person into the index from a local record",
    {Role.HOSPITAL_SYSTEM: Scope.ORGANIZATION},
)
REASON = "由本院档案建立主索引"


async def enter_newcomer(tx: Transaction, place: UUID, local_id: UUID, *, origin: str) -> UUID:
    """Enter the holder of a local record as a new, unverified person and link the record to them; answers their id.

    A health card is issued only where the record carries an identity document: the card's number is made of it.
    Raises Problem ``forbidden``, ``not-found`` (also when the record has no birth date) or ``already-linked``.
    """
    grant = ENTER_NEWCOMER.check(tx.actor, organization_id=place)
    if await present_link(tx, place, local_id) is not None:
        raise p.ALREADY_LINKED()
    row = await _record(tx, place, local_id)
    patient_id, person = new_id(), _person(tx, row)
    entered = {**patient_row(tx.platform.sealer, patient_id, person), "created_at": tx.now}
    await tx.session.execute(insert(Patient).values(entered))
    commission = (await region_of(tx)).commission_id
    subject = Subject("patient", patient_id, commission, patient_id)
    payload = {"origin": origin, "id_kind": row.identifier_kind or "", "verified": False}
    event_id = await record(tx, grant, IdentityEvent.PATIENT_REGISTERED, subject, payload)
    if row.identifier_kind:
        await _file_document(tx, row, patient_id, person)
        card = Subject("health_card", patient_id, commission, patient_id)
        await record_move(tx, grant, CARD, card, None, CardState.ACTIVE, sequence=1, event_id=event_id)
    await tie(tx, grant, place, local_id, patient_id, Method.DETERMINISTIC, 1.0, REASON, event_id)
    return patient_id


async def _record(tx: Transaction, place: UUID, local_id: UUID) -> Any:
    found = await tx.session.execute(
        text("SELECT * FROM local_patient WHERE organization_id = :place AND id = :id"),
        {"place": place, "id": local_id},
    )
    row = found.one()
    if row.birth_date is None:
        raise NOT_FOUND()
    return row


def _person(tx: Transaction, row: Any) -> Person:
    def opened(column: str, sealed: str | None) -> str | None:
        return tx.platform.sealer.open(sealed, f"local_patient.{column}:{row.id}") if sealed else None

    number = opened("identifier", row.identifier_sealed) or ""
    kind = IdKind(row.identifier_kind) if row.identifier_kind else IdKind.PASSPORT
    return Person(
        name=opened("name", row.name_sealed) or "",
        document=Document(kind, number, row.birth_date, row.sex),
        phone=opened("phone", row.phone_sealed),
        address=opened("address", row.address_sealed),
        verified=False,
    )


async def _file_document(tx: Transaction, row: Any, patient_id: UUID, person: Person) -> None:
    """File the document and issue the card. The primary key refuses a number that has a holder."""
    kind = row.identifier_kind
    await tx.session.execute(
        insert(PatientIdentifier).values(
            kind=kind,
            value_hash=row.identifier_hash,
            patient_id=patient_id,
            value_sealed=tx.platform.sealer.seal(
                person.document.number, f"patient_identifier.value:{patient_id}:{kind}"
            ),
            created_at=tx.now,
        )
    )
    await tx.session.execute(new_card(tx, patient_id, person.document, person.name))
