"""When everybody of a line is likely to be called: from who waits, which rooms are open, and each doctor's pace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from yitong.booking.queue import pace, rows
from yitong.booking.queue.policy import Policy
from yitong.booking.queue.rows import EntryRow, SessionRow
from yitong.booking.states import QueueState
from yitong.kernel.ids import UUID
from yitong.kernel.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Forecast:
    """How long each room takes for one person, and when each waiting entry is expected; None: nobody can say."""

    each: dict[UUID, timedelta]
    moments: dict[UUID, datetime | None]


async def forecast(
    tx: Transaction, line: Sequence[SessionRow], everybody: Sequence[EntryRow], policy: Policy
) -> Forecast:
    """The line's future; ``everybody`` is the whole line in its order. The caller may see all of it."""
    each = {one.id: await _pace(tx, one, policy) for one in line}
    waiting = [one for one in everybody if one.state is QueueState.WAITING]
    rooms = [_room(tx.now, one, each[one.id], _in_room(everybody, one.id)) for one in _open(tx.now, line, everybody)]
    moments = pace.expected([one.bound_to for one in waiting], rooms)
    return Forecast(each, {one.id: when for one, when in zip(waiting, moments, strict=True)})


async def _pace(tx: Transaction, one: SessionRow, policy: Policy) -> timedelta:
    today, before = await rows.consultations(tx, one, last=policy.pace_sample, weeks=policy.pace_weeks)
    planned = timedelta(seconds=one.planned_s)
    return pace.learned(today, before, planned, trust=policy.pace_trust, last=policy.pace_sample)


def _open(now: datetime, line: Sequence[SessionRow], everybody: Sequence[EntryRow]) -> list[SessionRow]:
    """The rooms that will call: a paused one counts when it said until when, one past its end while it is busy.

    When all of them are past their end somebody still has to see who waits, so then they count again.
    """
    calling = [
        one for one in line if one.stopped_at is None and (one.paused_at is None or one.paused_until is not None)
    ]
    present = [one for one in calling if now < one.end_at or _in_room(everybody, one.id) is not None]
    return present or calling


def _room(now: datetime, one: SessionRow, each: timedelta, inside: EntryRow | None) -> pace.OpenRoom:
    since = (inside.started_at or inside.called_at) if inside is not None else None
    return pace.OpenRoom(one.id, pace.free_at(now, one.start_at, each, since, one.paused_until), each)


def _in_room(everybody: Sequence[EntryRow], schedule_id: UUID) -> EntryRow | None:
    return next((one for one in everybody if one.state in rows.IN_ROOM and one.room_of == schedule_id), None)
