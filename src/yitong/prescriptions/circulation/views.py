"""Parts as their patients and hospitals see them: one, a list, with request, offers, pharmacy, delivery, receipts."""

from typing import Any

from sqlalchemy import text

from yitong.kernel.ids import UUID
from yitong.kernel.permissions import ActorKind
from yitong.kernel.problems import FORBIDDEN
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction
from yitong.prescriptions import rows
from yitong.prescriptions.circulation import codes, parts, requests_state
from yitong.prescriptions.circulation.actions import READ, REQUEST
from yitong.prescriptions.circulation.parts import Part
from yitong.prescriptions.circulation.releasing import code_now
from yitong.prescriptions.circulation.requests_state import Wish
from yitong.prescriptions.circulation.schemas import (
    OfferView,
    PartLineView,
    PartRow,
    PartStanding,
    PartView,
    PharmacyName,
    RequestView,
)
from yitong.prescriptions.circulation.states import PART, PartState
from yitong.prescriptions.circulation.states import REQUEST as REQUESTS
from yitong.prescriptions.circulation.terms import PartLine, part_lines
from yitong.prescriptions.circulation.wording import usage_words
from yitong.prescriptions.dispensing.receipts import delivery_of, receipts_of

_OFFERS = text(
    "SELECT f.*, o.name AS pharmacy_name FROM purchase_offer f JOIN organization o ON o.id = f.pharmacy_id"
    " WHERE f.organization_id = :organization AND f.request_id = :id"
    " ORDER BY f.total_fen + f.delivery_fee_fen, f.created_at, f.id"
)
_PLACE = text("SELECT id, name, address, phone, latitude, longitude FROM organization WHERE id = :id")
_LIST = (
    f"{parts.SELECT} WHERE p.round = x.round AND p.state NOT IN ('issued','rejected')"
    " AND (CAST(:patient AS uuid) IS NULL OR p.patient_id = :patient)"
    " AND (CAST(:prescription AS uuid) IS NULL OR (p.prescription_id = :prescription"
    " AND p.organization_id = :organization)) ORDER BY p.opens_at DESC, p.id LIMIT 100"
)


async def listed(
    tx: Transaction, *, patient_id: UUID | None = None, prescription: tuple[UUID, UUID] | None = None
) -> list[PartRow]:
    """A patient's parts, the newest first, or those of a prescription (hospital, prescription).

    Raises Problem ``forbidden``, ``foreign-patient`` or ``not-found``.
    """
    if prescription is None and patient_id is None:
        raise FORBIDDEN()
    if prescription is None:
        REQUEST.check(tx.actor, patient_id=patient_id)
    else:
        owner = await rows.row_of(tx, *prescription)
        READ.check(tx.actor, organization_id=prescription[0], patient_id=owner.patient_id)
    found = await tx.session.execute(
        text(_LIST),
        {
            "patient": patient_id,
            "organization": prescription[0] if prescription else None,
            "prescription": prescription[1] if prescription else None,
        },
    )
    return [await part_row(tx, parts.part_from(row)) for row in found.mappings()]


async def part_row(tx: Transaction, part: Part) -> PartRow:
    """A part in a list; the caller has checked an action."""
    wording = await parts.wording_of(tx, part.organization_id, part.prescription_id)
    state = part.present(tx.now)
    held_by = await place_of(tx, part.holder_id)
    return PartRow(
        id=part.id,
        organization_id=part.organization_id,
        organization_name=wording.organization_name,
        prescription_id=part.prescription_id,
        prescription_number=part.prescription_number,
        patient_id=part.patient_id,
        number=part.number,
        of=part.of,
        state=state,
        state_text=words(state),
        version=part.version,
        opens_at=part.opens_at,
        closes_at=part.closes_at,
        drugs=[line.name for line in wording.lines],
        pharmacy_name=held_by.name if held_by else None,
    )


