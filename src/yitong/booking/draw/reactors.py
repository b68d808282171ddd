"""Who loses a draw and wanted to wait stands in the department's line for the days they had chosen."""

from datetime import date
from typing import Any

import structlog
from sqlalchemy import text

from yitong.booking.draw.events import DrawEvent
from yitong.booking.waitlist.actions import JOIN
from yitong.booking.waitlist.schemas import JoinRequest
from yitong.booking.waitlist.service import join_line
from yitong.kernel.events import Recorded
from yitong.kernel.permissions import SYSTEM_ACTOR
from yitong.kernel.problems import Problem
from yitong.kernel.reactors import reactor
from yitong.kernel.transaction import Transaction

log = structlog.get_logger(__name__)
_LOSER = text("""
SELECT q.patient_id, d.department_id, min(h.day) AS first, max(h.day) AS last
FROM draw_request AS q
JOIN draw AS d ON d.organization_id = q.organization_id AND d.id = q.draw_id
JOIN slot AS s ON s.organization_id = q.organization_id AND s.id::text IN (
    SELECT jsonb_array_elements_text(q.choices))
JOIN schedule AS h ON h.organization_id = s.organization_id AND h.id = s.schedule_id
WHERE q.organization_id = :organization AND q.id = :id AND q.waitlist
GROUP BY q.patient_id, d.department_id
""")


@reactor("booking.draw.waitlist", DrawEvent.LOST)
async def join_after_losing(tx: Transaction, event: Recorded) -> None:
    """Join the line; who stands in it already, or in as many as one may, stays as they are."""
    found = await tx.session.execute(_LOSER, {"organization": event.organization_id, "id": event.subject_id})
    loser: Any = found.one_or_none()
    if loser is None:
        return
    first: date = loser.first
    request = JoinRequest(loser.patient_id, event.organization_id, loser.department_id, first, loser.last)
    grant = JOIN.check(SYSTEM_ACTOR, organization_id=event.organization_id, patient_id=loser.patient_id)
    try:
        async with tx.session.begin_nested():
            await join_line(tx, grant, request)
    except Problem as refused:
        log.info("draw.waitlist_refused", request_id=str(event.subject_id), code=refused.code)
