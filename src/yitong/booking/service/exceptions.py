"""Days on which a weekly rule does not hold: stopped, changed, or with an extra session."""

from datetime import date, timedelta
from typing import Any

import msgspec
from sqlalchemy import text

from yitong.booking.events import BookingEvent
from yitong.booking.planning import (
    PEOPLE_BOOKED,
    SCHEDULE_OVERLAP,
    ExceptionItem,
    ExceptionRequest,
    Template,
    TemplateRequest,
    clock,
    wall,
)
from yitong.booking.service.actions import PLAN, SEE_PLAN
from yitong.booking.service.occupied import Wish, refuse_occupied
from yitong.booking.service.templates import one_planner, refuse_overlap, template
from yitong.kernel.clock import day_of
from yitong.kernel.events import Subject, record
from yitong.kernel.idempotency import once
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.problems import VALIDATION_FAILED, FieldError
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

_SELECT = """
SELECT x.*, t.department_id FROM schedule_exception AS x
JOIN schedule_template AS t ON t.organization_id = x.organization_id AND t.id = x.template_id
WHERE x.organization_id = :organization
"""


async def exceptions(
    tx: Transaction, organization_id: UUID, department_id: UUID | None, first: date | None, last: date | None
) -> list[ExceptionItem]:
    """A hospital's exceptions in order of their day. Raises the problems of the permission check."""
    SEE_PLAN.check(tx.actor, organization_id=organization_id)
    where = " AND t.department_id = :department" if department_id is not None else ""
    rows = await tx.session.execute(
        text(_SELECT + where + " AND x.day BETWEEN :first AND :last ORDER BY x.day, x.id"),
        {
            "organization": organization_id,
            "department": department_id,
            "first": first or date.min,
            "last": last or date.max,
        },
    )
    return [_item(row) for row in rows.mappings()]


async def make_exception(tx: Transaction, request: ExceptionRequest, key: UUID) -> ExceptionItem:
    """Let one day differ from its rule; a session that was made already follows as far as it can.

    Raises Problem ``people-booked`` when the change would drop people (they are counted), ``schedule-overlap`` when the
    doctor, team or place is taken at that time or the very same extra session exists, ``not-found``,
    ``validation-failed`` and those of the permission check.
    """

    async def make() -> ExceptionItem:
        return await _make(tx, request)

    return await once(tx, key, request, ExceptionItem, make)


async def _make(tx: Transaction, request: ExceptionRequest) -> ExceptionItem:
    organization_id = request.organization_id
    grant = PLAN.check(tx.actor, organization_id=organization_id)
    rule = await template(tx, organization_id, request.template_id)
    _check_form(request, rule)
    await one_planner(tx)
    if request.kind == "extra":
        request = _spelt_out(request, rule)
    exception_id = new_id()
    made = await tx.session.execute(
        text(
            "INSERT INTO schedule_exception (organization_id, id, template_id, day, kind, start_time, end_time,"
            " practitioner_role_id, location_id, capacity_per_slot, reason, created_at, created_by)"
            " VALUES (:organization, :id, :template, :day, :kind, :start, :end, :role, :location, :capacity, :reason,"
            " :now, :actor) ON CONFLICT DO NOTHING RETURNING id"
        ),
        {
            "organization": organization_id,
            "id": exception_id,
            "template": request.template_id,
            "day": request.day,
            "kind": request.kind,
            "start": clock(request.start_time) if request.start_time else None,
            "end": clock(request.end_time) if request.end_time else None,
            "role": request.practitioner_role_id,
            "location": request.location_id,
            "capacity": request.capacity_per_slot,
            "reason": request.reason,
            "now": tx.now,
            "actor": tx.actor.id,
        },
    )
    if made.first() is None:
        raise SCHEDULE_OVERLAP()  # the same extra session again
    made_before = await _session(tx, request) if request.kind != "extra" else None
    if request.kind != "stop":
        await _refuse_taken(tx, request, rule, exception_id, made_before["id"] if made_before is not None else None)
    if made_before is not None:
        await _set_aside(tx, request, exception_id, made_before)
    if request.kind == "extra" or (request.kind == "change" and made_before is not None):
        await _generate_day(tx, request, exception_id)
    await record(
        tx,
        grant,
        BookingEvent.EXCEPTION_MADE,
        Subject("schedule_exception", exception_id, organization_id),
        {"template_id": request.template_id, "day": request.day, "kind": request.kind},
    )
    row = await tx.session.execute(
        text(_SELECT + " AND x.id = :id"), {"organization": organization_id, "id": exception_id}
    )
    return _item(row.mappings().one())


def _check_form(request: ExceptionRequest, rule: Template) -> None:
    start, end = clock(request.start_time or rule.start_time), clock(request.end_time or rule.end_time)
    if start >= end:
        wrong = FieldError("end_time", "order", Bilingual("结束时间应晚于开始时间。", "It must end after it starts."))
        raise VALIDATION_FAILED(errors=[wrong])
    if request.kind != "extra" and request.day.isoweekday() != rule.weekday:
        wrong = FieldError("date", "weekday", Bilingual("该模板当天没有班次。", "The rule has no session on that day."))
        raise VALIDATION_FAILED(errors=[wrong])


def _spelt_out(request: ExceptionRequest, rule: Template) -> ExceptionRequest:
    """An extra session with everything it takes from its rule, so that the same one twice is seen to be the same."""
    return msgspec.structs.replace(
        request,
        start_time=request.start_time or rule.start_time,
        end_time=request.end_time or rule.end_time,
        practitioner_role_id=request.practitioner_role_id or rule.practitioner_role_id,
        location_id=request.location_id or rule.location_id,
    )


