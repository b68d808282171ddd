"""Purchase requests: the patient publishes, pharmacies grab or offer, the first or the cheapest gets the part."""

from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import insert, text

from yitong.kernel.events import Subject, record
from yitong.kernel.idempotency import once
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import SYSTEM_ACTOR, Grant
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.states import record_move
from yitong.kernel.transaction import Transaction
from yitong.prescriptions import rows
from yitong.prescriptions.circulation import custody, parts, requests_state
from yitong.prescriptions.circulation.actions import ACCEPT, CLOCK, OFFER, REQUEST
from yitong.prescriptions.circulation.events import CirculationEvent
from yitong.prescriptions.circulation.model import PurchaseRequest
from yitong.prescriptions.circulation.parts import Part
from yitong.prescriptions.circulation.problems import (
    ADDRESS_MISSING,
    BIDDING,
    BIDDING_OVER,
    NOT_BIDDING,
    OTHER_PHARMACY,
    PART_TAKEN,
    PHARMACY_MISSING,
    REQUEST_CLOSED,
    REQUEST_OPEN,
)
from yitong.prescriptions.circulation.releasing import open_part
from yitong.prescriptions.circulation.requests_state import Wish
from yitong.prescriptions.circulation.schemas import (
    AtPharmacy,
    ChooseRequest,
    NewRequest,
    OfferRequest,
    OfferView,
    RequestView,
)
from yitong.prescriptions.circulation.states import HELD, PartState, RequestState
from yitong.prescriptions.circulation.states import REQUEST as REQUESTS
from yitong.prescriptions.circulation.terms import part_lines
from yitong.prescriptions.circulation.views import offer_view, request_view
from yitong.prescriptions.pharmacies.problems import NOT_A_PHARMACY, OUT_OF_STOCK, OUTSIDE_AREA
from yitong.prescriptions.pharmacies.reading import Place, taking
from yitong.prescriptions.pharmacies.schemas import PharmacyFound
from yitong.prescriptions.pharmacies.shelves import priced, shelves, total_of

PLACE_DIGITS = 3
"""A request's place is kept to a thousandth of a degree, about a hundred meters."""
_BEST = text(
    "SELECT pharmacy_id FROM purchase_offer WHERE organization_id = :organization AND request_id = :id"
    " ORDER BY total_fen + delivery_fee_fen, ready_minutes, created_at, pharmacy_id"
)
_DUE = text(
    "SELECT organization_id, id FROM purchase_request WHERE state = 'open' AND bids_until <= :now"
    " ORDER BY bids_until LIMIT 500"
)


async def publish(tx: Transaction, request: NewRequest, key: UUID) -> RequestView:
    """Publish a wish to buy a part, to everybody nearby or to one pharmacy; releases the part where that is open.

    Raises Problem ``request-open``, ``pharmacy-missing``, ``address-missing``, ``outside-delivery-area``,
    ``pharmacy-not-taking``, ``part-taken``, ``wrong-state``, ``part-ran-out`` and those of the permission check.
    """

    async def make() -> RequestView:
        part = await parts.locked(tx, request.organization_id, request.part_id)
        grant = REQUEST.check(tx.actor, organization_id=request.organization_id, patient_id=part.patient_id)
        if part.state in HELD:
            raise PART_TAKEN()
        if await requests_state.open_one(tx, part) is not None:
            raise REQUEST_OPEN()
        chosen = await _chosen(tx, request)
        if request.handover == "delivery" and request.address is None:
            raise ADDRESS_MISSING()
        row = await rows.row_of(tx, part.organization_id, part.prescription_id)
        await open_part(tx, grant, part, row.paper, chosen)
        made = await _insert(tx, grant, request, part, chosen)
        await parts.follow(tx, grant, part.organization_id, part.prescription_id)
        return await request_view(tx, await requests_state.wish_of(tx, part.organization_id, made))

    return await once(tx, key, request, RequestView, make)


async def _chosen(tx: Transaction, request: NewRequest) -> UUID | None:
    if request.mode != "chosen":
        return None
    if request.pharmacy_id is None:
        raise PHARMACY_MISSING()
    place = Place(request.latitude, request.longitude)
    pharmacy = await taking(tx, request.pharmacy_id, place)
    _within(pharmacy, request.handover)
    return request.pharmacy_id


def _within(pharmacy: PharmacyFound, handover: str) -> None:
    if handover != "delivery":
        return
    if not pharmacy.delivers or (pharmacy.distance_m or 0) > pharmacy.delivery_radius_m:
        raise OUTSIDE_AREA()


