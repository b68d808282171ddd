"""The price that holds for a part: the one of the offer that won, or without one that of the pharmacy's shelf."""

from collections.abc import Sequence

from sqlalchemy import text

from yitong.kernel.ids import UUID
from yitong.kernel.transaction import Transaction
from yitong.prescriptions.circulation.parts import Part

_WON = text(
    "SELECT f.total_fen FROM purchase_offer f JOIN purchase_request q ON q.organization_id = f.organization_id"
    " AND q.id = f.request_id WHERE q.organization_id = :organization AND q.part_id = :part AND q.state = 'matched'"
    " AND f.pharmacy_id = :pharmacy AND f.state = 'won' ORDER BY q.created_at DESC LIMIT 1"
)


async def agreed_fen(tx: Transaction, part: Part, pharmacy_id: UUID) -> int | None:
    """What the offer of this pharmacy that won asks for all of a part, in fen; None when it won without an offer."""
    values = {"organization": part.organization_id, "part": part.id, "pharmacy": pharmacy_id}
    return (await tx.session.execute(_WON, values)).scalar_one_or_none()


def due_fen(agreed: int, paid: int, shelf: int, shelf_whole: int, *, rest: bool) -> int:
    """What an agreed price asks for some of a part: its share by shelf prices, and for the ``rest`` all that is left.

    All in fen: ``paid`` before, ``shelf`` for what goes out now, ``shelf_whole`` for everything of the part.
    """
    left = max(0, agreed - paid)
    if rest or shelf_whole == 0:
        return left
    return min(left, agreed * shelf // shelf_whole)


def shared(total: int, amounts: Sequence[int]) -> list[int]:
    """A total divided over lines in the proportion of their amounts, whole fen; the last line takes what is over."""
    whole, found, given, seen = sum(amounts), list[int](), 0, 0
    for place, amount in enumerate(amounts, start=1):
        seen += amount
        until = total if place == len(amounts) else total * (seen if whole else place) // (whole or len(amounts))
        found.append(until - given)
        given = until
    return found
