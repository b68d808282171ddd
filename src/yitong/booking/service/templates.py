"""Weekly rules of sessions: see, make and change them; two rules never want one doctor, team or room at once."""

from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from yitong.booking.events import BookingEvent
from yitong.booking.planning import (
    PLACE_UNKNOWN,
    PLACE_UNSUITABLE,
    SCHEDULE_OVERLAP,
    Template,
    TemplateRequest,
    clock,
    wall,
)
from yitong.booking.service.actions import PLAN, SEE_PLAN
from yitong.kernel.events import Subject, record
from yitong.kernel.idempotency import once
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.problems import NOT_FOUND, VALIDATION_FAILED, Conflict, FieldError
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

_SELECT = """
SELECT t.*, e.name AS department_name, v.name AS service_name, v.kind AS service_kind, n.name AS practitioner_name,
    m.name AS team_name, coalesce(l.name, '') AS room
FROM schedule_template AS t
JOIN department AS e ON e.organization_id = t.organization_id AND e.id = t.department_id
JOIN healthcare_service AS v ON v.organization_id = t.organization_id AND v.id = t.service_id
LEFT JOIN practitioner_role AS r ON r.organization_id = t.organization_id AND r.id = t.practitioner_role_id
LEFT JOIN practitioner AS n ON n.id = r.practitioner_id
LEFT JOIN care_team AS m ON m.organization_id = t.organization_id AND m.id = t.team_id
LEFT JOIN location AS l ON l.organization_id = t.organization_id AND l.id = t.location_id
WHERE t.organization_id = :organization
"""
# A doctor may work at several hospitals, so the person is compared; a room or a team belongs to one.
_OVERLAP = text("""
SELECT t.id, t.start_time, t.end_time, o.name AS organization_name, o.name_en AS organization_name_en,
    n.name AS practitioner_name, m.name AS team_name, l.name AS room, t.location_id = :location AS same_room
FROM schedule_template AS t
JOIN organization AS o ON o.id = t.organization_id
LEFT JOIN practitioner_role AS r ON r.organization_id = t.organization_id AND r.id = t.practitioner_role_id
LEFT JOIN practitioner AS n ON n.id = r.practitioner_id
LEFT JOIN care_team AS m ON m.organization_id = t.organization_id AND m.id = t.team_id
LEFT JOIN location AS l ON l.organization_id = t.organization_id AND l.id = t.location_id
WHERE t.active AND t.weekday = :weekday AND t.start_time < :end AND t.end_time > :start AND t.id <> :id
    AND t.valid_from <= coalesce(CAST(:last AS date), 'infinity') AND coalesce(t.valid_to, 'infinity') >= :first
    AND ((t.organization_id = :organization
            AND (t.location_id = CAST(:location AS uuid) OR t.team_id = CAST(:team AS uuid)))
        OR r.practitioner_id = (SELECT x.practitioner_id FROM practitioner_role AS x
            WHERE x.organization_id = :organization AND x.id = CAST(:role AS uuid)))
    -- A rule is no obstacle on a day that was made already (then its session is, if it is there) or that it skips.
    AND (CAST(:not_made AS date) IS NULL OR NOT EXISTS (SELECT FROM schedule AS d
            WHERE d.organization_id = t.organization_id AND d.template_id = t.id AND d.day = CAST(:not_made AS date))
        AND NOT EXISTS (SELECT FROM schedule_exception AS x WHERE x.organization_id = t.organization_id
            AND x.template_id = t.id AND x.day = CAST(:not_made AS date) AND x.kind IN ('stop', 'change')))
ORDER BY t.start_time LIMIT 1
""")
# One row when everything belongs together: the service's kind and name, and the kind of the place.
_MATCH = text("""
SELECT v.kind, v.name, v.name_en, l.kind AS place
FROM healthcare_service AS v
LEFT JOIN location AS l ON l.organization_id = v.organization_id AND l.id = CAST(:location AS uuid)
WHERE v.organization_id = :organization AND v.id = :service AND v.department_id = :department
    AND (CAST(:role AS uuid) IS NULL OR EXISTS (SELECT FROM practitioner_role AS r
        WHERE r.organization_id = :organization AND r.id = CAST(:role AS uuid)))
    AND (CAST(:team AS uuid) IS NULL OR EXISTS (SELECT FROM care_team AS m
        WHERE m.organization_id = :organization AND m.id = CAST(:team AS uuid) AND m.active))
    AND (CAST(:location AS uuid) IS NULL OR l.id IS NOT NULL)
""")
# An examination happens on a device; a treatment on a chair, a device or in a room; a clinic in a room, if in any.
_PLACES: dict[str, tuple[frozenset[str | None], str, str]] = {
    "exam": (frozenset({"device"}), "检查设备", "a device"),
    "treatment": (
        frozenset({"chair", "device", "room"}),
        "治疗位、设备或治疗室",
        "a chair, a device or a treatment room",
    ),
}
_CLINIC: tuple[frozenset[str | None], str, str] = (frozenset({"room", None}), "诊室", "a consulting room")
_COLUMNS = (
    "organization_id, id, department_id, service_id, practitioner_role_id, team_id, location_id, weekday, start_time,"
    " end_time, slot_minutes, capacity_per_slot, valid_from, valid_to, active"
)


