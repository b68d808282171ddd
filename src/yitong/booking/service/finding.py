"""Find a place: public to everybody, because a person looks before signing in."""

from datetime import date, datetime, timedelta
from typing import Any, Literal

import msgspec

from yitong.booking.channels.service import window_of
from yitong.booking.desk import desk_of
from yitong.booking.queries import search as searching
from yitong.booking.queries import sessions
from yitong.booking.schemas import CalendarDay, Channel, SessionItem, SlotItem, SlotOffer
from yitong.kernel.clock import day_bounds, day_of
from yitong.kernel.ids import UUID
from yitong.kernel.platform import Platform
from yitong.kernel.problems import VALIDATION_FAILED, FieldError
from yitong.kernel.text import Bilingual

MOST_DAYS = 62
MOST_OFFERS = 100


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What a search request asks for; days are the region's days, both included."""

    specialty: str | None = None
    department_id: UUID | None = None
    practitioner_role_id: UUID | None = None
    organization_id: UUID | None = None
    title: str | None = None
    kind: str | None = None
    first: date | None = None
    last: date | None = None
    period: Literal["am", "pm"] | None = None
    max_fee_fen: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    max_distance_m: int | None = None
    sort: searching.Order = "time"
    limit: int = 50


def _wrong(field: str, zh: str, en: str) -> Exception:
    return VALIDATION_FAILED(errors=[FieldError(field, "invalid", Bilingual(zh, en))])


async def search(platform: Platform, asked: Search) -> list[SlotOffer]:
    """Free places over all hospitals in the order asked for.

    Raises Problem ``validation-failed`` when neither specialty, department nor doctor is named, a position is half
    given or impossible, or the days are in the wrong order.
    """
    if asked.specialty is None and asked.department_id is None and asked.practitioner_role_id is None:
        raise _wrong("specialty", "请选择专科、科室或医生。", "Name a specialty, a department or a doctor.")
    if (asked.latitude is None) != (asked.longitude is None):
        raise _wrong("latitude", "经纬度需同时提供。", "Give both latitude and longitude.")
    if asked.latitude is not None and not (-90 <= asked.latitude <= 90 and -180 <= (asked.longitude or 0) <= 180):
        raise _wrong("latitude", "经纬度超出范围。", "The position is impossible.")
    if asked.latitude is None and (asked.sort == "distance" or asked.max_distance_m is not None):
        raise _wrong("sort", "按距离查找需要您的位置。", "Searching by distance needs your position.")
    if not 1 <= asked.limit <= MOST_OFFERS:
        raise _wrong("limit", f"数量应为 1 至 {MOST_OFFERS}。", f"Ask for 1 to {MOST_OFFERS}.")
    names = desk_of(platform).names
    zone = await names.region_zone(platform.settings.region_code)
    first, last = _span(platform, asked, zone)
    wish = searching.Wish(
        first=first,
        last=last,
        specialty=asked.specialty,
        department_id=asked.department_id,
        practitioner_role_id=asked.practitioner_role_id,
        organization_id=asked.organization_id,
        title=asked.title,
        kind=asked.kind,
        period=asked.period,
        max_fee_fen=asked.max_fee_fen,
        latitude=asked.latitude,
        longitude=asked.longitude,
        max_distance_m=asked.max_distance_m,
        order=asked.sort,
        limit=asked.limit,
    )
    return await searching.search(platform, names, wish)


def _span(platform: Platform, asked: Search, zone: str) -> tuple[datetime, datetime]:
    """From when until when; never before now, by default up to ``days_ahead``.

    The days asked for are those of the region's ``zone``; each answer is in its hospital's zone.
    """
    now = platform.clock.now()
    first = asked.first or day_of(now, zone)
    last = asked.last or max(first, day_of(now, zone)) + timedelta(days=platform.settings.days_ahead)
    if last < first or (last - first).days > MOST_DAYS:
        raise _wrong("to", f"日期范围应为 1 至 {MOST_DAYS} 天。", f"Choose between 1 and {MOST_DAYS} days.")
    return max(now + timedelta(microseconds=1), day_bounds(first, zone)[0]), day_bounds(last, zone)[1]


async def calendar(
    platform: Platform,
    organization_id: UUID,
    department_id: UUID,
    first: date | None,
    days: int,
    channel: Channel | None = None,
) -> list[CalendarDay]:
    """What each of a department's days looks like. Raises Problem ``not-found`` and ``validation-failed``."""
    first = first or await _today(platform, organization_id)
    pools = await _pools(platform, organization_id, channel)
    return await sessions.calendar(platform, organization_id, department_id, _days(first, days), pools)


async def department_sessions(
    platform: Platform, organization_id: UUID, department_id: UUID, day: date | None, channel: Channel | None = None
) -> list[SessionItem]:
    """A department's sessions of a day. Raises Problem ``not-found``."""
    day = day or await _today(platform, organization_id)
    pools = await _pools(platform, organization_id, channel)
    return await sessions.of_department(platform, organization_id, department_id, day, pools)


async def practitioner_sessions(
    platform: Platform,
    organization_id: UUID,
    role_id: UUID,
    first: date | None,
    days: int,
    channel: Channel | None = None,
) -> list[SessionItem]:
    """A doctor's sessions. Raises Problem ``not-found`` and ``validation-failed``."""
    first = first or await _today(platform, organization_id)
    pools = await _pools(platform, organization_id, channel)
    return await sessions.of_practitioner(platform, organization_id, role_id, first, len(_days(first, days)), pools)


async def session_slots(
    platform: Platform, organization_id: UUID, schedule_id: UUID, channel: Channel | None = None
) -> list[SlotItem]:
    """The slots of a session; an empty list when there is no such session."""
    pools = await _pools(platform, organization_id, channel)
    return await sessions.slots(platform, organization_id, schedule_id, pools)


async def _pools(platform: Platform, organization_id: UUID, channel: Channel | None) -> str:
    """The pools whose places are shown: those of the channel, or what everybody may take."""
    if channel is None:
        return sessions.EVERYBODY
    return (await window_of(platform, organization_id, channel, platform.clock.now())).pools


async def _today(platform: Platform, organization_id: UUID) -> date:
    names: Any = await desk_of(platform).names.of(organization_id)
    return platform.clock.now().astimezone(names.zone).date()


def _days(first: date, days: int) -> list[date]:
    if not 1 <= days <= MOST_DAYS:
        raise _wrong("days", f"天数应为 1 至 {MOST_DAYS}。", f"Choose between 1 and {MOST_DAYS} days.")
    return [first + timedelta(days=k) for k in range(days)]
