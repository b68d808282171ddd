"""What the journey and the messages look like over the wire."""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual


class StepKey(StrEnum):
    """The steps of an outpatient visit, in their order."""

    BOOKED = "booked"
    TRAVEL = "travel"
    CHECK_IN = "check_in"
    WAIT = "wait"
    CONSULTATION = "consultation"
    AFTER = "after"


class StepState(StrEnum):
    """How a step stands for the patient."""

    DONE = "done"
    CURRENT = "current"
    UPCOMING = "upcoming"
    FAILED = "failed"


class ActionKind(StrEnum):
    """What the patient can do from a step; each opens a screen of the app."""

    CHECK_IN = "check_in"
    SHOW_CARD = "show_card"
    QUEUE = "queue"
    REBOOK = "rebook"
    OPEN_APPOINTMENT = "open_appointment"


class StepAction(msgspec.Struct, frozen=True):
    """The button of a step."""

    kind: ActionKind
    appointment_id: UUID


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a visit; ``at`` is when it is or was due, ``expected_at`` when it will probably happen."""

    key: StepKey
    state: StepState
    title: Bilingual
    detail: Bilingual
    where: Bilingual | None = None
    at: datetime | None = None
    expected_at: datetime | None = None
    action: StepAction | None = None


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """One visit with its steps; ``next`` is the step that waits for the patient."""

    appointment_id: UUID
    organization_id: UUID
    organization_name: str
    organization_name_en: str
    department_name: str
    department_name_en: str
    date: date
    steps: list[Step]
    next: Step | None


class Journey(msgspec.Struct, frozen=True):
    """What a patient has before them; ``now`` is the one sentence that matters most."""

    patient_id: UUID
    now: Bilingual | None
    visits: list[Visit]


class MessageLink(msgspec.Struct, frozen=True):
    """Where a message leads: ``kind`` is appointment, queue, journey, draw, ban, prescription_part or medications."""

    kind: str
    id: UUID
    organization_id: UUID


class MessageView(msgspec.Struct, frozen=True, kw_only=True):
    """A message in the app."""

    id: UUID
    at: datetime
    kind: str
    patient_id: UUID
    title: Bilingual
    body: Bilingual
    read: bool
    link: MessageLink | None


class Inbox(msgspec.Struct, frozen=True):
    """The newest messages first; ``unread`` counts all unread ones, also those of later pages."""

    items: list[MessageView]
    next: str | None
    unread: int
