"""Receipts and deliveries of a part as they are shown. The caller has checked an action."""

from typing import Any

import msgspec
from sqlalchemy import text

from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction
from yitong.prescriptions.dispensing.schemas import DeliveryView, DispenseView
from yitong.prescriptions.dispensing.statements import ReceiptStatement
from yitong.prescriptions.dispensing.states import DELIVERY, DeliveryState

_RECEIPTS = text("SELECT * FROM dispense_receipt WHERE hospital_id = :hospital AND part_id = :part ORDER BY at, id")
_DELIVERY = text(
    "SELECT * FROM drug_delivery WHERE hospital_id = :hospital AND part_id = :part ORDER BY sent_at DESC LIMIT 1"
)


class Courier(msgspec.Struct, frozen=True):
    """Who carries a delivery."""

    name: str
    phone: str


def statement_place(receipt_id: UUID) -> str:
    """The place that a receipt's sealed statement belongs to."""
    return f"dispense_receipt.statement:{receipt_id}"


def opened(tx: Transaction, row: Any) -> ReceiptStatement:
    """A receipt as it was signed."""
    sealed = tx.platform.sealer.open(row["statement_sealed"], statement_place(row["id"]))
    return msgspec.json.decode(sealed, type=ReceiptStatement)


async def receipt_rows(tx: Transaction, hospital_id: UUID, part_id: UUID) -> list[Any]:
    """The rows of a part's receipts, the oldest first."""
    return list((await tx.session.execute(_RECEIPTS, {"hospital": hospital_id, "part": part_id})).mappings())


async def receipts_of(tx: Transaction, hospital_id: UUID, part_id: UUID) -> list[DispenseView]:
    """A part's receipts, the oldest first."""
    found: list[DispenseView] = []
    for row in await receipt_rows(tx, hospital_id, part_id):
        said = opened(tx, row)
        found.append(
            DispenseView(
                id=row["id"],
                pharmacy_id=row["organization_id"],
                kind=said.kind,
                at=row["at"],
                lines=said.lines,
                amount_fen=row["amount_fen"],
                pharmacist_name=said.pharmacist.name,
                digest=row["digest"],
            )
        )
    return found


async def delivery_of(tx: Transaction, hospital_id: UUID, part_id: UUID, *, for_patient: bool) -> DeliveryView | None:
    """A part's delivery, if it was sent; the hand-over code for its patient only."""
    found = await tx.session.execute(_DELIVERY, {"hospital": hospital_id, "part": part_id})
    row = found.mappings().one_or_none()
    return delivery_view(tx, row, for_patient=for_patient) if row is not None else None


def code_place(row: Any) -> str:
    """The place that the sealed hand-over code of a delivery's attempt belongs to."""
    return f"delivery.code:{row['id']}:{row['attempt']}"


def delivery_view(tx: Transaction, row: Any, *, for_patient: bool) -> DeliveryView:
    """A delivery from its row."""
    sealer, state = tx.platform.sealer, DeliveryState(row["state"])
    courier = msgspec.json.decode(sealer.open(row["courier_sealed"], f"delivery.courier:{row['id']}"), type=Courier)
    shown = for_patient and state is DeliveryState.SENT
    return DeliveryView(
        id=row["id"],
        pharmacy_id=row["organization_id"],
        state=state.value,
        state_text=Bilingual(*DELIVERY.words[state]),
        version=row["version"],
        attempt=row["attempt"],
        courier_name=courier.name,
        courier_phone=courier.phone,
        handover_code=sealer.open(row["code_sealed"], code_place(row)) if shown else None,
        sent_at=row["sent_at"],
        ended_at=row["ended_at"],
    )
