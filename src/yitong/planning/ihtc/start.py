"""A first plan for who must come, by CP-SAT, where chance alone finds no place for everybody."""

from collections import defaultdict
from collections.abc import Iterator

from ortools.sat.python import cp_model

from yitong.planning.ihtc import layout as at
from yitong.planning.ihtc.layout import Ints
from yitong.planning.problems import NoFeasiblePlanError

Place = tuple[int, int, int]
_Terms = list[tuple[cp_model.IntVar, int]]


class _Model:
    """One yes-or-no for each patient, day and room, and for each patient, day and theatre."""

    def __init__(self, w: Ints) -> None:
        self.w = w
        self.cp = cp_model.CpModel()
        self.rooms: dict[Place, cp_model.IntVar] = {}
        self.theaters: dict[Place, cp_model.IntVar] = {}
        self.surgeon_minutes: dict[tuple[int, int], _Terms] = defaultdict(list)
        self.theater_minutes: dict[tuple[int, int], _Terms] = defaultdict(list)
        self.lying: dict[tuple[int, int, int], list[cp_model.IntVar]] = defaultdict(list)

    def value(self, table: int, index: int) -> int:
        """An entry of a table of the problem."""
        return int(self.w[self.w[table] + index])

    def choices(self, p: int, table: int, count: int, width: int) -> Iterator[int]:
        """The rooms or theatres that a patient may have."""
        for number in range(self.value(count, p)):
            yield self.value(table, p * int(self.w[width]) + number)

    def add_patient(self, p: int) -> None:
        """One day within the window, with one room and one theatre."""
        days = range(self.value(at.LOW, p), self.value(at.HIGH, p) + 1)
        on_day: list[cp_model.IntVar] = []
        for day in days:
            comes = self.cp.new_bool_var(f"day {p} {day}")
            on_day.append(comes)
            rooms = [self._room(p, day, room) for room in self.choices(p, at.ROOMS, at.ROOM_CHOICES, at.N_ROOMS)]
            theaters = [
                self._theater(p, day, theater)
                for theater in self.choices(p, at.THEATERS, at.THEATER_CHOICES, at.N_THEATERS)
            ]
            self.cp.add(sum(rooms) == comes)
            self.cp.add(sum(theaters) == comes)
            self.surgeon_minutes[self.value(at.SURGEON, p), day].append((comes, self.value(at.MINUTES, p)))
        self.cp.add_exactly_one(on_day)

    def _room(self, p: int, day: int, room: int) -> cp_model.IntVar:
        lies = self.rooms[p, day, room] = self.cp.new_bool_var(f"room {p} {day} {room}")
        for later in range(day, min(int(self.w[at.DAYS]), day + self.value(at.STAY, p))):
            self.lying[room, later, self.value(at.GENDER, p)].append(lies)
        return lies

    def _theater(self, p: int, day: int, theater: int) -> cp_model.IntVar:
        there = self.theaters[p, day, theater] = self.cp.new_bool_var(f"theatre {p} {day} {theater}")
        self.theater_minutes[theater, day].append((there, self.value(at.MINUTES, p)))
        return there

    def add_limits(self) -> None:
        """Minutes of surgeons and theatres, beds, one gender a room; occupants are there already."""
        days = int(self.w[at.DAYS])
        for (surgeon, day), terms in self.surgeon_minutes.items():
            self.cp.add(sum(v * n for v, n in terms) <= self.value(at.SURGEON_TIME, surgeon * days + day))
        for (theater, day), terms in self.theater_minutes.items():
            self.cp.add(sum(v * n for v, n in terms) <= self.value(at.THEATER_TIME, theater * days + day))
        for room, day in {(room, day) for room, day, _ in self.lying}:
            beds = self.value(at.CAPACITY, room) - self._occupants(room, day, 0) - self._occupants(room, day, 1)
            other = self.cp.new_bool_var(f"gender {room} {day}")
            self.cp.add(sum(self.lying[room, day, 1]) <= max(0, beds) * other)
            self.cp.add(sum(self.lying[room, day, 0]) <= max(0, beds) * (1 - other))
            for gender in range(2):
                if self._occupants(room, day, gender):
                    self.cp.add(other == gender)

    def hint(self, must: list[int]) -> None:
        """Begin from whoever the search has placed already."""
        for p in must:
            day = self.value(at.DAY, p)
            if day >= 0:
                self.cp.add_hint(self.rooms[p, day, self.value(at.ROOM, p)], True)
                self.cp.add_hint(self.theaters[p, day, self.value(at.THEATER, p)], True)

    def _occupants(self, room: int, day: int, gender: int) -> int:
        first = int(self.w[at.PATIENTS])
        return sum(
            self.value(at.OCCUPANT_ROOM, n) == room
            and self.value(at.STAY, first + n) > day
            and self.value(at.GENDER, first + n) == gender
            for n in range(int(self.w[at.OCCUPANTS]))
        )


def place_everybody_who_must(w: Ints, *, seconds: float, seed: int, workers: int) -> dict[int, Place]:
    """Day, room and theatre of each patient who must come, by number; all hard rules but nurses' are kept.

    Nothing when none was found in the seconds given; `NoFeasiblePlanError` when it is proved that there is none.
    """
    model = _Model(w)
    must = [p for p in range(int(w[at.PATIENTS])) if model.value(at.MUST, p)]
    for p in must:
        model.add_patient(p)
    model.add_limits()
    model.hint(must)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(1.0, seconds)
    solver.parameters.random_seed = seed % (1 << 30)
    solver.parameters.num_workers = workers
    status = solver.solve(model.cp)
    if status == cp_model.INFEASIBLE:
        raise NoFeasiblePlanError("no plan admits every patient who must come with what is fixed: this is proved")
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return {}
    theater = {(p, day): t for (p, day, t), there in model.theaters.items() if solver.boolean_value(there)}
    return {p: (day, r, theater[p, day]) for (p, day, r), lies in model.rooms.items() if solver.boolean_value(lies)}
