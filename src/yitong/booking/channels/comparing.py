"""Pure comparison of a hospital's list of bookings with what is booked here, and what can mend a difference."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple

from yitong.booking.channels.exchange import DifferenceKind, ListedBooking, Mend
from yitong.booking.states import AppointmentState as A
from yitong.kernel.ids import UUID

_LIVE, _SEEN, _MISSED, _GONE = "live", "seen", "missed", "gone"
_HERE = {
    A.HELD: _LIVE,
    A.BOOKED: _LIVE,
    A.CHECKED_IN: _LIVE,
    A.CALLED: _LIVE,
    A.IN_CONSULTATION: _LIVE,
    A.FULFILLED: _SEEN,
    A.NO_SHOW: _MISSED,
    A.CANCELLED: _GONE,
    A.EXPIRED: _GONE,
}
_THERE = {"booked": _LIVE, "fulfilled": _SEEN, "no_show": _MISSED, "cancelled": _GONE}


class Here(NamedTuple):
    """An appointment as it stands here; ``external_id`` when the hospital's system made it."""

    appointment_id: UUID
    external_id: str | None
    patient_id: UUID
    department: str
    day: date
    start_at: datetime
    state: A


class Found(NamedTuple):
    """A difference: what is here, what is there, one of them or both."""

    kind: DifferenceKind
    here: Here | None
    there: ListedBooking | None


def compare(
    day: date, here: Iterable[Here], there: Iterable[ListedBooking], patients: Mapping[str, UUID]
) -> list[Found]:
    """The differences between both sides.

    A line belongs to the appointment of its number (the hospital's own, or the appointment's id that it was told), else
    to the patient's appointment of that department and day. ``patients`` maps the hospital's patient numbers. Of the
    appointments without a line those of ``day`` count.
    """
    left = {one.appointment_id: one for one in here}
    by_number = {one.external_id: one for one in left.values() if one.external_id is not None}
    by_number |= {str(one.appointment_id): one for one in left.values()}
    # At most one expected visit a person, department and day: the database sees to it.
    by_visit = {
        (one.patient_id, one.department): one for one in left.values() if _HERE[one.state] != _GONE and one.day == day
    }
    found: list[Found] = []
    for line in there:
        mine = by_number.get(line.external_id)
        if mine is None:
            patient = patients.get(line.patient_local_number)
            mine = by_visit.get((patient, line.department)) if patient is not None else None
            if mine is not None and mine.external_id is not None:
                mine = None  # it is the visit of another line
        if mine is not None:
            left.pop(mine.appointment_id, None)
        kind = _difference(mine, line)
        if kind is not None:
            found.append(Found(kind, mine, line))
    found += [
        Found("missing_there", one, None)
        for one in left.values()
        if one.day == day and one.state is not A.HELD and _HERE[one.state] in (_LIVE, _SEEN)
    ]
    return found


def _difference(mine: Here | None, line: ListedBooking) -> DifferenceKind | None:
    there = _THERE[line.status]
    if mine is None:
        return None if there == _GONE else "missing_here"
    if _HERE[mine.state] != there:
        return "state"
    return "time" if there == _LIVE and mine.start_at != line.start_at else None


def mends(kind: str, here_state: str | None, there_status: str | None) -> list[Mend]:
    """What can be done about a difference, the likeliest first."""
    here = _HERE[A(here_state)] if here_state is not None else None
    there = _THERE[there_status] if there_status is not None else None
    if kind == "time":
        return ["move_here", "resend", "accept"]
    if kind == "missing_here":
        return ["take_here", "accept"] if there == _LIVE else ["accept"]
    if kind == "missing_there":
        return ["resend", "cancel_here", "accept"] if here == _LIVE else ["resend", "accept"]
    if here == _LIVE and there == _GONE:
        return ["cancel_here", "resend", "accept"]
    if here == _GONE and there == _LIVE:
        return ["take_here", "resend", "accept"]
    return ["resend", "accept"]
