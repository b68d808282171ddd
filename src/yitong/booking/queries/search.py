"""Search the whole region for a free place: one written statement, built from the parts that the wish needs.

Each order has its own way to the first fifty, so that no order reads more than it shows: by time along the index of
open slots, by distance hospital after hospital, by fee service after service.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from yitong.booking.names import NameBoard
from yitong.booking.queries.offers import DISTANCE, dressed, offers_of
from yitong.booking.schemas import SlotOffer
from yitong.kernel.ids import UUID
from yitong.kernel.platform import Platform

Order = Literal["time", "distance", "fee"]
_OPEN = "s.open AND s.pool = 'common'"  # what the partial indexes cover
_REOPENED = "NOT s.open AND s.pool = 'common' AND s.reopens_at <= $1"
_FEE = (
    "(SELECT z.fee_fen FROM schedule AS y JOIN healthcare_service AS z ON z.organization_id = y.organization_id"
    " AND z.id = y.service_id WHERE y.organization_id = s.organization_id AND y.id = s.schedule_id)"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is looked for; at least one of specialty, department and practitioner role is given."""

    first: datetime  # slots that start at or after this
    last: datetime  # and before this
    specialty: str | None = None
    department_id: UUID | None = None
    practitioner_role_id: UUID | None = None
    organization_id: UUID | None = None
    title: str | None = None
    kind: str | None = None
    period: Literal["am", "pm"] | None = None
    max_fee_fen: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    max_distance_m: int | None = None
    order: Order = "time"
    limit: int = 50


class _Statement:
    """A statement in the making: conditions and the values of their places."""

    def __init__(self, now: datetime) -> None:
        self.values: list[Any] = [now]

    def place(self, value: Any) -> str:
        self.values.append(value)
        return f"${len(self.values)}"


def statement(wish: Wish, now: datetime) -> tuple[str, list[Any]]:
    """The SQL of a wish and its values."""
    build = _Statement(now)
    first, last = (f"{build.place(moment)}::timestamptz" for moment in (wish.first, wish.last))
    limit = int(wish.limit)  # in the text, so that the plan knows that few rows are wanted
    distance = "NULL::float"
    if wish.latitude is not None and wish.longitude is not None:
        distance = DISTANCE.format(latitude=build.place(wish.latitude), longitude=build.place(wish.longitude))
    where = _conditions(wish, build)
    source = _source(wish)
    near = "true" if wish.max_distance_m is None else f"h.distance_m <= {build.place(wish.max_distance_m)}"
    located = f"(SELECT o.id, {distance} AS distance_m FROM organization AS o WHERE o.active) AS h"  # noqa: S608
    span = f"s.start_at >= {first} AND s.start_at < {last}"
    columns = "s.organization_id, s.id, s.start_at, h.distance_m, 0 AS fee_fen"
    at_home = "h.id = s.organization_id"
    if wish.order == "distance" and wish.specialty and wish.organization_id is None:
        # The nearest hospitals first; each gives at most a page, and the page is full after a few of them.
        chosen = f"""
SELECT p.organization_id, p.id, p.start_at, h.distance_m, 0 AS fee_fen
FROM (SELECT * FROM {located} WHERE {near} ORDER BY h.distance_m) AS h
CROSS JOIN LATERAL (
    SELECT s.organization_id, s.id, s.start_at FROM {source}
    WHERE {_OPEN} AND s.organization_id = h.id AND {span} AND {where} ORDER BY s.start_at LIMIT {limit}
) AS p
ORDER BY h.distance_m, p.start_at LIMIT {limit}"""  # noqa: S608
    elif wish.order == "fee":
        # The cheapest services first; each gives at most a page.
        chosen = f"""
SELECT p.organization_id, p.id, p.start_at, h.distance_m, f.fee_fen
FROM (SELECT f.organization_id, f.id, f.fee_fen FROM healthcare_service AS f
      JOIN department AS q ON q.organization_id = f.organization_id AND q.id = f.department_id
      WHERE f.active AND {_service_conditions(wish, build)} ORDER BY f.fee_fen) AS f
JOIN {located} ON h.id = f.organization_id AND {near}
CROSS JOIN LATERAL (
    SELECT s.organization_id, s.id, s.start_at
    FROM schedule AS d JOIN slot AS s ON s.organization_id = d.organization_id AND s.schedule_id = d.id
    {_joins(wish)}
    WHERE d.organization_id = f.organization_id AND d.service_id = f.id
        AND d.day >= ({first})::date - 1 AND d.day <= ({last})::date + 1
        AND {_OPEN} AND {span} AND {where} ORDER BY s.start_at LIMIT {limit}
) AS p
ORDER BY f.fee_fen, p.start_at LIMIT {limit}"""  # noqa: S608
    else:
        chosen = f"""
SELECT {columns} FROM {source} JOIN {located} ON {at_home} AND {near}
WHERE {_OPEN} AND {span} AND {where} ORDER BY {"h.distance_m, " if wish.order == "distance" else ""}s.start_at
LIMIT {limit}"""  # noqa: S608
    # Full slots in which a hold has run out have a place again; there are never many of them.
    fee = _FEE if wish.order == "fee" else "0"
    reopened = f"""
SELECT s.organization_id, s.id, s.start_at, h.distance_m, {fee} AS fee_fen
FROM {source} JOIN {located} ON {at_home} AND {near}
WHERE {_REOPENED} AND {span} AND {where} LIMIT {limit}"""  # noqa: S608
    order = {"time": "c.start_at", "distance": "c.distance_m, c.start_at", "fee": "c.fee_fen, c.start_at"}[wish.order]
    both = f"SELECT * FROM (({chosen}) UNION ALL ({reopened})) AS c ORDER BY {order} LIMIT {limit}"  # noqa: S608
    return dressed(both, order + ", s.id"), build.values


