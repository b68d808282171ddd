"""Plan admissions, rooms, theatres and nurses: anytime, seeded, interruptible, around what people have fixed."""

import time
from collections.abc import Callable
from typing import NamedTuple

from yitong.planning.ihtc import layout as at
from yitong.planning.ihtc.annealing import left_out
from yitong.planning.ihtc.instance import Instance
from yitong.planning.ihtc.layout import Ints
from yitong.planning.ihtc.locks import Locks
from yitong.planning.ihtc.model import OUT, build
from yitong.planning.ihtc.plan import Admission, NurseRooms, Plan, ShiftRooms
from yitong.planning.ihtc.search import Search, share_of, warm
from yitong.planning.ihtc.sharing import Team
from yitong.planning.ihtc.validation import validate
from yitong.planning.problems import NoFeasiblePlanError


class Progress(NamedTuple):
    """How far a run is: seconds gone, the cost of the best plan so far, steps tried, the share of the time gone."""

    seconds: float
    cost: int
    steps: int
    share: float


class Outcome(NamedTuple):
    """The best plan, its weighted cost parts and their sum, steps tried, seconds taken (compiling not counted)."""

    plan: Plan
    parts: dict[str, int]
    cost: int
    steps: int
    seconds: float


def solve(
    instance: Instance,
    *,
    seconds: float,
    seed: int = 1,
    processes: int = 1,
    locked: Locks | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
    most_steps: int | None = None,
) -> Outcome:
    """The best plan found within the seconds; always one that keeps every hard rule and every fixed decision.

    Ctrl-C and `stop` (asked between pieces of some hundredths of a second) end a run early with the best plan so far.
    With one process and `most_steps` the same seed gives the same plan. Raises `PlanningError` when a fixed decision
    breaks a hard rule, `NoFeasiblePlanError` when no plan for everybody who must come was found or there is none.
    """
    w = build(instance, locked or Locks())
    warm(w)
    started = time.monotonic()

    def told(cost: int, steps: int, share: float) -> None:
        if on_progress is not None:
            on_progress(Progress(time.monotonic() - started, cost, steps, share))

    search = Search(w.copy(), seed)
    search.start(seconds=seconds * 0.8, workers=processes)
    team = Team(w, search.best, seed, processes - 1, started, seconds, most_steps) if processes > 1 else None
    try:
        while (share := share_of(started, seconds, search.steps, most_steps)) < 1 and not (stop and stop()):
            search.piece(share)
            if team is not None:
                team.exchange(search, share)
            told(search.best_cost, search.steps, share)
    except KeyboardInterrupt:
        pass
    finally:
        if team is not None:
            team.finish(search)
    if left_out(w, search.best):
        raise NoFeasiblePlanError("no plan for everybody who must come was found; it may exist")
    plan = plan_of(instance, w, search.best)
    verdict = validate(instance, plan)
    if not verdict.feasible or verdict.cost != search.best_cost:
        # The validator shares no code with the search: a difference is a fault of ours, never a plan to hand out.
        raise AssertionError(f"search says {search.best_cost}, rules say {verdict.cost}: {verdict.violations[:3]}")
    return Outcome(plan, verdict.parts, verdict.cost, search.steps, time.monotonic() - started)


def plan_of(it: Instance, w: Ints, decisions: Ints) -> Plan:
    """The public form of decisions (days, rooms and theatres of all people, then nurses by room and shift)."""
    room_at, theater_at = int(w[at.ROOM] - w[at.DAY]), int(w[at.THEATER] - w[at.DAY])
    admissions: list[Admission] = []
    occupied = {(one.room_id, day) for one in it.occupants for day in range(min(it.days, one.length_of_stay))}
    for p, patient in enumerate(it.patients):
        day = int(decisions[p])
        if day == OUT:
            admissions.append(Admission(patient.id, "none"))
            continue
        room = it.rooms[int(decisions[room_at + p])].id
        theater = it.operating_theaters[int(decisions[theater_at + p])].id
        admissions.append(Admission(patient.id, day, room, theater))
        occupied |= {(room, later) for later in range(day, min(it.days, day + patient.length_of_stay))}
    return Plan(admissions, _nurses(it, decisions[int(w[at.NURSE] - w[at.DAY]) :], occupied))


def _nurses(it: Instance, chosen: Ints, occupied: set[tuple[str, int]]) -> list[NurseRooms]:
    table = chosen.reshape(len(it.rooms), it.shifts)
    each = len(it.shift_types)
    nurses: list[NurseRooms] = []
    for number, nurse in enumerate(it.nurses):
        assignments: list[ShiftRooms] = []
        for one in sorted(nurse.working_shifts, key=lambda x: (x.day, it.shift_types.index(x.shift))):
            shift = one.day * each + it.shift_types.index(one.shift)
            hers = [room.id for row, room in enumerate(it.rooms) if table[row, shift] == number]
            rooms = [room for room in hers if (room, one.day) in occupied]
            assignments.append(ShiftRooms(one.day, one.shift, rooms))
        nurses.append(NurseRooms(nurse.id, assignments))
    return nurses
