"""The problem as one array for compiled search, with fixed decisions turned into narrower choices."""

import numpy as np

from yitong.planning.ihtc import layout as at
from yitong.planning.ihtc.instance import Instance
from yitong.planning.ihtc.layout import Ints, pack
from yitong.planning.ihtc.locks import NOBODY, Locks
from yitong.planning.problems import PlanningError

OUT = -1


def build(it: Instance, locks: Locks) -> Ints:
    """The array, nobody admitted yet; `PlanningError` when a fixed decision breaks a hard rule by itself or a shift has
    no nurse at all.
    """
    locks.check(it)
    longest = max([one.length_of_stay for one in (*it.patients, *it.occupants)], default=1) * len(it.shift_types)
    counts = {
        at.DAYS: it.days,
        at.EACH: len(it.shift_types),
        at.SHIFTS: it.shifts,
        at.PATIENTS: len(it.patients),
        at.OCCUPANTS: len(it.occupants),
        at.N_ROOMS: len(it.rooms),
        at.N_THEATERS: len(it.operating_theaters),
        at.N_NURSES: len(it.nurses),
        at.AGE_GROUPS: len(it.age_groups),
        at.LEVELS: it.skill_levels,
        at.LONGEST: longest,
        at.BEDS: max(one.capacity for one in it.rooms) + len(it.occupants),
    }
    weights = [getattr(it.weights, name) for name in it.weights.__struct_fields__]
    counts |= dict(zip(range(at.W_AGE, at.W_OUT + 1), weights, strict=True))
    nurses = _nurses(it, locks)
    return pack(counts, {**_people(it, longest), **_patients(it, locks), **_places(it), **nurses, **_counted(it)})


def _people(it: Instance, longest: int) -> dict[int, Ints]:
    people = [*it.patients, *it.occupants]
    load, need = (np.zeros((len(people), longest), np.int64) for _ in range(2))
    for row, one in enumerate(people):
        load[row, : len(one.workload_produced)] = one.workload_produced
        need[row, : len(one.skill_level_required)] = one.skill_level_required
    return {
        at.GENDER: _ints([int(one.gender == "B") for one in people]),
        at.AGE: _ints([it.age_groups.index(one.age_group) for one in people]),
        at.STAY: _ints([one.length_of_stay for one in people]),
        at.LOAD: load,
        at.NEED: need,
    }


def _patients(it: Instance, locks: Locks) -> dict[int, Ints]:
    low, high, must = _windows(it, locks)
    rooms = [[n for n, r in enumerate(it.rooms) if locks.allows_room(p, r.id)] for p in it.patients]
    theaters = [[n for n, t in enumerate(it.operating_theaters) if locks.allows_theater(p, t.id)] for p in it.patients]
    surgeons = [one.id for one in it.surgeons]
    dear = 20 * (it.weights.unscheduled_optional + it.weights.patient_delay * it.days + 100)
    optional = it.weights.unscheduled_optional
    return {
        at.RELEASE: _ints([one.surgery_release_day for one in it.patients]),
        at.MINUTES: _ints([one.surgery_duration for one in it.patients]),
        at.SURGEON: _ints([surgeons.index(one.surgeon_id) for one in it.patients]),
        at.MUST: must,
        at.OUT_COST: _ints([dear if m else optional for m in must]),
        at.LOW: low,
        at.HIGH: high,
        at.ROOMS: _padded(rooms, len(it.rooms)),
        at.ROOM_CHOICES: _ints([len(one) for one in rooms]),
        at.ROOM_FITS: _table(rooms, len(it.rooms)),
        at.THEATERS: _padded(theaters, len(it.operating_theaters)),
        at.THEATER_CHOICES: _ints([len(one) for one in theaters]),
        at.THEATER_FITS: _table(theaters, len(it.operating_theaters)),
    }


def _places(it: Instance) -> dict[int, Ints]:
    room_ids = [one.id for one in it.rooms]
    return {
        at.CAPACITY: _ints([one.capacity for one in it.rooms]),
        at.OCCUPANT_ROOM: _ints([room_ids.index(one.room_id) for one in it.occupants]),
        at.SURGEON_TIME: np.array([one.max_surgery_time for one in it.surgeons], np.int64),
        at.THEATER_TIME: np.array([one.availability for one in it.operating_theaters], np.int64),
    }


