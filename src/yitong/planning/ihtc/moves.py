"""The moves of the search. Each changes the state, and undoes itself when the change costs more than the limit."""

from numba import njit

from yitong.planning.ihtc.chance import Chance, below
from yitong.planning.ihtc.layout import (
    AT_WORK,
    AT_WORK_COUNT,
    BEDS,
    COUNT,
    DAY,
    DAYS,
    EACH,
    FIXED_NURSE,
    HIGH,
    LOW,
    MAX_LOAD,
    MUST,
    N_NURSES,
    N_ROOMS,
    N_THEATERS,
    NURSE,
    PATIENTS,
    PEOPLE,
    ROOM,
    ROOM_CHOICES,
    ROOMS,
    SHIFTS,
    STAY,
    THEATER,
    THEATER_CHOICES,
    THEATERS,
    Cells,
)
from yitong.planning.ihtc.state import OUT, admit, dismiss, fits, give_nurse

REFUSED = 1 << 60


@njit(cache=True)
def _one(w: Cells, limit: float, p: int, day: int, room: int, theater: int) -> int:
    if not fits(w, p, day, room, theater, p, p):
        return REFUSED
    was_day, was_room, was_theater = w[w[DAY] + p], w[w[ROOM] + p], w[w[THEATER] + p]
    delta = dismiss(w, p) + admit(w, p, day, room, theater)
    if delta <= limit:
        return delta
    dismiss(w, p)
    admit(w, p, was_day, was_room, was_theater)
    return REFUSED


@njit(cache=True)
def _two(w: Cells, limit: float, p: int, q: int, to: Cells) -> int:
    """Move p to `to[:3]` and q to `to[3:]` (day, room, theatre) at once."""
    if not fits(w, p, to[0], to[1], to[2], p, q) or not fits(w, q, to[3], to[4], to[5], p, q):
        return REFUSED
    day_p, room_p, theater_p = w[w[DAY] + p], w[w[ROOM] + p], w[w[THEATER] + p]
    day_q, room_q, theater_q = w[w[DAY] + q], w[w[ROOM] + q], w[w[THEATER] + q]
    delta = dismiss(w, p) + dismiss(w, q) + admit(w, p, to[0], to[1], to[2])
    # Each fits beside everybody else; whether they also fit beside each other shows now.
    if fits(w, q, to[3], to[4], to[5], OUT, OUT):
        delta += admit(w, q, to[3], to[4], to[5])
        if delta <= limit:
            return delta
        dismiss(w, q)
    dismiss(w, p)
    admit(w, p, day_p, room_p, theater_p)
    admit(w, q, day_q, room_q, theater_q)
    return REFUSED


@njit(cache=True)
def _any_room(w: Cells, chance: Chance, p: int) -> int:
    return w[w[ROOMS] + p * w[N_ROOMS] + below(chance, w[w[ROOM_CHOICES] + p])]


@njit(cache=True)
def _any_theater(w: Cells, chance: Chance, p: int) -> int:
    return w[w[THEATERS] + p * w[N_THEATERS] + below(chance, w[w[THEATER_CHOICES] + p])]


@njit(cache=True)
def _any_day(w: Cells, chance: Chance, p: int) -> int:
    return w[w[LOW] + p] + below(chance, w[w[HIGH] + p] - w[w[LOW] + p] + 1)


@njit(cache=True)
def movable(w: Cells, p: int) -> bool:
    """Whether a patient can be admitted at all."""
    return w[w[LOW] + p] <= w[w[HIGH] + p] and w[w[ROOM_CHOICES] + p] > 0 and w[w[THEATER_CHOICES] + p] > 0


@njit(cache=True)
def relocate(w: Cells, chance: Chance, limit: float) -> int:
    """Another room, theatre or day, or several of them, for one patient; who is out comes in."""
    p = below(chance, w[PATIENTS])
    if not movable(w, p):
        return REFUSED
    day, room, theater = w[w[DAY] + p], w[w[ROOM] + p], w[w[THEATER] + p]
    kind = below(chance, 10) if day != OUT else 9
    if kind <= 2:
        room = _any_room(w, chance, p)
    elif kind == 3:
        theater = _any_theater(w, chance, p)
    elif kind <= 5:
        day = _any_day(w, chance, p)
    elif kind == 6:
        day, theater = _any_day(w, chance, p), _any_theater(w, chance, p)
    else:
        day, room, theater = _any_day(w, chance, p), _any_room(w, chance, p), _any_theater(w, chance, p)
    if day == w[w[DAY] + p] and room == w[w[ROOM] + p] and theater == w[w[THEATER] + p]:
        return REFUSED
    return _one(w, limit, p, day, room, theater)


@njit(cache=True)
def unschedule(w: Cells, chance: Chance, limit: float) -> int:
    """Leave an optional patient out."""
    p = below(chance, w[PATIENTS])
    if w[w[DAY] + p] == OUT or w[w[MUST] + p]:
        return REFUSED
    return _one(w, limit, p, OUT, 0, 0)


@njit(cache=True)
def swap(w: Cells, chance: Chance, limit: float, to: Cells) -> int:
    """Two patients change places: everything, rooms alone, or days and theatres; one of them may be out."""
    p, q = below(chance, w[PATIENTS]), below(chance, w[PATIENTS])
    if p == q or w[w[DAY] + p] == OUT or not movable(w, q):
        return REFUSED
    to[0], to[1], to[2] = w[w[DAY] + q], w[w[ROOM] + q], w[w[THEATER] + q]
    to[3], to[4], to[5] = w[w[DAY] + p], w[w[ROOM] + p], w[w[THEATER] + p]
    if w[w[DAY] + q] == OUT:
        # A place in the same theatre is kept as it is; any day of the newcomer's near it will do.
        if below(chance, 2) == 0:
            to[3] = _any_day(w, chance, q)
    else:
        kind = below(chance, 3)
        if kind == 1:
            to[0], to[2], to[3], to[5] = w[w[DAY] + p], w[w[THEATER] + p], w[w[DAY] + q], w[w[THEATER] + q]
        elif kind == 2:
            to[1], to[4] = w[w[ROOM] + p], w[w[ROOM] + q]
    return _two(w, limit, p, q, to)


