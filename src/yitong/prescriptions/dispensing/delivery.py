"""Goods on their way: given to a courier, handed over for a code that only the patient has, or brought back."""

import secrets
from hmac import compare_digest
from typing import Any

import msgspec
from sqlalchemy import insert, text

from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Grant
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.states import record_move
from yitong.kernel.transaction import Transaction
from yitong.prescriptions.circulation import parts, requests_state
from yitong.prescriptions.circulation.problems import NOT_HOLDER
from yitong.prescriptions.circulation.states import PartState
from yitong.prescriptions.circulation.wall import address_of
from yitong.prescriptions.dispensing.actions import DELIVER
from yitong.prescriptions.dispensing.events import DispensingEvent
from yitong.prescriptions.dispensing.model import Delivery
from yitong.prescriptions.dispensing.problems import (
    DELIVERY_CODE_BURNT,
    NO_DELIVERY,
    NOTHING_OUT,
)
from yitong.prescriptions.dispensing.receipts import Courier, code_place, delivery_view
from yitong.prescriptions.dispensing.schemas import ArriveRequest, DeliveryView, FailRequest, SendRequest
from yitong.prescriptions.dispensing.states import DELIVERY, DeliveryState

MOST_TRIES = 5
_OUT = frozenset({PartState.DISPENSING, PartState.DISPENSED, PartState.SETTLED})
_ONE = text("SELECT * FROM drug_delivery WHERE organization_id = :pharmacy AND id = :id FOR UPDATE")
_OF_PART = text(
    "SELECT * FROM drug_delivery WHERE organization_id = :pharmacy AND hospital_id = :hospital AND part_id = :part"
    " FOR UPDATE"
)
_WRONG_CODE = text("UPDATE drug_delivery SET tries = tries + 1 WHERE organization_id = :pharmacy AND id = :id")


async def send(tx: Transaction, part_id: UUID, request: SendRequest) -> DeliveryView:
    """Give dispensed goods to a courier; after a failed attempt again, with a new code.

    Raises Problem ``not-holder``, ``no-delivery``, ``nothing-dispensed``, ``wrong-state`` and those of the permission
    check.
    """
    grant = DELIVER.check(tx.actor, organization_id=request.pharmacy_id)
    await tx.open_region()
    part = await parts.locked(tx, request.organization_id, part_id)
    if part.holder_id != request.pharmacy_id:
        raise NOT_HOLDER()
    address = address_of(tx, part, await requests_state.newest(tx, part))
    if address is None:
        raise NO_DELIVERY()
    if part.state not in _OUT:
        raise NOTHING_OUT()
    found = await tx.session.execute(
        _OF_PART, {"pharmacy": request.pharmacy_id, "hospital": request.organization_id, "part": part_id}
    )
    before: Any = found.mappings().one_or_none()
    id_ = before["id"] if before else new_id()
    attempt = before["attempt"] + 1 if before else 1
    state = DeliveryState(before["state"]) if before else None
    subject = Subject("drug_delivery", id_, request.pharmacy_id, part.patient_id)
    DELIVERY.check(state, DeliveryState.SENT)
    event_id = await record(tx, grant, DispensingEvent.SENT, subject, {"part_id": part_id, "attempt": attempt})
    version = before["version"] + 1 if before else 1
    await record_move(tx, grant, DELIVERY, subject, state, DeliveryState.SENT, sequence=version, event_id=event_id)
    seal, courier = tx.platform.sealer.seal, Courier(request.courier_name, request.courier_phone)
    values: dict[str, Any] = {
        "state": DeliveryState.SENT.value,
        "version": version,
        "attempt": attempt,
        "tries": 0,
        "sent_at": tx.now,
        "ended_at": None,
        "courier_sealed": seal(msgspec.json.encode(courier).decode(), f"delivery.courier:{id_}"),
        "code_sealed": seal(f"{secrets.randbelow(10**6):06d}", code_place({"id": id_, "attempt": attempt})),
    }
    if before:
        assignments = ", ".join(f"{name} = :{name}" for name in values)
        await tx.session.execute(
            text(f"UPDATE drug_delivery SET {assignments} WHERE organization_id = :pharmacy AND id = :id"),  # noqa: S608
            {**values, "pharmacy": request.pharmacy_id, "id": id_},
        )
    else:
        await tx.session.execute(
            insert(Delivery).values(
                organization_id=request.pharmacy_id,
                id=id_,
                hospital_id=request.organization_id,
                part_id=part_id,
                patient_id=part.patient_id,
                address_sealed=seal(msgspec.json.encode(address).decode(), f"delivery.address:{id_}"),
                **values,
            )
        )
    return delivery_view(tx, await _row(tx, request.pharmacy_id, id_), for_patient=False)


