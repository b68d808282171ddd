"""Quotas: how slots are cut into pools, how unused places flow on, and that a race loses or doubles none of them."""

import asyncio
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from booking.test_races import outcomes
from booking.test_schedules import Client, rule, send
from booking.world import World
from yitong.booking.channels.flows import flow_back, flow_back_all
from yitong.booking.schemas import Appointment, Channel, HoldRequest
from yitong.booking.service import confirm, hold
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import SYSTEM_ACTOR, Role
from yitong.kernel.problems import Problem

TUESDAY = "2026-11-24"
USED: tuple[tuple[str, Channel, int], ...] = (
    ("elderly", "phone", 1950),
    ("elderly", "window", 1950),
    ("common", "window", 1990),
)


def quota(world: World, pool: str = "elderly", **more: Any) -> dict[str, Any]:
    return {"organization_id": str(world.organization_id), "pool": pool, **more}


async def keep(world: World, client: Client, pool: str = "elderly", **more: Any) -> dict[str, Any]:
    answer = await send(world, client, "quota-rules", quota(world, pool, **more))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def make_tuesday(world: World, client: Client, **changed: Any) -> None:
    """A Tuesday of two half-hours with ten places each."""
    wish = rule(world, **{"end_time": "09:00", "capacity_per_slot": 10, **changed})
    assert (await send(world, client, "schedule-templates", wish)).status_code == 201
    days = {"organization_id": str(world.organization_id), "from": TUESDAY, "to": TUESDAY}
    made = await send(world, client, "schedules/generate", days)
    assert (made.json()["schedules"], made.json()["slots"]) == (1, 2), made.text


async def pools(world: World, at: int = 0) -> dict[str, tuple[int, int, bool]]:
    """Capacity, taken and open of each pool of the session's ``at``-th stretch."""
    rows = await world.owner.fetch(
        "SELECT pool, capacity, taken, open FROM slot WHERE start_at ="
        " (SELECT DISTINCT start_at FROM slot ORDER BY start_at OFFSET $1 LIMIT 1)",
        at,
    )
    return {row["pool"]: (row["capacity"], row["taken"], row["open"]) for row in rows}


async def slot_of(world: World, pool: str) -> UUID:
    """The first stretch's slot of a pool."""
    return await world.owner.fetchval("SELECT id FROM slot WHERE pool = $1 ORDER BY start_at LIMIT 1", pool)


async def sound(world: World, places: int) -> None:
    """Each stretch has its number of places, and each slot's count is the number of those who sit in it."""
    rows = await world.owner.fetch("SELECT sum(capacity) AS places FROM slot GROUP BY schedule_id, start_at")
    assert {row["places"] for row in rows} == {places}
    wrong = await world.owner.fetch(
        "SELECT s.id FROM slot AS s WHERE s.open <> (s.taken < s.capacity) OR s.taken <> (SELECT count(*)"
        " FROM appointment AS a WHERE a.slot_id = s.id AND a.state NOT IN ('cancelled', 'expired'))"
    )
    assert wrong == []


async def test_slots_are_cut_by_quota(world: World, client: Client) -> None:
    await keep(world, client, "elderly", share_percent=25)
    await keep(world, client, "onsite", places=3)
    await keep(world, client, "community", places=1, department_id=str(world.department_id))
    await make_tuesday(world, client)
    for stretch in (0, 1):
        cut = await pools(world, stretch)
        assert cut == {
            "common": (4, 0, True),
            "elderly": (2, 0, True),
            "onsite": (3, 0, True),
            "community": (1, 0, True),
        }
    assert await world.count("pool_flow") == 0, "what has no hour stays where it is"


async def test_the_narrowest_rule_counts_and_never_more_than_there_is(world: World, client: Client) -> None:
    await keep(world, client, "elderly", places=2)
    await keep(world, client, "elderly", places=5, department_id=str(world.department_id))
    await keep(world, client, "elderly", places=4, practitioner_role_id=str(world.role_id))
    await keep(world, client, "onsite", share_percent=90, service_id=str(world.service_id))
    await make_tuesday(world, client)
    assert await pools(world) == {"common": (0, 0, False), "elderly": (4, 0, True), "onsite": (6, 0, True)}