@njit(cache=True)
def kick(w: Cells, chance: Chance, limit: float, to: Cells) -> int:
    """A patient takes a place where another lies or is operated, who goes elsewhere or, if optional, out."""
    p = below(chance, w[PATIENTS])
    if not movable(w, p):
        return REFUSED
    day, room, theater = _any_day(w, chance, p), _any_room(w, chance, p), _any_theater(w, chance, p)
    at = min(w[DAYS] - 1, day + below(chance, w[w[STAY] + p]))
    if w[w[COUNT] + room * w[DAYS] + at] == 0:
        return REFUSED
    q = w[w[PEOPLE] + (room * w[DAYS] + at) * w[BEDS] + below(chance, w[w[COUNT] + room * w[DAYS] + at])]
    if q >= w[PATIENTS] or q == p:
        return REFUSED
    if w[w[DAY] + p] != OUT and below(chance, 2) == 0:
        day, theater = w[w[DAY] + p], w[w[THEATER] + p]
    to[0], to[1], to[2] = day, room, theater
    if not w[w[MUST] + q] and below(chance, 6) == 0:
        to[3] = OUT
        return _two(w, limit, p, q, to)
    to[3], to[4], to[5] = w[w[DAY] + q], _any_room(w, chance, q), w[w[THEATER] + q]
    if below(chance, 2) == 0:
        to[3], to[5] = _any_day(w, chance, q), _any_theater(w, chance, q)
        if below(chance, 2) == 0:
            to[4] = w[w[ROOM] + q]
    return _two(w, limit, p, q, to)


@njit(cache=True)
def _nurse_for(w: Cells, chance: Chance, room: int, shift: int) -> int:
    """Somebody at work in the shift: half of the time who has the room at another time near it."""
    if below(chance, 2) == 0:
        near = shift - 9 + below(chance, 19)
        if near >= 0 and near < w[SHIFTS]:
            nurse = w[w[NURSE] + room * w[SHIFTS] + near]
            if w[w[MAX_LOAD] + nurse * w[SHIFTS] + shift] >= 0:
                return nurse
    return w[w[AT_WORK] + shift * w[N_NURSES] + below(chance, w[w[AT_WORK_COUNT] + shift])]


@njit(cache=True)
def change_nurse(w: Cells, chance: Chance, limit: float) -> int:
    """Another nurse for one room and shift."""
    room, shift = below(chance, w[N_ROOMS]), below(chance, w[SHIFTS])
    if w[w[COUNT] + room * w[DAYS] + shift // w[EACH]] == 0 or w[w[FIXED_NURSE] + room * w[SHIFTS] + shift] >= 0:
        return REFUSED
    new, old = _nurse_for(w, chance, room, shift), w[w[NURSE] + room * w[SHIFTS] + shift]
    if new == old:
        return REFUSED
    delta = give_nurse(w, room, shift, new)
    if delta <= limit:
        return delta
    give_nurse(w, room, shift, old)
    return REFUSED


@njit(cache=True)
def swap_nurses(w: Cells, chance: Chance, limit: float) -> int:
    """Two rooms change their nurses in one shift."""
    shift = below(chance, w[SHIFTS])
    a, b = below(chance, w[N_ROOMS]), below(chance, w[N_ROOMS])
    nurse_a, nurse_b = w[w[NURSE] + a * w[SHIFTS] + shift], w[w[NURSE] + b * w[SHIFTS] + shift]
    if (
        nurse_a == nurse_b
        or w[w[FIXED_NURSE] + a * w[SHIFTS] + shift] >= 0
        or w[w[FIXED_NURSE] + b * w[SHIFTS] + shift] >= 0
    ):
        return REFUSED
    day = shift // w[EACH]
    if w[w[COUNT] + a * w[DAYS] + day] == 0 and w[w[COUNT] + b * w[DAYS] + day] == 0:
        return REFUSED
    delta = give_nurse(w, a, shift, nurse_b) + give_nurse(w, b, shift, nurse_a)
    if delta <= limit:
        return delta
    give_nurse(w, a, shift, nurse_a)
    give_nurse(w, b, shift, nurse_b)
    return REFUSED


@njit(cache=True)
def nurse_run(w: Cells, chance: Chance, limit: float, before: Cells) -> int:
    """One nurse takes a room in all shifts at work of the next days."""
    room, start = below(chance, w[N_ROOMS]), below(chance, w[SHIFTS])
    if w[w[COUNT] + room * w[DAYS] + start // w[EACH]] == 0:
        return REFUSED
    end = min(w[SHIFTS], start + w[EACH] * (2 + below(chance, 6)))
    new = _nurse_for(w, chance, room, start)
    delta, changed = 0, 0
    for shift in range(start, end):
        before[shift] = w[w[NURSE] + room * w[SHIFTS] + shift]
        if (
            before[shift] != new
            and w[w[MAX_LOAD] + new * w[SHIFTS] + shift] >= 0
            and w[w[FIXED_NURSE] + room * w[SHIFTS] + shift] < 0
        ):
            delta += give_nurse(w, room, shift, new)
            changed += 1
    if changed > 0 and delta <= limit:
        return delta
    for shift in range(start, end):
        if w[w[NURSE] + room * w[SHIFTS] + shift] != before[shift]:
            give_nurse(w, room, shift, before[shift])
    return REFUSED
