"""Who is next: pure decisions of the queue, each a function of what it is given.

The order of a line is one total order by :func:`order_key`:

1. emergencies before everybody else;
2. then by ``due_at``: the start of the slot for whoever checked in before the slot was over, however early or late
   within that window; the moment of check-in for late comers; some people further back for who missed the call;
3. at the same ``due_at``: people whom a law or a rule lets go first, people of a great age, then everybody else, then
   who missed the call, then late comers;
4. then by the number, which nobody shares within a line.

Who comes back with results is put right behind the k-th first visit that waits (:func:`placed_with_results`).

So somebody who is on time is never overtaken by a later slot of the same class, and a late comer, who is due when the
present slot has already begun, never comes before the people of the present slot (漏号、插队).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from yitong.booking.states import QueueState
from yitong.kernel.clock import day_of
from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual


class Priority(StrEnum):
    """The class somebody waits in."""

    EMERGENCY = "emergency"
    PRIVILEGED = "privileged"  # by law or rule: soldiers, people with disabilities, expecting mothers …
    ELDERLY = "elderly"
    NORMAL = "normal"
    RESULT = "result"  # has been seen today and comes back with results
    RETURNER = "returner"  # missed the call
    LATE = "late"


# Kept with each entry, so these numbers never change their meaning.
RANK = {
    Priority.EMERGENCY: 0,
    Priority.PRIVILEGED: 1,
    Priority.ELDERLY: 2,
    Priority.NORMAL: 3,
    Priority.RESULT: 4,
    Priority.RETURNER: 5,
    Priority.LATE: 6,
}
FIRST_VISIT = (Priority.PRIVILEGED, Priority.ELDERLY, Priority.NORMAL, Priority.LATE)
# Letters on the ticket, by kind of service, so that two sessions in one hall are told apart by ear.
_LETTER = {
    "general": "A",
    "expert": "B",
    "special": "C",
    "return_visit": "R",
    "emergency": "E",
    "treatment": "T",
    "exam": "X",
}


@dataclass(frozen=True, slots=True)
class Turn:
    """A place in the order among those with one ``due_at``: by rank and number, or right behind somebody's."""

    rank: int
    number: int
    behind: int = 0
    at: datetime | None = None  # when it was given; decides between two who stand behind the same person


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the order of somebody in a queue depends on; without a ``turn`` it is their class and number."""

    id: UUID
    priority: Priority
    due_at: datetime
    number: int
    turn: Turn | None = None


def turn_of(one: Waiting) -> Turn:
    """The place among those due at the same moment."""
    return one.turn or Turn(RANK[one.priority], one.number)


def order_key(one: Waiting) -> tuple[bool, datetime, int, int, int, float, UUID]:
    """The sort key of the line; smaller is called earlier."""
    turn = turn_of(one)
    given = turn.at.timestamp() if turn.behind and turn.at is not None else 0.0
    emergency = one.priority is Priority.EMERGENCY
    return not emergency, one.due_at, turn.rank, turn.number, turn.behind, given, one.id


def in_order(waiting: Sequence[Waiting]) -> list[Waiting]:
    """The line as it will be called if nobody else comes."""
    return sorted(waiting, key=order_key)


def placed(
    *,
    slot_start: datetime,
    slot_end: datetime,
    now: datetime,
    emergency: bool,
    age_years: int,
    elderly_from: int | None,
    grace: timedelta = timedelta(),
) -> tuple[Priority, datetime]:
    """Class and due moment of somebody who checks in ``now``. A late comer of great age is late all the same.

    ``elderly_from`` None: the rule is off. ``grace`` is how long after the slot's end nobody is late yet.
    """
    if emergency:
        return Priority.EMERGENCY, slot_start
    if now > slot_end + grace:
        return Priority.LATE, now
    elderly = elderly_from is not None and age_years >= elderly_from
    return (Priority.ELDERLY if elderly else Priority.NORMAL), slot_start


def placed_again(one: Waiting, queue: Sequence[Waiting], *, behind: int) -> tuple[Priority, datetime]:
    """Class and due moment of somebody who missed the call and is back: after the next ``behind`` people.

    Whoever is due at the same moment as the last of these goes first as well, so a missed call never costs somebody
    else their turn; it costs oneself one slot at most.
    """
    if one.priority is Priority.EMERGENCY:
        return one.priority, one.due_at
    return Priority.RETURNER, _after(one.due_at, queue, behind)


def placed_late(due_at: datetime, queue: Sequence[Waiting], *, behind: int) -> datetime:
    """When a late comer is due who waits for at least ``behind`` people; ``due_at`` when there are fewer."""
    return _after(due_at, queue, behind)


def _after(due_at: datetime, queue: Sequence[Waiting], behind: int) -> datetime:
    others = [w for w in in_order(queue) if w.priority is not Priority.EMERGENCY][:behind]
    return max([due_at, *(w.due_at for w in others)])


def placed_with_results(queue: Sequence[Waiting], now: datetime, number: int, *, after: int) -> tuple[datetime, Turn]:
    """Due moment and turn of somebody who comes back with results: right behind the ``after``-th first visit.

    Counted from the last one in the line who came back with results, so that two of them always have ``after`` first
    visits between them; when fewer wait, it is behind all of them. With nobody waiting it is now.
    """
    line = in_order(queue)
    begin = max((place + 1 for place, one in enumerate(line) if one.priority is Priority.RESULT), default=0)
    first_visits = [one for one in line[begin:] if one.priority in FIRST_VISIT]
    if len(first_visits) >= after:
        anchor = first_visits[after - 1]
    elif line:
        anchor = line[-1]
    else:
        return now, Turn(RANK[Priority.RESULT], number, 0, now)
    turn = turn_of(anchor)
    return anchor.due_at, Turn(turn.rank, turn.number, 1, now)


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


def number_text(service_kind: str, number: int) -> str:
    """The number as it is printed, shown and called, e.g. ``A012``."""
    return f"{_LETTER.get(service_kind, 'A')}{number:03d}"


def hint(
    state: QueueState | None,
    ahead: int,
    minutes: int | None,
    room: Bilingual,
    *,
    window_open: bool = True,
    results_expected: bool = False,
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
        case QueueState.FINISHED if results_expected:
            return Bilingual(
                "医生在等您的检查结果。拿到结果后请再次签到，会安排您回诊。",
                "The doctor waits for your results. Check in again when you have them to be seen once more.",
            )
        case QueueState.LEFT:
            return Bilingual("您已退出候诊。", "You have left the queue.")
        case QueueState.FINISHED:
            return Bilingual("本次就诊已结束。", "This visit is over.")
