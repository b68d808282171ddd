"""Compare a day with a hospital's own system, keep the differences, and mend them one by one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import insert, text

from yitong.booking.channels import refusals
from yitong.booking.channels.actions import RECONCILE
from yitong.booking.channels.comparing import Found, Here, compare, mends
from yitong.booking.channels.events import ChannelEvent
from yitong.booking.channels.exchange import (
    Difference,
    ExternalBookingRequest,
    ExternalPatient,
    ListedBooking,
    MendRequest,
    Reconciliation,
    ReconciliationRequest,
    ReconciliationSummary,
    Side,
    sensible,
)
from yitong.booking.channels.external import book_external, external_row, patient_of
from yitong.booking.channels.model import ChannelDifference, ChannelReconciliation
from yitong.booking.channels.states import DIFFERENCE, DifferenceState
from yitong.booking.schemas import CancelRequest
from yitong.booking.service.changing import cancel
from yitong.booking.states import AppointmentState
from yitong.kernel.events import Subject, record
from yitong.kernel.idempotency import once
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Grant
from yitong.kernel.problems import NOT_FOUND, VALIDATION_FAILED, WRONG_STATE, FieldError
from yitong.kernel.states import record_move
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

# What is booked here that day, and whatever a line names by its number on another day.
_HERE = text("""
SELECT a.id, x.external_id, a.patient_id, e.code, a.day, a.start_at, a.state
FROM appointment AS a
JOIN department AS e ON e.organization_id = a.organization_id AND e.id = a.department_id
LEFT JOIN external_booking AS x ON x.organization_id = a.organization_id AND x.appointment_id = a.id
WHERE a.organization_id = :organization AND (a.day = :day OR a.id IN (
    SELECT y.appointment_id FROM external_booking AS y
    WHERE y.organization_id = :organization AND y.external_id = ANY (:numbers)))
ORDER BY a.start_at, a.id
""")
_PATIENTS = text("""
SELECT l.local_number, k.patient_id FROM local_patient AS l
JOIN patient_link AS k ON k.organization_id = l.organization_id AND k.local_patient_id = l.id AND k.broken_at IS NULL
WHERE l.organization_id = :organization AND l.local_number = ANY (:numbers)
""")
_SUMMARIES = text("""
SELECT r.id, r.organization_id, r.day, r.made_at, r.compared, count(f.id)::integer AS differences,
    count(f.id) FILTER (WHERE f.state = 'open')::integer AS open
FROM channel_reconciliation AS r
LEFT JOIN channel_difference AS f ON f.organization_id = r.organization_id AND f.reconciliation_id = r.id
WHERE r.organization_id = :organization
GROUP BY r.organization_id, r.id ORDER BY r.made_at DESC, r.id DESC LIMIT 200
""")
_ENDS = {
    "accept": (DifferenceState.ACCEPTED, ChannelEvent.ACCEPTED),
    "resend": (DifferenceState.HANDED_OVER, ChannelEvent.HANDED_OVER),
}
_REASON = "与院内系统对账 · reconciled with the hospital's system"


async def reconcile(tx: Transaction, request: ReconciliationRequest, key: UUID) -> Reconciliation:
    """Compare the hospital's list of a day with what is booked here and keep the differences.

    Raises Problem ``validation-failed`` (a number twice, a time without offset) and those of the permission check.
    """
    RECONCILE.check(tx.actor, organization_id=request.organization_id)

    async def make() -> Reconciliation:
        return await _reconcile(tx, request)

    return await once(tx, key, request, Reconciliation, make)


async def _reconcile(tx: Transaction, request: ReconciliationRequest) -> Reconciliation:
    organization_id = request.organization_id
    grant = RECONCILE.check(tx.actor, organization_id=organization_id)
    _check_form(request)
    here, patients = await _sides(tx, request)
    differences = compare(request.day, here, request.items, patients)
    made = new_id()
    await tx.session.execute(
        insert(ChannelReconciliation).values(
            organization_id=organization_id,
            id=made,
            day=request.day,
            made_at=tx.now,
            made_by=tx.actor.id,
            compared=len(request.items),
        )
    )
    event_id = await record(
        tx,
        grant,
        ChannelEvent.COMPARED,
        Subject("channel_reconciliation", made, organization_id),
        {"day": request.day, "compared": len(request.items), "differences": len(differences)},
    )
    for one in differences:
        await _keep(tx, grant, organization_id, made, event_id, one)
    return await reconciliation(tx, organization_id, made)


async def reconciliations(tx: Transaction, organization_id: UUID) -> list[ReconciliationSummary]:
    """A hospital's comparisons, the latest first. Raises the problems of the permission check."""
    RECONCILE.check(tx.actor, organization_id=organization_id)
    rows = await tx.session.execute(_SUMMARIES, {"organization": organization_id})
    return [ReconciliationSummary(**row) for row in rows.mappings()]