async def test_without_quotas_everything_is_common(world: World, client: Client) -> None:
    other = new_id()
    await world.hospital(other, "别的医院")
    await world.insert(
        "quota_rule",
        organization_id=other,
        id=new_id(),
        pool="onsite",
        places=5,
        flows_to=["common"],
        changed_at=world.platform.clock.now(),
        changed_by=new_id(),
    )
    await make_tuesday(world, client)
    assert await pools(world) == {"common": (10, 0, True)}


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({}, 400, "validation-failed"),
        ({"places": 1, "share_percent": 10}, 400, "validation-failed"),
        ({"places": 201}, 400, "validation-failed"),
        ({"places": 1, "pool": "common"}, 400, "validation-failed"),
        ({"places": 1, "flows_to": ["elderly"]}, 400, "validation-failed"),
        ({"places": 1, "flows_to": ["draw"]}, 400, "validation-failed"),
        ({"places": 1, "department_id": str(new_id())}, 422, "place-unknown"),
    ],
)
async def test_quotas_that_make_no_sense_are_refused(
    world: World, client: Client, more: dict[str, Any], status: int, code: str
) -> None:
    answer = await send(world, client, "quota-rules", {**quota(world), **more})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_quota_is_changed_removed_and_there_once(world: World, client: Client) -> None:
    made = await keep(world, client, places=2)
    twice = await send(world, client, "quota-rules", quota(world, places=3))
    assert (twice.status_code, twice.json()["code"]) == (409, "quota-exists")
    planner = world.headers(world.staff(Role.SCHEDULER))
    path = f"/api/quota-rules/{made['id']}"
    changed = await client.put(path, json=quota(world, share_percent=30), headers=planner)
    assert (changed.json()["places"], changed.json()["share_percent"]) == (None, 30)
    listed = await client.get(f"/api/quota-rules?organization_id={world.organization_id}", headers=planner)
    assert [one["id"] for one in listed.json()["items"]] == [made["id"]]
    where = f"?organization_id={world.organization_id}"
    doctor = world.headers(world.staff(Role.DOCTOR))
    assert (await client.delete(path + where, headers=doctor)).status_code == 403
    assert (await client.delete(path + where, headers=planner)).status_code == 204
    assert (await client.delete(path + where, headers=planner)).status_code == 404


async def test_unused_places_flow_when_their_hour_has_come(world: World, client: Client, clock: SetClock) -> None:
    await keep(world, client, "elderly", places=4, flows_back_hours_before=12)
    await make_tuesday(world, client)
    assert await world.count("pool_flow") == 2
    patient = await world.patient(born=date(1950, 1, 1))
    desk = world.staff(Role.REGISTRAR)
    held = await hold(
        world.platform,
        desk,
        HoldRequest(world.organization_id, await slot_of(world, "elderly"), patient, "window"),
        new_id(),
    )
    await confirm(world.platform, desk, world.organization_id, held.id)
    assert await flow_back_all(world.platform) == 0, "twelve hours before, and not a minute earlier"
    clock.moment = held.start_at - timedelta(hours=12)
    assert await flow_back_all(world.platform) == 3
    assert await pools(world, 0) == {"common": (9, 0, True), "elderly": (1, 1, False)}
    assert (await pools(world, 1))["elderly"] == (4, 0, True)
    clock.advance(minutes=30)
    assert await flow_back_all(world.platform) == 4
    assert await flow_back_all(world.platform) == 0
    assert await pools(world, 1) == {"common": (10, 0, True), "elderly": (0, 0, False)}
    assert [
        row["places"]
        for row in await world.owner.fetch(
            "SELECT (payload->>'places')::int AS places FROM event WHERE type = 'booking:pool:flowed_back' ORDER BY at"
        )
    ] == [3, 4]
    await sound(world, 10)


async def test_a_hold_that_ends_later_flows_later(world: World, client: Client, clock: SetClock) -> None:
    await keep(world, client, "onsite", places=2)
    await keep(world, client, "elderly", places=1, flows_back_hours_before=12, flows_to=["onsite", "common"])
    await make_tuesday(world, client)
    patient, slot = await world.patient(born=date(1950, 1, 1)), await slot_of(world, "elderly")
    clock.moment = (await world.row("slot", slot))["start_at"] - timedelta(hours=11, minutes=45)
    request = HoldRequest(world.organization_id, slot, patient, "window")
    await hold(world.platform, world.staff(Role.REGISTRAR), request, new_id())
    assert await flow_back_all(world.platform) == 0, "the one place is held"
    clock.advance(seconds=world.platform.settings.hold_seconds)
    assert await flow_back_all(world.platform) == 1
    assert await pools(world) == {"common": (7, 0, True), "elderly": (0, 0, False), "onsite": (3, 0, True)}
    await sound(world, 10)


