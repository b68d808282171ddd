"""Seeding as a whole: directory, two weeks of places, people with cards, staff, devices, and a day that has begun."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from yitong.directory.demo import build_region
from yitong.kernel.clock import day_of
from yitong.kernel.platform import Platform
from yitong.simulation.seeding.directory import ZONE, load_directory

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class SeedPlan:
    """How large the demo region is. The defaults are the ones the README shows."""

    seed: int = 1
    hospitals: int = 36
    practitioners: int = 1600
    people: int = 5000
    days: int = 14
    start: date | None = None  # default: today in the region's zone


class NotEmpty(Exception):
    """The database holds a region already; seeding would mix two."""


async def seed_region(platform: Platform, plan: SeedPlan, progress: Progress) -> dict[str, Any]:
    """Fill the empty database; ``progress`` gets a step's name and the share done (0 to 1). Answers rows by table.

    Raises NotEmpty. The directory, people and places are one transaction: a seeding that is broken off leaves nothing.
    """
    now = platform.clock.now()
    start = plan.start or day_of(now, ZONE)
    progress("编排演示区域 · building the region", 0.0)
    region = build_region(plan.seed, start, plan.hospitals, plan.practitioners, plan.days)
    connection = await platform.database.connect_as_owner()
    try:
        async with connection.transaction():
            if await connection.fetchval("SELECT EXISTS (SELECT FROM region)"):
                raise NotEmpty
            progress("机构、科室、人员 · organizations and staff", 0.1)
            counts = await load_directory(connection, region, now)
            progress("号源 · two weeks of places", 0.3)
            counts |= await _places(connection, start, start + timedelta(days=plan.days - 1))
        return counts
    finally:
        await connection.close()


async def _places(connection: Any, first: date, last: date) -> dict[str, int]:
    raise AssertionError("wired when booking has landed")
