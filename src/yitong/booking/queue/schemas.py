"""What goes over the wire about queues."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from yitong.booking.queue.rules import Priority
from yitong.booking.states import QueueState
from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual


class AtOrganization(msgspec.Struct):
    """The organization that the thing in the path belongs to."""

    organization_id: UUID


class CardScan(msgspec.Struct):
    """A scanned card code; staff who work at several organizations say at which they are."""

    text: Annotated[str, Meta(min_length=1, max_length=300)]
    organization_id: UUID | None = None


class QueuePlace(msgspec.Struct):
    """Where somebody stands, in numbers and in a sentence."""

    appointment_id: UUID
    organization_id: UUID
    schedule_id: UUID
    state: str  # of the queue entry, or not_checked_in
    number_text: str
    ahead: int
    expected_at: datetime | None
    expected_minutes: int | None
    room: str
    department_name: str
    department_name_en: str
    practitioner_name: str | None
    now_serving: str | None
    hint: Bilingual
    updated_at: datetime


class ScannedPatient(msgspec.Struct):
    """Whose card was scanned, as a screen in public may show it."""

    name_masked: str


class OtherAppointment(msgspec.Struct):
    """An appointment that cannot be checked in now, and why."""

    id: UUID
    organization_id: UUID
    organization_name: str
    organization_name_en: str
    department_id: UUID
    department_name: str
    department_name_en: str
    practitioner_name: str | None
    title: str | None
    start_at: datetime
    end_at: datetime
    room: str
    number: int | None
    state: str
    code: str  # too-early, too-late, not-today
    reason: Bilingual


class CheckInAnswer(msgspec.Struct):
    """What a scan at a kiosk did."""

    patient: ScannedPatient
    results: list[QueuePlace]
    others: list[OtherAppointment]


class QueueEntryView(msgspec.Struct):
    """Somebody in a queue, as the doctor sees them."""

    id: UUID
    appointment_id: UUID
    patient_id: UUID
    patient_name: str
    sex: Literal["male", "female"]
    age_years: int
    number_text: str
    priority: Priority
    state: QueueState
    slot_start_at: datetime
    checked_in_at: datetime
    waiting_minutes: int
    called_at: datetime | None
    calls: int
    encounter_id: UUID | None


class QueueSummary(msgspec.Struct, kw_only=True):
    """One session's queue in numbers. ``booked`` counts everybody who has or had a confirmed place in it."""

    schedule_id: UUID
    organization_id: UUID
    department_id: UUID
    department_name: str
    department_name_en: str
    practitioner_name: str | None
    title: str | None
    room: str
    period: str
    start_at: datetime
    end_at: datetime
    state: str  # upcoming, running, over, stopped
    booked: int
    waiting: int
    finished: int
    mine: bool


class Queue(QueueSummary, kw_only=True):
    """A session's queue: everybody in the order of their turn, then the skipped, then the finished."""

    entries: list[QueueEntryView]
    current: QueueEntryView | None


class HallCall(msgspec.Struct):
    """Somebody who is called now."""

    number_text: str
    name_masked: str
    room: str
    department_name: str
    department_name_en: str
    called_at: datetime
    calls: int


class HallName(msgspec.Struct):
    """Somebody who waits."""

    number_text: str
    name_masked: str


class HallRoom(msgspec.Struct):
    """A room of the hall and who waits for it."""

    schedule_id: UUID
    room: str
    department_name: str
    department_name_en: str
    practitioner_name: str | None
    title: str | None
    now_serving: str | None
    waiting: list[HallName]
    waiting_count: int


class HallBoard(msgspec.Struct):
    """A waiting hall's screen."""

    location_id: UUID
    name: str
    name_en: str
    organization_name: str
    organization_name_en: str
    calling: list[HallCall]
    rooms: list[HallRoom]
    server_time: datetime
