"""Order examinations, take an order back, let a result from elsewhere stand for it, write the report."""

from typing import Any

import msgspec
from sqlalchemy import insert, text

from yitong.kernel.events import Subject, record
from yitong.kernel.idempotency import once
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Grant
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.states import record_move
from yitong.kernel.transaction import Transaction
from yitong.visits.exams import problems, reading, rulebase
from yitong.visits.exams.actions import ORDER, RECOGNISE, REPORT, REVOKE
from yitong.visits.exams.events import ExamEvent
from yitong.visits.exams.model import DiagnosticReport, ServiceRequest
from yitong.visits.exams.schemas import (
    AtExamCentre,
    ExamOrder,
    ExamRequest,
    ExamRequests,
    RecogniseRequest,
    ReportRequest,
)
from yitong.visits.exams.states import REQUEST, RequestState

_BOOKED = "SELECT 1 FROM appointment WHERE organization_id = :organization AND based_on = :id AND active"


async def order(tx: Transaction, request: ExamOrder, key: UUID) -> ExamRequests:
    """Order some examinations for a person; all of them or none.

    Raises Problem ``exam-item-unknown``, ``exam-already-ordered``, ``not-found`` (no such person, or a visit of
    somebody else) and those of the permission check.
    """

    async def make() -> ExamRequests:
        return await _order(tx, request)

    return await once(tx, key, request, ExamRequests, make)


async def _order(tx: Transaction, request: ExamOrder) -> ExamRequests:
    grant = ORDER.check(tx.actor, organization_id=request.organization_id)
    await tx.open_patient_index()
    await _known(tx, request)
    rules = await rulebase.in_force(tx, request.organization_id)
    items = {one.code: one for one in rules.items}
    for code in request.items:
        if code not in items:
            raise problems.UNKNOWN_ITEM(item=code)
    made: list[ExamRequest] = []
    for code in dict.fromkeys(request.items):
        await _refuse_twice(tx, request, code, items[code].name)
        made.append(await _write(tx, grant, request, code, items[code].name, items[code].name_en))
    return ExamRequests(made)


async def _known(tx: Transaction, request: ExamOrder) -> None:
    """Lock the person, so that the same is not ordered twice at once. Raises Problem ``not-found``."""
    values = {"id": request.patient_id}
    if (await tx.session.execute(text("SELECT 1 FROM patient WHERE id = :id"), values)).first() is None:
        raise NOT_FOUND()
    await tx.session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('exam:' || :id, 0))"), {"id": str(request.patient_id)}
    )
    if request.encounter_id is not None:
        visit = await tx.session.execute(
            text("SELECT 1 FROM encounter WHERE organization_id = :organization AND id = :visit AND patient_id = :id"),
            {**values, "organization": request.organization_id, "visit": request.encounter_id},
        )
        if visit.first() is None:
            raise NOT_FOUND()


async def _refuse_twice(tx: Transaction, request: ExamOrder, code: str, name: str) -> None:
    found = await tx.session.execute(
        text(
            "SELECT 1 FROM service_request WHERE organization_id = :organization AND patient_id = :patient"
            " AND item_code = :code AND state = 'active'"
        ),
        {"organization": request.organization_id, "patient": request.patient_id, "code": code},
    )
    if found.first() is not None:
        raise problems.ALREADY_ORDERED(item=name)


async def _write(tx: Transaction, grant: Grant, request: ExamOrder, code: str, name: str, name_en: str) -> ExamRequest:
    request_id = new_id()
    clinical = msgspec.json.encode(request.clinical).decode()
    await tx.session.execute(
        insert(ServiceRequest).values(
            organization_id=request.organization_id,
            id=request_id,
            patient_id=request.patient_id,
            encounter_id=request.encounter_id,
            item_code=code,
            item_name=name,
            item_name_en=name_en,
            state=RequestState.ACTIVE.value,
            version=1,
            urgency=request.urgency,
            clinical_sealed=tx.platform.sealer.seal(clinical, reading.clinical_context(request_id)),
            wanted_until=request.wanted_until,
            ordered_by=tx.actor.id,
            ordered_at=tx.now,
        )
    )
    subject = Subject("service_request", request_id, request.organization_id, request.patient_id)
    event_id = await record(tx, grant, ExamEvent.ORDERED, subject, {"encounter_id": request.encounter_id})
    await record_move(tx, grant, REQUEST, subject, None, RequestState.ACTIVE, sequence=1, event_id=event_id)
    return await reading.one(tx, request.organization_id, request_id)


