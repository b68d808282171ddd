"""Sessions, their slots, and what the days of a department look like."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from yitong.booking.queries.offers import REMAINING
from yitong.booking.schemas import CalendarDay, SessionItem, SlotItem
from yitong.kernel.ids import UUID
from yitong.kernel.platform import Platform

# ``$1`` is now. A place counts while its slot has not begun.
_LEFT = f"CASE WHEN s.start_at > $1 THEN {REMAINING} ELSE 0 END"
# What somebody is shown counts the pools that they may take from, named between commas in ``$2``; planners see all.
_OPEN_TO = "s.pool = ANY (string_to_array($2, ','))"
EVERYBODY = "common"
_SESSIONS = f"""
SELECT d.organization_id, d.id AS schedule_id, d.department_id, d.day, d.start_at, d.end_at, d.stopped_at,
    d.stopped_reason, d.practitioner_role_id, d.template_id, o.zone,
    coalesce(n.name, m.name) AS practitioner_name, r.title,
    v.kind AS service_kind, v.name AS service_name, v.name_en AS service_name_en, v.fee_fen,
    coalesce(l.name, '') AS room, c.capacity, c.remaining
FROM schedule AS d
JOIN organization AS o ON o.id = d.organization_id
JOIN healthcare_service AS v ON v.organization_id = d.organization_id AND v.id = d.service_id
LEFT JOIN practitioner_role AS r ON r.organization_id = d.organization_id AND r.id = d.practitioner_role_id
LEFT JOIN practitioner AS n ON n.id = r.practitioner_id
LEFT JOIN care_team AS m ON m.organization_id = d.organization_id AND m.id = d.team_id
LEFT JOIN location AS l ON l.organization_id = d.organization_id AND l.id = d.location_id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(s.capacity), 0)::int AS capacity, coalesce(sum({_LEFT}), 0)::int AS remaining
    FROM slot AS s WHERE s.organization_id = d.organization_id AND s.schedule_id = d.id AND {{pools}}
) AS c
"""  # noqa: S608
SESSIONS = _SESSIONS.format(pools="true")
_SESSIONS_OPEN = _SESSIONS.format(pools=_OPEN_TO)
_ORDER = " ORDER BY d.start_at, n.name NULLS FIRST, d.id"
_CALENDAR = f"""
SELECT d.day, bool_and(d.stopped_at IS NOT NULL) AS stopped, coalesce(sum(c.remaining), 0)::int AS remaining
FROM schedule AS d
CROSS JOIN LATERAL (
    SELECT sum({_LEFT}) AS remaining FROM slot AS s
    WHERE s.organization_id = d.organization_id AND s.schedule_id = d.id AND {_OPEN_TO}
) AS c
WHERE d.organization_id = $3 AND d.department_id = $4 AND d.day >= $5 AND d.day < $5 + $6::int
GROUP BY d.day
"""  # noqa: S608
_SLOTS = f"""
SELECT s.id AS slot_id, s.start_at, s.end_at, s.pool, s.capacity, {REMAINING} AS remaining, d.stopped_at, o.zone
FROM slot AS s
JOIN schedule AS d ON d.organization_id = s.organization_id AND d.id = s.schedule_id
JOIN organization AS o ON o.id = s.organization_id
WHERE s.organization_id = $3 AND s.schedule_id = $4 AND {_OPEN_TO} AND (s.pool = 'common' OR s.capacity > 0)
ORDER BY s.start_at, array_position(string_to_array($2, ','), s.pool)
"""  # noqa: S608


async def _fetch(platform: Platform, sql: str, *values: Any) -> list[Any]:
    async with (await platform.database.raw()).acquire() as connection:
        return await connection.fetch(sql, platform.clock.now(), *values)


async def calendar(
    platform: Platform, organization_id: UUID, department_id: UUID, days: Sequence[date], pools: str = EVERYBODY
) -> list[CalendarDay]:
    """A department's days, one item each, whether anything is held on it or not."""
    rows = await _fetch(platform, _CALENDAR, pools, organization_id, department_id, days[0], len(days))
    by_day = {row["day"]: row for row in rows}
    items: list[CalendarDay] = []
    for day in days:
        row = by_day.get(day)
        if row is None:
            items.append(CalendarDay(day, "none", 0))
        elif row["stopped"]:
            items.append(CalendarDay(day, "stopped", 0))
        else:
            items.append(CalendarDay(day, "open" if row["remaining"] else "full", row["remaining"]))
    return items


async def of_department(
    platform: Platform, organization_id: UUID, department_id: UUID, day: date, pools: str = EVERYBODY
) -> list[SessionItem]:
    """A department's sessions of one day; places are those of ``pools``, names between commas."""
    where = "WHERE d.organization_id = $3 AND d.department_id = $4 AND d.day = $5"
    rows = await _fetch(platform, _SESSIONS_OPEN + where + _ORDER, pools, organization_id, department_id, day)
    return [session_of(row, platform.clock.now()) for row in rows]


async def of_practitioner(
    platform: Platform, organization_id: UUID, role_id: UUID, first: date, days: int, pools: str = EVERYBODY
) -> list[SessionItem]:
    """A practitioner's sessions at one organization from ``first`` on."""
    where = "WHERE d.organization_id = $3 AND d.practitioner_role_id = $4 AND d.day >= $5 AND d.day < $5 + $6::int"
    rows = await _fetch(platform, _SESSIONS_OPEN + where + _ORDER, pools, organization_id, role_id, first, days)
    return [session_of(row, platform.clock.now()) for row in rows]


async def slots(platform: Platform, organization_id: UUID, schedule_id: UUID, pools: str = EVERYBODY) -> list[SlotItem]:
    """The slots of a session in order of time; a stretch of time is one slot a pool."""
    now = platform.clock.now()
    rows = await _fetch(platform, _SLOTS, pools, organization_id, schedule_id)
    return [_slot_of(row, now) for row in rows]


def session_of(row: Any, now: datetime) -> SessionItem:
    """A session from a row of :data:`SESSIONS`, its times in the hospital's zone."""
    zone = ZoneInfo(row["zone"])
    start, end = row["start_at"].astimezone(zone), row["end_at"].astimezone(zone)
    state = "open" if row["remaining"] else "full"
    if row["stopped_at"] is not None:
        state = "stopped"
    elif end <= now:
        state = "past"
    return SessionItem(
        row["schedule_id"],
        row["organization_id"],
        row["department_id"],
        row["day"],
        "am" if start.hour < 12 else "pm",
        start,
        end,
        state,
        0 if state == "stopped" else row["remaining"],
        row["capacity"],
        row["practitioner_role_id"],
        row["practitioner_name"],
        row["title"],
        row["service_kind"],
        row["service_name"],
        row["service_name_en"],
        row["fee_fen"],
        row["room"],
    )


def _slot_of(row: Any, now: datetime) -> SlotItem:
    zone = ZoneInfo(row["zone"])
    remaining: int = row["remaining"]
    state = "open" if remaining else "full"
    if row["stopped_at"] is not None:
        state, remaining = "stopped", 0
    elif row["start_at"] <= now:
        state, remaining = "past", 0
    return SlotItem(
        row["slot_id"],
        row["start_at"].astimezone(zone),
        row["end_at"].astimezone(zone),
        row["capacity"],
        remaining,
        state,
        row["pool"],
    )
