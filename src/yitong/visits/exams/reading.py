"""Reading orders, their appointments and reports, and what other hospitals found. The caller has checked an action."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import text

from yitong.booking.service.reading import OrderPlace, shown_for_orders
from yitong.kernel.ids import UUID
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction
from yitong.visits.exams.actions import READ
from yitong.visits.exams.schemas import Clinical, ExamRequest, ExamRequests, Recognisable, ReportView

_MOST = 200
RECOGNISED_DAYS = 90
_SELECT = """
SELECT q.*, p.name_sealed, o.zone, r.id AS report_id, r.organization_id AS report_organization_id,
    r.conclusion_sealed, r.recognised_by_others, r.issued_at
FROM service_request AS q
JOIN organization AS o ON o.id = q.organization_id
JOIN patient AS p ON p.id = q.patient_id
LEFT JOIN diagnostic_report AS r
    ON (r.organization_id = q.organization_id AND r.request_id = q.id)
    OR (r.organization_id = q.recognised_organization_id AND r.id = q.recognised_report_id)
"""
_ELSEWHERE = text("""
SELECT q.id AS request_id, r.organization_id, o.name, o.name_en, r.id AS report_id, r.issued_at, r.item_code
FROM service_request AS q
JOIN diagnostic_report AS r ON r.patient_id = q.patient_id AND r.item_code = q.item_code
JOIN organization AS o ON o.id = r.organization_id
WHERE q.patient_id = ANY (:patients) AND q.id = ANY (:requests) AND r.organization_id <> q.organization_id
    AND r.recognised_by_others AND r.issued_at > CAST(:now AS timestamptz) - interval '1 year'
ORDER BY r.issued_at DESC
""")


def clinical_context(request_id: UUID) -> str:
    """The place that the sealed reason of an order belongs to."""
    return f"service_request.clinical:{request_id}"


def report_context(report_id: UUID) -> str:
    """The place that the sealed words of a report belong to."""
    return f"diagnostic_report.conclusion:{report_id}"


async def show(tx: Transaction, organization_id: UUID, request_id: UUID) -> ExamRequest:
    """One order. Raises Problem ``not-found``, also for somebody else's, and those of the permission check."""
    found = await tx.session.execute(
        text("SELECT patient_id FROM service_request WHERE organization_id = :organization AND id = :id"),
        {"organization": organization_id, "id": request_id},
    )
    patient_id = found.scalar_one_or_none()
    if patient_id is None:
        raise NOT_FOUND()
    READ.check(tx.actor, organization_id=organization_id, patient_id=patient_id)
    return await one(tx, organization_id, request_id)


async def listed(
    tx: Transaction, organization_id: UUID | None, patient_id: UUID | None, only_open: bool
) -> ExamRequests:
    """Orders of a person, or of a hospital, or of a person at a hospital; newest first, at most 200.

    Raises those of the permission check.
    """
    READ.check(tx.actor, organization_id=organization_id, patient_id=patient_id)
    where = "(CAST(:organization AS uuid) IS NULL OR q.organization_id = :organization)"
    where += " AND (CAST(:patient AS uuid) IS NULL OR q.patient_id = :patient)"
    if only_open:
        where += " AND q.state = 'active'"
    values = {"organization": organization_id, "patient": patient_id, "limit": _MOST}
    return ExamRequests(await _some(tx, f"{where} ORDER BY q.ordered_at DESC, q.id LIMIT :limit", values))


async def one(tx: Transaction, organization_id: UUID, request_id: UUID) -> ExamRequest:
    """One order. Raises Problem ``not-found``."""
    where = "q.organization_id = :organization AND q.id = :id"
    found = await _some(tx, where, {"organization": organization_id, "id": request_id})
    if not found:
        raise NOT_FOUND()
    return found[0]


async def recognisable(tx: Transaction, rows: Sequence[Any]) -> dict[UUID, list[Recognisable]]:
    """Valid reports of other hospitals on the same examinations, by order; their words stay where they are.

    The rule (检查检验结果互认管理办法, 国卫医发〔2022〕6号): results marked for recognition that are still meaningful
    are recognised instead of examining again. How long one is meaningful is a doctor's judgement; older than
    ``RECOGNISED_DAYS`` is not offered.
    """
    found: dict[UUID, list[Recognisable]] = defaultdict(list)
    if not rows:
        return found
    await tx.open_region()  # which hospital has a result is told to the person and to who orders
    values = {"patients": [row["patient_id"] for row in rows], "requests": [row["id"] for row in rows], "now": tx.now}
    elsewhere = (await tx.session.execute(_ELSEWHERE, values)).mappings().all()
    for row in elsewhere:
        until = row["issued_at"] + timedelta(days=RECOGNISED_DAYS)
        if until > tx.now:
            found[row["request_id"]].append(
                Recognisable(
                    row["organization_id"], row["name"], row["name_en"], row["report_id"], row["issued_at"], until
                )
            )
    return found


async def _some(tx: Transaction, where: str, values: dict[str, Any]) -> list[ExamRequest]:
    """What ``where`` lets through; the caller has checked that the actor may see all of it."""
    await tx.open_patient_index()
    await tx.open_region()  # a recognised report is another hospital's row, and so is what may be recognised
    rows = (await tx.session.execute(text(f"{_SELECT} WHERE {where}"), values)).mappings().all()
    by_order = await shown_for_orders(tx, [(row["organization_id"], row["id"]) for row in rows])
    offered = await recognisable(tx, [row for row in rows if row["state"] == "active" and row["id"] not in by_order])
    return [_view(tx, row, by_order.get(row["id"]), offered.get(row["id"], [])) for row in rows]


def _view(tx: Transaction, row: Any, place: OrderPlace | None, offered: list[Recognisable]) -> ExamRequest:
    zone, opened = ZoneInfo(row["zone"]), tx.platform.sealer.open
    clinical = opened(row["clinical_sealed"], clinical_context(row["id"]))
    return ExamRequest(
        id=row["id"],
        organization_id=row["organization_id"],
        patient_id=row["patient_id"],
        patient_name=opened(row["name_sealed"], f"patient.name:{row['patient_id']}"),
        encounter_id=row["encounter_id"],
        item_code=row["item_code"],
        item_name=row["item_name"],
        item_name_en=row["item_name_en"],
        state=row["state"],
        urgency=row["urgency"],
        clinical=msgspec.json.decode(clinical, type=Clinical),
        wanted_until=row["wanted_until"].astimezone(zone) if row["wanted_until"] else None,
        ordered_at=row["ordered_at"].astimezone(zone),
        appointment=place.appointment if place is not None else None,
        displaced=place is not None and place.displaced,
        recognisable=offered,
        report=_report(tx, row, zone),
    )


def _report(tx: Transaction, row: Any, zone: ZoneInfo) -> ReportView | None:
    """The report, for the person and for hospitals' staff who may see the order."""
    if row["report_id"] is None:
        return None
    conclusion = tx.platform.sealer.open(row["conclusion_sealed"], report_context(row["report_id"]))
    return ReportView(
        row["report_id"],
        row["report_organization_id"],
        conclusion,
        row["recognised_by_others"],
        row["issued_at"].astimezone(zone),
    )
