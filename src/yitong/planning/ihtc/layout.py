"""One array of whole numbers that holds a problem and its plan under search, and where everything is in it.

Compiled functions take this one array: with an array for each of the fifty things, compiling took two minutes and a
call copied hundreds of words. The first places hold counts and weights, then where each table begins, by these numbers:
`w[DAYS]` is a count, `w[w[STAY] + q]` the stay of person q, `w[w[COUNT] + room * w[DAYS] + day]` an entry of a table.
People are the patients, then the occupants. Tables from `DAY` on are the decisions and end the array.
"""

from collections.abc import Mapping
from typing import Protocol, overload

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


class Cells(Protocol):
    """What compiled functions do with the array: whole numbers by place."""

    @overload
    def __getitem__(self, at: int, /) -> int: ...
    @overload
    def __getitem__(self, at: slice, /) -> Ints: ...
    def __setitem__(self, at: int, value: int, /) -> None: ...


# Counts and the longest stay in shifts.
DAYS, EACH, SHIFTS, PATIENTS, OCCUPANTS, N_ROOMS, N_THEATERS, N_NURSES = range(8)
AGE_GROUPS, LEVELS, LONGEST, BEDS = range(8, 12)
# Weights of the soft costs.
W_AGE, W_SKILL, W_CONTINUITY, W_LOAD, W_OPEN, W_TRANSFER, W_DELAY, W_OUT = range(12, 20)
# Of people: gender 0 or 1, age group, days of stay, work and least skill per shift of the stay.
GENDER, AGE, STAY, LOAD, NEED = range(20, 25)
# Of patients: the window of the admission day (low above high: never), choices of rooms and theatres padded by -1.
# MUST is 1 for who has to come; OUT_COST is what leaving out costs, huge for those.
RELEASE, MINUTES, SURGEON, MUST, OUT_COST, LOW, HIGH = range(25, 32)
ROOMS, ROOM_CHOICES, ROOM_FITS, THEATERS, THEATER_CHOICES, THEATER_FITS = range(32, 38)
# Of rooms, surgeons, theatres and nurses; MAX_LOAD is -1 off work, FIXED_NURSE -1 where anybody may be.
CAPACITY, OCCUPANT_ROOM, SURGEON_TIME, THEATER_TIME, SKILL, MAX_LOAD, AT_WORK, AT_WORK_COUNT, FIXED_NURSE = range(
    38, 47
)
# Counted along: who lies in a room on a day, how many, how many of gender 1, by age group; the skill that a nurse of
# each level would lack in a room and shift; loads; shifts a person has with a nurse; minutes and surgeries by day.
PEOPLE, COUNT, MEN, AGES, SHORT, ROOM_LOAD, NURSE_LOAD, MEETS = range(47, 55)
SURGEON_USED, THEATER_USED, THEATER_COUNT, WITH_SURGEON = range(55, 59)
# Decisions; END is where the array ends.
DAY, ROOM, THEATER, NURSE, END = range(59, 64)


def pack(counts: Mapping[int, int], tables: Mapping[int, Ints]) -> Ints:
    """The array from its counts and tables by number; every number below END has to be there."""
    head = np.zeros(END + 1, np.int64)
    for slot, value in counts.items():
        head[slot] = value
    at = END + 1
    parts = [head]
    for slot in range(GENDER, END):
        head[slot] = at
        parts.append(tables[slot].astype(np.int64).ravel())
        at += parts[-1].size
    head[END] = at
    return np.concatenate(parts)
