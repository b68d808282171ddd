"""Messages about prescriptions outside the hospital: taken, given back, handed out, on their way, time to take them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from yitong.journey.notices import NoticeKind, Said
from yitong.journey.schemas import MessageLink
from yitong.journey.service.messages import say
from yitong.kernel.events import Recorded
from yitong.kernel.ids import UUID
from yitong.kernel.reactors import reactor
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction
from yitong.prescriptions.circulation.events import CirculationEvent
from yitong.prescriptions.dispensing.events import DispensingEvent
from yitong.prescriptions.dispensing.receipts import opened

_PLACE = text("SELECT id, name, name_en, address, zone FROM organization WHERE id = :id")
_RECEIPT = text("SELECT * FROM dispense_receipt WHERE organization_id = :pharmacy AND id = :id")
_PART_OF = text("SELECT hospital_id FROM drug_delivery WHERE organization_id = :pharmacy AND id = :id")
TOLD_OF = {
    CirculationEvent.ACCEPTED: NoticeKind.PRESCRIPTION_TAKEN,
    CirculationEvent.GIVEN_BACK: NoticeKind.PRESCRIPTION_GIVEN_BACK,
    DispensingEvent.DISPENSED: NoticeKind.PRESCRIPTION_DISPENSED,
    DispensingEvent.SENT: NoticeKind.DELIVERY_SENT,
    DispensingEvent.FAILED: NoticeKind.DELIVERY_FAILED,
    DispensingEvent.REMINDER_DUE: NoticeKind.MEDICATION_DUE,
}
_KINDS = {event.value: kind for event, kind in TOLD_OF.items()}


@reactor("journey.medicines", *TOLD_OF)
async def tell_of_medicines(tx: Transaction, event: Recorded) -> None:
    """Write the message that an event about a prescription's way calls for."""
    if event.patient_id is None:
        return
    kind = _KINDS[event.type]
    pharmacy_id = UUID(event.payload.get("pharmacy_id") or str(event.organization_id))
    found = (await tx.session.execute(_PLACE, {"id": pharmacy_id})).mappings().one_or_none()
    if found is None:
        return
    if kind is NoticeKind.MEDICATION_DUE:
        title, body = _due(await _drug(tx, pharmacy_id, event))
        link = MessageLink("medications", event.patient_id, pharmacy_id)
    else:
        title, body = _words(kind, found)
        link = await _link(tx, event)
    said = Said(
        organization_id=pharmacy_id,
        patient_id=event.patient_id,
        hospital=Bilingual(found["name"], found["name_en"]),
        at=event.at,
        zone=found["zone"],
        place=Bilingual(found["address"], found["address"]),
        title=title,
        body=body,
        link=link,
    )
    await say(tx, event.id, kind, said)


async def _link(tx: Transaction, event: Recorded) -> MessageLink:
    """To the part, which is its hospital's; a delivery knows both."""
    part_id = event.payload.get("part_id")
    if part_id is None:
        return MessageLink("prescription_part", event.subject_id, event.organization_id)
    row = await tx.session.execute(_PART_OF, {"pharmacy": event.organization_id, "id": event.subject_id})
    return MessageLink("prescription_part", UUID(part_id), row.scalar_one())


async def _drug(tx: Transaction, pharmacy_id: UUID, event: Recorded) -> str:
    row = (await tx.session.execute(_RECEIPT, {"pharmacy": pharmacy_id, "id": event.subject_id})).mappings().one()
    number = event.payload["line"]
    return next(one.name for one in opened(tx, row).lines if one.number == number)


def _due(drug: str) -> tuple[Bilingual, Bilingual]:
    return Bilingual("用药提醒", "Time for your medicine"), Bilingual(
        f"请按时服用 {drug}，用法见用药清单。", f"Please take {drug}; your list says how."
    )


def _words(kind: NoticeKind, place: Mapping[Any, Any]) -> tuple[Bilingual, Bilingual]:
    zh, en, address = place["name"], place["name_en"], place["address"]
    match kind:
        case NoticeKind.PRESCRIPTION_TAKEN:
            return Bilingual("药房已接单", "A pharmacy has your prescription"), Bilingual(
                f"{zh} 已接下您的处方，正在备药。地址：{address}。",
                f"{en} has taken your prescription and gets it ready, at {address}.",
            )
        case NoticeKind.PRESCRIPTION_GIVEN_BACK:
            return Bilingual("药房退回了处方", "A pharmacy gave your prescription back"), Bilingual(
                f"{zh} 不能调配，处方已重新开放，请另选药房。",
                f"{en} cannot fill it; please choose another pharmacy.",
            )
        case NoticeKind.PRESCRIPTION_DISPENSED:
            return Bilingual("药品已发出", "Your medicine was handed out"), Bilingual(
                f"{zh} 已发药，用法与提醒见用药清单。",
                f"{en} has handed it out; your list says how to take it.",
            )
        case NoticeKind.DELIVERY_SENT:
            return Bilingual("药品配送中", "Your medicine is on its way"), Bilingual(
                f"{zh} 的药品已交配送员，收货时请告知收货码。",
                f"The medicine of {en} is with a courier; tell the hand-over code when it arrives.",
            )
        case NoticeKind.DELIVERY_FAILED:
            return Bilingual("药品未送达", "Your medicine could not be delivered"), Bilingual(
                f"{zh} 的药品未能送达，药房会再次联系您。",
                f"The medicine of {en} was not delivered; they will call you.",
            )
        case _:
            raise ValueError(f"no message is made of {kind}")
