"""See a hospital's sessions with who sits in them, and stop one."""

from datetime import date
from typing import Any

import msgspec
from sqlalchemy import text

from yitong.booking.events import BookingEvent
from yitong.booking.planning import PlannedSession, Stopped, StopRequest
from yitong.booking.queries.sessions import SESSIONS, session_of
from yitong.booking.service.actions import SEE_PLAN, STOP
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.problems import NOT_FOUND, WRONG_STATE
from yitong.kernel.transaction import Transaction

# The shared statement names now as $1; SQLAlchemy names its places.
_SESSIONS = SESSIONS.replace("$1", "CAST(:now AS timestamptz)")
_PEOPLE = text(
    "SELECT schedule_id, count(*) FILTER (WHERE state = 'held' AND hold_expires_at > :now) AS held,"
    " count(*) FILTER (WHERE state IN"
    " ('booked','checked_in','called','in_consultation','fulfilled','no_show')) AS booked"
    " FROM appointment WHERE organization_id = :organization AND schedule_id = ANY (:schedules) GROUP BY schedule_id"
)
_AFFECTED = text(
    "SELECT id FROM appointment WHERE organization_id = :organization AND schedule_id = :id AND (state IN"
    " ('booked','checked_in','called') OR (state = 'held' AND hold_expires_at > :now)) ORDER BY start_at, number"
)

# Whoever is expected and not yet in the room: their visit no longer counts as the one of that day, so that another
# time may be booked beside it, and they are owed an offer.
_DISPLACE = text("""
WITH displaced AS (
    UPDATE appointment SET displaced = true
    WHERE organization_id = :organization AND schedule_id = :id AND state IN ('booked', 'checked_in')
    RETURNING organization_id, id, schedule_id, patient_id
)
INSERT INTO stopped_visit (organization_id, appointment_id, schedule_id, patient_id, stopped_at, tries, next_try_at)
SELECT organization_id, id, schedule_id, patient_id, :now, 0, :now FROM displaced
""")


async def planned(
    tx: Transaction, organization_id: UUID, department_id: UUID | None, first: date, last: date
) -> list[PlannedSession]:
    """A hospital's sessions of these days, both included. Raises the problems of the permission check."""
    SEE_PLAN.check(tx.actor, organization_id=organization_id)
    where = "WHERE d.organization_id = :organization AND d.day BETWEEN :first AND :last"
    if department_id is not None:
        where += " AND d.department_id = :department"
    rows = await tx.session.execute(
        text(_SESSIONS + where + " ORDER BY d.start_at, d.id LIMIT 5000"),
        {
            "organization": organization_id,
            "department": department_id,
            "first": first,
            "last": last,
            "now": tx.now,
        },
    )
    return await _with_people(tx, organization_id, list(rows.mappings()))


async def stop(tx: Transaction, schedule_id: UUID, request: StopRequest) -> Stopped:
    """Stop a session: its slots close at once, people keep their appointments until they are rebooked or cancel.

    Whoever is booked may give the visit up at any time and is owed an offer
    (:func:`yitong.booking.schedules.rebooking.offer_due`). The event names the appointments concerned, so that their
    people can be told. Raises Problem ``not-found``,
    ``wrong-state`` (stopped already) and those of the permission check.
    """
    organization_id = request.organization_id
    grant = STOP.check(tx.actor, organization_id=organization_id)
    values = {"organization": organization_id, "id": schedule_id, "now": tx.now, "reason": request.reason}
    await tx.session.execute(
        text(
            "SELECT 1 FROM slot WHERE organization_id = :organization AND schedule_id = :id"
            " ORDER BY organization_id, id FOR NO KEY UPDATE"
        ),
        values,
    )
    stopped = await tx.session.execute(
        text(
            "UPDATE schedule SET stopped_at = :now, stopped_reason = :reason WHERE organization_id = :organization"
            " AND id = :id AND stopped_at IS NULL RETURNING department_id, day"
        ),
        values,
    )
    row = stopped.mappings().one_or_none()
    if row is None:
        await _one(tx, organization_id, schedule_id)
        raise WRONG_STATE(state="stopped", state_zh="已停诊")
    await tx.session.execute(
        text(
            "UPDATE slot SET open = false, reopens_at = NULL"
            " WHERE organization_id = :organization AND schedule_id = :id"
        ),
        values,
    )
    affected = list((await tx.session.execute(_AFFECTED, values)).scalars())
    await tx.session.execute(_DISPLACE, values)
    await record(
        tx,
        grant,
        BookingEvent.STOPPED,
        Subject("schedule", schedule_id, organization_id),
        {
            "affected": len(affected),
            "appointment_ids": affected,
            "reason": request.reason,
            "department_id": row["department_id"],
            "day": row["day"],
        },
    )
    return Stopped(await _one(tx, organization_id, schedule_id), len(affected))


async def _one(tx: Transaction, organization_id: UUID, schedule_id: UUID) -> PlannedSession:
    rows = await tx.session.execute(
        text(_SESSIONS + "WHERE d.organization_id = :organization AND d.id = :id"),
        {"organization": organization_id, "id": schedule_id, "now": tx.now},
    )
    found = await _with_people(tx, organization_id, list(rows.mappings()))
    if not found:
        raise NOT_FOUND()
    return found[0]


async def _with_people(tx: Transaction, organization_id: UUID, rows: list[Any]) -> list[PlannedSession]:
    counted = await tx.session.execute(
        _PEOPLE,
        {"organization": organization_id, "schedules": [row["schedule_id"] for row in rows], "now": tx.now},
    )
    people = {row["schedule_id"]: row for row in counted.mappings()}
    items: list[PlannedSession] = []
    for row in rows:
        sitting = people.get(row["schedule_id"])
        items.append(
            PlannedSession(
                **msgspec.structs.asdict(session_of(row, tx.now)),
                template_id=row["template_id"],
                booked=sitting["booked"] if sitting else 0,
                held=sitting["held"] if sitting else 0,
                stopped_reason=row["stopped_reason"],
            )
        )
    return items