async def _row(tx: Transaction, pharmacy_id: UUID, delivery_id: UUID) -> Any:
    found = await tx.session.execute(_ONE, {"pharmacy": pharmacy_id, "id": delivery_id})
    row = found.mappings().one_or_none()
    if row is None:
        raise NOT_FOUND()
    return row


async def arrive(tx: Transaction, delivery_id: UUID, request: ArriveRequest) -> DeliveryView:
    """Hand the goods over for the code on the patient's phone; five wrong ones burn it.

    Whether the code is right was asked before, in a transaction of its own (:func:`code_fits`), because a wrong one is
    counted. Raises Problem ``not-found``, ``wrong-state`` and those of the permission check.
    """
    grant = DELIVER.check(tx.actor, organization_id=request.pharmacy_id)
    row = await _row(tx, request.pharmacy_id, delivery_id)
    await _end(tx, grant, row, DeliveryState.ARRIVED, DispensingEvent.ARRIVED, {"part_id": row["part_id"]})
    return delivery_view(tx, await _row(tx, request.pharmacy_id, delivery_id), for_patient=False)


async def code_fits(tx: Transaction, delivery_id: UUID, request: ArriveRequest) -> bool:
    """Whether the code is the patient's; a wrong one is counted, and the caller commits before it says so.

    Raises Problem ``not-found``, ``wrong-state``, ``delivery-code-burnt`` and those of the permission check.
    """
    DELIVER.check(tx.actor, organization_id=request.pharmacy_id)
    row = await _row(tx, request.pharmacy_id, delivery_id)
    DELIVERY.check(DeliveryState(row["state"]), DeliveryState.ARRIVED)
    if row["tries"] >= MOST_TRIES:
        raise DELIVERY_CODE_BURNT()
    if compare_digest(tx.platform.sealer.open(row["code_sealed"], code_place(row)), request.code):
        return True
    await tx.session.execute(_WRONG_CODE, {"pharmacy": request.pharmacy_id, "id": delivery_id})
    return False


async def fail(tx: Transaction, delivery_id: UUID, request: FailRequest) -> DeliveryView:
    """Write down that the goods could not be handed over; they can be sent again.

    Raises Problem ``not-found``, ``wrong-state`` and those of the permission check.
    """
    grant = DELIVER.check(tx.actor, organization_id=request.pharmacy_id)
    row = await _row(tx, request.pharmacy_id, delivery_id)
    said = {"part_id": row["part_id"], "reason": request.reason}
    await _end(tx, grant, row, DeliveryState.FAILED, DispensingEvent.FAILED, said, request.reason)
    return delivery_view(tx, await _row(tx, request.pharmacy_id, delivery_id), for_patient=False)


async def _end(
    tx: Transaction,
    grant: Grant,
    row: Any,
    after: DeliveryState,
    event: DispensingEvent,
    said: dict[str, Any],
    reason: str | None = None,
) -> None:
    before = DeliveryState(row["state"])
    subject = Subject("drug_delivery", row["id"], row["organization_id"], row["patient_id"])
    DELIVERY.check(before, after)
    event_id = await record(tx, grant, event, subject, said)
    await record_move(
        tx,
        grant,
        DELIVERY,
        subject,
        before,
        after,
        sequence=row["version"] + 1,
        event_id=event_id,
        reason=reason,
    )
    await tx.session.execute(
        text(
            "UPDATE drug_delivery SET state = :state, version = version + 1, ended_at = :now"
            " WHERE organization_id = :pharmacy AND id = :id"
        ),
        {"state": after.value, "now": tx.now, "pharmacy": row["organization_id"], "id": row["id"]},
    )
