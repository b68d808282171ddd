"""The plan under search with everything that is counted along, and the steps that change it and say what they cost."""

from numba import njit

from yitong.planning.ihtc.layout import (
    AGE,
    AGE_GROUPS,
    AGES,
    BEDS,
    CAPACITY,
    COUNT,
    DAY,
    DAYS,
    EACH,
    GENDER,
    HIGH,
    LEVELS,
    LOAD,
    LONGEST,
    LOW,
    MAX_LOAD,
    MEETS,
    MEN,
    MINUTES,
    MUST,
    N_NURSES,
    N_ROOMS,
    N_THEATERS,
    NEED,
    NURSE,
    NURSE_LOAD,
    OCCUPANT_ROOM,
    OCCUPANTS,
    OUT_COST,
    PATIENTS,
    PEOPLE,
    RELEASE,
    ROOM,
    ROOM_FITS,
    ROOM_LOAD,
    SHIFTS,
    SHORT,
    SKILL,
    STAY,
    SURGEON,
    SURGEON_TIME,
    SURGEON_USED,
    THEATER,
    THEATER_COUNT,
    THEATER_FITS,
    THEATER_TIME,
    THEATER_USED,
    W_AGE,
    W_CONTINUITY,
    W_DELAY,
    W_LOAD,
    W_OPEN,
    W_SKILL,
    W_TRANSFER,
    WITH_SURGEON,
    Cells,
)
from yitong.planning.ihtc.model import OUT


@njit(cache=True)
def _span(w: Cells, room: int, day: int) -> int:
    lowest, highest = -1, -1
    for group in range(w[AGE_GROUPS]):
        if w[w[AGES] + (room * w[DAYS] + day) * w[AGE_GROUPS] + group] > 0:
            if lowest < 0:
                lowest = group
            highest = group
    return highest - lowest


@njit(cache=True)
def lay(w: Cells, q: int, first: int, room: int, sign: int) -> int:
    """Put a person into a room from a day on (sign 1) or take them out (sign -1): the change of the care costs."""
    delta = 0
    for day in range(first, min(w[DAYS], first + w[w[STAY] + q])):
        delta -= w[W_AGE] * _span(w, room, day)
        w[w[AGES] + (room * w[DAYS] + day) * w[AGE_GROUPS] + w[w[AGE] + q]] += sign
        delta += w[W_AGE] * _span(w, room, day)
        w[w[MEN] + room * w[DAYS] + day] += sign * w[w[GENDER] + q]
        if sign > 0:
            w[w[PEOPLE] + (room * w[DAYS] + day) * w[BEDS] + w[w[COUNT] + room * w[DAYS] + day]] = q
            w[w[COUNT] + room * w[DAYS] + day] += 1
        else:
            last = w[w[COUNT] + room * w[DAYS] + day] - 1
            at = 0
            while w[w[PEOPLE] + (room * w[DAYS] + day) * w[BEDS] + at] != q:
                at += 1
            w[w[PEOPLE] + (room * w[DAYS] + day) * w[BEDS] + at] = w[
                w[PEOPLE] + (room * w[DAYS] + day) * w[BEDS] + last
            ]
            w[w[COUNT] + room * w[DAYS] + day] = last
        for part in range(w[EACH]):
            shift = day * w[EACH] + part
            offset = (day - first) * w[EACH] + part
            nurse = w[w[NURSE] + room * w[SHIFTS] + shift]
            work = sign * w[w[LOAD] + q * w[LONGEST] + offset]
            over = w[w[NURSE_LOAD] + nurse * w[SHIFTS] + shift] - w[w[MAX_LOAD] + nurse * w[SHIFTS] + shift]
            delta += w[W_LOAD] * (max(0, over + work) - max(0, over))
            w[w[NURSE_LOAD] + nurse * w[SHIFTS] + shift] += work
            w[w[ROOM_LOAD] + room * w[SHIFTS] + shift] += work
            need = w[w[NEED] + q * w[LONGEST] + offset]
            delta += sign * w[W_SKILL] * max(0, need - w[w[SKILL] + nurse])
            for level in range(need):
                w[w[SHORT] + (room * w[SHIFTS] + shift) * w[LEVELS] + level] += sign * (need - level)
            if sign > 0:
                if w[w[MEETS] + q * w[N_NURSES] + nurse] == 0:
                    delta += w[W_CONTINUITY]
                w[w[MEETS] + q * w[N_NURSES] + nurse] += 1
            else:
                w[w[MEETS] + q * w[N_NURSES] + nurse] -= 1
                if w[w[MEETS] + q * w[N_NURSES] + nurse] == 0:
                    delta -= w[W_CONTINUITY]
    return delta


