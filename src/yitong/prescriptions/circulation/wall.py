"""The pharmacy's side: the wall of requests nearby, what it holds, and one part with everything to hand it out."""

from typing import Any

import msgspec
from sqlalchemy import text

from yitong.kernel.crypto import Masked, mask
from yitong.kernel.events import Recorded
from yitong.kernel.ids import UUID
from yitong.kernel.transaction import Transaction
from yitong.prescriptions.circulation import parts, requests_state
from yitong.prescriptions.circulation.actions import WALL
from yitong.prescriptions.circulation.agreed import agreed_fen, shared
from yitong.prescriptions.circulation.parts import Part
from yitong.prescriptions.circulation.problems import NOT_HOLDER
from yitong.prescriptions.circulation.requests_state import Wish, wish_from
from yitong.prescriptions.circulation.schemas import (
    Address,
    CustodyLine,
    CustodyRow,
    CustodyView,
    OfferView,
    Wall,
    WallLine,
    WallRequest,
)
from yitong.prescriptions.circulation.states import HELD, PartState
from yitong.prescriptions.circulation.terms import PartLine, part_lines
from yitong.prescriptions.circulation.views import line_view, offer_view, words
from yitong.prescriptions.dispensing.receipts import delivery_of, receipts_of
from yitong.prescriptions.pharmacies.reading import DISTANCE, pharmacy_of
from yitong.prescriptions.pharmacies.shelves import Shelf, priced, shelves, total_of

MOST = 100
_AWAY = DISTANCE.format(latitude="q.latitude", longitude="q.longitude")
_REQUESTS = text(
    f"SELECT {requests_state.COLUMNS}, CAST({_AWAY} AS integer) AS distance_m, h.name AS hospital_name"  # noqa: S608
    " FROM purchase_request q JOIN organization o ON o.id = :pharmacy JOIN pharmacy y ON y.organization_id = o.id"
    " JOIN organization h ON h.id = q.organization_id"
    " WHERE q.state = 'open' AND q.closes_at > :now AND y.taking AND (NOT q.insured OR y.insured)"
    " AND (q.bids_until IS NULL OR q.bids_until > :now) AND (q.handover = 'pickup' OR y.delivers)"
    " AND (q.mode = 'chosen' OR q.latitude BETWEEN o.latitude - 0.5 AND o.latitude + 0.5)"
    f" AND CASE WHEN q.mode = 'chosen' THEN q.pharmacy_id = o.id ELSE {_AWAY} <= q.radius_m END"
    f" AND (q.handover = 'pickup' OR {_AWAY} <= y.delivery_radius_m)"
    " ORDER BY (q.mode = 'chosen') DESC, q.created_at, q.id LIMIT :limit"
)
_HELD = text(
    f"{parts.SELECT} WHERE p.holder_id = :pharmacy AND p.state IN ('accepted','dispensing')"
    " ORDER BY p.custody_until, p.id LIMIT :limit"
)
_MINE = text(
    "SELECT f.*, o.name AS pharmacy_name FROM purchase_offer f JOIN organization o ON o.id = f.pharmacy_id"
    " WHERE f.pharmacy_id = :pharmacy AND f.request_id = ANY(CAST(:ids AS uuid[]))"
)
_CUSTODY = text(
    "SELECT ordinal, holder_id, since, ended_at, secret_sealed FROM custody WHERE organization_id = :organization"
    " AND part_id = :id ORDER BY ordinal DESC LIMIT 1"
)
TOUCHES = frozenset({"circulation", "dispensing"})


def concerns(event: Recorded) -> bool:
    """Whether an event may change what stands on a wall."""
    return event.type.partition(":")[0] in TOUCHES


async def wall_of(tx: Transaction, pharmacy_id: UUID) -> Wall:
    """What a pharmacy can take and what it holds. Raises Problem ``not-a-pharmacy`` and others."""
    WALL.check(tx.actor, organization_id=pharmacy_id)
    await pharmacy_of(tx, pharmacy_id)
    await tx.open_region()
    values = {"pharmacy": pharmacy_id, "now": tx.now, "limit": MOST}
    wishes = list((await tx.session.execute(_REQUESTS, values)).mappings())
    found = await tx.session.execute(_MINE, {"pharmacy": pharmacy_id, "ids": [row["id"] for row in wishes]})
    mine = {row["request_id"]: offer_view(row) for row in found.mappings()}
    requests = [await _request(tx, pharmacy_id, row, mine.get(row["id"])) for row in wishes]
    held = [parts.part_from(row) for row in (await tx.session.execute(_HELD, values)).mappings()]
    return Wall(requests, [await _held(tx, one) for one in held])


