"""Pure decisions about appointments: who may still cancel, when check-in is open, what a kept state means now."""

from datetime import datetime, timedelta
from typing import NamedTuple

from yitong.booking.states import AppointmentState as A
from yitong.kernel.permissions import ActorKind
from yitong.kernel.settings import Settings

CANCELLABLE = frozenset({A.HELD, A.BOOKED, A.CHECKED_IN})
LEAST_TO_PAY = timedelta(minutes=5)


class Window(NamedTuple):
    """From when until when something is open."""

    opens: datetime
    closes: datetime


def check_in_window(start: datetime, end: datetime, settings: Settings) -> Window:
    """When a patient may check in for a slot."""
    return Window(
        start - timedelta(minutes=settings.check_in_minutes_before),
        end + timedelta(minutes=settings.check_in_minutes_after),
    )


def cancel_until(start: datetime, settings: Settings) -> datetime:
    """Until when a citizen may cancel or move an appointment that begins at ``start``."""
    return start - timedelta(minutes=settings.cancel_minutes_before)


def pay_until(asked: datetime, start: datetime, window: timedelta) -> datetime:
    """Until when a fee asked for at ``asked`` is to be paid: within the window and before the visit begins, but with
    five minutes to do so for whoever books at the last moment."""
    return max(min(asked + window, start), asked + LEAST_TO_PAY)


def may_cancel(
    state: A, actor_kind: ActorKind, start: datetime, now: datetime, settings: Settings, *, stopped: bool = False
) -> bool:
    """Whether the place can still be given back: a hold always, staff until the call, a citizen until the limit.

    A citizen who has checked in asks the desk: somebody may be about to call. When the hospital ``stopped`` the
    session, the visit may be given up at any time by anybody it concerns.
    """
    if state is A.HELD:
        return True
    if stopped:
        return state in CANCELLABLE
    if actor_kind is ActorKind.CITIZEN:
        return state is A.BOOKED and now <= cancel_until(start, settings)
    return state in CANCELLABLE


def state_now(state: A, hold_expires_at: datetime | None, now: datetime) -> A:
    """The state people are shown: a hold that ran out is expired although no job has written that yet."""
    if state is A.HELD and hold_expires_at is not None and hold_expires_at <= now:
        return A.EXPIRED
    return state
