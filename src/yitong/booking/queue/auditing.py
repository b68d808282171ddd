"""Checks a line against the event log afterwards: no number lost (漏号), nobody forgotten, nobody called out of turn.

The replay knows nothing of the queue's tables. It takes each event's own words for where somebody stands and asks at
every call whether somebody who could have been called there stood before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import text

from yitong.booking.queue import rows
from yitong.booking.queue.events import QueueEvent
from yitong.booking.queue.rows import SessionRow
from yitong.booking.queue.rules import Priority, Turn, Waiting, order_key
from yitong.booking.queue.schemas import JumpedTurn, QueueAudit
from yitong.booking.states import QueueState
from yitong.kernel.ids import UUID
from yitong.kernel.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of the log as the replay reads it; ``entry`` is who it is about."""

    entry: UUID
    type: str
    at: datetime
    payload: Mapping[str, Any]


@dataclass(slots=True)
class Replay:
    """What a replay found."""

    jumps: list[JumpedTurn] = field(default_factory=list[JumpedTurn])
    calls: int = 0


@dataclass(slots=True)
class _Standing:
    place: Waiting
    number_text: str
    bound_to: str | None


_COMES = {QueueEvent.CHECKED_IN, QueueEvent.RETURNED, QueueEvent.RESULTS_BROUGHT, QueueEvent.PRIVILEGED}
_GOES = {QueueEvent.SKIPPED, "booking:appointment:cancelled", "booking:appointment:no_show"}


def replay(events: Iterable[Happening], rooms: set[str]) -> Replay:
    """Replay a line's events in the order of the log; ``rooms`` are the sessions that call from it."""
    found, waiting = Replay(), dict[UUID, _Standing]()
    for one in events:
        if one.type in _COMES:
            waiting[one.entry] = _standing(one)
        elif one.type == QueueEvent.TRANSFERRED:
            moved = waiting.pop(one.entry, None)
            if one.payload["schedule_id"] in rooms and one.payload.get("state") == QueueState.WAITING.value:
                waiting[one.entry] = _standing(one)
            elif moved is None:
                continue
        elif one.type in _GOES:
            waiting.pop(one.entry, None)
        elif one.type == QueueEvent.CALLED and one.payload["schedule_id"] in rooms:
            found.calls += 1
            called = waiting.pop(one.entry, None) or _standing(one)
            found.jumps += _passed(one, called, waiting)
    return found


def _standing(one: Happening) -> _Standing:
    said = one.payload
    rank, number, behind, at = said["turn"]
    turn = Turn(rank, number, behind, datetime.fromisoformat(at) if at else None)
    due_at = datetime.fromisoformat(said["due_at"])
    place = Waiting(one.entry, Priority(said["priority"]), due_at, said["number"], turn)
    return _Standing(place, said["number_text"], said.get("bound_to"))


def _passed(call: Happening, called: _Standing, waiting: Mapping[UUID, _Standing]) -> list[JumpedTurn]:
    """Everybody who stood before the one called and could have gone into that room."""
    mine = order_key(called.place)
    return [
        JumpedTurn(called.number_text, one.number_text, call.at)
        for one in waiting.values()
        if order_key(one.place) < mine and one.bound_to in (None, call.payload["schedule_id"])
    ]


_EVENTS = """
WITH here AS (
  SELECT e.id, e.appointment_id FROM queue_entry e
   WHERE e.organization_id = :organization AND (e.schedule_id = ANY (:line) OR e.transferred_from = ANY (:line))
)
SELECT h.id AS entry, v.type, v.at, v.payload::text AS payload, v.position FROM here h
  JOIN event v ON v.organization_id = :organization AND v.subject_id = h.id
UNION ALL
SELECT h.id, v.type, v.at, v.payload::text AS payload, v.position FROM here h
  JOIN event v ON v.organization_id = :organization AND v.subject_id = h.appointment_id
   AND v.type IN ('booking:appointment:cancelled', 'booking:appointment:no_show')
 ORDER BY position"""
_NUMBERS = """
SELECT coalesce(max(s.next_number), 1) - 1 AS given FROM schedule s
 WHERE s.organization_id = :organization AND s.id = ANY (:line)"""
_HELD = """
SELECT a.number, a.state, a.id, e.id IS NOT NULL AS has_entry, coalesce(e.state, '') AS entry_state, a.schedule_id
  FROM appointment a
  LEFT JOIN queue_entry e ON e.organization_id = a.organization_id AND e.appointment_id = a.id
 WHERE a.organization_id = :organization AND (a.schedule_id = ANY (:line) OR e.schedule_id = ANY (:line))"""


async def audit(tx: Transaction, one: SessionRow) -> QueueAudit:
    """What the log says about a session's line. The caller has checked an action and sees the hospital's rows."""
    values: dict[str, Any] = {"organization": one.organization_id, "line": one.members}
    events = await tx.session.execute(text(_EVENTS), values)
    happened = [Happening(row.entry, row.type, row.at, msgspec.json.decode(row.payload)) for row in events]
    found = replay(happened, {str(member) for member in one.members})
    given = int((await tx.session.execute(text(_NUMBERS), values)).scalar_one())
    held = (await tx.session.execute(text(_HELD), values)).all()
    moved = {h.payload["number_before"] for h in happened if h.payload.get("number_before") is not None}
    seen = {row.number for row in held} | moved
    over = one.stopped_at is not None or tx.now > one.end_at
    missing = [number for number in range(1, given + 1) if number not in seen]
    without = [_text(one, row) for row in held if row.state == "checked_in" and not row.has_entry]
    waiting = [row for row in held if row.state == "checked_in" and row.entry_state in ("waiting", "skipped")]
    forgotten = [_text(one, row) for row in waiting] if over else []
    return QueueAudit(
        schedule_id=one.id,
        numbers_given=given,
        missing_numbers=missing,
        without_entry=without,
        forgotten=forgotten,
        jumps=found.jumps,
        calls_checked=found.calls,
        clean=not (missing or without or forgotten or found.jumps),
    )


def _text(one: SessionRow, row: Any) -> str:
    return rows.number_of(one, row.number)
