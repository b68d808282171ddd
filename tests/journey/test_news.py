"""Messages that no visit stands behind: a draw lost, blocked or called off, a ban made and decided."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from booking.draws import CLOSES, OPENS, Scene
from booking.world import World, lay_out
from yitong.booking.limits import bans
from yitong.booking.limits.actions import BAN
from yitong.booking.limits.events import LimitEvent
from yitong.kernel.clock import SetClock
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import SYSTEM_ACTOR, Role
from yitong.kernel.platform import Platform
from yitong.kernel.reactors import REACTORS, run_once


@pytest.fixture
async def world(platform: Platform) -> AsyncGenerator[World]:
    """The hospital of the booking tests."""
    owner = await platform.database.connect_as_owner()
    yield await lay_out(platform, owner)
    await owner.close()


@pytest.fixture
async def scene(world: World, client: httpx.AsyncClient, clock: SetClock) -> Scene:
    """A session of one time with room, in three days."""
    made = Scene(world, client, clock)
    await made.prepare(slots=1)
    return made


async def told(world: World, client: httpx.AsyncClient, patient: UUID) -> list[dict[str, Any]]:
    """The patient's messages, once everything that happened was read."""
    async with asyncio.timeout(20):
        while await world.owner.fetchval(
            "SELECT count(*) FROM event AS e WHERE e.type NOT LIKE 'journey:%' AND NOT EXISTS (SELECT FROM"
            " reactor_position AS p WHERE p.name = 'journey.messages'"
            " AND (e.xid, e.position) <= (CAST(p.xid AS xid8), p.position))"
        ):
            if not await run_once(world.platform, REACTORS["journey.messages"]):
                await asyncio.sleep(0.02)
    answer = await client.get("/api/messages", headers=world.headers(world.citizen(patient)))
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def drawn(scene: Scene, people: list[UUID], **asked: Any) -> None:
    """A draw of one place that these people asked for."""
    slots = await scene.open(places_per_slot=1)
    for one in people:
        assert (await scene.ask(one, slots, **asked)).status_code == 201
    await scene.later(minutes=CLOSES - OPENS)
    await scene.later(minutes=10)
    assert (await scene.draw())["state"] == "drawn"


@pytest.mark.parametrize("waits", [False, True], ids=["no waiting list", "waiting list"])
async def test_who_loses_a_draw_is_told_and_who_wins_is_not_told_of_losing(scene: Scene, waits: bool) -> None:
    people = [await scene.person() for _ in range(2)]
    await drawn(scene, people, waitlist=waits)
    by_state = {(await scene.mine(one))[0]["state"]: one for one in people}
    (lost,) = await told(scene.world, scene.client, by_state["lost"])
    assert lost["kind"] == "draw_lost"
    assert lost["title"] == {"zh": "这次没有中签", "en": "Not drawn this time"}
    assert "第 2 位" in lost["body"]["zh"]
    assert "number 2 in the order" in lost["body"]["en"]
    assert ("已按您的要求排入候补" in lost["body"]["zh"]) is waits
    assert (lost["link"]["kind"], lost["link"]["id"]) == ("draw", scene.draw_id)
    (won,) = await told(scene.world, scene.client, by_state["won"])
    assert won["kind"] == "draw_won"


async def test_a_winner_whose_place_cannot_be_given_is_told_why(scene: Scene) -> None:
    person = await scene.person()
    slots = await scene.open(places_per_slot=1)
    assert (await scene.ask(person, slots)).status_code == 201
    common = await scene.world.owner.fetchval("SELECT id FROM slot WHERE pool = 'common'")
    held = await scene.client.post(
        "/api/holds",
        json={
            "organization_id": str(scene.world.organization_id),
            "slot_id": str(common),
            "patient_id": str(person),
        },
        headers=scene.world.headers(scene.world.citizen(person), new_id()),
    )
    assert held.status_code == 201, held.text
    assert (await scene.act(person, "confirm", held.json()["id"])).status_code == 200
    await scene.later(minutes=CLOSES - OPENS)
    await scene.later(minutes=10)
    blocked = next(
        one for one in await told(scene.world, scene.client, person) if one["kind"] not in {"booked", "draw_won"}
    )
    assert blocked["kind"] == "draw_blocked"
    assert "当天在该科室已有预约" in blocked["body"]["zh"]


async def test_everybody_in_a_draw_hears_that_it_is_off_but_not_who_withdrew(scene: Scene) -> None:
    stayed, left = await scene.person(), await scene.person()
    slots = await scene.open(places_per_slot=1)
    for one in (stayed, left):
        assert (await scene.ask(one, slots)).status_code == 201
    own = (await scene.mine(left))[0]["id"]
    gone = await scene.client.delete(
        f"/api/draws/{scene.draw_id}/requests/{own}", headers=scene.world.headers(scene.world.citizen(left))
    )
    assert gone.status_code == 200, gone.text
    assert (await scene.post("cancel", reason="专家外出")).status_code == 200
    (off,) = await told(scene.world, scene.client, stayed)
    assert (off["kind"], off["link"]["kind"]) == ("draw_cancelled", "draw")
    assert "专家外出" in off["body"]["zh"]
    assert await told(scene.world, scene.client, left) == []


async def _banned(world: World, patient: UUID) -> UUID:
    """A ban of thirty days with its event, as three missed visits make it."""
    ban_id, now = new_id(), world.platform.clock.now()
    await world.insert(
        "booking_ban",
        patient_id=patient,
        id=ban_id,
        organization_id=world.organization_id,
        made_at=now,
        until=now + timedelta(days=30),
        reason="no_show",
        counted=3,
    )
    async with world.platform.transaction() as tx:
        subject = Subject("booking_ban", ban_id, world.organization_id, patient)
        said = {"count": 3, "days": 30, "until": now + timedelta(days=30)}
        await record(tx, BAN.check(SYSTEM_ACTOR), LimitEvent.BANNED, subject, said)
    return ban_id


@pytest.mark.parametrize("lift", [True, False], ids=["lifted", "kept"])
async def test_a_ban_and_what_came_of_the_appeal_are_told(world: World, client: httpx.AsyncClient, lift: bool) -> None:
    patient = await world.patient()
    ban_id = await _banned(world, patient)
    (first,) = await told(world, client, patient)
    assert first["kind"] == "banned"
    assert "约了没来 3 次，12月23日 周三 08:30 前不能在网上预约" in first["body"]["zh"]
    assert "until Wed 23 Dec, 08:30" in first["body"]["en"]
    assert (first["link"]["kind"], first["link"]["id"]) == ("ban", str(ban_id))
    async with world.platform.transaction(world.citizen(patient)) as tx:
        await bans.appeal(tx, ban_id, "那天堵车")
    async with world.platform.transaction(world.staff(Role.HOSPITAL_ADMIN)) as tx:
        await bans.decide(tx, ban_id, lift=lift, reason="已核实")
    decided = next(one for one in await told(world, client, patient) if one["kind"] != "banned")
    assert decided["kind"] == ("ban_lifted" if lift else "ban_kept")
    assert "已核实" in decided["body"]["zh"]
    assert ("现在可以正常预约" in decided["body"]["zh"]) is lift
