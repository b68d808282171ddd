"""What goes over the wire about visits."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from yitong.booking.queue.service import QueueEntryView
from yitong.kernel.ids import UUID
from yitong.visits.states import EncounterState

Note = Annotated[str, Meta(max_length=4000)]
FollowUp = Literal["none", "return_visit", "observe"]


class AtOrganization(msgspec.Struct):
    """The organization that the thing in the path belongs to."""

    organization_id: UUID


class EncounterNote(msgspec.Struct):
    """What the doctor writes about a visit."""

    organization_id: UUID
    chief_complaint: Note = ""
    diagnosis_text: Note = ""
    advice: Note = ""
    follow_up: FollowUp = "none"


class DiagnosisItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One diagnosis by its ICD-10 code; the first is the main one when none is marked."""

    code: Annotated[str, Meta(min_length=3, max_length=20)]
    main: bool = False


class DiagnosesRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All diagnoses of a visit; they replace those recorded before."""

    organization_id: UUID
    items: Annotated[list[DiagnosisItem], Meta(max_length=20)]


class DiagnosisView(msgspec.Struct, frozen=True):
    """A recorded diagnosis."""

    code: str
    name: str
    main: bool
    recorded_at: datetime


class EncounterView(msgspec.Struct):
    """A visit with what was written about it."""

    id: UUID
    organization_id: UUID
    organization_name: str
    organization_name_en: str
    appointment_id: UUID
    patient_id: UUID
    patient_name: str
    department_id: UUID
    department_name: str
    department_name_en: str
    practitioner_name: str | None
    state: EncounterState
    started_at: datetime
    finished_at: datetime | None
    chief_complaint: str
    diagnosis_text: str
    advice: str
    follow_up: FollowUp
    diagnoses: list[DiagnosisView] = []


class Called(msgspec.Struct):
    """Somebody in the queue and the visit that goes with them."""

    entry: QueueEntryView
    encounter: EncounterView
