"""What goes over the wire about waiting lists and offers."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from yitong.booking.schemas import Appointment
from yitong.booking.waitlist.states import EntryState, OfferState
from yitong.kernel.ids import UUID

Period = Literal["am", "pm", "any"]
ServiceKind = Literal["general", "expert", "special", "emergency", "return_visit", "treatment", "exam"]
_Seconds = Annotated[int, Meta(ge=0, le=86_400)]
_Minutes = Annotated[int, Meta(ge=1, le=10_080)]


class JoinRequest(msgspec.Struct, frozen=True, rename={"from_day": "from", "to_day": "to"}):
    """Whose wish it is, where, and on which days (both included)."""

    patient_id: UUID
    organization_id: UUID
    department_id: UUID
    from_day: date
    to_day: date
    period: Period = "any"
    practitioner_role_id: UUID | None = None
    service_kind: ServiceKind | None = None


class WaitlistEntry(msgspec.Struct, frozen=True, kw_only=True, rename={"from_day": "from", "to_day": "to"}):
    """Somebody's wait. ``ahead`` counts those before them whose wishes meet theirs; ``offered_last_week`` the places
    that this department offered to its list in the last seven days."""

    id: UUID
    organization_id: UUID
    organization_name: str
    organization_name_en: str
    department_id: UUID
    department_name: str
    department_name_en: str
    practitioner_role_id: UUID | None
    practitioner_name: str | None
    title: str | None
    service_kind: str | None
    patient_id: UUID
    patient_name: str
    from_day: date
    to_day: date
    period: Period
    priority: int
    state: EntryState
    joined_at: datetime
    ended_at: datetime | None
    unanswered: int
    offer_id: UUID | None
    ahead: int | None
    offered_last_week: int


class OfferView(msgspec.Struct, frozen=True, kw_only=True):
    """An offered place; confirming ``appointment`` takes it."""

    id: UUID
    organization_id: UUID
    patient_id: UUID
    entry_id: UUID | None
    reason: Literal["waitlist", "stopped", "moved"]
    state: OfferState
    made_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    replaces_appointment_id: UUID | None
    appointment: Appointment


class ReturnRuleView(msgspec.Struct, frozen=True, kw_only=True):
    """How places return and how long offers last; ``inherited``: the hospital has no rules of its own."""

    organization_id: UUID
    cancelled_min_seconds: _Seconds
    cancelled_max_seconds: _Seconds
    hold_min_seconds: _Seconds
    hold_max_seconds: _Seconds
    at_once_minutes: Annotated[int, Meta(ge=0, le=10_080)]
    offer_minutes: _Minutes
    replacement_minutes: _Minutes
    offer_least_minutes: _Minutes
    night_from: Annotated[int, Meta(ge=0, le=24)]
    night_until: Annotated[int, Meta(ge=0, le=12)]
    entries_most: Annotated[int, Meta(ge=1, le=100)]
    unanswered_most: Annotated[int, Meta(ge=1, le=100)]
    inherited: bool = False