async def _request(tx: Transaction, pharmacy_id: UUID, row: Any, mine: OfferView | None) -> WallRequest:
    wish = wish_from(row)
    part = await parts.part_of(tx, wish.organization_id, wish.part_id)
    lines = part_lines((await parts.wording_of(tx, part.organization_id, part.prescription_id)).lines)
    shelf = (await shelves(tx, [pharmacy_id], [one.line.drug_code for one in lines]))[pharmacy_id]
    asked = priced(lines, part.left, shelf)
    return WallRequest(
        id=wish.id,
        organization_id=wish.organization_id,
        part_id=wish.part_id,
        hospital_name=row["hospital_name"],
        mode=wish.mode,  # type: ignore[arg-type]  # the check constraint has the same words
        handover=wish.handover,  # type: ignore[arg-type]
        insured=wish.insured,
        distance_m=row["distance_m"],
        created_at=wish.created_at,
        bids_until=wish.bids_until,
        closes_at=wish.closes_at,
        lines=[
            WallLine(
                number=one.number,
                drug_code=one.line.drug_code,
                name=one.line.name,
                spec=one.line.spec,
                units=left,
                unit=one.line.unit,
                have_units=there.available_units,
                enough=there.enough,
                amount_fen=there.amount_fen,
            )
            for one, left, there in zip(lines, part.left, asked, strict=True)
        ],
        total_fen=total_of(asked),
        complete=all(there.enough for there in asked),
        for_us=wish.mode == "chosen",
        mine=mine,
    )


async def _held(tx: Transaction, part: Part) -> CustodyRow:
    wording = await parts.wording_of(tx, part.organization_id, part.prescription_id)
    last: Any = (await tx.session.execute(_CUSTODY, {"organization": part.organization_id, "id": part.id})).one()
    wish = await requests_state.newest(tx, part)
    return CustodyRow(
        part_id=part.id,
        organization_id=part.organization_id,
        prescription_number=part.prescription_number,
        hospital_name=wording.organization_name,
        patient_name=mask(Masked.NAME, wording.patient_name),
        state=part.state,
        state_text=words(part.state),
        since=last.since,
        until=part.custody_until or part.closes_at,
        handover=_handover(part, wish),
    )


def _handover(part: Part, wish: Wish | None) -> Any:
    """How the holder hands a part over, when it got it by a request."""
    return wish.handover if wish is not None and wish.pharmacy_id == part.holder_id else None


def address_of(tx: Transaction, part: Part, wish: Wish | None) -> Address | None:
    """Where the holder delivers a part; None where it is collected."""
    if wish is None or wish.address_sealed is None or wish.pharmacy_id != part.holder_id:
        return None
    opened = tx.platform.sealer.open(wish.address_sealed, f"purchase_request.address:{wish.id}")
    return msgspec.json.decode(opened, type=Address)


async def custody_view(tx: Transaction, organization_id: UUID, part_id: UUID, pharmacy_id: UUID) -> CustodyView:
    """A part at the pharmacy that has it, or had. Raises Problem ``not-holder``, ``not-found`` and others."""
    WALL.check(tx.actor, organization_id=pharmacy_id)
    await tx.open_region()
    part = await parts.part_of(tx, organization_id, part_id)
    if part.holder_id != pharmacy_id:
        raise NOT_HOLDER()
    last: Any = (await tx.session.execute(_CUSTODY, {"organization": organization_id, "id": part_id})).one()
    wording = await parts.wording_of(tx, organization_id, part.prescription_id)
    lines = part_lines(wording.lines)
    shelf = (await shelves(tx, [pharmacy_id], [one.line.drug_code for one in lines]))[pharmacy_id]
    agreed = await agreed_fen(tx, part, pharmacy_id)
    wish = await requests_state.newest(tx, part)
    state = part.present(tx.now)
    secret = None
    if state in HELD and last.ended_at is None:
        secret = tx.platform.sealer.open(last.secret_sealed, f"custody.secret:{part_id}:{last.ordinal}")
    return CustodyView(
        part_id=part.id,
        organization_id=organization_id,
        pharmacy_id=pharmacy_id,
        prescription_number=part.prescription_number,
        hospital_name=wording.organization_name,
        patient_name=wording.patient_name,
        patient_sex=wording.patient_sex,
        patient_birth_date=wording.patient_birth_date,
        diagnoses=[f"{one.name}（{one.code}）" for one in wording.diagnoses],
        prescriber_name=wording.prescriber.name,
        state=state,
        state_text=words(state),
        version=part.version,
        since=last.since,
        until=part.custody_until,
        secret=secret,
        handover=_handover(part, wish),
        address=address_of(tx, part, wish) if state is not PartState.EXPIRED else None,
        lines=_lines(lines, part, shelf, agreed),
        agreed_fen=agreed,
        delivery=await delivery_of(tx, organization_id, part_id, for_patient=False),
        dispenses=await receipts_of(tx, organization_id, part_id),
    )


def _lines(lines: list[PartLine], part: Part, shelf: Shelf, agreed: int | None) -> list[CustodyLine]:
    asked = priced(lines, part.quantities, shelf)
    amounts = [there.amount_fen for there in asked]
    if agreed is not None and None not in amounts:
        amounts = list(shared(agreed, [one or 0 for one in amounts]))
    return [
        CustodyLine(line=line_view(one, part), have_units=there.available_units, amount_fen=amount)
        for one, there, amount in zip(lines, asked, amounts, strict=True)
    ]
