"""What goes over the wire about the region's overview."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual


class EventView(msgspec.Struct):
    """One thing that happened, with a sentence that people understand."""

    id: UUID
    position: int
    at: datetime
    type: str
    actor_kind: str
    actor_text: str
    action: str
    organization_id: UUID
    organization_name: str
    organization_name_en: str
    subject_type: str
    subject_id: UUID
    payload: dict[str, Any]
    sentence: Bilingual


class ParkedEventView(msgspec.Struct):
    """An event that a reactor failed on; without ``next_try_at`` it waits for a person."""

    id: UUID
    reactor: str
    event: EventView
    error: str
    attempts: int
    parked_at: datetime
    next_try_at: datetime | None
    state: Literal["parked", "retried", "discarded"]


class Decision(msgspec.Struct):
    """Why somebody decides about a parked event. The reason is kept in the event trail: no names of people in it."""

    reason: Annotated[str, Meta(min_length=1, max_length=200)]


class ReactorState(msgspec.Struct):
    """How far a reactor is: ``lag`` events are committed and not yet read by it."""

    name: str
    position: int
    lag: int
    last_run_at: datetime | None
    parked: int


class HourCount(msgspec.Struct):
    """One hour on the hospital's wall: appointments that begin in it, people who checked in and who were finished."""

    hour: int
    booked: int
    checked_in: int
    finished: int


class DepartmentCount(msgspec.Struct):
    """One department's day."""

    department_id: UUID
    department_name: str
    department_name_en: str
    booked: int
    waiting: int
    finished: int


class ChannelCount(msgspec.Struct):
    """How many appointments came through a channel."""

    channel: str
    count: int


class Dashboard(msgspec.Struct):
    """A hospital's day in numbers. ``booked`` counts every confirmed appointment that was not cancelled."""

    date: date
    booked: int
    checked_in: int
    waiting: int
    finished: int
    cancelled: int
    no_show: int
    average_wait_minutes: float | None
    by_hour: list[HourCount]
    by_department: list[DepartmentCount]
    by_channel: list[ChannelCount]