async def reconciliation(tx: Transaction, organization_id: UUID, reconciliation_id: UUID) -> Reconciliation:
    """One comparison with its differences. Raises Problem ``not-found`` and those of the permission check."""
    RECONCILE.check(tx.actor, organization_id=organization_id)
    values = {"organization": organization_id, "id": reconciliation_id}
    found = await tx.session.execute(
        text(
            "SELECT r.*, o.zone FROM channel_reconciliation AS r JOIN organization AS o ON o.id = r.organization_id"
            " WHERE r.organization_id = :organization AND r.id = :id"
        ),
        values,
    )
    row = found.mappings().one_or_none()
    if row is None:
        raise NOT_FOUND()
    rows = await tx.session.execute(
        text(
            "SELECT * FROM channel_difference WHERE organization_id = :organization AND reconciliation_id = :id"
            " ORDER BY state <> 'open', kind, id"
        ),
        values,
    )
    return Reconciliation(
        id=row["id"],
        organization_id=organization_id,
        day=row["day"],
        made_at=row["made_at"],
        compared=row["compared"],
        differences=[_difference(one, ZoneInfo(row["zone"])) for one in rows.mappings()],
    )


async def mend(tx: Transaction, reconciliation_id: UUID, difference_id: UUID, request: MendRequest) -> Difference:
    """Do one of the things that the difference lists; a booking that changes here changes in the same transaction.

    Raises Problem ``mend-unsuitable``, ``wrong-state`` (mended before), ``not-found``, ``validation-failed`` (accepted
    without a reason), those of the booking or cancellation, and those of the permission check.
    """
    organization_id = request.organization_id
    grant = RECONCILE.check(tx.actor, organization_id=organization_id)
    row = await _locked(tx, organization_id, reconciliation_id, difference_id)
    if DifferenceState(row["state"]) is not DifferenceState.OPEN:
        zh, en = DIFFERENCE.words[DifferenceState(row["state"])]
        raise WRONG_STATE(state=en, state_zh=zh)
    if request.mend not in _mends(row):
        raise refusals.MEND_UNSUITABLE()
    if request.mend == "accept" and not request.reason.strip():
        wrong = Bilingual("请填写保留的原因。", "Say why it is left as it is.")
        raise VALIDATION_FAILED(errors=[FieldError("reason", "missing", wrong)])
    appointment_id = row["appointment_id"]
    if request.mend == "cancel_here":
        await cancel(tx, appointment_id, CancelRequest(organization_id, request.reason or _REASON))
    elif request.mend in ("take_here", "move_here"):
        appointment_id = await _take(tx, grant, organization_id, row)
    await _close(tx, grant, row, request, appointment_id)
    after = await reconciliation(tx, organization_id, reconciliation_id)
    return next(one for one in after.differences if one.id == difference_id)


async def _take(tx: Transaction, grant: Grant, organization_id: UUID, row: Any) -> UUID:
    """The hospital's booking, made or moved here as its list has it."""
    there = msgspec.convert(row["there"], Side)
    await tx.open_patient_index()
    request = ExternalBookingRequest(
        organization_id=organization_id,
        external_id=row["external_id"],
        status="booked",
        department_code=there.department,
        start_at=there.start_at,
        patient=ExternalPatient(local_number=there.patient_local_number),
    )
    patient_id = await patient_of(tx, organization_id, ExternalPatient(local_number=there.patient_local_number))
    known = await external_row(tx, organization_id, row["external_id"])
    if known is None and row["appointment_id"] is not None and row["kind"] == "time":
        known = await _ours(tx, organization_id, row["appointment_id"])
    return await book_external(tx, grant, request, patient_id, known)


async def _ours(tx: Transaction, organization_id: UUID, appointment_id: UUID) -> Any:
    """An appointment that was booked here, in the shape of one of the hospital's system."""
    rows = await tx.session.execute(
        text(
            "SELECT a.id AS appointment_id, a.patient_id, a.state, a.slot_id, a.start_at, e.code AS department_code,"
            " NULL AS practitioner_code FROM appointment AS a"
            " JOIN department AS e ON e.organization_id = a.organization_id AND e.id = a.department_id"
            " WHERE a.organization_id = :organization AND a.id = :id"
        ),
        {"organization": organization_id, "id": appointment_id},
    )
    return rows.mappings().one()


