"""The patient opens a part to pharmacies, changes its code or pharmacy, or takes it back."""

from sqlalchemy import text

from yitong.kernel.events import record
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Grant
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction
from yitong.prescriptions import rows
from yitong.prescriptions.actions import RELEASE
from yitong.prescriptions.circulation import codes, parts
from yitong.prescriptions.circulation.actions import WITHDRAW
from yitong.prescriptions.circulation.ending import end
from yitong.prescriptions.circulation.events import CirculationEvent
from yitong.prescriptions.circulation.parts import Part
from yitong.prescriptions.circulation.problems import REQUEST_OPEN, TOO_LATE
from yitong.prescriptions.circulation.requests_state import open_one
from yitong.prescriptions.circulation.schemas import PartAct, ReleaseRequest
from yitong.prescriptions.circulation.states import PART, PartState
from yitong.prescriptions.problems import NOT_RELEASABLE, SHEET_CHANGED
from yitong.prescriptions.rows import Row

_CONTROLLED = ("narcotic", "psychotropic2")
_PHARMACY = text("SELECT 1 FROM pharmacy WHERE organization_id = :id AND taking")


def seed_place(part_id: UUID) -> str:
    """The place that a part's sealed seed belongs to."""
    return f"prescription_part.seed:{part_id}"


async def release(tx: Transaction, part_id: UUID, request: ReleaseRequest) -> None:
    """Open a part, to everybody who shows its code or to one pharmacy; again: with a new code, or another pharmacy.

    Raises Problem ``not-found``, ``prescription-changed``, ``wrong-state``, ``part-ran-out``, ``not-releasable``,
    ``request-open`` and those of the permission check.
    """
    part = await parts.locked(tx, request.organization_id, part_id)
    grant = RELEASE.check(tx.actor, organization_id=request.organization_id, patient_id=part.patient_id)
    if part.version != request.version:
        raise SHEET_CHANGED()
    if await open_one(tx, part) is not None:
        raise REQUEST_OPEN()
    row = await rows.row_of(tx, part.organization_id, part.prescription_id)
    await open_part(tx, grant, part, row.paper, request.pharmacy_id)
    await parts.follow(tx, grant, part.organization_id, part.prescription_id)


async def open_part(tx: Transaction, grant: Grant, part: Part, paper: str, to_id: UUID | None) -> None:
    """Release a locked part with a fresh chain of access codes; the prescription is to follow."""
    PART.check(part.state, PartState.RELEASED)
    if part.state is PartState.ACCEPTED:
        PART.check(part.state, PartState.WITHDRAWN)  # only its holder gives it back
    if part.closes_at <= tx.now:
        raise TOO_LATE()
    if paper in _CONTROLLED:
        raise NOT_RELEASABLE()
    if to_id is not None and (await tx.session.execute(_PHARMACY, {"id": to_id})).first() is None:
        raise NOT_FOUND()
    seed = codes.fresh()
    access = codes.digest_of(codes.code_of(seed, 0))
    again = part.state is PartState.RELEASED
    said = {**part.said, "access": access, "to": to_id, "again": again}
    event_id = await record(tx, grant, CirculationEvent.RELEASED, part.subject, said)
    await parts.move(
        tx,
        grant,
        part,
        PartState.RELEASED,
        event_id,
        access_digest=access,
        seed_sealed=tx.platform.sealer.seal(codes.written(seed), seed_place(part.id)),
        codes_used=0,
        to_id=to_id,
    )


async def release_all(tx: Transaction, grant: Grant, row: Row) -> None:
    """Open every part of a locked prescription that waits for it. Raises as :func:`open_part`."""
    for part in await parts.of_prescription(tx, row.organization_id, row.id):
        if part.state is PartState.APPROVED and part.closes_at > tx.now:
            await open_part(tx, grant, part, row.paper, None)
    await parts.follow(tx, grant, row.organization_id, row.id)


async def withdraw(tx: Transaction, part_id: UUID, request: PartAct) -> None:
    """The patient does not want a part, also while pharmacies look at it; final.

    Raises Problem ``not-found``, ``prescription-changed``, ``wrong-state`` (a pharmacy has it) and those of the
    permission check.
    """
    part = await parts.locked(tx, request.organization_id, part_id)
    grant = WITHDRAW.check(tx.actor, organization_id=request.organization_id, patient_id=part.patient_id)
    PART.check(part.state, PartState.WITHDRAWN)
    if part.version != request.version:
        raise SHEET_CHANGED()
    await end(tx, grant, part, PartState.WITHDRAWN)
    await parts.follow(tx, grant, part.organization_id, part.prescription_id)


def code_now(tx: Transaction, part: Part) -> bytes | None:
    """The access code that opens a released part now; None when there is none."""
    if part.seed_sealed is None or part.codes_used >= codes.LINKS:
        return None
    seed = codes.read(tx.platform.sealer.open(part.seed_sealed, seed_place(part.id)))
    return codes.code_of(seed, part.codes_used) if seed is not None else None