async def _insert(tx: Transaction, grant: Grant, request: NewRequest, part: Part, chosen: UUID | None) -> UUID:
    made = new_id()
    closes = part.closes_at
    bidding = request.mode == "best_price"
    bids_until = min(tx.now + timedelta(minutes=request.bidding_minutes), closes) if bidding else None
    address = None
    if request.handover == "delivery":
        written = msgspec.json.encode(request.address).decode()
        address = tx.platform.sealer.seal(written, f"purchase_request.address:{made}")
    await tx.session.execute(
        insert(PurchaseRequest).values(
            organization_id=part.organization_id,
            id=made,
            part_id=part.id,
            patient_id=part.patient_id,
            state=RequestState.OPEN.value,
            version=1,
            mode=request.mode,
            pharmacy_id=chosen,
            handover=request.handover,
            insured=request.insured,
            latitude=round(request.latitude, PLACE_DIGITS),
            longitude=round(request.longitude, PLACE_DIGITS),
            radius_m=request.radius_m,
            created_at=tx.now,
            bids_until=bids_until,
            closes_at=closes,
            address_sealed=address,
        )
    )
    subject = Subject("purchase_request", made, part.organization_id, part.patient_id)
    said = {"part_id": part.id, "mode": request.mode, "pharmacy_id": chosen}
    event_id = await record(tx, grant, CirculationEvent.PUBLISHED, subject, said)
    await record_move(tx, grant, REQUESTS, subject, None, RequestState.OPEN, sequence=1, event_id=event_id)
    return made


async def _opened(tx: Transaction, organization_id: UUID, request_id: UUID) -> tuple[Part, Wish]:
    """A request and its part, both locked. Raises Problem ``not-found``."""
    seen = await requests_state.wish_of(tx, organization_id, request_id)
    part = await parts.locked(tx, organization_id, seen.part_id)
    return part, await requests_state.wish_of(tx, organization_id, request_id, lock=True)


async def unpublish(tx: Transaction, organization_id: UUID, request_id: UUID) -> RequestView:
    """The patient takes a request back, also while pharmacies look; the part's code changes.

    Raises Problem ``not-found``, ``request-closed`` and those of the permission check.
    """
    part, wish = await _opened(tx, organization_id, request_id)
    grant = REQUEST.check(tx.actor, organization_id=organization_id, patient_id=wish.patient_id)
    if wish.present(tx.now) is not RequestState.OPEN:
        raise REQUEST_CLOSED()
    await requests_state.close(tx, grant, part, RequestState.WITHDRAWN)
    row = await rows.row_of(tx, organization_id, part.prescription_id)
    await open_part(tx, grant, part, row.paper, None)
    return await request_view(tx, await requests_state.wish_of(tx, organization_id, request_id))


async def grab(tx: Transaction, request_id: UUID, request: AtPharmacy) -> UUID:
    """A pharmacy takes an open request: of many the first. Answers the part's id; its holder may repeat it.

    Raises Problem ``part-taken``, ``bidding``, ``request-closed``, ``other-pharmacy``, ``out-of-stock``,
    ``outside-delivery-area``, ``not-a-pharmacy``, ``pharmacy-not-taking`` and those of the permission check.
    """
    grant = ACCEPT.check(tx.actor, organization_id=request.pharmacy_id)
    await tx.open_region()
    part, wish = await _opened(tx, request.organization_id, request_id)
    if part.state in HELD and part.holder_id == request.pharmacy_id:
        return part.id
    if wish.mode == "best_price" and wish.present(tx.now) is RequestState.OPEN:
        raise BIDDING()
    await _eligible(tx, part, wish, request.pharmacy_id)
    await custody.take(tx, grant, part, request.pharmacy_id)
    return part.id


async def _eligible(tx: Transaction, part: Part, wish: Wish, pharmacy_id: UUID) -> tuple[PharmacyFound, int]:
    """Whether a pharmacy may have a request, and what its goods cost. Raises as :func:`grab`."""
    if part.state in HELD:
        raise PART_TAKEN()
    if wish.present(tx.now) is not RequestState.OPEN:
        raise REQUEST_CLOSED()
    if wish.mode == "chosen" and wish.pharmacy_id != pharmacy_id:
        raise OTHER_PHARMACY()
    pharmacy = await taking(tx, pharmacy_id, Place(wish.latitude, wish.longitude))
    if wish.insured and not pharmacy.insured:
        raise NOT_A_PHARMACY()
    if wish.mode != "chosen" and (pharmacy.distance_m is None or pharmacy.distance_m > wish.radius_m):
        raise NOT_FOUND()  # it never was on this pharmacy's wall
    _within(pharmacy, wish.handover)
    lines = part_lines((await parts.wording_of(tx, part.organization_id, part.prescription_id)).lines)
    shelf = (await shelves(tx, [pharmacy_id], [one.line.drug_code for one in lines]))[pharmacy_id]
    asked = priced(lines, part.left, shelf)
    total = total_of(asked)
    short = [one.line.name for one, there in zip(lines, asked, strict=True) if not there.enough]
    if short or total is None:
        raise OUT_OF_STOCK(names="、".join(short))
    return pharmacy, total