async def templates(tx: Transaction, organization_id: UUID, department_id: UUID | None) -> list[Template]:
    """A hospital's weekly rules. Raises the problems of the permission check."""
    SEE_PLAN.check(tx.actor, organization_id=organization_id)
    where = " AND t.department_id = :department" if department_id is not None else ""
    rows = await tx.session.execute(
        text(_SELECT + where + " ORDER BY t.weekday, t.start_time, e.name, t.id"),
        {"organization": organization_id, "department": department_id},
    )
    return [_template(row) for row in rows.mappings()]


async def make_template(tx: Transaction, request: TemplateRequest, key: UUID) -> Template:
    """A new weekly rule.

    Raises Problem ``schedule-overlap`` (names the rule in the way), ``place-unknown``, ``validation-failed`` and those
    of the permission check.
    """

    async def make() -> Template:
        return await _keep(tx, new_id(), request, BookingEvent.TEMPLATE_MADE)

    return await once(tx, key, request, Template, make)


async def change_template(tx: Transaction, template_id: UUID, request: TemplateRequest) -> Template:
    """Change a weekly rule; sessions that were made from it stay as they are. Raises what making one raises."""
    PLAN.check(tx.actor, organization_id=request.organization_id)
    await template(tx, request.organization_id, template_id)
    return await _keep(tx, template_id, request, BookingEvent.TEMPLATE_CHANGED)


async def template(tx: Transaction, organization_id: UUID, template_id: UUID) -> Template:
    """One weekly rule. Raises Problem ``not-found``."""
    row = await tx.session.execute(
        text(_SELECT + " AND t.id = :id"), {"organization": organization_id, "id": template_id}
    )
    found = row.mappings().one_or_none()
    if found is None:
        raise NOT_FOUND()
    return _template(found)


async def _keep(tx: Transaction, template_id: UUID, request: TemplateRequest, event: BookingEvent) -> Template:
    organization_id = request.organization_id
    grant = PLAN.check(tx.actor, organization_id=organization_id)
    _check_form(request)
    await _refuse_mismatch(tx, request)
    # One planner at a time in the region: an overlap can lie at any hospital where the doctor works.
    await one_planner(tx)
    if request.active:
        await refuse_overlap(tx, template_id, request)
    places = ", ".join(f":{name.strip()}" for name in _COLUMNS.split(","))
    changes = ", ".join(f"{n.strip()} = excluded.{n.strip()}" for n in _COLUMNS.split(",")[2:])
    values: dict[str, Any] = {
        "organization_id": organization_id,
        "id": template_id,
        "department_id": request.department_id,
        "service_id": request.service_id,
        "practitioner_role_id": request.practitioner_role_id,
        "team_id": request.team_id,
        "location_id": request.location_id,
        "weekday": request.weekday,
        "start_time": clock(request.start_time),
        "end_time": clock(request.end_time),
        "slot_minutes": request.slot_minutes,
        "capacity_per_slot": request.capacity_per_slot,
        "valid_from": request.valid_from,
        "valid_to": request.valid_to,
        "active": request.active,
    }
    try:
        await tx.session.execute(
            text(
                f"INSERT INTO schedule_template ({_COLUMNS}) VALUES ({places})"  # noqa: S608
                f" ON CONFLICT (organization_id, id) DO UPDATE SET {changes}"
            ),
            values,
        )
    except IntegrityError as error:  # the exclusion constraints, should anybody get past the question above
        raise SCHEDULE_OVERLAP() from error
    await record(
        tx,
        grant,
        event,
        Subject("schedule_template", template_id, organization_id),
        {"department_id": request.department_id, "weekday": request.weekday, "active": request.active},
    )
    return await template(tx, organization_id, template_id)