async def show(tx: Transaction, organization_id: UUID, part_id: UUID) -> PartView:
    """A part. Raises Problem ``not-found`` and those of the permission check."""
    part = await parts.part_of(tx, organization_id, part_id)
    READ.check(tx.actor, organization_id=organization_id, patient_id=part.patient_id)
    mine = tx.actor.kind is ActorKind.CITIZEN
    await tx.open_region()  # receipts and deliveries are the pharmacy's rows
    code = code_now(tx, part) if mine and part.present(tx.now) is PartState.RELEASED else None
    shown = codes.written(code) if code else None
    wish = await requests_state.newest(tx, part)
    wording = await parts.wording_of(tx, organization_id, part.prescription_id)
    return PartView(
        part=await part_row(tx, part),
        lines=[line_view(one, part) for one in part_lines(wording.lines)],
        take_code=shown,
        take_url=f"{tx.platform.settings.origin}/patient/#/pages/prescriptions/take?code={shown}" if shown else None,
        request=await request_view(tx, wish) if wish and mine else None,
        pharmacy=await place_of(tx, part.holder_id),
        delivery=await delivery_of(tx, organization_id, part_id, for_patient=mine),
        dispenses=await receipts_of(tx, organization_id, part_id),
    )


def line_view(one: PartLine, part: Part) -> PartLineView:
    """A line with what was handed out of it and what came back."""
    line, place = one.line, one.number - 1
    return PartLineView(
        number=one.number,
        drug_code=line.drug_code,
        name=line.name,
        spec=line.spec,
        package=line.package,
        unit=line.unit,
        units_per_package=one.units_per_package,
        split=line.split,
        units=part.quantities[place],
        dispensed=part.dispensed[place],
        returned=part.returned[place],
        usage=usage_words(line),
    )


async def show_request(tx: Transaction, organization_id: UUID, request_id: UUID) -> RequestView:
    """A request with its offers. Raises Problem ``not-found`` and those of the permission check."""
    wish = await requests_state.wish_of(tx, organization_id, request_id)
    REQUEST.check(tx.actor, patient_id=wish.patient_id)
    return await request_view(tx, wish)


async def request_view(tx: Transaction, wish: Wish) -> RequestView:
    """A request as its patient sees it."""
    state = wish.present(tx.now)
    found = await tx.session.execute(_OFFERS, {"organization": wish.organization_id, "id": wish.id})
    return RequestView(
        id=wish.id,
        organization_id=wish.organization_id,
        part_id=wish.part_id,
        state=state,
        state_text=Bilingual(*REQUESTS.words[state]),
        version=wish.version,
        mode=wish.mode,  # type: ignore[arg-type]  # the check constraint has the same words
        handover=wish.handover,  # type: ignore[arg-type]
        radius_m=wish.radius_m,
        created_at=wish.created_at,
        bids_until=wish.bids_until,
        closes_at=wish.closes_at,
        pharmacy=await place_of(tx, wish.pharmacy_id),
        offers=[offer_view(row) for row in found.mappings()],
    )


def offer_view(row: Any) -> OfferView:
    """An offer from its row with the pharmacy's name."""
    same = ("id", "pharmacy_id", "pharmacy_name", "distance_m", "total_fen", "delivery_fee_fen", "ready_minutes")
    return OfferView(**{name: row[name] for name in same}, created_at=row["created_at"], state=row["state"])


async def place_of(tx: Transaction, pharmacy_id: UUID | None) -> PharmacyName | None:
    """A pharmacy's name and place."""
    if pharmacy_id is None:
        return None
    row: Any = (await tx.session.execute(_PLACE, {"id": pharmacy_id})).one()
    return PharmacyName(row.id, row.name, row.address, row.phone, row.latitude, row.longitude)


async def standing(tx: Transaction, organization_id: UUID, part_id: UUID) -> PartStanding:
    """Where a part stands now, for those who did something with it."""
    part = await parts.part_of(tx, organization_id, part_id)
    return PartStanding(part_id=part.id, state=part.state, state_text=words(part.state), version=part.version)


def words(state: PartState) -> Bilingual:
    """A state in both languages."""
    return Bilingual(*PART.words[state])