async def search(platform: Platform, board: NameBoard, wish: Wish) -> list[SlotOffer]:
    """Up to ``wish.limit`` free places in the order asked for."""
    sql, values = statement(wish, platform.clock.now())
    async with (await platform.database.raw(as_written=True)).acquire() as connection:
        rows: list[Any] = await connection.fetch(sql, *values)
    return await offers_of(board, rows)


def _conditions(wish: Wish, build: _Statement) -> str:
    """The conditions on a slot and what :func:`_joins` joins to it."""
    found: list[str] = []
    if wish.specialty is not None:
        found.append(f"s.specialty_code = {build.place(wish.specialty)}")
    if wish.department_id is not None:
        found.append(f"s.department_id = {build.place(wish.department_id)}")
    if wish.organization_id is not None:
        found.append(f"s.organization_id = {build.place(wish.organization_id)}")
    if wish.practitioner_role_id is not None:
        found.append(f"d.practitioner_role_id = {build.place(wish.practitioner_role_id)}")
    if wish.specialty is None:  # not by the index of a specialty's slots, then by the sessions of the one place named
        table, column, value = (
            ("department", "department_id", wish.department_id)
            if wish.department_id is not None
            else ("practitioner_role", "practitioner_role_id", wish.practitioner_role_id)
        )
        named = build.place(value)
        found.append(f"d.{column} = {named}")
        found.append(f"d.organization_id = (SELECT q.organization_id FROM {table} AS q WHERE q.id = {named})")  # noqa: S608
        found.append("d.day >= ($2::timestamptz)::date - 1 AND d.day <= ($3::timestamptz)::date + 1")
    if wish.period is not None:
        found.append(f"extract(hour FROM s.start_at AT TIME ZONE w.zone) {'<' if wish.period == 'am' else '>='} 12")
    if wish.kind is not None:
        found.append(f"v.kind = {build.place(wish.kind)}")
    if wish.max_fee_fen is not None:
        found.append(f"v.fee_fen <= {build.place(wish.max_fee_fen)}")
    if wish.title is not None:
        found.append(f"r.title = {build.place(wish.title)}")
    return " AND ".join(found) or "true"


def _source(wish: Wish) -> str:
    """The slots with what the conditions need, in the order in which they are best read."""
    together = "d.organization_id = s.organization_id AND d.id = s.schedule_id"
    if wish.specialty is None:
        return f"schedule AS d JOIN slot AS s ON {together} {_joins(wish)}"
    needed = (wish.kind, wish.max_fee_fen, wish.title, wish.practitioner_role_id)
    schedule = f"JOIN schedule AS d ON {together}" if any(one is not None for one in needed) else ""
    return f"slot AS s {schedule} {_joins(wish)}"


def _joins(wish: Wish) -> str:
    """Only what the conditions need beside slot and session."""
    parts: list[str] = []
    if wish.kind is not None or wish.max_fee_fen is not None:
        parts.append("JOIN healthcare_service AS v ON v.organization_id = d.organization_id AND v.id = d.service_id")
    if wish.title is not None:
        parts.append(
            "JOIN practitioner_role AS r ON r.organization_id = d.organization_id AND r.id = d.practitioner_role_id"
        )
    if wish.period is not None:
        parts.append("JOIN organization AS w ON w.id = s.organization_id")
    return " ".join(parts)


def _service_conditions(wish: Wish, build: _Statement) -> str:
    found: list[str] = []
    if wish.specialty is not None:
        found.append(f"q.specialty_code = {build.place(wish.specialty)}")
    if wish.department_id is not None:
        found.append(f"f.department_id = {build.place(wish.department_id)}")
    if wish.organization_id is not None:
        found.append(f"f.organization_id = {build.place(wish.organization_id)}")
    return " AND ".join(found) or "true"