@njit(cache=True)
def admit(w: Cells, p: int, day: int, room: int, theater: int) -> int:
    """Admit a patient who is out (day `OUT`: leave out): the change of the cost."""
    if day == OUT:
        return 0
    delta = lay(w, p, day, room, 1) - w[w[OUT_COST] + p] + w[W_DELAY] * (day - w[w[RELEASE] + p])
    surgeon = w[w[SURGEON] + p]
    if w[w[THEATER_COUNT] + theater * w[DAYS] + day] == 0:
        delta += w[W_OPEN]
    if (
        w[w[WITH_SURGEON] + (surgeon * w[N_THEATERS] + theater) * w[DAYS] + day] == 0
        and w[w[SURGEON_USED] + surgeon * w[DAYS] + day] > 0
    ):
        delta += w[W_TRANSFER]
    w[w[THEATER_COUNT] + theater * w[DAYS] + day] += 1
    w[w[WITH_SURGEON] + (surgeon * w[N_THEATERS] + theater) * w[DAYS] + day] += 1
    w[w[THEATER_USED] + theater * w[DAYS] + day] += w[w[MINUTES] + p]
    w[w[SURGEON_USED] + surgeon * w[DAYS] + day] += w[w[MINUTES] + p]
    w[w[DAY] + p], w[w[ROOM] + p], w[w[THEATER] + p] = day, room, theater
    return delta


@njit(cache=True)
def dismiss(w: Cells, p: int) -> int:
    """Take a patient out of the plan: the change of the cost."""
    day, room, theater = w[w[DAY] + p], w[w[ROOM] + p], w[w[THEATER] + p]
    if day == OUT:
        return 0
    delta = lay(w, p, day, room, -1) + w[w[OUT_COST] + p] - w[W_DELAY] * (day - w[w[RELEASE] + p])
    surgeon = w[w[SURGEON] + p]
    w[w[THEATER_COUNT] + theater * w[DAYS] + day] -= 1
    w[w[WITH_SURGEON] + (surgeon * w[N_THEATERS] + theater) * w[DAYS] + day] -= 1
    w[w[THEATER_USED] + theater * w[DAYS] + day] -= w[w[MINUTES] + p]
    w[w[SURGEON_USED] + surgeon * w[DAYS] + day] -= w[w[MINUTES] + p]
    if w[w[THEATER_COUNT] + theater * w[DAYS] + day] == 0:
        delta -= w[W_OPEN]
    if (
        w[w[WITH_SURGEON] + (surgeon * w[N_THEATERS] + theater) * w[DAYS] + day] == 0
        and w[w[SURGEON_USED] + surgeon * w[DAYS] + day] > 0
    ):
        delta -= w[W_TRANSFER]
    w[w[DAY] + p] = OUT
    return delta


