"""When somebody will be called: the pace of each doctor, learned, and the line as the open rooms will take it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean

from yitong.kernel.ids import UUID

# What a pace can be at all, whatever was measured.
_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(minutes=60)
# The part cut off at either end before the mean is taken: somebody forgotten in the room must not move the clock.
_CUT = 0.2


def robust_mean(took: Sequence[timedelta]) -> timedelta | None:
    """The mean without the shortest and the longest fifth; of fewer than three, None."""
    if len(took) < 3:
        return None
    seconds = sorted(one.total_seconds() for one in took)
    cut = max(int(len(seconds) * _CUT), 1)
    return timedelta(seconds=fmean(seconds[cut:-cut]))


def shrunk(took: Sequence[timedelta], toward: timedelta, *, trust: int) -> timedelta:
    """The robust mean pulled towards ``toward`` as if that were ``trust`` further values; few move little."""
    mean = robust_mean(took)
    if mean is None:
        return toward
    return (len(took) * mean + trust * toward) / (len(took) + trust)


def learned(
    today: Sequence[timedelta], before: Sequence[timedelta], planned: timedelta, *, trust: int, last: int
) -> timedelta:
    """How long one consultation takes this doctor today; both lists newest first, the last ``last`` of each count.

    The usual length on this weekday is learned first, drawn to what the service plans; today is drawn to the usual.
    """
    usual = shrunk(before[:last], planned, trust=trust)
    return min(max(shrunk(today[:last], usual, trust=trust), _SHORTEST), _LONGEST)


@dataclass(slots=True)
class OpenRoom:
    """A room that calls: when it can take the next person, and how long each takes it."""

    schedule_id: UUID
    free_at: datetime
    each: timedelta


def free_at(
    now: datetime, session_start: datetime, each: timedelta, in_room_since: datetime | None, until: datetime | None
) -> datetime:
    """When a room can take the next person; never in the past. ``until`` is when a paused room goes on.

    The person in the room has what is left of one consultation; somebody who takes longer is expected any moment.
    """
    begin = max(now, session_start, *([until] if until is not None else []))
    rest = max(in_room_since + each - now, timedelta()) if in_room_since is not None else timedelta()
    return begin + rest


def expected(line: Sequence[UUID | None], rooms: Sequence[OpenRoom]) -> list[datetime | None]:
    """When each of the line is likely to be called: whoever is first goes to the room that is free first.

    An entry of the line is the only session whose room may call that person, or None for any. None is answered for
    somebody whose rooms are all closed or paused without an end.
    """
    free = [OpenRoom(one.schedule_id, one.free_at, one.each) for one in rooms]
    moments: list[datetime | None] = []
    for bound_to in line:
        may = [room for room in free if bound_to in (None, room.schedule_id)]
        if not may:
            moments.append(None)
            continue
        room = min(may, key=lambda one: one.free_at)
        moments.append(room.free_at)
        room.free_at += room.each
    return moments
