"""Carries prescriptions to the national platform: read in one transaction, ask outside any, write in another."""

from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import text

from yitong.identity.queries.people import DOCUMENT, opened
from yitong.identity.rules.documents import IdKind
from yitong.kernel.events import record
from yitong.kernel.ids import UUID
from yitong.kernel.jobs import job
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.permissions import SYSTEM_ACTOR
from yitong.kernel.platform import Platform
from yitong.kernel.transaction import Transaction
from yitong.prescriptions import queries, service
from yitong.prescriptions.circulation import parts
from yitong.prescriptions.national import rows
from yitong.prescriptions.national.actions import CARRY
from yitong.prescriptions.national.events import NationalEvent
from yitong.prescriptions.national.ports import PrescriptionCentre, Registered, Revocation, Upload
from yitong.prescriptions.national.rows import National
from yitong.prescriptions.national.states import NationalState
from yitong.prescriptions.printing import pdf
from yitong.prescriptions.schemas import PrescriptionView
from yitong.prescriptions.statements import SignedBy
from yitong.prescriptions.states import PrescriptionState

log = structlog.get_logger(__name__)
_MOST_PAUSE_S = 600
_LONG_DAYS = 28
_NO_CITIZEN_NUMBER = "no citizen number"
_DUE = text(
    "SELECT organization_id, prescription_id FROM national_prescription WHERE next_at <= :now ORDER BY next_at LIMIT 50"
)
_CERTNO = f"SELECT p.name_sealed, p.phone_sealed, d.kind AS id_kind, d.value_sealed FROM patient p {DOCUMENT}"  # noqa: S608


@job("national: carry", every=timedelta(seconds=3))
async def carry(platform: Platform) -> int:
    """Upload, take back and ask for whatever is due; answers how many were answered."""
    if PrescriptionCentre not in platform.ports:
        return 0
    async with platform.transaction() as tx:
        await tx.open_region()
        due = (await tx.session.execute(_DUE, {"now": tx.now})).all()
    return sum([await _one(platform, row.organization_id, row.prescription_id) for row in due])


async def _one(platform: Platform, organization_id: UUID, prescription_id: UUID) -> bool:
    async with platform.transaction() as tx:
        await tx.open_region()
        one = await rows.national_of(tx, organization_id, prescription_id, lock=True)
        if one is None or one.next_at is None or one.next_at > tx.now:
            return False
        # Counted before it is asked: whoever is killed meanwhile leaves it due again, and known to be on its way.
        pause = timedelta(seconds=min(_MOST_PAUSE_S, 5 * 2**one.attempts))
        await rows.rewrite(tx, one, attempts=one.attempts + 1, next_at=tx.now + pause)
    steps = {NationalState.WAITING: _upload, NationalState.UNDOING: _undo, NationalState.UPLOADED: _ask}
    try:
        return await steps[one.state](platform, one)
    except GatewayUnavailable as silent:
        log.warning("national.silent", prescription_id=str(prescription_id), reason=str(silent))
        return False


async def _upload(platform: Platform, one: National) -> bool:
    async with platform.transaction() as tx:
        await tx.open_region()
        await tx.open_patient_index()
        given = await _content(tx, one)
    if given is None:
        return await _written(platform, one, NationalState.REFUSED, NationalEvent.REFUSED, reason=_NO_CITIZEN_NUMBER)
    try:
        made = await platform.port(PrescriptionCentre).upload(given)
    except GatewayRefused as refusal:
        return await _written(platform, one, NationalState.REFUSED, NationalEvent.REFUSED, reason=refusal.detail)
    return await _uploaded(platform, one, made)


async def _uploaded(platform: Platform, one: National, made: Registered) -> bool:
    """Write down its number there; withdrawn while it was on its way, it is to be taken back at once.

    Both in one transaction: killed between two, nobody would look again at a prescription that stays in effect there.
    """
    async with platform.transaction() as tx:
        await tx.open_region()
        now = await rows.national_of(tx, one.organization_id, one.prescription_id, lock=True)
        if now is None or now.state is not one.state:
            return False
        numbers = {"rxno": made.rxno, "trace_code": made.trace_code}
        said = {"rxno": made.rxno}
        after = await rows.move(tx, now, NationalState.UPLOADED, NationalEvent.UPLOADED, said, next_at=None, **numbers)
        # A withdrawal that is not yet committed finds it uploaded when its event is read.
        head = await queries.head(tx, one.organization_id, one.prescription_id)
        if head["state"] == PrescriptionState.WITHDRAWN.value:
            await rows.move(tx, after, NationalState.UNDOING, NationalEvent.REVOKED, {}, next_at=tx.now, attempts=0)
    return True