def _nurses(it: Instance, locks: Locks) -> dict[int, Ints]:
    max_load, at_work = _work(it)
    fixed = _fixed_nurses(it, locks)
    anybody = _ints([nurses[0] for nurses in at_work])
    return {
        at.SKILL: _ints([one.skill_level for one in it.nurses]),
        at.MAX_LOAD: max_load,
        at.AT_WORK: _padded(at_work, len(it.nurses)),
        at.AT_WORK_COUNT: _ints([len(one) for one in at_work]),
        at.FIXED_NURSE: fixed,
        at.NURSE: np.where(fixed >= 0, fixed, anybody[None, :]),
    }


def _counted(it: Instance) -> dict[int, Ints]:
    people, rooms, theaters = len(it.patients) + len(it.occupants), len(it.rooms), len(it.operating_theaters)
    beds = max(one.capacity for one in it.rooms) + len(it.occupants)
    sizes = {
        at.PEOPLE: rooms * it.days * beds,
        at.COUNT: rooms * it.days,
        at.MEN: rooms * it.days,
        at.AGES: rooms * it.days * len(it.age_groups),
        at.SHORT: rooms * it.shifts * it.skill_levels,
        at.ROOM_LOAD: rooms * it.shifts,
        at.NURSE_LOAD: len(it.nurses) * it.shifts,
        at.MEETS: people * len(it.nurses),
        at.SURGEON_USED: len(it.surgeons) * it.days,
        at.THEATER_USED: theaters * it.days,
        at.THEATER_COUNT: theaters * it.days,
        at.WITH_SURGEON: len(it.surgeons) * theaters * it.days,
    }
    zeros = {slot: np.zeros(size, np.int64) for slot, size in sizes.items()}
    nobody = {slot: np.full(people, OUT, np.int64) for slot in (at.DAY, at.ROOM, at.THEATER)}
    return {**zeros, **nobody}


def _ints(values: list[int]) -> Ints:
    return np.array(values, np.int64)


def _padded(rows: list[list[int]], width: int) -> Ints:
    table = np.full((len(rows), width), -1, np.int64)
    for number, row in enumerate(rows):
        table[number, : len(row)] = row
    return table


def _table(rows: list[list[int]], width: int) -> Ints:
    table = np.zeros((len(rows), width), np.int64)
    for number, row in enumerate(rows):
        table[number, row] = 1
    return table


def _windows(it: Instance, locks: Locks) -> tuple[Ints, Ints, Ints]:
    low, high, must = (np.zeros(len(it.patients), np.int64) for _ in range(3))
    for row, one in enumerate(it.patients):
        low[row] = one.surgery_release_day
        last = one.surgery_due_day if one.mandatory and one.surgery_due_day is not None else it.days - 1
        high[row] = min(last, it.days - 1)
        must[row] = one.mandatory
        lock = locks.patients.get(one.id, NOBODY)
        if lock.admission_day == "none":
            low[row], high[row] = 1, 0
        elif lock.admission_day is not None:
            low[row] = high[row] = lock.admission_day
            must[row] = 1
    return low, high, must


def _work(it: Instance) -> tuple[Ints, list[list[int]]]:
    each = len(it.shift_types)
    max_load = np.full((len(it.nurses), it.shifts), -1, np.int64)
    at_work: list[list[int]] = [[] for _ in range(it.shifts)]
    for row, nurse in enumerate(it.nurses):
        for one in nurse.working_shifts:
            shift = one.day * each + it.shift_types.index(one.shift)
            max_load[row, shift] = one.max_load
            at_work[shift].append(row)
    for shift, nurses in enumerate(at_work):
        if not nurses:
            raise PlanningError(f"no nurse works shift {it.shift_types[shift % each]} of day {shift // each}")
    return max_load, at_work


def _fixed_nurses(it: Instance, locks: Locks) -> Ints:
    fixed = np.full((len(it.rooms), it.shifts), -1, np.int64)
    rooms, nurses = [one.id for one in it.rooms], [one.id for one in it.nurses]
    for (room, day, shift), nurse in locks.nurses.items():
        fixed[rooms.index(room), day * len(it.shift_types) + it.shift_types.index(shift)] = nurses.index(nurse)
    return fixed
