"""What goes over the wire about the planning of sessions, and why a plan is refused."""

from datetime import date, datetime, time
from typing import Annotated, Literal

import msgspec

from yitong.booking.schemas import SessionItem
from yitong.kernel.ids import UUID
from yitong.kernel.problems import problem_kind
from yitong.kernel.text import Bilingual

WallTime = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Weekday = Annotated[int, msgspec.Meta(ge=1, le=7)]
SlotMinutes = Annotated[int, msgspec.Meta(ge=1, le=30)]
Capacity = Annotated[int, msgspec.Meta(ge=1, le=200)]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
ExceptionKind = Literal["stop", "change", "extra"]

SCHEDULE_OVERLAP = problem_kind(
    "schedule-overlap",
    409,
    Bilingual("与已有排班时间冲突。", "This overlaps with another session."),
    Bilingual("请调整时间、医生或诊室。", "Change the time, the doctor or the room."),
)
PEOPLE_BOOKED = problem_kind(
    "people-booked",
    409,
    Bilingual(
        "该班次已有 {count} 人预约，不能这样调整。",
        "{count} people are booked into this session; it cannot be changed so.",
    ),
    Bilingual(
        "如确需停诊，请使用“停诊”，系统会通知患者并推荐改约。", "Stop the session instead: people are told and helped."
    ),
)
PLACE_UNKNOWN = problem_kind(
    "place-unknown",
    422,
    Bilingual(
        "科室、项目、医生或诊室不属于本机构或互不匹配。", "The department, service, doctor or room do not match."
    ),
    Bilingual("请重新选择。", "Choose them again."),
)
PLACE_UNSUITABLE = problem_kind(
    "place-unsuitable",
    422,
    Bilingual("{service_zh}需要排在{place_zh}上。", "{service} is planned on {place}."),
    Bilingual("请选择该科室对应的设备、治疗位或诊室。", "Choose a device, a treatment place or a room that fits."),
)


class TemplateRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The weekly rule as a planner sends it; times are the clock on the hospital's wall."""

    organization_id: UUID
    department_id: UUID
    service_id: UUID
    practitioner_role_id: UUID | None = None
    team_id: UUID | None = None
    location_id: UUID | None = None
    weekday: Weekday
    start_time: WallTime
    end_time: WallTime
    slot_minutes: SlotMinutes
    capacity_per_slot: Capacity
    valid_from: date
    valid_to: date | None = None
    active: bool = True


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """The weekly rule with its names."""

    id: UUID
    organization_id: UUID
    department_id: UUID
    department_name: str
    service_id: UUID
    service_name: str
    service_kind: str
    practitioner_role_id: UUID | None
    practitioner_name: str | None
    team_id: UUID | None
    team_name: str | None
    location_id: UUID | None
    room: str
    weekday: int
    start_time: str
    end_time: str
    slot_minutes: int
    capacity_per_slot: int
    valid_from: date
    valid_to: date | None
    active: bool


class ExceptionRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A day on which a template does not hold as it is; what is left out stays as in the template."""

    organization_id: UUID
    template_id: UUID
    day: date = msgspec.field(name="date")
    kind: ExceptionKind
    reason: Reason
    start_time: WallTime | None = None
    end_time: WallTime | None = None
    practitioner_role_id: UUID | None = None
    location_id: UUID | None = None
    capacity_per_slot: Capacity | None = None


class ExceptionItem(msgspec.Struct, frozen=True, kw_only=True):
    """An exception as it is kept."""

    id: UUID
    organization_id: UUID
    template_id: UUID
    department_id: UUID
    day: date = msgspec.field(name="date")
    kind: ExceptionKind
    start_time: str | None
    end_time: str | None
    practitioner_role_id: UUID | None
    location_id: UUID | None
    capacity_per_slot: int | None
    reason: str
    created_at: datetime


class GenerateRequest(msgspec.Struct, frozen=True):
    """The days to make sessions for, both included."""

    organization_id: UUID
    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")


class StopRequest(msgspec.Struct, frozen=True):
    """Why a session is stopped."""

    organization_id: UUID
    reason: Reason


class PlannedSession(SessionItem, frozen=True):
    """A session as planners see it: with who sits in it."""

    template_id: UUID | None
    booked: int
    held: int
    stopped_reason: str | None


class Stopped(msgspec.Struct, frozen=True):
    """A stopped session, how many people it concerns, and how many of them were offered another place at once.

    Offers to the others follow; who got which is answered by ``/schedules/{id}/affected``.
    """

    schedule: PlannedSession
    affected: int
    offered: int = 0


def clock(text: str) -> time:
    """``"08:00"`` as a time of day."""
    return time.fromisoformat(text)


def wall(value: time) -> str:
    """A time of day as ``"08:00"``."""
    return value.strftime("%H:%M")
