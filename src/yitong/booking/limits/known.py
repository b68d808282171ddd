"""The few things out of the ordinary that a process remembers about people, devices and places."""

from datetime import datetime
from typing import NamedTuple

from yitong.booking.limits.rules import Level
from yitong.kernel.ids import UUID


class Suspect(NamedTuple):
    """An account whose score asks for something."""

    level: Level
    score: int
    reasons: list[str]


class Closed(NamedTuple):
    """A subject that has reached a rule, until its window ends."""

    rule: str
    until: datetime


class GivenUp(NamedTuple):
    """A visit somebody gave up lately, with what ties that account to others."""

    organization_id: UUID
    appointment_id: UUID
    slot_id: UUID
    schedule_id: UUID
    patient_id: UUID
    account_id: UUID
    devices: frozenset[bytes]
    block: bytes | None
    at: datetime


class Refused(NamedTuple):
    """A hand-over that was refused before a place was held."""

    given_up: GivenUp
    account_id: UUID
    patient_id: UUID
    via: str
    at: datetime


class Held(NamedTuple):
    """A place that a citizen's account held, as the event log tells it."""

    organization_id: UUID
    appointment_id: UUID
    slot_id: UUID
    schedule_id: UUID
    department_id: UUID
    patient_id: UUID
    account_id: UUID
    at: datetime


class Cancelled(NamedTuple):
    """A place that a citizen's account gave up, as the event log tells it."""

    organization_id: UUID
    appointment_id: UUID
    slot_id: UUID
    schedule_id: UUID
    patient_id: UUID
    account_id: UUID
    at: datetime


class Caps(NamedTuple):
    """The exact limits that the gate holds inside its own statement; -1 where there is none.

    ``max_outstanding``: visits of one patient that still lie ahead, running holds among them; ``max_day``: visits of
    one patient on one day; ``max_account``: places one account may book within one day of the hospital's clock.
    """

    max_outstanding: int
    max_day: int
    max_account: int
