"""The week as a grid: each doctor, team, device and room with the sessions of its days and who sits in them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from yitong.booking.schedules.planned import PLANNED
from yitong.booking.schedules.schemas import GridCell, GridRow, GridSession, GridState, PoolUse, ResourceKind, WeekGrid
from yitong.booking.service.actions import SEE_PLAN
from yitong.kernel.clock import at, day_of
from yitong.kernel.ids import UUID
from yitong.kernel.problems import NOT_FOUND, VALIDATION_FAILED, FieldError
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

_NAMES = """
    e.name AS department_name, v.kind AS service_kind, v.name AS service_name, v.name_en AS service_name_en,
    n.name AS practitioner_name, r.title, m.name AS team_name, m.name_en AS team_name_en,
    l.kind AS place_kind, coalesce(l.name, '') AS room, coalesce(l.name_en, '') AS room_en"""
_JOINS = """
JOIN department AS e ON e.organization_id = d.organization_id AND e.id = d.department_id
JOIN healthcare_service AS v ON v.organization_id = d.organization_id AND v.id = d.service_id
LEFT JOIN practitioner_role AS r ON r.organization_id = d.organization_id AND r.id = d.{role}
LEFT JOIN practitioner AS n ON n.id = r.practitioner_id
LEFT JOIN care_team AS m ON m.organization_id = d.organization_id AND m.id = d.{team}
LEFT JOIN location AS l ON l.organization_id = d.organization_id AND l.id = d.{location}
"""
_IN_DEPARTMENT = "(CAST(:department AS uuid) IS NULL OR d.department_id = CAST(:department AS uuid))"
_MADE = text(f"""
SELECT d.id AS schedule_id, d.template_id, d.exception_id, d.department_id, d.service_id, d.practitioner_role_id,
    d.team_id, d.location_id, d.day, d.start_at, d.end_at, d.stopped_at, d.stopped_reason, {_NAMES},
    coalesce(p.pools, '{{}}') AS pools, a.booked, a.held
FROM schedule AS d {_JOINS.format(role="practitioner_role_id", team="team_id", location="location_id")}
CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(q.pool, jsonb_build_array(q.capacity, q.taken)) AS pools FROM (
        SELECT s.pool, sum(s.capacity) AS capacity, sum(s.taken) AS taken FROM slot AS s
        WHERE s.organization_id = d.organization_id AND s.schedule_id = d.id GROUP BY s.pool) AS q) AS p
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE state IN
            ('booked','checked_in','called','in_consultation','fulfilled','no_show')) AS booked,
        count(*) FILTER (WHERE state = 'held' AND hold_expires_at > :now) AS held
    FROM appointment WHERE organization_id = d.organization_id AND schedule_id = d.id) AS a
