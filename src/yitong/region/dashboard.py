"""A hospital's day in numbers, each from one statement over that day's appointments."""

from datetime import date

from sqlalchemy import text

from yitong.kernel.clock import day_of
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Role, Scope, action
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction
from yitong.region.schemas import ChannelCount, Dashboard, DepartmentCount, HourCount

SEE_DASHBOARD = action(
    "region:dashboard:see",
    "查看运行总览",
    "See a hospital's day in numbers",
    {Role.HOSPITAL_ADMIN: Scope.ORGANIZATION, Role.REGULATOR: Scope.REGION, Role.PLATFORM_ADMIN: Scope.REGION},
)

# The day's appointments with their queue entries: what all statements below count. CONFIRMED are those that were
# really booked and not given back.
_DAY = """
  FROM appointment a
  LEFT JOIN queue_entry q ON q.organization_id = a.organization_id AND q.appointment_id = a.id
 WHERE a.organization_id = :organization AND a.day = :day"""
_CONFIRMED = "a.state IN ('booked','checked_in','called','in_consultation','fulfilled','no_show')"
_WAITING = "q.state = 'waiting' AND a.state = 'checked_in'"

_TOTALS = f"""
SELECT count(*) FILTER (WHERE {_CONFIRMED}) AS booked, count(q.id) AS checked_in,
       count(*) FILTER (WHERE {_WAITING}) AS waiting, count(*) FILTER (WHERE a.state = 'fulfilled') AS finished,
       count(*) FILTER (WHERE a.state = 'cancelled') AS cancelled,
       count(*) FILTER (WHERE a.state = 'no_show') AS no_show,
       round(avg(extract(epoch FROM q.called_at - q.checked_in_at)) / 60, 1)::float AS average_wait_minutes
{_DAY}"""  # noqa: S608  # constants only

_BY_HOUR = f"""
SELECT hour, sum(booked)::int AS booked, sum(checked_in)::int AS checked_in, sum(finished)::int AS finished
  FROM (SELECT a.start_at AS moment, 1 AS booked, 0 AS checked_in, 0 AS finished {_DAY} AND {_CONFIRMED}
        UNION ALL SELECT q.checked_in_at, 0, 1, 0 {_DAY} AND q.id IS NOT NULL
        UNION ALL SELECT q.finished_at, 0, 0, 1 {_DAY} AND q.finished_at IS NOT NULL) AS happened
  CROSS JOIN LATERAL (SELECT extract(hour FROM moment AT TIME ZONE :zone)::int AS hour) AS wall
 GROUP BY hour ORDER BY hour"""  # noqa: S608  # constants only

_BY_DEPARTMENT = f"""
SELECT c.department_id, d.name, d.name_en, c.booked, c.waiting, c.finished
  FROM (SELECT a.department_id, count(*) FILTER (WHERE {_CONFIRMED}) AS booked,
               count(*) FILTER (WHERE {_WAITING}) AS waiting,
               count(*) FILTER (WHERE a.state = 'fulfilled') AS finished
        {_DAY} GROUP BY a.department_id) AS c
  JOIN department d ON d.organization_id = :organization AND d.id = c.department_id
 WHERE c.booked > 0 ORDER BY c.booked DESC, d.code"""  # noqa: S608  # constants only

_BY_CHANNEL = f"""
SELECT a.channel, count(*) AS count {_DAY} AND {_CONFIRMED} GROUP BY a.channel ORDER BY count DESC, a.channel"""


async def dashboard(tx: Transaction, organization_id: UUID, day: date | None) -> Dashboard:
    """The day of an organization, its today without a date. Raises Problem ``forbidden`` or ``not-found``."""
    SEE_DASHBOARD.check(tx.actor, organization_id=organization_id)
    found = await tx.session.execute(text("SELECT zone FROM organization WHERE id = :id"), {"id": organization_id})
    zone = found.scalar_one_or_none()
    if zone is None:
        raise NOT_FOUND()
    day = day or day_of(tx.now, zone)
    values = {"organization": organization_id, "day": day}
    totals = (await tx.session.execute(text(_TOTALS), values)).mappings().one()
    hours = await tx.session.execute(text(_BY_HOUR), {**values, "zone": zone})
    departments = await tx.session.execute(text(_BY_DEPARTMENT), values)
    channels = await tx.session.execute(text(_BY_CHANNEL), values)
    return Dashboard(
        date=day,
        **totals,
        by_hour=[HourCount(*row) for row in hours],
        by_department=[DepartmentCount(*row) for row in departments],
        by_channel=[ChannelCount(*row) for row in channels],
    )