async def offer(tx: Transaction, request_id: UUID, request: OfferRequest) -> OfferView:
    """Offer a price for a request whose patient compares; again: another price.

    Raises Problem ``not-bidding``, ``bidding-over`` and those of :func:`grab`.
    """
    grant = OFFER.check(tx.actor, organization_id=request.pharmacy_id)
    await tx.open_region()
    part, wish = await _opened(tx, request.organization_id, request_id)
    if wish.bids_until is None:
        raise NOT_BIDDING()
    if wish.bids_until <= tx.now:
        raise BIDDING_OVER()
    pharmacy, total = await _eligible(tx, part, wish, request.pharmacy_id)
    usual = pharmacy.delivery_fee_fen if wish.handover == "delivery" else 0
    values: dict[str, Any] = {
        "organization": wish.organization_id,
        "request": wish.id,
        "pharmacy": request.pharmacy_id,
        "id": new_id(),
        "patient": wish.patient_id,
        "total": total if request.total_fen is None else request.total_fen,
        "fee": usual if request.delivery_fee_fen is None else request.delivery_fee_fen,
        "ready": request.ready_minutes,
        "distance": pharmacy.distance_m or 0,
        "now": tx.now,
    }
    found = await tx.session.execute(
        text(
            "INSERT INTO purchase_offer (organization_id, request_id, pharmacy_id, id, patient_id, state, total_fen,"
            " delivery_fee_fen, ready_minutes, distance_m, created_at) VALUES (:organization, :request, :pharmacy, :id,"
            " :patient, 'made', :total, :fee, :ready, :distance, :now) ON CONFLICT (organization_id, request_id,"
            " pharmacy_id) DO UPDATE SET total_fen = :total, delivery_fee_fen = :fee, ready_minutes = :ready,"
            " created_at = :now RETURNING *"
        ),
        values,
    )
    row = dict(found.mappings().one())
    said = {"part_id": part.id, "pharmacy_id": request.pharmacy_id, "total_fen": row["total_fen"]}
    await record(tx, grant, CirculationEvent.OFFERED, wish.subject, said)
    return offer_view({**row, "pharmacy_name": pharmacy.name})


async def choose(tx: Transaction, request_id: UUID, request: ChooseRequest) -> RequestView:
    """The patient takes an offer before the window ends.

    Raises Problem ``not-found``, ``request-closed``, ``part-taken`` and those of the permission check.
    """
    part, wish = await _opened(tx, request.organization_id, request_id)
    grant = REQUEST.check(tx.actor, organization_id=request.organization_id, patient_id=wish.patient_id)
    if wish.present(tx.now) is not RequestState.OPEN:
        raise REQUEST_CLOSED()
    found = await tx.session.execute(
        text(
            "SELECT pharmacy_id FROM purchase_offer WHERE organization_id = :organization AND request_id = :request"
            " AND id = :id"
        ),
        {"organization": wish.organization_id, "request": wish.id, "id": request.offer_id},
    )
    winner: UUID | None = found.scalar_one_or_none()
    if winner is None:
        raise NOT_FOUND()
    await custody.take(tx, grant, part, winner)
    return await request_view(tx, await requests_state.wish_of(tx, wish.organization_id, wish.id))


async def bidding_due(tx: Transaction) -> list[tuple[UUID, UUID]]:
    """Requests whose window for offers is over: hospital and request."""
    return [(row.organization_id, row.id) for row in await tx.session.execute(_DUE, {"now": tx.now})]


async def conclude(tx: Transaction, organization_id: UUID, request_id: UUID) -> bool:
    """End a bidding: the cheapest offer gets the part, without any it goes on as first come, first served."""
    part, wish = await _opened(tx, organization_id, request_id)
    if wish.state is not RequestState.OPEN or wish.bids_until is None or wish.bids_until > tx.now:
        return False
    grant = CLOCK.check(SYSTEM_ACTOR, organization_id=organization_id)
    found = await tx.session.execute(_BEST, {"organization": organization_id, "id": request_id})
    best = list(found.scalars())
    if part.state is PartState.RELEASED and part.closes_at > tx.now and best:
        await custody.take(tx, grant, part, best[0])
        return True
    await tx.session.execute(
        text(
            "UPDATE purchase_request SET mode = 'first', bids_until = NULL, version = version + 1"
            " WHERE organization_id = :organization AND id = :id"
        ),
        {"organization": organization_id, "id": request_id},
    )
    said = {"part_id": part.id, "mode": "first", "pharmacy_id": None}
    await record(tx, grant, CirculationEvent.PUBLISHED, wish.subject, said)
    return True