@njit(cache=True)
def fits(w: Cells, p: int, day: int, room: int, theater: int, a: int, b: int) -> bool:
    """Whether a patient may come there by every hard rule, were the patients a and b not in the plan."""
    if day == OUT:
        return not w[w[MUST] + p]
    if (
        day < w[w[LOW] + p]
        or day > w[w[HIGH] + p]
        or not w[w[ROOM_FITS] + p * w[N_ROOMS] + room]
        or not w[w[THEATER_FITS] + p * w[N_THEATERS] + theater]
    ):
        return False
    in_theater = w[w[THEATER_USED] + theater * w[DAYS] + day] + w[w[MINUTES] + p]
    by_surgeon = w[w[SURGEON_USED] + (w[w[SURGEON] + p]) * w[DAYS] + day] + w[w[MINUTES] + p]
    for turn in range(2):
        x = a if turn == 0 else b
        if (turn == 0 or b != a) and x >= 0 and w[w[DAY] + x] == day:
            if w[w[THEATER] + x] == theater:
                in_theater -= w[w[MINUTES] + x]
            if w[w[SURGEON] + x] == w[w[SURGEON] + p]:
                by_surgeon -= w[w[MINUTES] + x]
    if (
        in_theater > w[w[THEATER_TIME] + theater * w[DAYS] + day]
        or by_surgeon > w[w[SURGEON_TIME] + (w[w[SURGEON] + p]) * w[DAYS] + day]
    ):
        return False
    for at in range(day, min(w[DAYS], day + w[w[STAY] + p])):
        count, men = w[w[COUNT] + room * w[DAYS] + at], w[w[MEN] + room * w[DAYS] + at]
        for turn in range(2):
            x = a if turn == 0 else b
            if x < 0 or (turn == 1 and b == a) or w[w[DAY] + x] == OUT or w[w[ROOM] + x] != room:
                continue
            if w[w[DAY] + x] <= at and at < w[w[DAY] + x] + w[w[STAY] + x]:
                count -= 1
                men -= w[w[GENDER] + x]
        if count >= w[w[CAPACITY] + room] or (count > 0 and men != w[w[GENDER] + p] * count):
            return False
    return True


@njit(cache=True)
def give_nurse(w: Cells, room: int, shift: int, new: int) -> int:
    """Give a room another nurse for a shift: the change of the cost."""
    old = w[w[NURSE] + room * w[SHIFTS] + shift]
    work = w[w[ROOM_LOAD] + room * w[SHIFTS] + shift]
    over_old = w[w[NURSE_LOAD] + old * w[SHIFTS] + shift] - w[w[MAX_LOAD] + old * w[SHIFTS] + shift]
    over_new = w[w[NURSE_LOAD] + new * w[SHIFTS] + shift] - w[w[MAX_LOAD] + new * w[SHIFTS] + shift]
    delta = w[W_LOAD] * (max(0, over_old - work) - max(0, over_old) + max(0, over_new + work) - max(0, over_new))
    lacks = w[SHORT] + (room * w[SHIFTS] + shift) * w[LEVELS]
    delta += w[W_SKILL] * (w[lacks + w[w[SKILL] + new]] - w[lacks + w[w[SKILL] + old]])
    day = shift // w[EACH]
    for at in range(w[w[COUNT] + room * w[DAYS] + day]):
        q = w[w[PEOPLE] + (room * w[DAYS] + day) * w[BEDS] + at]
        w[w[MEETS] + q * w[N_NURSES] + old] -= 1
        if w[w[MEETS] + q * w[N_NURSES] + old] == 0:
            delta -= w[W_CONTINUITY]
        if w[w[MEETS] + q * w[N_NURSES] + new] == 0:
            delta += w[W_CONTINUITY]
        w[w[MEETS] + q * w[N_NURSES] + new] += 1
    w[w[NURSE_LOAD] + old * w[SHIFTS] + shift] -= work
    w[w[NURSE_LOAD] + new * w[SHIFTS] + shift] += work
    w[w[NURSE] + room * w[SHIFTS] + shift] = new
    return delta


@njit(cache=True)
def begin(w: Cells) -> int:
    """Put the occupants to bed and leave every patient out: the cost of that."""
    cost = 0
    for row in range(w[OCCUPANTS]):
        q = w[PATIENTS] + row
        w[w[DAY] + q], w[w[ROOM] + q] = 0, w[w[OCCUPANT_ROOM] + row]
        cost += lay(w, q, 0, w[w[OCCUPANT_ROOM] + row], 1)
    for p in range(w[PATIENTS]):
        cost += w[w[OUT_COST] + p]
    return cost
