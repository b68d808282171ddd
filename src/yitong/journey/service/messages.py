"""Telling a patient something, once an event and kind, and marking it read."""

import msgspec
from sqlalchemy import text

from yitong.journey.events import JourneyEvent
from yitong.journey.facts import VisitFacts
from yitong.journey.notices import NoticeKind, Said, message_text, said_of
from yitong.journey.service.delivery import NoticeChannel, enlist
from yitong.kernel.crypto import Masked, mask
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Role, Scope, action
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction

TELL = action("journey:message:tell", "向患者发送就诊消息", "Tell a patient about a visit", {Role.SYSTEM: Scope.REGION})
READ = action("journey:message:read", "查看就诊消息", "Read messages about visits", {Role.PATIENT: Scope.OWN})

_ADD = text(
    "INSERT INTO message (patient_id, id, organization_id, event_id, kind, at, text_sealed, link)"
    " VALUES (:patient, :id, :organization, :event, :kind, :now, :text, CAST(:link AS jsonb))"
    " ON CONFLICT (patient_id, event_id, kind) DO NOTHING RETURNING id"
)


async def tell(tx: Transaction, event_id: UUID, kind: NoticeKind, visit: VisitFacts) -> UUID | None:
    """Write the message of this kind about a visit, and its deliveries; None when it was written before.

    ``event_id`` is the event's, or the appointment's for a reminder. Raises Problem ``forbidden``.
    """
    return await say(tx, event_id, kind, said_of(kind, visit))


async def say(tx: Transaction, event_id: UUID, kind: NoticeKind, said: Said) -> UUID | None:
    """Write one message and its deliveries; None when the event was told of before. Raises Problem ``forbidden``."""
    grant = TELL.check(tx.actor, organization_id=said.organization_id, patient_id=said.patient_id)
    message_id = new_id()
    sealed = message_text(said, await _masked_name(tx, said.patient_id))
    added = await tx.session.execute(
        _ADD,
        {
            "patient": said.patient_id,
            "id": message_id,
            "organization": said.organization_id,
            "event": event_id,
            "kind": kind.value,
            "now": tx.now,
            "text": tx.platform.sealer.seal(msgspec.json.encode(sealed).decode(), f"message.text:{message_id}"),
            "link": msgspec.json.encode(said.link).decode(),
        },
    )
    if added.first() is None:
        return None
    subject = Subject("message", message_id, said.organization_id, said.patient_id)
    told: dict[str, object] = {"kind": kind.value}
    if said.appointment_id is not None:
        told["appointment_id"] = said.appointment_id
    written = await record(tx, grant, JourneyEvent.TOLD, subject, told)
    if NoticeChannel in tx.platform.ports:
        await enlist(tx, grant, subject, written)
    return message_id


async def mark_read(tx: Transaction, message_id: UUID) -> None:
    """Mark a message of one's own as read; reading it again changes nothing. Raises Problem ``not-found``."""
    found = await tx.session.execute(
        text("SELECT patient_id, organization_id, read_at FROM message WHERE id = :id"), {"id": message_id}
    )
    row = found.one_or_none()
    if row is None:
        raise NOT_FOUND()
    grant = READ.check(tx.actor, patient_id=row.patient_id)
    if row.read_at is not None:
        return
    marked = await tx.session.execute(
        text(
            "UPDATE message SET read_at = :now WHERE patient_id = :patient AND id = :id AND read_at IS NULL RETURNING 1"
        ),
        {"now": tx.now, "patient": row.patient_id, "id": message_id},
    )
    if marked.first() is not None:
        subject = Subject("message", message_id, row.organization_id, row.patient_id)
        await record(tx, grant, JourneyEvent.READ, subject)


async def _masked_name(tx: Transaction, patient_id: UUID) -> str:
    found = await tx.session.execute(text("SELECT name_sealed FROM patient WHERE id = :id"), {"id": patient_id})
    sealed = found.scalar_one()
    return mask(Masked.NAME, tx.platform.sealer.open(sealed, f"patient.name:{patient_id}"))
