"""What goes over the wire about the week grid, teams, extra places and stopped sessions."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from yitong.booking.planning import Reason
from yitong.booking.schemas import Appointment
from yitong.kernel.ids import UUID

Pool = Literal["common", "onsite", "elderly", "community", "partner", "extra", "draw"]
ResourceKind = Literal["practitioner", "team", "device", "chair", "room", "service"]
GridState = Literal["planned", "open", "full", "past", "stopped"]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
NameEn = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]


class PoolUse(msgspec.Struct, frozen=True):
    """How many places of a session a pool has, and how many of them are taken."""

    pool: Pool
    capacity: int
    taken: int


class GridSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session in the grid; one that is only planned yet has no ``schedule_id``. Times are in the hospital's zone."""

    schedule_id: UUID | None
    template_id: UUID | None
    exception_id: UUID | None
    department_id: UUID
    department_name: str
    service_id: UUID
    service_kind: str
    service_name: str
    service_name_en: str
    practitioner_role_id: UUID | None
    team_id: UUID | None
    location_id: UUID | None
    room: str
    start_at: datetime
    end_at: datetime
    state: GridState
    capacity: int
    booked: int
    held: int
    pools: list[PoolUse]
    stopped_reason: str | None


class GridCell(msgspec.Struct, frozen=True):
    """A resource's day."""

    day: date = msgspec.field(name="date")
    sessions: list[GridSession]


class GridRow(msgspec.Struct, frozen=True, kw_only=True):
    """A resource's week: a doctor, a team, a device, a chair, a room, or a service that names none of them."""

    kind: ResourceKind
    id: UUID
    name: str
    name_en: str
    title: str | None
    cells: list[GridCell]


class WeekGrid(msgspec.Struct, frozen=True, kw_only=True):
    """A week of a hospital or of one of its departments."""

    organization_id: UUID
    monday: date
    today: date
    rows: list[GridRow]


class TeamMember(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody in a team."""

    practitioner_role_id: UUID
    name: str
    title: str
    department_name: str
    lead: bool


class CareTeam(msgspec.Struct, frozen=True, kw_only=True):
    """Several practitioners who see patients as one."""

    id: UUID
    organization_id: UUID
    department_id: UUID
    department_name: str
    name: str
    name_en: str
    active: bool
    members: list[TeamMember]


class CareTeamRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A team as a planner sends it; the lead is one of the members."""

    organization_id: UUID
    department_id: UUID
    name: Name
    name_en: NameEn
    members: Annotated[list[UUID], msgspec.Meta(min_length=2, max_length=30)]
    lead_id: UUID | None = None
    active: bool = True


class ExtraPlaceRequest(msgspec.Struct, frozen=True, kw_only=True):
    """For whom a place beyond the plan is made, and why; ``start_at`` names a stretch of the session, else the last."""

    organization_id: UUID
    patient_id: UUID
    reason: Reason
    start_at: datetime | None = None


class ExtraPlaceItem(msgspec.Struct, frozen=True, kw_only=True):
    """An extra place as it was made."""

    appointment_id: UUID
    patient_name: str
    number: int | None
    start_at: datetime
    state: str
    reason: str
    added_by_name: str
    added_at: datetime


class ExtraPlaces(msgspec.Struct, frozen=True, kw_only=True):
    """The extra places of a session and how many more there may be."""

    items: list[ExtraPlaceItem]
    most: int
    left: int


class ExtraPlaceMade(msgspec.Struct, frozen=True, kw_only=True):
    """The appointment that took the extra place, and how many more there may be."""

    appointment: Appointment
    left: int


class OfferedInstead(msgspec.Struct, frozen=True, kw_only=True):
    """The place that was offered instead of a stopped visit."""

    appointment_id: UUID
    state: Literal["open", "taken", "declined", "expired"]
    start_at: datetime
    end_at: datetime
    department_name: str
    practitioner_name: str | None
    expires_at: datetime | None


class AffectedVisit(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whose session was stopped. ``outcome`` says where they stand.

    ``searching``: no place was found yet, it is tried again; ``none``: none was found in time; ``offered``; ``moved``:
    has another time; ``cancelled``: gave the visit up; ``keeps``: refused the offer or let it run out, and may still
    cancel at any time.
    """

    appointment_id: UUID
    patient_id: UUID
    patient_name: str
    number: int | None
    start_at: datetime
    state: str
    outcome: Literal["searching", "none", "offered", "moved", "cancelled", "keeps"]
    offer: OfferedInstead | None
