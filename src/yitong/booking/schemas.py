"""What goes over the wire about appointments and places."""

from datetime import date, datetime
from typing import Literal

import msgspec

from yitong.kernel.ids import UUID

Channel = Literal["wechat", "alipay", "h5", "window", "kiosk", "phone", "doctor", "system", "third_party", "community"]


class HoldRequest(msgspec.Struct, frozen=True):
    """Which place is to be kept for whom."""

    organization_id: UUID
    slot_id: UUID
    patient_id: UUID
    channel: Channel | None = None  # the asking party's own when left out


class OrganizationOnly(msgspec.Struct, frozen=True):
    """The hospital that the thing in the path belongs to."""

    organization_id: UUID


class CancelRequest(msgspec.Struct, frozen=True):
    """Why an appointment is given up."""

    organization_id: UUID
    reason: str


class RescheduleRequest(msgspec.Struct, frozen=True):
    """Which place of the same hospital is wanted instead."""

    organization_id: UUID
    slot_id: UUID


class Appointment(msgspec.Struct, frozen=True):
    """An appointment as people see it; times are in the hospital's zone, money in fen."""

    id: UUID
    organization_id: UUID
    organization_name: str
    organization_name_en: str
    address: str
    department_id: UUID
    department_name: str
    department_name_en: str
    schedule_id: UUID
    slot_id: UUID
    patient_id: UUID
    patient_name: str
    service_kind: str
    service_name: str
    service_name_en: str
    practitioner_role_id: UUID | None
    practitioner_name: str | None
    title: str | None
    start_at: datetime
    end_at: datetime
    room: str
    fee_fen: int
    state: str
    number: int | None
    channel: str
    hold_expires_at: datetime | None
    check_in_from: datetime
    check_in_until: datetime
    can_cancel: bool
    cancel_until: datetime
    created_at: datetime
    cancelled_reason: str | None
    rescheduled_to: UUID | None
    pay_by: datetime | None = None  # the fee is to be paid until then, or the place is given to others


class HistoryItem(msgspec.Struct, frozen=True):
    """One move of an appointment."""

    sequence: int
    from_state: str | None
    to_state: str
    at: datetime
    actor_text: str
    reason: str | None


class SlotOffer(msgspec.Struct, frozen=True):
    """A place that can be booked, with everything needed to choose it; distance in metres."""

    slot_id: UUID
    organization_id: UUID
    organization_name: str
    organization_name_en: str
    grade: str
    district: str
    distance_m: int | None
    department_id: UUID
    department_name: str
    department_name_en: str
    schedule_id: UUID
    practitioner_role_id: UUID | None
    practitioner_name: str | None
    title: str | None
    service_kind: str
    service_name: str
    service_name_en: str
    fee_fen: int
    start_at: datetime
    end_at: datetime
    remaining: int
    slot_token: str | None = None  # sent back as X-Slot-Token with the hold


class CalendarDay(msgspec.Struct, frozen=True):
    """What a day of a department looks like."""

    date: date
    state: Literal["open", "full", "none", "stopped"]
    remaining: int


class SessionItem(msgspec.Struct, frozen=True, rename={"day": "date"}):
    """One session: a morning or an afternoon of a clinic."""

    schedule_id: UUID
    organization_id: UUID
    department_id: UUID
    day: date
    period: Literal["am", "pm"]
    start_at: datetime
    end_at: datetime
    state: Literal["open", "full", "stopped", "past"]
    remaining: int
    capacity: int
    practitioner_role_id: UUID | None
    practitioner_name: str | None
    title: str | None
    service_kind: str
    service_name: str
    service_name_en: str
    fee_fen: int
    room: str


class SlotItem(msgspec.Struct, frozen=True):
    """One stretch of a session in one pool."""

    slot_id: UUID
    start_at: datetime
    end_at: datetime
    capacity: int
    remaining: int
    state: Literal["open", "full", "past", "stopped"]
    pool: str
    slot_token: str | None = None
