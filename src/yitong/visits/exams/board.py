"""The exam centre's board: load of each kind of device by day, days to wait, open orders; and what is done on what."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from yitong.kernel.clock import day_of
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction
from yitong.visits.exams import rulebase
from yitong.visits.exams.actions import EDIT_RULES, SEE_BOARD
from yitong.visits.exams.events import ExamEvent
from yitong.visits.exams.schemas import BoardView, DeviceLoad, ServedRequest, ServedService, ServedView, Waiting

_DAYS = 14
_LOADS = text("""
SELECT x.device_class, v.name AS service_name, v.name_en AS service_name_en, d.day,
    coalesce(sum(s.capacity) FILTER (WHERE d.stopped_at IS NULL), 0)::int AS places,
    coalesce(sum(s.taken) FILTER (WHERE d.stopped_at IS NULL), 0)::int AS taken,
    count(DISTINCT d.id) FILTER (WHERE d.stopped_at IS NOT NULL)::int AS stopped
FROM exam_service AS x
JOIN healthcare_service AS v ON v.organization_id = x.organization_id AND v.id = x.service_id
JOIN schedule AS d ON d.organization_id = x.organization_id AND d.service_id = x.service_id
JOIN slot AS s ON s.organization_id = d.organization_id AND s.schedule_id = d.id
WHERE x.organization_id = :organization AND d.day >= :first AND d.day < :last
GROUP BY x.device_class, v.name, v.name_en, d.day ORDER BY d.day, x.device_class, v.name
""")
_FIRST_OPEN = text("""
SELECT x.device_class, min(d.day) AS day
FROM exam_service AS x
JOIN schedule AS d ON d.organization_id = x.organization_id AND d.service_id = x.service_id
JOIN slot AS s ON s.organization_id = d.organization_id AND s.schedule_id = d.id
WHERE x.organization_id = :organization AND d.day >= :first AND d.stopped_at IS NULL AND s.open
    AND s.pool = 'common' AND s.start_at > :now
GROUP BY x.device_class
""")
_OPEN_ORDERS = text("""
SELECT q.item_code, count(*)::int AS many FROM service_request AS q
WHERE q.organization_id = :organization AND q.state = 'active' AND NOT EXISTS (
    SELECT 1 FROM appointment AS a WHERE a.organization_id = q.organization_id AND a.based_on = q.id AND a.active)
GROUP BY q.item_code
""")
_SERVICES = text("""
SELECT v.id AS service_id, v.name, v.name_en, n.name AS department_name, n.name_en AS department_name_en,
    x.device_class
FROM healthcare_service AS v
JOIN department AS n ON n.organization_id = v.organization_id AND n.id = v.department_id
LEFT JOIN exam_service AS x ON x.organization_id = v.organization_id AND x.service_id = v.id
WHERE v.organization_id = :organization AND v.kind = 'exam' ORDER BY n.name, v.name
""")


async def board(tx: Transaction, organization_id: UUID, first: date | None) -> BoardView:
    """Two weeks of load from ``first`` on, by default today. Raises Problem ``not-found`` and others."""
    SEE_BOARD.check(tx.actor, organization_id=organization_id)
    zone = await tx.session.execute(text("SELECT zone FROM organization WHERE id = :id"), {"id": organization_id})
    today = day_of(tx.now, zone.scalar_one())
    begin = first or today
    values = {"organization": organization_id, "first": begin, "last": begin + timedelta(days=_DAYS)}
    loads = [DeviceLoad(**row) for row in (await tx.session.execute(_LOADS, values)).mappings()]
    soonest = (await tx.session.execute(_FIRST_OPEN, {**values, "first": today, "now": tx.now})).mappings()
    days = {row["device_class"]: (row["day"] - today).days for row in soonest}
    classes = {one.code: one.device_class for one in (await rulebase.in_force(tx, organization_id)).items}
    orders: dict[str, int] = {}
    for row in (await tx.session.execute(_OPEN_ORDERS, values)).mappings():
        kind = classes.get(row["item_code"], "")
        orders[kind] = orders.get(kind, 0) + row["many"]
    kinds = sorted({one.device_class for one in loads} | days.keys() | orders.keys())
    return BoardView(loads, [Waiting(kind, days.get(kind), orders.get(kind, 0)) for kind in kinds if kind])


async def served(tx: Transaction, organization_id: UUID) -> ServedView:
    """Which services are for examinations, and on what they are done. Raises those of the permission check."""
    SEE_BOARD.check(tx.actor, organization_id=organization_id)
    rows = (await tx.session.execute(_SERVICES, {"organization": organization_id})).mappings()
    classes = sorted({one.device_class for one in (await rulebase.in_force(tx, organization_id)).items})
    return ServedView([ServedService(**row) for row in rows], classes)


async def serve(tx: Transaction, service_id: UUID, request: ServedRequest) -> ServedView:
    """Say on which kind of device a service's sessions are; None: none. Raises Problem ``not-found`` and others."""
    organization_id = request.organization_id
    grant = EDIT_RULES.check(tx.actor, organization_id=organization_id)
    values: dict[str, Any] = {"organization": organization_id, "service": service_id, "kind": request.device_class}
    found = await tx.session.execute(
        text(
            "SELECT 1 FROM healthcare_service WHERE organization_id = :organization AND id = :service AND kind = 'exam'"
        ),
        values,
    )
    if found.first() is None:
        raise NOT_FOUND()
    if request.device_class is None:
        statement = "DELETE FROM exam_service WHERE organization_id = :organization AND service_id = :service"
    else:
        statement = (
            "INSERT INTO exam_service (organization_id, service_id, device_class)"
            " VALUES (:organization, :service, :kind)"
            " ON CONFLICT (organization_id, service_id) DO UPDATE SET device_class = excluded.device_class"
        )
    await tx.session.execute(text(statement), values)
    subject = Subject("healthcare_service", service_id, organization_id)
    await record(tx, grant, ExamEvent.SERVED, subject, {"device_class": request.device_class})
    return await served(tx, organization_id)