async def _undo(platform: Platform, one: National) -> bool:
    async with platform.transaction() as tx:
        await tx.open_region()
        wording = await parts.wording_of(tx, one.organization_id, one.prescription_id)
        given = Revocation(
            hospital_code=wording.organization_code,
            rxno=one.rxno or "",
            prescriber=wording.prescriber,
            reason="医师撤回处方",
            at=tx.now,
        )
    try:
        await platform.port(PrescriptionCentre).undo(given)
    except GatewayRefused as refusal:
        return await _written(platform, one, NationalState.UPLOADED, NationalEvent.KEPT, reason=refusal.detail)
    return await _written(platform, one, NationalState.UNDONE, NationalEvent.UNDONE)


async def _ask(platform: Platform, one: National) -> bool:
    async with platform.transaction() as tx:
        await tx.open_region()
        code = (await parts.wording_of(tx, one.organization_id, one.prescription_id)).organization_code
    try:
        fetched = await platform.port(PrescriptionCentre).fetched(code, one.rxno or "")
    except GatewayRefused:
        fetched = False
    async with platform.transaction() as tx:
        await tx.open_region()
        now = await rows.national_of(tx, one.organization_id, one.prescription_id, lock=True)
        if now is None or now.state is not NationalState.UPLOADED:
            return False
        if fetched and now.fetched_at is None:
            grant = CARRY.check(SYSTEM_ACTOR, organization_id=one.organization_id)
            await record(tx, grant, NationalEvent.FETCHED, now.subject, {"rxno": now.rxno})
        await rows.rewrite(tx, now, next_at=None, fetched_at=(now.fetched_at or tx.now) if fetched else None)
    return True


async def _written(
    platform: Platform,
    one: National,
    after: NationalState,
    event: NationalEvent,
    said: dict[str, Any] | None = None,
    **changes: Any,
) -> bool:
    """Write down what came of it, unless somebody was first."""
    async with platform.transaction() as tx:
        await tx.open_region()
        now = await rows.national_of(tx, one.organization_id, one.prescription_id, lock=True)
        if now is None or now.state is not one.state:
            return False
        await rows.move(tx, now, after, event, said or {}, next_at=None, **changes)
    return True


async def _content(tx: Transaction, one: National) -> Upload | None:
    """The prescription as it goes there; None for a patient without a citizen number."""
    found, zone = await service.printable(tx, one.organization_id, one.prescription_id)
    wording = await parts.wording_of(tx, one.organization_id, one.prescription_id)
    person = (await tx.session.execute(text(f"{_CERTNO} WHERE p.id = :id"), {"id": one.patient_id})).one_or_none()
    if person is None or person.id_kind != IdKind.RESIDENT.value:
        return None
    pharmacist, reviewed_at = _reviewer(found)
    sheet = found.sheet
    return Upload(
        hospital_code=wording.organization_code,
        hospital_name=wording.organization_name,
        number=wording.number,
        visit=str(found.encounter_id),
        department=wording.department,
        signed_at=wording.signed_at,
        valid_until=wording.valid_until,
        patient_name=wording.patient_name,
        patient_sex=wording.patient_sex,
        patient_birth_date=wording.patient_birth_date,
        citizen_number=opened(tx.platform.sealer, one.patient_id, person).id_number,
        diagnoses=wording.diagnoses,
        lines=wording.lines,
        packages=[line.quantity for line in wording.lines],
        repeats=sheet.repeats,
        repeat_every_days=sheet.repeat_every_days,
        long_term=any(line.days > _LONG_DAYS for line in wording.lines) or sheet.repeats > 0,
        prescriber=wording.prescriber,
        pharmacist=pharmacist,
        reviewed_at=reviewed_at,
        file=pdf(found, zone),
    )


def _reviewer(found: PrescriptionView) -> tuple[SignedBy, Any]:
    last = [one for one in found.signatures if one.kind == "pharmacist"][-1]
    return SignedBy(last.licence_no, last.name, last.title), last.signed_at
