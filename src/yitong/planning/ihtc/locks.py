"""Decisions that people have fixed: a search keeps them and plans the rest around them."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from yitong.planning.ihtc.instance import Instance, Patient
from yitong.planning.problems import PlanningError


class PatientLock(msgspec.Struct, frozen=True):
    """What is fixed of one admission; None leaves a thing open, the day `none` keeps the patient out."""

    admission_day: int | Literal["none"] | None = None
    room: str | None = None
    operating_theater: str | None = None


NOBODY = PatientLock()


class Locks(msgspec.Struct, frozen=True):
    """All fixed decisions: admissions by patient, nurses by room, day and shift."""

    patients: dict[str, PatientLock] = {}
    nurses: dict[tuple[str, int, str], str] = {}

    def allows_room(self, patient: Patient, room: str) -> bool:
        """Whether the patient may lie there by the rules and by what is fixed."""
        fixed = self.patients.get(patient.id, NOBODY).room
        return room not in patient.incompatible_room_ids and fixed in (None, room)

    def allows_theater(self, patient: Patient, theater: str) -> bool:
        """Whether the patient may be operated there by what is fixed."""
        return self.patients.get(patient.id, NOBODY).operating_theater in (None, theater)

    def check(self, it: Instance) -> None:
        """`PlanningError` names the fixed decisions that do not exist or break a hard rule by themselves."""
        wrong = [*self._wrong_admissions(it), *self._wrong_nurses(it)]
        if wrong:
            raise PlanningError("fixed decisions cannot be kept: " + "; ".join(wrong[:5]))

    def _wrong_admissions(self, it: Instance) -> Iterator[str]:
        patients = {one.id: one for one in it.patients}
        rooms = {one.id for one in it.rooms}
        theaters = {one.id for one in it.operating_theaters}
        for id_, lock in self.patients.items():
            one = patients.get(id_)
            if one is None:
                yield f"no patient {id_}"
                continue
            if lock.room is not None and (lock.room not in rooms or lock.room in one.incompatible_room_ids):
                yield f"patient {id_} may not lie in room {lock.room}"
            if lock.operating_theater is not None and lock.operating_theater not in theaters:
                yield f"patient {id_}: no theatre {lock.operating_theater}"
            yield from _wrong_day(it, one, lock)

    def _wrong_nurses(self, it: Instance) -> Iterator[str]:
        rooms = {one.id for one in it.rooms}
        works = {(one.id, at.day, at.shift) for one in it.nurses for at in one.working_shifts}
        for (room, day, shift), nurse in self.nurses.items():
            if room not in rooms:
                yield f"no room {room}"
            if (nurse, day, shift) not in works:
                yield f"nurse {nurse} does not work {shift} on day {day}"


def _wrong_day(it: Instance, one: Patient, lock: PatientLock) -> Iterator[str]:
    day = lock.admission_day
    if day is None:
        return
    if day == "none":
        if one.mandatory:
            yield f"mandatory patient {one.id} cannot be left out"
        return
    last = one.surgery_due_day if one.mandatory and one.surgery_due_day is not None else it.days - 1
    if not one.surgery_release_day <= day <= min(last, it.days - 1):
        yield f"patient {one.id} cannot be admitted on day {day}"