async def test_a_full_pool_has_nothing_to_give_and_a_stopped_session_keeps_what_it_has(
    world: World, client: Client, clock: SetClock
) -> None:
    await keep(world, client, "onsite", places=4, flows_back_hours_before=24)
    await make_tuesday(world, client)
    clock.moment += timedelta(hours=12)
    await world.owner.execute("UPDATE schedule SET stopped_at = now(), stopped_reason = 'x'")
    assert await flow_back_all(world.platform) == 0
    await world.owner.execute("UPDATE schedule SET stopped_at = NULL, stopped_reason = NULL")
    await world.owner.execute("UPDATE slot SET taken = capacity, open = false WHERE pool = 'onsite'")
    assert await flow_back_all(world.platform) == 0


async def test_only_the_platform_moves_places(world: World) -> None:
    async with world.platform.transaction(world.staff(Role.HOSPITAL_ADMIN)) as tx:
        with pytest.raises(Problem) as caught:
            await flow_back(tx)
    assert caught.value.code == "forbidden"


async def test_holds_against_the_flow_lose_and_double_nothing(world: World, client: Client, clock: SetClock) -> None:
    """Old people at the desk take the elderly places, others the common ones, while the places flow: all at once."""
    await keep(world, client, "elderly", places=6, flows_back_hours_before=12)
    await make_tuesday(world, client)
    old = [await world.patient(born=date(1950, 1, 1)) for _ in range(10)]
    young = [await world.patient() for _ in range(10)]
    elderly, common = await slot_of(world, "elderly"), await slot_of(world, "common")
    clock.moment = (await world.row("slot", elderly))["start_at"] - timedelta(hours=12)
    desk = world.staff(Role.REGISTRAR)

    async def moved() -> int:
        async with world.platform.transaction(SYSTEM_ACTOR) as tx:
            return await flow_back(tx)

    async def take(patient: UUID, slot: UUID, channel: Channel) -> Appointment:
        return await hold(world.platform, desk, HoldRequest(world.organization_id, slot, patient, channel), new_id())

    for start in range(0, 10, 5):
        wishes = [take(p, elderly, "window") for p in old[start : start + 5]]
        wishes += [take(p, common, "window") for p in young[start : start + 5]]
        got, *_ = await asyncio.gather(outcomes(wishes), moved(), moved(), moved())
        assert {one for one in got if isinstance(one, str)} <= {"slot-taken"}
        await sound(world, 10)
    cut = await pools(world, 0)
    assert cut["elderly"][0] == cut["elderly"][1], "nothing unused is left in the pool"
    assert cut["common"][0] + cut["elderly"][0] == 10


async def test_control_a_flow_without_the_lock_doubles_places(world: World, database_url: str) -> None:
    """Read what is unused, then move it, as it is often written: somebody sits down in between."""
    await world.owner.execute("CREATE TABLE bare_pool (pool text, capacity int, taken int)")
    await world.owner.execute("INSERT INTO bare_pool VALUES ('elderly', 4, 0), ('common', 6, 0)")
    pool = await asyncpg.create_pool(database_url, min_size=2, max_size=2)
    looked = asyncio.Barrier(2)

    async def flow() -> None:
        async with pool.acquire() as connection:
            unused = await connection.fetchval("SELECT capacity - taken FROM bare_pool WHERE pool = 'elderly'")
            await looked.wait()
            await looked.wait()
            await connection.execute("UPDATE bare_pool SET capacity = capacity + $1 WHERE pool = 'common'", unused)
            await connection.execute("UPDATE bare_pool SET capacity = 0 WHERE pool = 'elderly'")

    async def sit() -> None:
        await looked.wait()
        async with pool.acquire() as connection:
            await connection.execute("UPDATE bare_pool SET taken = taken + 1 WHERE pool = 'elderly'")
        await looked.wait()

    await asyncio.gather(flow(), sit())
    row = await world.owner.fetchrow("SELECT sum(greatest(capacity, taken)) AS places FROM bare_pool")
    await pool.close()
    assert row["places"] > 10, "eleven people may sit on ten places"