async def _refuse_taken(
    tx: Transaction, request: ExceptionRequest, rule: Template, exception_id: UUID, replaced: UUID | None
) -> None:
    """Raises Problem ``schedule-overlap`` for a session or, on days not made yet, a rule that needs the same."""
    role = request.practitioner_role_id or rule.practitioner_role_id
    wish = Wish(
        organization_id=request.organization_id,
        zone=await _zone(tx, request.organization_id),
        day=request.day,
        start=clock(request.start_time or rule.start_time),
        end=clock(request.end_time or rule.end_time),
        role=role,
        team=None if request.practitioner_role_id else rule.team_id,
        location=request.location_id or rule.location_id,
        template=request.template_id if request.kind == "extra" else None,
        replaced=replaced,
    )
    await refuse_occupied(tx, wish)
    on_that_day = TemplateRequest(
        organization_id=request.organization_id,
        department_id=rule.department_id,
        service_id=rule.service_id,
        practitioner_role_id=wish.role,
        team_id=wish.team,
        location_id=wish.location,
        weekday=request.day.isoweekday(),
        start_time=wall(wish.start),
        end_time=wall(wish.end),
        slot_minutes=rule.slot_minutes,
        capacity_per_slot=rule.capacity_per_slot,
        valid_from=request.day,
        valid_to=request.day,
    )
    itself = request.template_id if request.kind == "change" else exception_id  # an extra session may meet its own rule
    await refuse_overlap(tx, itself, on_that_day, not_made=request.day)


async def _zone(tx: Transaction, organization_id: UUID) -> str:
    zone = await tx.session.execute(text("SELECT zone FROM organization WHERE id = :id"), {"id": organization_id})
    return zone.scalar_one()


async def _session(tx: Transaction, request: ExceptionRequest) -> Any | None:
    """The session that was made for the day, with its slots locked and its people counted."""
    values = {"organization": request.organization_id, "template": request.template_id, "day": request.day}
    await tx.session.execute(
        text(
            "SELECT 1 FROM slot AS s JOIN schedule AS d ON d.organization_id = s.organization_id"
            " AND d.id = s.schedule_id WHERE d.organization_id = :organization AND d.template_id = :template"
            " AND d.day = :day AND d.exception_id IS NULL ORDER BY s.organization_id, s.id FOR UPDATE OF s"
        ),
        values,
    )
    found = await tx.session.execute(
        text(
            "SELECT d.id, count(a.id) AS ever, count(a.id) FILTER (WHERE a.active AND NOT (a.state = 'held' AND"
            " a.hold_expires_at <= :now)) AS people"
            " FROM schedule AS d LEFT JOIN appointment AS a ON a.organization_id = d.organization_id"
            " AND a.schedule_id = d.id WHERE d.organization_id = :organization AND d.template_id = :template"
            " AND d.day = :day AND d.exception_id IS NULL GROUP BY d.id"
        ),
        {**values, "now": tx.now},
    )
    return found.mappings().one_or_none()


async def _set_aside(tx: Transaction, request: ExceptionRequest, exception_id: UUID, session: Any) -> None:
    """Take the session of the day away, so that the day can be made anew; nobody may be booked into it.

    A session that people were once booked into stays as a stopped one, for their history.
    """
    if session["people"]:
        raise PEOPLE_BOOKED(count=session["people"])
    values = {"organization": request.organization_id, "id": session["id"]}
    of_it = " WHERE organization_id = :organization AND schedule_id = :id"
    if not session["ever"]:
        await tx.session.execute(
            text(
                "DELETE FROM pool_flow AS f USING slot AS s WHERE s.organization_id = :organization"
                " AND s.schedule_id = :id AND f.organization_id = s.organization_id"
                " AND s.id IN (f.slot_id, f.to_slot_id)"
            ),
            values,
        )
        await tx.session.execute(text("DELETE FROM slot" + of_it), values)  # noqa: S608
        await tx.session.execute(
            text("DELETE FROM schedule WHERE organization_id = :organization AND id = :id"), values
        )
        return
    await tx.session.execute(
        text(
            "UPDATE schedule SET exception_id = :exception, stopped_at = :now, stopped_reason = :reason"
            " WHERE organization_id = :organization AND id = :id"
        ),
        {**values, "exception": exception_id, "now": tx.now, "reason": request.reason},
    )
    await tx.session.execute(
        text("UPDATE slot SET open = false, reopens_at = NULL" + of_it),  # noqa: S608
        values,
    )


async def _generate_day(tx: Transaction, request: ExceptionRequest, exception_id: UUID) -> None:
    """Make the day anew when it lies within the days that are made ahead; later days are made in their turn.

    Raises Problem ``schedule-overlap`` when somebody else's session came first in the meantime.
    """
    today = day_of(tx.now, await _zone(tx, request.organization_id))
    if not today <= request.day <= today + timedelta(days=tx.platform.settings.days_ahead):
        return
    values = {"organization": request.organization_id, "day": request.day}
    await tx.session.execute(
        text("SELECT * FROM booking_generate(ARRAY[CAST(:organization AS uuid)], :day, :day, :now)"),
        {**values, "now": tx.now},
    )
    made = await tx.session.execute(
        text(
            "SELECT EXISTS (SELECT FROM schedule WHERE organization_id = :organization AND template_id = :template"
            " AND day = :day AND exception_id IS NOT DISTINCT FROM CAST(:exception AS uuid))"
        ),
        {**values, "template": request.template_id, "exception": exception_id if request.kind == "extra" else None},
    )
    if not made.scalar_one():
        raise SCHEDULE_OVERLAP()


def _item(row: Any) -> ExceptionItem:
    values = {name: row[name] for name in ExceptionItem.__struct_fields__}
    for name in ("start_time", "end_time"):
        values[name] = wall(row[name]) if row[name] is not None else None
    return ExceptionItem(**values)
