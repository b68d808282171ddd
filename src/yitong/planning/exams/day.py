"""A day once more for everybody who is willing: moves by which somebody gains and nobody loses.

One person after another is planned anew on the places that are free by then, their own included. A move is proposed
when it gives that person fewer late reports or trips, an earlier finish or less waiting, and nothing of these is worse.
What a move leaves is free for those after, so rounds go on until nobody gains. For an urgent request one willing person
is asked to leave a place for another plan that is no worse.
"""

import msgspec

from yitong.planning.exams.model import Booking, Choice, Place, Plan, Problem
from yitong.planning.exams.solving import plan
from yitong.planning.exams.validation import Totals, totals, validate
from yitong.planning.problems import PlanningError


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with bookings: `problem` holds rules, person, requests, wishes and walks; its places are not looked at.

    Who is not `willing` keeps everything.
    """

    id: str
    problem: Problem
    bookings: tuple[Booking, ...]
    willing: bool = True


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """What one person is asked: new choices of all exams, what changes, trips and minutes before and after."""

    visitor: str
    choices: tuple[Choice, ...]
    changed: tuple[str, ...]
    trips: tuple[int, int]
    finish: tuple[int, int]
    waiting: tuple[int, int]


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """All moves, to be made together; the urgent plan they leave room for, if one was asked for.

    `waiting` and `finish` are sums over all visitors in minutes, before and after.
    """

    moves: tuple[Move, ...]
    waiting: tuple[int, int]
    finish: tuple[int, int]
    urgent: Plan | None = None


class _Day:
    """Free places by id with how many may still come, and the places of everybody."""

    def __init__(self, visitors: tuple[Visitor, ...], free: tuple[Place, ...]) -> None:
        self.visitors = {one.id: one for one in visitors}
        if len(self.visitors) < len(visitors):
            raise PlanningError("two visitors have the same id")
        self.free = {one.id: one for one in free}
        self.held = {one.id: {b.request: b.place for b in one.bookings} for one in visitors}
        self.before = {id: self.totals(id) for id in self.visitors}

    def problem(self, id: str) -> Problem:
        """The person's problem with every place that is free or their own."""
        own = {one.id: msgspec.structs.replace(one, capacity=max(1, one.capacity)) for one in self.held[id].values()}
        left = {name: one for name, one in self.free.items() if one.capacity > 0}
        return msgspec.structs.replace(self.visitors[id].problem, places=tuple({**left, **own}.values()), fixed=())

    def choices(self, id: str) -> tuple[Choice, ...]:
        """What the person has now."""
        it = self.visitors[id].problem
        items = {one.code: one for one in it.rules.items}
        found: list[Choice] = []
        for request in it.requests:
            place, item = self.held[id][request.id], items[request.code]
            end = place.start + item.duration_min
            times = (place.start - item.prep_min, place.start, end, end + item.report_min)
            found.append(Choice(request.id, item.code, place.id, *times))
        return tuple(sorted(found, key=lambda one: (one.start, one.request)))

    def totals(self, id: str) -> Totals:
        """What the person's plan adds up to now."""
        return totals(self.problem(id), self.choices(id))

    def take(self, id: str, choices: tuple[Choice, ...]) -> None:
        """Give back what the person has and book the choices."""
        known = {one.id: one for one in self.problem(id).places}
        for name, place in {one.id: one for one in self.held[id].values()}.items():
            left = self.free[name].capacity if name in self.free else 0
            self.free[name] = msgspec.structs.replace(place, capacity=left + 1)
        self.held[id] = {one.request: known[one.place] for one in choices}
        for name in {one.place for one in choices}:
            self.free[name] = msgspec.structs.replace(self.free[name], capacity=self.free[name].capacity - 1)


def propose_moves(visitors: tuple[Visitor, ...], free: tuple[Place, ...], *, rounds: int = 3) -> Proposal:
    """Moves that help somebody and hurt nobody. `free` are the places that nobody has, with how many may still come.

    Raises `PlanningError` when a request has no booking. Bookings that break a rule already are left alone.
    """
    day = _Day(_checked(visitors), free)
    _improve(day, rounds)
    return _proposal(day, None)


