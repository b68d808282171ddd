"""Custody of a part: exactly one pharmacy holds it, with a secret that only it gets.

Three walls, each enough by itself: the update takes a part only while it is released, one open custody a part is a
unique index, and two moves of one part cannot have the same place in its history.
"""

from typing import Any

from sqlalchemy import insert, text

from yitong.kernel.events import record
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Grant
from yitong.kernel.transaction import Transaction
from yitong.prescriptions.circulation import codes, parts, requests_state
from yitong.prescriptions.circulation.actions import ACCEPT, GIVE_BACK
from yitong.prescriptions.circulation.ending import end_custody
from yitong.prescriptions.circulation.events import CirculationEvent
from yitong.prescriptions.circulation.model import Custody
from yitong.prescriptions.circulation.parts import Part
from yitong.prescriptions.circulation.problems import (
    CODES_USED_UP,
    NOT_HOLDER,
    OTHER_PHARMACY,
    PART_TAKEN,
    TOO_EARLY,
    TOO_LATE,
    WRONG_ACCESS_CODE,
    WRONG_SECRET,
)
from yitong.prescriptions.circulation.releasing import code_now
from yitong.prescriptions.circulation.schemas import GiveBackRequest
from yitong.prescriptions.circulation.states import HELD, PART, PartState, RequestState
from yitong.prescriptions.pharmacies.reading import taking

TAKE = text(
    "UPDATE prescription_part SET state = 'accepted', holder_id = :pharmacy, version = version + 1,"
    " custody_until = closes_at + make_interval(hours => CAST(:hours AS integer))"
    " WHERE organization_id = :organization AND id = :id AND state = 'released' AND opens_at <= :now"
    " AND closes_at > :now AND (to_id IS NULL OR to_id = :pharmacy) RETURNING version"
)
_BY_CODE = text(
    "SELECT organization_id, id FROM prescription_part WHERE access_digest = :digest ORDER BY organization_id LIMIT 2"
)
_OPEN = text(
    "SELECT ordinal, holder_id, access_digest, secret_digest, secret_sealed FROM custody"
    " WHERE organization_id = :organization AND part_id = :id AND ended_at IS NULL"
)
_NEXT = text("SELECT count(*) + 1 FROM custody WHERE organization_id = :organization AND part_id = :id")


async def accept_by_code(tx: Transaction, pharmacy_id: UUID, shown: str) -> tuple[UUID, UUID]:
    """Take the part whose access code the patient shows; answers its hospital and id. The holder may repeat it.

    Raises Problem ``wrong-access-code``, ``part-taken``, ``other-pharmacy``, ``part-too-early``, ``part-ran-out``,
    ``not-a-pharmacy``, ``pharmacy-not-taking`` and those of the permission check.
    """
    grant = ACCEPT.check(tx.actor, organization_id=pharmacy_id)
    await tx.open_region()
    await taking(tx, pharmacy_id)
    code = codes.read(shown)
    if code is None:
        raise WRONG_ACCESS_CODE()
    found: Any = (await tx.session.execute(_BY_CODE, {"digest": codes.digest_of(code)})).first()
    if found is None:
        return await _again(tx, pharmacy_id, code)
    part = await parts.locked(tx, found.organization_id, found.id)
    if part.state in HELD:  # its next code, while somebody has it
        raise PART_TAKEN()
    if part.access_digest != codes.digest_of(code):
        raise WRONG_ACCESS_CODE()
    await take(tx, grant, part, pharmacy_id, code)
    return part.organization_id, part.id


async def _again(tx: Transaction, pharmacy_id: UUID, code: bytes) -> tuple[UUID, UUID]:
    """The code of an acceptance that was made: the holder may repeat it, everybody else is told."""
    found = await tx.session.execute(
        text(
            "SELECT organization_id, part_id, holder_id FROM custody WHERE access_digest = :digest AND ended_at IS NULL"
        ),
        {"digest": codes.digest_of(code)},
    )
    row: Any = found.first()
    if row is None:
        raise WRONG_ACCESS_CODE()
    if row.holder_id != pharmacy_id:
        raise PART_TAKEN()
    return row.organization_id, row.part_id


