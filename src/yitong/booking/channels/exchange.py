"""What goes over the wire with a hospital's own booking system."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from yitong.kernel.ids import UUID

_PRINTABLE = r"^[^\x00-\x1f\x7f]+$"
ExternalId = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=_PRINTABLE)]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=_PRINTABLE)]
Status = Literal["booked", "cancelled", "fulfilled", "no_show"]
DifferenceKind = Literal["missing_here", "missing_there", "state", "time"]
Mend = Literal["take_here", "cancel_here", "move_here", "resend", "accept"]
MOST_ITEMS = 5000
FIRST_YEAR, LAST_YEAR = 2000, 2199


def sensible(moment: datetime) -> bool:
    """Whether a moment has an offset and lies in a year in which somebody could be booked."""
    return moment.tzinfo is not None and FIRST_YEAR <= moment.year <= LAST_YEAR


class ExternalPatient(msgspec.Struct, frozen=True, kw_only=True):
    """The patient by the hospital's own number, or by an identity document; its number is hashed and not kept."""

    local_number: Code | None = None
    id_kind: Code | None = None
    id_number: Code | None = None


class ExternalBookingRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A booking as the hospital's system has it; the place by its id, or by department, doctor and start."""

    organization_id: UUID
    external_id: ExternalId
    status: Literal["booked", "cancelled"]
    channel: Literal["system", "third_party"] = "system"
    slot_id: UUID | None = None
    department_code: Code | None = None
    practitioner_code: Code | None = None  # the doctor's licence number
    start_at: datetime | None = None
    patient: ExternalPatient | None = None


class ExternalBookingItem(msgspec.Struct, frozen=True, kw_only=True):
    """What stands here for a booking of the hospital's system."""

    external_id: str
    organization_id: UUID
    appointment_id: UUID
    state: str
    slot_id: UUID
    pool: str
    start_at: datetime
    department_name: str
    number: int | None
    received_at: datetime
    changed_at: datetime


class ListedBooking(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the hospital's list of a day."""

    external_id: ExternalId
    start_at: datetime
    department: Code
    patient_local_number: Code
    status: Status


class ReconciliationRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The hospital's whole list of a day."""

    organization_id: UUID
    day: date
    items: Annotated[list[ListedBooking], msgspec.Meta(max_length=MOST_ITEMS)]


class Side(msgspec.Struct, frozen=True):
    """How one side has a booking; ``patient_local_number`` only where the hospital sent it."""

    state: str
    start_at: datetime
    department: str
    patient_local_number: str | None = None


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One difference, what can be done about it, and what was done."""

    id: UUID
    kind: DifferenceKind
    external_id: str | None
    appointment_id: UUID | None
    here: Side | None
    there: Side | None
    state: str
    mends: list[Mend]
    mend: Mend | None
    note: str | None
    mended_at: datetime | None


class Reconciliation(msgspec.Struct, frozen=True, kw_only=True):
    """A comparison with its differences."""

    id: UUID
    organization_id: UUID
    day: date
    made_at: datetime
    compared: int
    differences: list[Difference]


class ReconciliationSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A comparison in a list: how many differences, and how many of them are open."""

    id: UUID
    organization_id: UUID
    day: date
    made_at: datetime
    compared: int
    differences: int
    open: int


class MendRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be done about a difference, and why."""

    organization_id: UUID
    mend: Mend
    reason: Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[^\x00]*$")] = ""
