"""What goes over the wire about queues."""

from datetime import date, datetime
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


class Pause(msgspec.Struct):
    """Why a room calls nobody at the moment; ``until`` when it expects to go on."""

    reason: str
    reason_en: str
    since: datetime
    until: datetime | None


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
    room_en: str = ""
    rooms: list[str] = []  # all rooms that call from the line
    group_name: str | None = None
    paused: Pause | None = None
    priority: Priority | None = None
    priority_text: Bilingual | None = None
    priority_reason: Bilingual | None = None


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
    schedule_id: UUID
    room: str
    priority_text: Bilingual
    priority_reason: Bilingual | None
    expected_at: datetime | None
    transferred_from: str | None  # the room that handed the person over
    spoken: Bilingual | None  # what the loudspeaker says while the person is called
    bound: bool
    results_expected: bool
    can_return: bool


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
    paused: Pause | None = None
    group_id: UUID | None = None
    group_name: str | None = None
    group_name_en: str | None = None


class Queue(QueueSummary, kw_only=True):
    """A session's queue: everybody in the order of their turn, then the skipped, then the finished."""

    entries: list[QueueEntryView]
    current: QueueEntryView | None
    pace_minutes: float = 0.0  # what one consultation of this room is expected to take


class HallCall(msgspec.Struct, kw_only=True):
    """Somebody who is called, or was; a screen plays each ``call_id`` once."""

    number_text: str
    name_masked: str
    room: str
    department_name: str
    department_name_en: str
    called_at: datetime
    calls: int
    room_en: str
    speech: Bilingual
    call_id: str
    state: QueueState


class HallName(msgspec.Struct):
    """Somebody who waits, with the class that decides their order."""

    number_text: str
    name_masked: str
    priority: Priority
    priority_text: Bilingual


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
    room_en: str
    paused: Pause | None
    group_id: UUID | None
    group_name: str | None
    skipped: list[HallName]


class PriorityRule(msgspec.Struct):
    """A class of the order and why it stands where it stands; ``fixed`` ones cannot be switched off."""

    code: Priority
    text: Bilingual
    reason: Bilingual
    rank: int
    enabled: bool
    fixed: bool


class HallBoard(msgspec.Struct):
    """A waiting hall's screen.

    ``recent`` are the calls since the moment that the screen says it last knew; ``revision`` changes whenever anything
    else than the time does, so a screen that comes back knows at once whether it missed something.
    """

    location_id: UUID
    name: str
    name_en: str
    organization_name: str
    organization_name_en: str
    calling: list[HallCall]
    rooms: list[HallRoom]
    server_time: datetime
    recent: list[HallCall]
    priorities: list[PriorityRule]
    revision: str


Reason = Annotated[str, Meta(min_length=1, max_length=60)]


class PauseRequest(msgspec.Struct):
    """Why a room calls nobody for a while, and until when if that is known."""

    organization_id: UUID
    reason: Reason
    until: Annotated[datetime, Meta(tz=True)] | None = None


class TransferRequest(msgspec.Struct):
    """To which session somebody who waits is handed, and why."""

    organization_id: UUID
    schedule_id: UUID
    reason: Reason


class PrivilegeRequest(msgspec.Struct):
    """Why somebody goes first within their slot; the staff has seen the document."""

    organization_id: UUID
    ground: Literal["soldier", "martyr_family", "disabled", "pregnant", "infant"]


class GroupRequest(msgspec.Struct, rename={"day": "date"}):
    """Sessions that are to share one line; an empty list dissolves the group."""

    organization_id: UUID
    department_id: UUID
    day: date
    name: Annotated[str, Meta(min_length=1, max_length=40)]
    schedule_ids: Annotated[list[UUID], Meta(max_length=30)]
    name_en: Annotated[str, Meta(max_length=80)] | None = None
    repeats_weekly: bool = False


class QueueGroup(msgspec.Struct, rename={"day": "date"}):
    """One line in front of several rooms."""

    id: UUID
    organization_id: UUID
    department_id: UUID
    department_name: str
    department_name_en: str
    day: date
    name: str
    name_en: str
    schedule_ids: list[UUID]
    repeats_weekly: bool


class QueueRules(msgspec.Struct):
    """The rules in force at a hospital; ``inherited`` when it has set none of its own."""

    organization_id: UUID
    inherited: bool
    returner_after: int
    result_after: int
    late_after_minutes: int
    late_penalty: int
    elderly_age: int
    max_calls: int
    pace_sample: int
    pace_weeks: int
    pace_trust: int
    priorities: list[PriorityRule]


class PrioritySwitch(msgspec.Struct):
    """Whether a class is in use."""

    code: Priority
    enabled: bool


class QueueRulesChange(msgspec.Struct):
    """Rules to set; what is absent stays."""

    organization_id: UUID
    returner_after: int | None = None
    result_after: int | None = None
    late_after_minutes: int | None = None
    late_penalty: int | None = None
    elderly_age: int | None = None
    max_calls: int | None = None
    pace_sample: int | None = None
    pace_weeks: int | None = None
    pace_trust: int | None = None
    priorities: list[PrioritySwitch] | None = None


class JumpedTurn(msgspec.Struct):
    """A call that came before somebody whose turn was earlier."""

    called: str
    passed: str
    at: datetime


class QueueAudit(msgspec.Struct):
    """What the log says about a line: numbers without a person, people without a place, turns out of order."""

    schedule_id: UUID
    numbers_given: int
    missing_numbers: list[int]
    without_entry: list[str]
    forgotten: list[str]
    jumps: list[JumpedTurn]
    calls_checked: int
    clean: bool