def make_room(visitors: tuple[Visitor, ...], free: tuple[Place, ...], urgent: Problem) -> Proposal:
    """The fewest moves by which the urgent problem is placed whole on the places of its day; none when that fails.

    One willing person at a time is asked for a place, and only for another plan that is no worse for them.
    """
    day = _Day(_checked(visitors), free)
    found = _urgent(day, urgent)
    if found is not None:
        return _proposal(day, found)
    for id, visitor in day.visitors.items():
        if not visitor.willing:
            continue
        for request, place in day.held[id].items():
            without = day.problem(id)
            others = tuple(one for one in without.places if one.id != place.id)
            answer = plan(msgspec.structs.replace(without, places=others))
            if answer.best is None or answer.refused or not _no_worse(_of(answer.best), day.totals(id)):
                continue
            trial = _Day(tuple(day.visitors.values()), free)
            trial.take(id, answer.best.choices)
            found = _urgent(trial, urgent)
            if found is not None and request:
                return _proposal(trial, found)
    return _proposal(day, None)


def _checked(visitors: tuple[Visitor, ...]) -> tuple[Visitor, ...]:
    for one in visitors:
        missing = {request.id for request in one.problem.requests} - {booking.request for booking in one.bookings}
        if missing:
            raise PlanningError(f"visitor {one.id}: no booking for {', '.join(sorted(missing))}")
    return visitors


def _urgent(day: _Day, urgent: Problem) -> Plan | None:
    left = tuple(one for one in day.free.values() if one.capacity > 0)
    answer = plan(msgspec.structs.replace(urgent, places=left))
    return answer.best if not answer.refused else None


def _of(found: Plan) -> Totals:
    return Totals(found.days, found.finish, found.waiting, tuple(sorted(found.late)))


def _figures(one: Totals) -> tuple[int, int, int, int]:
    return len(one.late), len(one.days), one.finish, one.waiting


def _no_worse(new: Totals, old: Totals) -> bool:
    return all(a <= b for a, b in zip(_figures(new), _figures(old), strict=True))


def _improve(day: _Day, rounds: int) -> None:
    for _ in range(rounds):
        moved = False
        for id, visitor in day.visitors.items():
            if not visitor.willing or not visitor.bookings:
                continue
            it, now = day.problem(id), day.totals(id)
            held = Plan(choices=day.choices(id), days=now.days, finish=now.finish, waiting=now.waiting, late=now.late)
            if validate(it, held):
                continue
            answer = plan(it)
            options = [one for one in (answer.best, *answer.alternatives) if one is not None and not answer.refused]
            gains = [one for one in options if _no_worse(_of(one), now) and _figures(_of(one)) != _figures(now)]
            if gains:
                day.take(id, gains[0].choices)
                moved = True
        if not moved:
            return


def _proposal(day: _Day, urgent: Plan | None) -> Proposal:
    after = {id: day.totals(id) for id in day.visitors}
    moves: list[Move] = []
    for id, visitor in day.visitors.items():
        old, new = day.before[id], after[id]
        had = {one.request: one.place.id for one in visitor.bookings}
        changed = tuple(one.request for one in day.choices(id) if had[one.request] != one.place)
        if changed:
            moves.append(
                Move(
                    visitor=id,
                    choices=day.choices(id),
                    changed=changed,
                    trips=(len(old.days), len(new.days)),
                    finish=(old.finish, new.finish),
                    waiting=(old.waiting, new.waiting),
                )
            )
    both = (day.before.values(), after.values())
    return Proposal(
        moves=tuple(moves),
        waiting=(sum(one.waiting for one in both[0]), sum(one.waiting for one in both[1])),
        finish=(sum(one.finish for one in both[0]), sum(one.finish for one in both[1])),
        urgent=urgent,
    )