WHERE d.organization_id = :organization AND d.day BETWEEN :first AND :last AND {_IN_DEPARTMENT}
ORDER BY d.start_at, d.id
""")  # noqa: S608
_TO_COME = text(f"""
{PLANNED}
SELECT d.*, {_NAMES}
FROM planned AS d {_JOINS.format(role="role", team="team", location="location")}
WHERE {_IN_DEPARTMENT} ORDER BY d.day, d.begins, d.template_id
""")  # noqa: S608
_ORDER: tuple[ResourceKind, ...] = ("practitioner", "team", "device", "chair", "room", "service")
_Resource = tuple[ResourceKind, UUID, str, str, str | None]


async def week(tx: Transaction, organization_id: UUID, department_id: UUID | None, monday: date) -> WeekGrid:
    """A hospital's week from ``monday`` on, made sessions and those that the rules will make.

    Raises Problem ``validation-failed`` when the day is no Monday, ``not-found`` and those of the permission check.
    """
    SEE_PLAN.check(tx.actor, organization_id=organization_id)
    if monday.isoweekday() != 1:
        wrong = FieldError("monday", "weekday", Bilingual("请给出星期一的日期。", "Give the date of a Monday."))
        raise VALIDATION_FAILED(errors=[wrong])
    zone = await _zone(tx, organization_id)
    values = {
        "organization": organization_id,
        "department": department_id,
        "first": monday,
        "last": monday + timedelta(days=6),
    }
    today = day_of(tx.now, zone)
    placed: dict[_Resource, dict[date, list[GridSession]]] = {}
    for row in (await tx.session.execute(_MADE, {**values, "now": tx.now})).mappings():
        _place(placed, row, row["day"], _made(row, ZoneInfo(zone), tx.now))
    ahead = {**values, "first": max(monday, today)}
    for row in (await tx.session.execute(_TO_COME, ahead)).mappings():
        _place(placed, row, row["day"], _planned(row, zone))
    return WeekGrid(organization_id=organization_id, monday=monday, today=today, rows=_rows(placed, monday))


async def _zone(tx: Transaction, organization_id: UUID) -> str:
    found = await tx.session.execute(text("SELECT zone FROM organization WHERE id = :id"), {"id": organization_id})
    zone = found.scalar_one_or_none()
    if zone is None:
        raise NOT_FOUND()
    return zone


def _place(placed: dict[_Resource, dict[date, list[GridSession]]], row: Any, day: date, session: GridSession) -> None:
    placed.setdefault(_resource(row, session), {}).setdefault(day, []).append(session)


def _resource(row: Any, session: GridSession) -> _Resource:
    """Whose row a session stands in: the doctor's, else the team's, else the place's, else the service's."""
    if session.practitioner_role_id is not None:
        name = row["practitioner_name"]
        return "practitioner", session.practitioner_role_id, name, name, row["title"]
    if session.team_id is not None:
        return "team", session.team_id, row["team_name"], row["team_name_en"], None
    if session.location_id is not None:
        kind: ResourceKind = row["place_kind"] if row["place_kind"] in ("device", "chair") else "room"
        return kind, session.location_id, row["room"], row["room_en"], None
    return "service", session.service_id, row["service_name"], row["service_name_en"], None


def _rows(placed: dict[_Resource, dict[date, list[GridSession]]], monday: date) -> list[GridRow]:
    days = [monday + timedelta(days=n) for n in range(7)]
    return [
        GridRow(
            kind=kind,
            id=id_,
            name=name,
            name_en=name_en,
            title=title,
            cells=[GridCell(day, _by_start(placed[kind, id_, name, name_en, title].get(day, ()))) for day in days],
        )
        for kind, id_, name, name_en, title in sorted(placed, key=lambda one: (_ORDER.index(one[0]), one[2], one[1]))
    ]


def _by_start(sessions: Iterable[GridSession]) -> list[GridSession]:
    return sorted(sessions, key=lambda one: (one.start_at, one.end_at))


def _made(row: Any, zone: ZoneInfo, now: datetime) -> GridSession:
    pools = [PoolUse(pool, int(use[0]), int(use[1])) for pool, use in sorted(row["pools"].items())]
    capacity, taken = sum(one.capacity for one in pools), sum(one.taken for one in pools)
    state: GridState = "open" if taken < capacity else "full"
    if row["stopped_at"] is not None:
        state = "stopped"
    elif row["end_at"] <= now:
        state = "past"
    return GridSession(
        schedule_id=row["schedule_id"],
        template_id=row["template_id"],
        exception_id=row["exception_id"],
        practitioner_role_id=row["practitioner_role_id"],
        team_id=row["team_id"],
        location_id=row["location_id"],
        start_at=row["start_at"].astimezone(zone),
        end_at=row["end_at"].astimezone(zone),
        state=state,
        capacity=capacity,
        booked=row["booked"],
        held=row["held"],
        pools=pools,
        stopped_reason=row["stopped_reason"],
        **_named(row),
    )


def _planned(row: Any, zone: str) -> GridSession:
    start, end = at(row["day"], row["begins"], zone), at(row["day"], row["ends"], zone)
    slots = -(-(end - start) // timedelta(minutes=row["slot_minutes"]))
    return GridSession(
        schedule_id=None,
        template_id=row["template_id"],
        exception_id=row["exception_id"],
        practitioner_role_id=row["role"],
        team_id=row["team"],
        location_id=row["location"],
        start_at=start,
        end_at=end,
        state="planned",
        capacity=slots * row["places"],
        booked=0,
        held=0,
        pools=[],
        stopped_reason=None,
        **_named(row),
    )


def _named(row: Any) -> dict[str, Any]:
    names = (
        "department_id",
        "department_name",
        "service_id",
        "service_kind",
        "service_name",
        "service_name_en",
        "room",
    )
    return {name: row[name] for name in names}