async def test_quotas_reach_sessions_that_were_made_before(world: World, client: Client, clock: SetClock) -> None:
    await make_tuesday(world, client)
    patient = await world.patient()
    await hold(
        world.platform,
        world.citizen(patient),
        HoldRequest(world.organization_id, await slot_of(world, "common"), patient),
        new_id(),
    )
    await keep(world, client, "onsite", places=8, flows_back_hours_before=2)
    await keep(world, client, "elderly", places=3)
    days = {"organization_id": str(world.organization_id), "from": TUESDAY, "to": TUESDAY}
    first = await send(world, client, "quota-rules/apply", days)
    assert first.json() == {"slots": 2, "places": 19}
    assert await pools(world, 0) == {"common": (1, 1, False), "elderly": (3, 0, True), "onsite": (6, 0, True)}
    assert await pools(world, 1) == {"common": (0, 0, False), "elderly": (3, 0, True), "onsite": (7, 0, True)}
    again = await send(world, client, "quota-rules/apply", days)
    assert again.json() == {"slots": 0, "places": 0}
    assert await world.count("pool_flow") == 2
    await sound(world, 10)
    await world.owner.execute("DELETE FROM quota_rule WHERE pool = 'elderly'")
    assert (await send(world, client, "quota-rules/apply", days)).json()["slots"] == 2
    # What the elderly do not need any more goes where the other rule still wants it.
    assert {pool: size for pool, (size, _, _) in (await pools(world, 1)).items()} == {
        "common": 2,
        "elderly": 0,
        "onsite": 8,
    }
    assert (await send(world, client, "quota-rules/apply", days)).json()["slots"] == 0
    await sound(world, 10)


async def test_use_is_counted_by_pool_and_channel(world: World, client: Client) -> None:
    await keep(world, client, "elderly", places=4)
    await make_tuesday(world, client)
    desk = world.staff(Role.REGISTRAR)
    for pool, channel, born in USED:
        patient = await world.patient(born=date(born, 1, 1))
        request = HoldRequest(world.organization_id, await slot_of(world, pool), patient, channel)
        await hold(world.platform, desk, request, new_id())
    path = f"/api/channel-use?organization_id={world.organization_id}&from={TUESDAY}&to={TUESDAY}"
    items = (await client.get(path, headers=world.headers(desk))).json()["items"]
    assert items == [
        {"date": TUESDAY, "pool": "common", "capacity": 12, "booked": 1, "by_channel": {"window": 1}},
        {"date": TUESDAY, "pool": "elderly", "capacity": 8, "booked": 2, "by_channel": {"phone": 1, "window": 1}},
    ]
    assert (await client.get(path, headers=world.headers(world.citizen()))).status_code == 403


async def test_what_is_left_is_what_one_may_take(world: World, client: Client) -> None:
    await keep(world, client, "elderly", places=3)
    await keep(world, client, "community", places=5)
    await make_tuesday(world, client)
    schedule = await world.owner.fetchval("SELECT id FROM schedule")

    async def left(path: str, channel: str = "") -> list[tuple[int, ...]]:
        more = f"&channel={channel}" if channel else ""
        answer = await client.get(f"/api/{path}organization_id={world.organization_id}{more}")
        assert answer.status_code == 200, answer.text
        found = answer.json()["items"]
        return [(one["remaining"], one.get("capacity", 0)) for one in found]

    slots = f"schedules/{schedule}/slots?"
    assert await left(slots) == [(2, 2), (2, 2)]
    assert await left(slots, "window") == [(2, 2), (3, 3), (2, 2), (3, 3)]
    assert await left(slots, "community") == [(5, 5), (2, 2), (5, 5), (2, 2)]
    day = f"departments/{world.department_id}/sessions?date={TUESDAY}&"
    assert await left(day) == [(4, 4)]
    assert await left(day, "phone") == [(10, 10)]
    doctor = f"practitioner-roles/{world.role_id}/sessions?from={TUESDAY}&days=1&"
    assert (await left(doctor), await left(doctor, "community")) == ([(4, 4)], [(14, 14)])
    calendar = f"departments/{world.department_id}/calendar?from={TUESDAY}&days=1&"
    assert (await left(calendar), await left(calendar, "window")) == ([(4, 0)], [(10, 0)])
    found = await client.get(f"/api/slots/search?department_id={world.department_id}&from={TUESDAY}&to={TUESDAY}")
    assert [one["remaining"] for one in found.json()["items"]] == [2, 2], "a search shows what everybody may take"
    planner = world.headers(world.staff(Role.SCHEDULER))
    plan = await client.get(
        f"/api/schedules?organization_id={world.organization_id}&from={TUESDAY}&to={TUESDAY}", headers=planner
    )
    assert [(one["capacity"], one["remaining"]) for one in plan.json()["items"]] == [(20, 20)]
