"""Seeding as a whole: directory, two weeks of places, people with cards, staff, devices, and a day that has begun."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from yitong.booking.limits.counting import NAME as LIMITS
from yitong.booking.service.generation import generate_region
from yitong.directory.demo import build_region
from yitong.kernel.clock import day_of
from yitong.kernel.event_log import top
from yitong.kernel.platform import Platform
from yitong.kernel.reactors import REACTORS
from yitong.ledger.members import admit_region
from yitong.ledger.opening import open_region
from yitong.simulation.seeding.directory import ZONE, load_directory
from yitong.simulation.seeding.exam_devices import equip_exam_centre
from yitong.simulation.seeding.extras import book_some, open_all_day_clinic, register_devices
from yitong.simulation.seeding.people import create_staff_accounts, load_people
from yitong.simulation.seeding.resources import plan_resources

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


@dataclass(frozen=True)
class Seeded:
    """What was made: rows by table, and the tokens of the demo hospital's devices."""

    counts: dict[str, int]
    devices: dict[str, str]


async def seed_region(platform: Platform, plan: SeedPlan, progress: Progress) -> Seeded:
    """Fill the empty database; ``progress`` gets a step's name and the share done (0 to 1).

    Raises NotEmpty. Directory, people and places are one transaction: a seeding that is broken off leaves nothing.
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
            await open_all_day_clinic(connection, start)
            await plan_resources(connection, start)
            await equip_exam_centre(connection, start)
            progress("居民与健康卡 · people and their cards", 0.3)
            counts["patient"] = await load_people(connection, platform, plan.seed, plan.people, now)
            progress("两周号源 · two weeks of places", 0.5)
            made = await generate_region(connection, start, start + timedelta(days=plan.days - 1))
            counts |= {"schedule": made.schedules, "slot": made.slots}
            await connection.execute("ANALYZE")  # the booking functions plan by what the tables hold now
            progress("已有的预约 · appointments made so far", 0.8)
            counts["appointment"] = await book_some(connection, platform, plan.seed, start, plan.days)
        progress("账号与设备 · accounts and devices", 0.9)
        counts["staff_account"] = await create_staff_accounts(platform)
        devices = await register_devices(platform, connection)
        progress("存证链与成员 · the evidence chain and its members", 0.95)
        counts["ledger_member"] = await _found_chain(platform)
        await _nothing_happened_yet(platform)
        progress("完成 · done", 1.0)
        return Seeded(counts, devices)
    finally:
        await connection.close()


async def _found_chain(platform: Platform) -> int:
    """Found the region's evidence chain and admit its organizations; answers how many members it has."""
    ledger = await open_region(platform)
    return 0 if ledger is None else 1 + await admit_region(platform, ledger)


async def _nothing_happened_yet(platform: Platform) -> None:
    """Let every reactor begin behind the seeded events: nobody is to be told about what a region begins with,
    and nobody is suspicious for it."""
    async with (await platform.database.raw()).acquire() as connection:
        position = await top(connection)
        for name in (*REACTORS, LIMITS):
            await connection.execute(
                "INSERT INTO reactor_position (name, xid, position, last_run_at) VALUES ($1, $2, $3, $4)"
                " ON CONFLICT (name) DO UPDATE SET xid = $2, position = $3",
                name,
                position.xid,
                position.position,
                platform.clock.now(),
            )