async def revoke(tx: Transaction, request_id: UUID, request: AtExamCentre) -> ExamRequest:
    """Take an order back. Raises Problem ``exam-still-booked``, ``wrong-state``, ``not-found`` and others."""
    grant = REVOKE.check(tx.actor, organization_id=request.organization_id)
    row = await _locked(tx, request.organization_id, request_id)
    await _refuse_booked(tx, row)
    return await _close(tx, grant, row, RequestState.REVOKED, ExamEvent.REVOKED)


async def recognise(tx: Transaction, request_id: UUID, request: RecogniseRequest) -> ExamRequest:
    """Let a valid report of the same examination from another hospital stand for the order.

    Raises Problem ``report-not-recognisable``, ``exam-still-booked``, ``wrong-state``, ``not-found`` and others.
    """
    row = await _locked(tx, request.organization_id, request_id)
    grant = RECOGNISE.check(tx.actor, organization_id=request.organization_id, patient_id=row["patient_id"])
    await _refuse_booked(tx, row)
    offered = await reading.recognisable(tx, [row])
    if (request.report_organization_id, request.report_id) not in [
        (one.organization_id, one.report_id) for one in offered.get(request_id, [])
    ]:
        raise problems.NOT_RECOGNISABLE()
    from_there = {
        "recognised_organization_id": request.report_organization_id,
        "recognised_report_id": request.report_id,
    }
    return await _close(tx, grant, row, RequestState.RECOGNISED, ExamEvent.RECOGNISED, **from_there)


async def want_anyway(tx: Transaction, request_id: UUID, request: AtExamCentre) -> ExamRequest:
    """The result from elsewhere is not enough: the order is open again. Raises ``wrong-state`` and others."""
    row = await _locked(tx, request.organization_id, request_id)
    grant = RECOGNISE.check(tx.actor, organization_id=request.organization_id, patient_id=row["patient_id"])
    none = {"recognised_organization_id": None, "recognised_report_id": None}
    return await _close(tx, grant, row, RequestState.ACTIVE, ExamEvent.WANTED_ANYWAY, **none)


async def report(tx: Transaction, request_id: UUID, request: ReportRequest, key: UUID) -> ExamRequest:
    """Write the report; the order is done. Raises Problem ``wrong-state``, ``not-found`` and others."""

    async def make() -> ExamRequest:
        grant = REPORT.check(tx.actor, organization_id=request.organization_id)
        row = await _locked(tx, request.organization_id, request_id)
        report_id = new_id()
        REQUEST.check(RequestState(row["state"]), RequestState.COMPLETED)
        await tx.session.execute(
            insert(DiagnosticReport).values(
                organization_id=request.organization_id,
                id=report_id,
                request_id=request_id,
                patient_id=row["patient_id"],
                item_code=row["item_code"],
                item_name=row["item_name"],
                item_name_en=row["item_name_en"],
                conclusion_sealed=tx.platform.sealer.seal(request.conclusion, reading.report_context(report_id)),
                recognised_by_others=request.recognised_by_others,
                issued_at=tx.now,
                issued_by=tx.actor.id,
            )
        )
        return await _close(tx, grant, row, RequestState.COMPLETED, ExamEvent.REPORTED)

    return await once(tx, key, request, ExamRequest, make)


async def _locked(tx: Transaction, organization_id: UUID, request_id: UUID) -> Any:
    """The locked row. Raises Problem ``not-found``, also for somebody else's."""
    found = await tx.session.execute(
        text("SELECT * FROM service_request WHERE organization_id = :organization AND id = :id FOR UPDATE"),
        {"organization": organization_id, "id": request_id},
    )
    row = found.mappings().one_or_none()
    if row is None:
        raise NOT_FOUND()
    return row


async def _refuse_booked(tx: Transaction, row: Any) -> None:
    values = {"organization": row["organization_id"], "id": row["id"]}
    if (await tx.session.execute(text(_BOOKED), values)).first() is not None:
        raise problems.STILL_BOOKED()


async def _close(
    tx: Transaction, grant: Grant, row: Any, after: RequestState, event: ExamEvent, **changes: Any
) -> ExamRequest:
    subject = Subject("service_request", row["id"], row["organization_id"], row["patient_id"])
    event_id = await record(tx, grant, event, subject, {})
    await record_move(
        tx, grant, REQUEST, subject, RequestState(row["state"]), after, sequence=row["version"] + 1, event_id=event_id
    )
    closed = None if after is RequestState.ACTIVE else tx.now
    changes |= {"state": after.value, "version": row["version"] + 1, "closed_at": closed}
    assignments = ", ".join(f"{name} = :{name}" for name in changes)
    await tx.session.execute(
        text(f"UPDATE service_request SET {assignments} WHERE organization_id = :o AND id = :i"),  # noqa: S608
        {**changes, "o": row["organization_id"], "i": row["id"]},
    )
    return await reading.one(tx, row["organization_id"], row["id"])
