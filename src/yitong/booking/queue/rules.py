"""Who is next, and when: pure decisions of the queue, each a function of what it is given.

The order of a session's queue is one total order by :func:`order_key`:

1. emergencies before everybody else;
2. then by ``due_at``: the start of the slot for whoever checked in before the slot was over, however early or late
   within that window; the moment of check-in for late comers; three people further back for returners;
3. at the same ``due_at``: people of a great age, then everybody else, then returners, then late comers;
4. then by the number drawn at confirmation, which nobody shares within a session.

So somebody who is on time is never overtaken by a later slot of the same class, and a late comer, who is due when the
present slot has already begun, never comes before the people of the present slot (漏号、插队).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median

from yitong.booking.states import QueueState
from yitong.kernel.clock import day_of
from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual


class Priority(StrEnum):
    """The class somebody waits in."""

    EMERGENCY = "emergency"
    ELDERLY = "elderly"
    NORMAL = "normal"
    RETURNER = "returner"
    LATE = "late"


_RANK = {priority: rank for rank, priority in enumerate(Priority)}
# How many consultations make a pace, how many of the last ones count, and what a pace can be at all.
_FEWEST, _LAST = 3, 9
_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(minutes=60)
# Letters on the ticket, by kind of service, so that two sessions in one hall are told apart by ear.
_LETTER = {"general": "A", "expert": "B", "special": "C", "return_visit": "R", "emergency": "E"}


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the order of somebody in a queue depends on."""

    id: UUID
    priority: Priority
    due_at: datetime
    number: int


def order_key(one: Waiting) -> tuple[bool, datetime, int, int, UUID]:
    """The sort key of the queue; smaller is called earlier."""
    return one.priority is not Priority.EMERGENCY, one.due_at, _RANK[one.priority], one.number, one.id


def in_order(waiting: Sequence[Waiting]) -> list[Waiting]:
    """The queue as it will be called if nobody else comes."""
    return sorted(waiting, key=order_key)


def placed(
    *, slot_start: datetime, slot_end: datetime, now: datetime, emergency: bool, age_years: int, elderly_from: int
) -> tuple[Priority, datetime]:
    """Class and due moment of somebody who checks in ``now``. A late comer of great age is late all the same."""
    if emergency:
        return Priority.EMERGENCY, slot_start
    if now > slot_end:
        return Priority.LATE, now
    return (Priority.ELDERLY if age_years >= elderly_from else Priority.NORMAL), slot_start


def placed_again(one: Waiting, queue: Sequence[Waiting], *, behind: int) -> tuple[Priority, datetime]:
    """Class and due moment of somebody who missed the call and is back: after the next ``behind`` people.

    Whoever is due at the same moment as the last of these goes first as well, so a missed call never costs somebody
    else their turn; it costs oneself one slot at most.
    """
    if one.priority is Priority.EMERGENCY:
        return one.priority, one.due_at
    others = [w for w in in_order(queue) if w.priority is not Priority.EMERGENCY][:behind]
    return Priority.RETURNER, max([one.due_at, *(w.due_at for w in others)])


class Window(StrEnum):
    """Whether somebody can check in now."""

    OPEN = "open"
    TOO_EARLY = "too-early"
    TOO_LATE = "too-late"
    OTHER_DAY = "not-today"


def window(
    slot_start: datetime, slot_end: datetime, now: datetime, zone: str, *, minutes_before: int, minutes_after: int
) -> Window:
    """Where ``now`` lies about the hospital's check-in window of a slot; another day of the hospital comes first."""
    if day_of(slot_start, zone) != day_of(now, zone):
        return Window.OTHER_DAY
    if now < slot_start - timedelta(minutes=minutes_before):
        return Window.TOO_EARLY
    return Window.OPEN if now <= slot_end + timedelta(minutes=minutes_after) else Window.TOO_LATE


def pace(consultations: Sequence[timedelta], planned: timedelta) -> timedelta:
    """How long one consultation takes: the median of the doctor's last ones today (newest first), or as planned."""
    if len(consultations) < _FEWEST:
        return max(planned, _SHORTEST)
    middle = timedelta(seconds=median(one.total_seconds() for one in consultations[:_LAST]))
    return min(max(middle, _SHORTEST), _LONGEST)


def expected_at(
    ahead: int, now: datetime, session_start: datetime, each: timedelta, in_room_since: datetime | None
) -> datetime:
    """When somebody with ``ahead`` people in front is likely to be called; never in the past.

    The person in the room has what is left of one consultation; somebody who takes longer is expected any moment.
    """
    begin = max(now, session_start)
    rest = max(in_room_since + each - now, timedelta()) if in_room_since is not None else timedelta()
    return begin + rest + ahead * each


def number_text(service_kind: str, number: int) -> str:
    """The number as it is printed, shown and called, e.g. ``A012``."""
    return f"{_LETTER.get(service_kind, 'A')}{number:03d}"


def hint(
    state: QueueState | None, ahead: int, minutes: int | None, room: Bilingual, *, window_open: bool = True
) -> Bilingual:
    """What somebody should do now, in a sentence; ``state`` None is somebody who has not checked in."""
    match state:
        case None if not window_open:
            return Bilingual(
                "还没到签到时间，请按预约时间到院。", "Check-in is not open yet; come at your booked time."
            )
        case None:
            return Bilingual(
                "您还没有签到，请扫码或在手机上签到。", "You have not checked in yet: scan your card or use the phone."
            )
        case QueueState.WAITING if ahead == 0:
            return Bilingual(
                f"下一位就是您，请到{room.zh}门口等候。", f"You are next. Please wait in front of {room.en}."
            )
        case QueueState.WAITING:
            about_zh = f"，大约还要 {minutes} 分钟" if minutes is not None else ""
            about_en = f", about {minutes} minutes" if minutes is not None else ""
            return Bilingual(
                f"您前面还有 {ahead} 位{about_zh}，请在{room.zh}附近候诊。",
                f"{ahead} {'person' if ahead == 1 else 'people'} ahead of you{about_en}. Please wait near {room.en}.",
            )
        case QueueState.CALLED:
            return Bilingual(f"轮到您了，请现在进入{room.zh}。", f"It is your turn. Please go into {room.en} now.")
        case QueueState.IN_CONSULTATION:
            return Bilingual("正在就诊。", "You are with the doctor.")
        case QueueState.SKIPPED:
            return Bilingual(
                "叫号时您不在，已过号。请再次签到或告诉护士，会为您重新排队。",
                "You were called and not there. Check in again or tell the nurse to get back into the queue.",
            )
        case QueueState.FINISHED:
            return Bilingual("本次就诊已结束。", "This visit is over.")
