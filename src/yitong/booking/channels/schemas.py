"""What goes over the wire about channels, quotas and the use of both."""

from datetime import date, datetime
from typing import Annotated

import msgspec

from yitong.booking.channels.pools import MOST_DAYS_AHEAD, MOST_JITTER_S, Channel, Pool, QuotaPool
from yitong.kernel.ids import UUID

WallTime = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
DaysAhead = Annotated[int, msgspec.Meta(ge=0, le=MOST_DAYS_AHEAD)]
Jitter = Annotated[int, msgspec.Meta(ge=0, le=MOST_JITTER_S)]
Lead = Annotated[int, msgspec.Meta(ge=-30, le=10080)]
Places = Annotated[int, msgspec.Meta(ge=0, le=200)]
Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
Hours = Annotated[int, msgspec.Meta(ge=0, le=336)]


class ChannelRuleItem(msgspec.Struct, frozen=True, kw_only=True):
    """A channel's rule in force; ``next_release_at`` is the announced moment, never the jittered one."""

    channel: Channel
    enabled: bool
    days_ahead: int
    release_time: str
    jitter_seconds: int
    min_lead_minutes: int
    pools: list[Pool]
    inherited: bool
    next_release_at: datetime | None


class ChannelRuleChange(msgspec.Struct, frozen=True, kw_only=True):
    """A channel's rule as it shall be; ``inherit`` gives the own rule up, the rest is then not looked at."""

    channel: Channel
    enabled: bool = True
    days_ahead: DaysAhead = 14
    release_time: WallTime = "08:00"
    jitter_seconds: Jitter = 0
    min_lead_minutes: Lead = 0
    pools: list[Pool] = []
    inherit: bool = False


class ChannelRulesRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Rules of an organization; without one the region's."""

    organization_id: UUID | None = None
    items: Annotated[list[ChannelRuleChange], msgspec.Meta(min_length=1, max_length=20)]


class QuotaRuleRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A quota: places of each slot or a share of them, for a whole organization or a part of it."""

    organization_id: UUID
    department_id: UUID | None = None
    service_id: UUID | None = None
    practitioner_role_id: UUID | None = None
    pool: QuotaPool
    places: Places | None = None
    share_percent: Percent | None = None
    flows_back_hours_before: Hours | None = None
    flows_to: Annotated[tuple[Pool, ...], msgspec.Meta(min_length=1, max_length=6)] = ("common",)


class QuotaRuleItem(QuotaRuleRequest, frozen=True, kw_only=True):
    """A quota as it is kept."""

    id: UUID


class ApplyRequest(msgspec.Struct, frozen=True):
    """The days whose slots are to follow the quotas, both included."""

    organization_id: UUID
    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")


class Applied(msgspec.Struct, frozen=True):
    """How many slots got places of another pool, and how many places moved."""

    slots: int
    places: int


class ChannelUse(msgspec.Struct, frozen=True):
    """A pool on a day: its places, how many are taken, and through which channels."""

    date: date
    pool: str
    capacity: int
    booked: int
    by_channel: dict[str, int]


class Release(msgspec.Struct, frozen=True):
    """When a day opens to a channel: at some moment of the span from ``opens_at`` to ``opens_by``."""

    channel: Channel
    day: date
    opens_at: datetime
    opens_by: datetime
