"""What the journey looks at: one visit with its place in the queue and its meeting with the doctor."""

from datetime import datetime

import msgspec

from yitong.booking.states import AppointmentState, QueueState
from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual
from yitong.visits.states import EncounterState


class QueueFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody stands in the queue; ``ahead`` counts the people before them."""

    state: QueueState
    ahead: int | None = None
    expected_at: datetime | None = None


class EncounterFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the meeting with the doctor."""

    state: EncounterState
    finished_at: datetime | None = None
    follow_up: str = "none"


class VisitFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one visit that its steps and messages are made from; times carry their zone."""

    appointment_id: UUID
    organization_id: UUID
    patient_id: UUID
    schedule_id: UUID
    state: AppointmentState
    start_at: datetime
    end_at: datetime
    zone: str
    organization: Bilingual
    address: str
    department: Bilingual
    practitioner: str | None
    place: Bilingual
    number_text: str
    check_in_from: datetime
    check_in_until: datetime
    hold_expires_at: datetime | None = None
    stopped: bool = False
    cancelled_reason: str | None = None
    rescheduled_to: UUID | None = None
    queue: QueueFacts | None = None
    encounter: EncounterFacts | None = None