async def one_planner(tx: Transaction) -> None:
    """Let one planner at a time in the region plan, until the transaction ends."""
    await tx.session.execute(text("SELECT pg_advisory_xact_lock(hashtext('booking: schedule templates'))"))


async def _refuse_mismatch(tx: Transaction, request: TemplateRequest) -> None:
    """Raises Problem ``place-unknown`` or ``place-unsuitable``."""
    found = await tx.session.execute(
        _MATCH,
        {
            "organization": request.organization_id,
            "service": request.service_id,
            "department": request.department_id,
            "role": request.practitioner_role_id,
            "team": request.team_id,
            "location": request.location_id,
        },
    )
    match = found.mappings().one_or_none()
    if match is None:
        raise PLACE_UNKNOWN()
    allowed, place_zh, place = _PLACES.get(match["kind"], _CLINIC)
    if match["place"] not in allowed:
        raise PLACE_UNSUITABLE(service=match["name_en"], service_zh=match["name"], place=place, place_zh=place_zh)


def _check_form(request: TemplateRequest) -> None:
    errors: list[FieldError] = []
    if request.practitioner_role_id is not None and request.team_id is not None:
        either = Bilingual("医生和团队只能选一个。", "Choose either a doctor or a team.")
        errors.append(FieldError("team_id", "either", either))
    if clock(request.start_time) >= clock(request.end_time):
        errors.append(
            FieldError("end_time", "order", Bilingual("结束时间应晚于开始时间。", "It must end after it starts."))
        )
    if request.valid_to is not None and request.valid_to < request.valid_from:
        errors.append(
            FieldError("valid_to", "order", Bilingual("截止日期应不早于生效日期。", "It must not end earlier."))
        )
    if errors:
        raise VALIDATION_FAILED(errors=errors)


async def refuse_overlap(
    tx: Transaction, template_id: UUID, request: TemplateRequest, *, not_made: date | None = None
) -> None:
    """Raises Problem ``schedule-overlap`` when another rule has the same doctor, team or room at that time.

    With ``not_made`` only rules count that are still to be followed on that day.
    """
    found = await tx.session.execute(
        _OVERLAP,
        {
            "organization": request.organization_id,
            "id": template_id,
            "weekday": request.weekday,
            "start": clock(request.start_time),
            "end": clock(request.end_time),
            "first": request.valid_from,
            "last": request.valid_to or date.max,
            "role": request.practitioner_role_id,
            "team": request.team_id,
            "location": request.location_id,
            "not_made": not_made,
        },
    )
    row = found.mappings().one_or_none()
    if row is None:
        return
    who = row["room"] if row["same_room"] else row["practitioner_name"] or row["team_name"]
    when = f"{wall(row['start_time'])}-{wall(row['end_time'])}"
    words = Bilingual(
        f"{row['organization_name']} {who or ''} 周{'一二三四五六日'[request.weekday - 1]} {when} 已有排班。",
        f"{who or ''} is taken at {row['organization_name_en']}, {when}.",
    )
    raise SCHEDULE_OVERLAP(conflict=Conflict("schedule_template", str(row["id"]), words))


def _template(row: Any) -> Template:
    values = {name: row[name] for name in Template.__struct_fields__}
    values["start_time"], values["end_time"] = wall(row["start_time"]), wall(row["end_time"])
    return Template(**values)
