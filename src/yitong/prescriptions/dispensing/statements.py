"""What a pharmacist signs: the receipt of goods that went out or came back, or of a custody that ended."""

from datetime import datetime
from typing import Literal

import msgspec

from yitong.kernel.ids import UUID
from yitong.prescriptions.dispensing.schemas import DispensedLine, Kind
from yitong.prescriptions.statements import SignedBy


class ReceiptStatement(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt; ``quantities`` are this receipt's units in the order of the prescription's lines, ``total`` those
    handed out since the part was taken, ``part_digest`` is the SM3 of the part as its doctor signed it."""

    type: Literal["yitong.prescription.receipt/1"] = "yitong.prescription.receipt/1"
    id: UUID
    kind: Kind
    prescription_id: UUID
    part_id: UUID
    part_digest: str
    prescription_number: str
    part: int
    pharmacy_code: str
    pharmacy_name: str
    at: datetime
    quantities: list[int]
    total: list[int]
    lines: list[DispensedLine]
    amount_fen: int
    last: bool
    reason: str
    pharmacist: SignedBy