async def take(tx: Transaction, grant: Grant, part: Part, pharmacy_id: UUID, code: bytes | None = None) -> None:
    """Give a released part into a pharmacy's custody; its open request is matched.

    Without ``code`` the platform shows the present one for the patient who has published the part. Raises Problem
    ``part-taken``, ``other-pharmacy``, ``part-too-early``, ``part-ran-out``, ``codes-used-up`` or ``wrong-state``.
    """
    shown = code or code_now(tx, part)
    if shown is None:
        raise CODES_USED_UP()
    _refuse(tx, part, pharmacy_id)
    values = {"organization": part.organization_id, "id": part.id}
    won = await tx.session.execute(
        TAKE, {**values, "pharmacy": pharmacy_id, "now": tx.now, "hours": tx.platform.settings.custody_hours}
    )
    version = won.scalar_one_or_none()
    if version is None:
        raise PART_TAKEN()
    secret, ordinal = codes.fresh(), (await tx.session.execute(_NEXT, values)).scalar_one()
    kept = codes.secret_kept(secret)
    access = codes.digest_of(shown)
    said = {**part.said, "pharmacy_id": pharmacy_id, "access": access, "secret_digest": kept}
    event_id = await record(tx, grant, CirculationEvent.ACCEPTED, part.subject, said)
    await parts.moved(tx, grant, part, PartState.ACCEPTED, event_id)
    seal = tx.platform.sealer.seal
    await tx.session.execute(
        insert(Custody).values(
            organization_id=part.organization_id,
            part_id=part.id,
            ordinal=ordinal,
            patient_id=part.patient_id,
            holder_id=pharmacy_id,
            event_id=event_id,
            since=tx.now,
            access_digest=access,
            code_sealed=seal(codes.written(shown), f"custody.code:{part.id}:{ordinal}"),
            secret_digest=kept,
            secret_sealed=seal(codes.written(secret), f"custody.secret:{part.id}:{ordinal}"),
        )
    )
    await tx.session.execute(
        text(
            "UPDATE prescription_part SET codes_used = codes_used + 1, access_digest = NULL"
            " WHERE organization_id = :organization AND id = :id"
        ),
        values,
    )
    await requests_state.close(tx, grant, part, RequestState.MATCHED, pharmacy_id)
    await parts.follow(tx, grant, part.organization_id, part.prescription_id)


def _refuse(tx: Transaction, part: Part, pharmacy_id: UUID) -> None:
    """Say why a part cannot be taken before trying; the update decides."""
    if part.state in HELD:
        raise PART_TAKEN()
    PART.check(part.state, PartState.ACCEPTED)
    if part.to_id not in (None, pharmacy_id):
        raise OTHER_PHARMACY()
    if tx.now < part.opens_at:
        raise TOO_EARLY()
    if tx.now >= part.closes_at:
        raise TOO_LATE()


async def held(
    tx: Transaction, organization_id: UUID, part_id: UUID, pharmacy_id: UUID, *, lock: bool = True
) -> tuple[Part, str]:
    """A part that a pharmacy holds, and its secret. The caller has checked the action at the pharmacy.

    Raises Problem ``not-found`` or ``not-holder``.
    """
    await tx.open_region()
    get = parts.locked if lock else parts.part_of
    part = await get(tx, organization_id, part_id)
    row: Any = (await tx.session.execute(_OPEN, {"organization": organization_id, "id": part_id})).one_or_none()
    if row is None or row.holder_id != pharmacy_id:
        raise NOT_HOLDER()
    return part, tx.platform.sealer.open(row.secret_sealed, f"custody.secret:{part_id}:{row.ordinal}")


def disclose(secret: str, given: str | None) -> None:
    """Check the secret that ends a custody. Raises Problem ``wrong-custody-secret``."""
    kept = codes.read(secret)
    if given is None or kept is None or not codes.fits(given, codes.secret_kept(kept)):
        raise WRONG_SECRET()


async def give_back(tx: Transaction, part_id: UUID, request: GiveBackRequest) -> None:
    """The holder gives a part up before anything was handed out; the next code of its chain opens it for others.

    Raises Problem ``not-holder``, ``wrong-custody-secret``, ``wrong-state`` and those of the permission check.
    """
    grant = GIVE_BACK.check(tx.actor, organization_id=request.pharmacy_id)
    part, secret = await held(tx, request.organization_id, part_id, request.pharmacy_id)
    PART.check(part.state, PartState.RELEASED)
    disclose(secret, request.secret)
    if part.closes_at <= tx.now:
        raise TOO_LATE()
    following = code_now(tx, part)
    access = codes.digest_of(following) if following is not None else codes.digest_of(codes.fresh())
    said = {**part.said, "pharmacy_id": request.pharmacy_id, "reason": request.reason, "access": access}
    event_id = await record(tx, grant, CirculationEvent.GIVEN_BACK, part.subject, said)
    await end_custody(tx, part, "given_back")
    await parts.move(
        tx,
        grant,
        part,
        PartState.RELEASED,
        event_id,
        reason=request.reason,
        holder_id=None,
        custody_until=None,
        to_id=None,
        access_digest=access,
    )
    await parts.follow(tx, grant, part.organization_id, part.prescription_id)
