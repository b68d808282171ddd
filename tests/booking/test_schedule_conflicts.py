"""Nobody and nothing is in two sessions at once: the database refuses it, planners are told why, generation reports."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from litestar.testing import AsyncTestClient
from litestar.types import ASGIApp

from booking.test_schedules import rule, send
from booking.world import World
from yitong.booking.service.generation import generate_region
from yitong.directory.demo import build_region
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Role
from yitong.kernel.platform import Platform
from yitong.simulation.seeding.directory import load_directory
from yitong.simulation.seeding.extras import open_all_day_clinic
from yitong.simulation.seeding.resources import plan_resources

EIGHT = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)  # Tuesday, 08:00 on the hospital's wall
Client = AsyncTestClient[ASGIApp]


async def put(world: World, start: datetime, hours: float = 3, connection: Any = None, **changed: Any) -> UUID:
    """A session written past the service."""
    values: dict[str, Any] = {
        "organization_id": world.organization_id,
        "id": new_id(),
        "department_id": world.department_id,
        "specialty_code": "03",
        "service_id": world.service_id,
        "practitioner_role_id": world.role_id,
        "location_id": world.room_id,
        "day": (start + timedelta(hours=8)).date(),
        "start_at": start,
        "end_at": start + timedelta(hours=hours),
        "next_number": 1,
        **changed,
    }
    places = ", ".join(f"${i}" for i in range(1, len(values) + 1))
    statement = f"INSERT INTO schedule ({', '.join(values)}) VALUES ({places})"
    await (connection or world.owner).execute(statement, *values.values())
    return values["id"]


@pytest.mark.parametrize("shared", ["practitioner_role_id", "location_id"])
async def test_the_database_refuses_two_sessions_at_once(world: World, shared: str) -> None:
    other: dict[str, Any] = {"practitioner_role_id": None, "location_id": None} | {
        shared: {"practitioner_role_id": world.role_id, "location_id": world.room_id}[shared]
    }
    await put(world, EIGHT)
    with pytest.raises(asyncpg.ExclusionViolationError):
        await put(world, EIGHT + timedelta(hours=2, minutes=59), **other)
    await put(world, EIGHT + timedelta(hours=3), **other)  # one ends when the other begins
    stopped: dict[str, Any] = {"stopped_at": EIGHT, "stopped_reason": "x"}
    await put(world, EIGHT, **other, **stopped)  # a stopped session needs nobody
    await put(world, EIGHT, practitioner_role_id=None, location_id=None)  # names neither doctor nor room


@pytest.mark.parametrize("guarded", [True, False])
async def test_of_many_at_the_same_moment_one_gets_the_doctor(world: World, database_url: str, guarded: bool) -> None:
    if not guarded:  # the control: without the constraints the race shows
        for resource in ("practitioner_role_id", "location_id"):
            await world.owner.execute(f"ALTER TABLE schedule DROP CONSTRAINT ex_schedule_{resource}")
    connections = [await asyncpg.connect(database_url) for _ in range(6)]

    async def attempt(connection: Any, minutes: int) -> bool:
        try:
            await put(world, EIGHT + timedelta(minutes=minutes), connection=connection)
        except (asyncpg.ExclusionViolationError, asyncpg.DeadlockDetectedError):
            return False
        return True

    won = await asyncio.gather(*(attempt(c, 10 * i) for i, c in enumerate(connections)))
    for connection in connections:
        await connection.close()
    assert sum(won) == await world.count("schedule") == (1 if guarded else 6)


async def test_rules_cannot_overlap_past_the_service_either(world: World, client: Client) -> None:
    made = (await send(world, client, "schedule-templates", rule(world))).json()
    again = (
        "INSERT INTO schedule_template SELECT (jsonb_populate_record(t, jsonb_build_object('id', uuidv7()) || $2)).*"
        " FROM schedule_template AS t WHERE id = $1"
    )
    with pytest.raises(asyncpg.ExclusionViolationError):
        await world.owner.execute(again, UUID(made["id"]), '{"start_time": "11:00"}')
    for allowed in ('{"weekday": 3}', '{"active": false}', '{"valid_from": "2020-01-01", "valid_to": "2025-12-31"}'):
        await world.owner.execute(again, UUID(made["id"]), allowed)


async def test_an_extra_session_meets_what_is_there(world: World, client: Client) -> None:
    template = (await send(world, client, "schedule-templates", rule(world))).json()["id"]
    home = str(world.organization_id)
    days = {"organization_id": home, "from": "2026-11-23", "to": "2026-12-06"}
    assert (await send(world, client, "schedules/generate", days)).json()["schedules"] == 2
    extra = {"organization_id": home, "template_id": template, "reason": "流感高峰", "kind": "extra"}
    afternoon = {**extra, "date": "2026-11-24", "start_time": "13:00", "end_time": "15:00"}
    assert (await send(world, client, "schedule-exceptions", afternoon)).status_code == 201
    for refused in (
        afternoon,  # the very same
        {**afternoon, "start_time": "14:00", "end_time": "16:00"},  # meets the first extra session
        {**extra, "date": "2026-11-24"},  # the rule's own session of that day
        {**extra, "date": "2026-12-15"},  # a day that is not made yet: the rule itself is in the way
        {**afternoon, "start_time": "11:00", "end_time": "12:00"},
    ):
        answer = await send(world, client, "schedule-exceptions", refused)
        assert (answer.status_code, answer.json()["code"]) == (409, "schedule-overlap"), refused
    assert "王医生" in answer.json()["conflict"]["text"]["zh"] or "201" in answer.json()["conflict"]["text"]["zh"]
    assert (await send(world, client, "schedule-exceptions", {**afternoon, "date": "2026-11-25"})).status_code == 201
    assert await world.count("schedule") == 4
    assert await world.count("schedule_exception") == 2


async def test_the_same_extra_session_is_refused_without_doctor_and_room(world: World, client: Client) -> None:
    bare = rule(world, practitioner_role_id=None, location_id=None)
    template = (await send(world, client, "schedule-templates", bare)).json()["id"]
    extra = {
        "organization_id": str(world.organization_id),
        "template_id": template,
        "reason": "义诊",
        "kind": "extra",
        "date": "2026-11-25",
    }
    assert (await send(world, client, "schedule-exceptions", extra)).status_code == 201
    spelt_out = {**extra, "start_time": "08:00", "end_time": "11:40"}
    assert (await send(world, client, "schedule-exceptions", spelt_out)).json()["code"] == "schedule-overlap"
    other = {**extra, "start_time": "08:30"}
    assert (await send(world, client, "schedule-exceptions", other)).status_code == 201


async def test_a_change_does_not_take_a_colleagues_room(world: World, client: Client) -> None:
    home = str(world.organization_id)
    mine = (await send(world, client, "schedule-templates", rule(world))).json()["id"]
    colleague, role = new_id(), new_id()
    await world.doctor(colleague, role, "赵医生")
    afternoon = {"practitioner_role_id": str(role), "start_time": "13:00", "end_time": "16:00"}
    assert (await send(world, client, "schedule-templates", rule(world, **afternoon))).status_code == 201
    days = {"organization_id": home, "from": "2026-11-24", "to": "2026-11-24"}
    await send(world, client, "schedules/generate", days)
    change = {"organization_id": home, "template_id": mine, "kind": "change", "reason": "会议", "date": "2026-11-24"}
    later = {**change, "start_time": "12:00", "end_time": "13:30"}
    refused = await send(world, client, "schedule-exceptions", later)
    assert (refused.json()["code"], "201 诊室" in refused.json()["conflict"]["text"]["zh"]) == (
        "schedule-overlap",
        True,
    )
    assert (await send(world, client, "schedule-exceptions", {**later, "end_time": "13:00"})).status_code == 201
    starts = await world.owner.fetch("SELECT start_at FROM schedule WHERE stopped_at IS NULL ORDER BY start_at")
    assert [one["start_at"].hour + 8 for one in starts] == [12, 13]


async def test_generation_leaves_out_what_it_cannot_make_and_says_so(world: World, client: Client) -> None:
    in_the_way = await put(world, EIGHT + timedelta(hours=1))
    await send(world, client, "schedule-templates", rule(world))
    days = {"organization_id": str(world.organization_id), "from": "2026-11-23", "to": "2026-12-06"}
    made = (await send(world, client, "schedules/generate", days)).json()
    assert (made["schedules"], made["skipped"]) == (1, 1)
    (conflict,) = made["conflicts"]
    assert conflict["id"] == str(in_the_way)
    assert conflict["text"]["zh"] == "2026-11-24 08:00-11:40 专家门诊未生成：201 诊室已有班次。"
    assert await world.count("event", "type = 'booking:schedule:blocked'") == 1
    await world.owner.execute("UPDATE schedule SET stopped_at = now(), stopped_reason = 'x' WHERE id = $1", in_the_way)
    again = (await send(world, client, "schedules/generate", days)).json()
    assert (again["schedules"], again["conflicts"]) == (1, [])


async def test_the_demo_region_plans_nobody_twice(platform: Platform, clock: SetClock) -> None:
    first, days = EIGHT.date(), 14
    owner = await platform.database.connect_as_owner()
    await load_directory(owner, build_region(1, first, 4, 160, days), clock.now())
    await open_all_day_clinic(owner, first)
    await plan_resources(owner, first)
    made = await generate_region(owner, first, first + timedelta(days=days - 1))
    rules = await owner.fetchval(
        "SELECT count(*) FROM schedule_template AS t JOIN generate_series($1::date, $1::date + 13, '1 day') AS g (day)"
        " ON extract(isodow FROM g.day) = t.weekday AND g.day >= t.valid_from",
        first,
    )
    kinds = await owner.fetch("SELECT DISTINCT l.kind FROM schedule AS d JOIN location AS l ON l.id = d.location_id")
    teams = await owner.fetchval("SELECT count(*) FROM schedule WHERE team_id IS NOT NULL")
    await owner.close()
    assert {one["kind"] for one in kinds} == {"room", "device", "chair"}
    assert teams == 2
    assert made.skipped == 0
    assert made.schedules == rules > 1000


async def test_a_day_cut_into_pools_can_still_be_changed(world: World, client: Client) -> None:
    home = str(world.organization_id)
    quota = {"organization_id": home, "pool": "onsite", "places": 1, "flows_back_hours_before": 24}
    made = await send(world, client, "quota-rules", quota, Role.HOSPITAL_ADMIN)
    assert made.status_code == 201, made.text
    template = (await send(world, client, "schedule-templates", rule(world))).json()["id"]
    days = {"organization_id": home, "from": "2026-11-24", "to": "2026-11-24"}
    await send(world, client, "schedules/generate", days)
    assert await world.count("pool_flow") == 8
    change = {
        "organization_id": home,
        "template_id": template,
        "kind": "change",
        "reason": "会议",
        "date": "2026-11-24",
    }
    assert (await send(world, client, "schedule-exceptions", {**change, "start_time": "10:00"})).status_code == 201
    assert await world.count("slot") == 8
    assert await world.count("pool_flow") == 4