async def _close(tx: Transaction, grant: Grant, row: Any, request: MendRequest, appointment_id: UUID | None) -> None:
    state, event = _ENDS.get(request.mend, (DifferenceState.MENDED, ChannelEvent.MENDED))
    subject = Subject("channel_difference", row["id"], request.organization_id)
    payload = {"mend": request.mend, "kind": row["kind"], "appointment_id": appointment_id, "reason": request.reason}
    event_id = await record(tx, grant, event, subject, {**payload, "external_id": row["external_id"]})
    await record_move(
        tx,
        grant,
        DIFFERENCE,
        subject,
        DifferenceState.OPEN,
        state,
        sequence=row["version"] + 1,
        event_id=event_id,
        reason=request.reason or None,
    )
    await tx.session.execute(
        text(
            "UPDATE channel_difference SET state = :state, version = version + 1, mend = :mend, note = :note,"
            " mended_at = :now, mended_by = :actor, appointment_id = :appointment"
            " WHERE organization_id = :organization AND id = :id"
        ),
        {
            "state": state.value,
            "mend": request.mend,
            "note": request.reason or None,
            "now": tx.now,
            "actor": tx.actor.id,
            "appointment": appointment_id,
            "organization": request.organization_id,
            "id": row["id"],
        },
    )


async def _sides(tx: Transaction, request: ReconciliationRequest) -> tuple[list[Here], dict[str, UUID]]:
    values = {
        "organization": request.organization_id,
        "day": request.day,
        "numbers": [one.external_id for one in request.items],
    }
    rows = await tx.session.execute(_HERE, values)
    here = [Here(r.id, r.external_id, r.patient_id, r.code, r.day, r.start_at, AppointmentState(r.state)) for r in rows]
    people = await tx.session.execute(
        _PATIENTS, {**values, "numbers": [one.patient_local_number for one in request.items]}
    )
    return here, {row.local_number: row.patient_id for row in people}


async def _keep(
    tx: Transaction, grant: Grant, organization_id: UUID, reconciliation_id: UUID, event_id: UUID, one: Found
) -> None:
    made = new_id()
    await tx.session.execute(
        insert(ChannelDifference).values(
            organization_id=organization_id,
            id=made,
            reconciliation_id=reconciliation_id,
            kind=one.kind,
            external_id=one.there.external_id if one.there else one.here.external_id if one.here else None,
            appointment_id=one.here.appointment_id if one.here else None,
            here=_here(one.here),
            there=_there(one.there),
            state=DifferenceState.OPEN.value,
            version=1,
        )
    )
    subject = Subject("channel_difference", made, organization_id)
    await record_move(tx, grant, DIFFERENCE, subject, None, DifferenceState.OPEN, sequence=1, event_id=event_id)


def _here(one: Here | None) -> Any:
    return msgspec.to_builtins(Side(one.state.value, one.start_at, one.department)) if one is not None else None


def _there(one: ListedBooking | None) -> Any:
    if one is None:
        return None
    return msgspec.to_builtins(Side(one.status, one.start_at, one.department, one.patient_local_number))


async def _locked(tx: Transaction, organization_id: UUID, reconciliation_id: UUID, difference_id: UUID) -> Any:
    rows = await tx.session.execute(
        text(
            "SELECT * FROM channel_difference WHERE organization_id = :organization AND id = :id"
            " AND reconciliation_id = :reconciliation FOR UPDATE"
        ),
        {"organization": organization_id, "id": difference_id, "reconciliation": reconciliation_id},
    )
    row = rows.mappings().one_or_none()
    if row is None:
        raise NOT_FOUND()
    return row


def _mends(row: Any) -> Sequence[Any]:
    here, there = row["here"], row["there"]
    return mends(row["kind"], here["state"] if here else None, there["state"] if there else None)


def _difference(row: Any, zone: ZoneInfo) -> Difference:
    def side(value: Any) -> Side | None:
        if value is None:
            return None
        found = msgspec.convert(value, Side)
        moment: datetime = found.start_at.astimezone(zone)
        return msgspec.structs.replace(found, start_at=moment)

    return Difference(
        id=row["id"],
        kind=row["kind"],
        external_id=row["external_id"],
        appointment_id=row["appointment_id"],
        here=side(row["here"]),
        there=side(row["there"]),
        state=row["state"],
        mends=list(_mends(row)) if row["state"] == "open" else [],
        mend=row["mend"],
        note=row["note"],
        mended_at=row["mended_at"],
    )


def _check_form(request: ReconciliationRequest) -> None:
    numbers = [one.external_id for one in request.items]
    if len(set(numbers)) != len(numbers):
        wrong = Bilingual("同一院内预约号只能出现一次。", "A booking number appears once.")
        raise VALIDATION_FAILED(errors=[FieldError("items", "repeated", wrong)])
    if not all(sensible(one.start_at) for one in request.items):
        wrong = Bilingual("时间需带时区且在合理范围内。", "Times need their offset and a sensible year.")
        raise VALIDATION_FAILED(errors=[FieldError("items", "zone", wrong)])
