"""Slot tokens: who was shown a time may hold it; in the three modes."""

from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest

from booking.limits.scene import account, known, refusal
from booking.world import World
from yitong.booking.limits.service import before_hold
from yitong.booking.limits.tokens import VALID_S, slot_tokens_of
from yitong.booking.schemas import HoldRequest
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor


def _mode(world: World, mode: str) -> None:
    world.platform.settings = msgspec.structs.replace(world.platform.settings, slot_tokens=mode)


async def _ask(world: World, actor: Actor, slot: UUID, token: str | None) -> None:
    headers = {b"x-slot-token": token.encode()} if token else {}
    await before_hold(world.platform, actor, HoldRequest(world.organization_id, slot, actor.patient_ids[0]), headers)


@pytest.fixture
async def shown(world: World, client: httpx.AsyncClient) -> dict[str, Any]:
    """A signed-in citizen and what the lists show to it."""
    actor = await account(world, await world.patient())
    schedule, slots = await world.session()
    place = {"organization_id": str(world.organization_id)}
    headers = world.headers(actor)
    listed = await client.get(f"/api/schedules/{schedule}/slots", params=place, headers=headers)
    found = await client.get("/api/slots/search", params={"specialty": "03"}, headers=headers)
    bare = await client.get(f"/api/schedules/{schedule}/slots", params=place)
    return {
        "actor": actor,
        "slots": slots,
        "listed": [one["slot_token"] for one in listed.json()["items"]],
        "found": [one["slot_token"] for one in found.json()["items"]],
        "bare": [one["slot_token"] for one in bare.json()["items"]],
    }


async def test_lists_give_tokens_that_count(world: World, shown: dict[str, Any]) -> None:
    _mode(world, "required")
    assert all(shown["listed"])
    assert all(shown["found"])
    assert set(shown["bare"]) == {None}, "nobody to bind it to"
    await _ask(world, shown["actor"], shown["slots"][0], shown["listed"][0])


async def test_what_does_not_count(world: World, shown: dict[str, Any], clock: SetClock) -> None:
    _mode(world, "required")
    actor, slots, token = shown["actor"], shown["slots"], shown["listed"][0]
    elsewhere = Actor(actor.kind, actor.id, actor.roles, actor.patient_ids, new_id())
    for asker, slot, given in (
        (actor, slots[1], token),
        (elsewhere, slots[0], token),
        (actor, slots[0], None),
        (actor, slots[0], "zz.zz"),
        (actor, slots[0], f"fffffffffff.{token.partition('.')[2]}"),
        (actor, slots[0], token[:-1] + ("A" if token[-1] != "A" else "B")),
        (actor, slots[0], "é" + token),
    ):
        assert (await refusal(_ask(world, asker, slot, given))).code == "slot-token-needed"
    clock.advance(seconds=VALID_S)
    assert (await refusal(_ask(world, actor, slots[0], token))).code == "slot-token-needed"


async def test_a_device_that_looked_before_signing_in(
    world: World, client: httpx.AsyncClient, shown: dict[str, Any]
) -> None:
    from yitong.kernel.client import CLIENT, Client, Clients

    _mode(world, "required")
    device = str(new_id())
    schedule, slots = await world.session()
    answer = await client.get(
        f"/api/schedules/{schedule}/slots",
        params={"organization_id": str(world.organization_id)},
        headers={"x-device-id": device},
    )
    token = answer.json()["items"][0]["slot_token"]
    made = Clients(world.platform.sealer, lambda _: False).known(device.encode(), None)
    CLIENT.set(made)
    await _ask(world, shown["actor"], slots[0], token)
    CLIENT.set(Client())
    assert (await refusal(_ask(world, shown["actor"], slots[0], token))).code == "slot-token-needed"


async def test_warning_raises_the_score_and_off_does_not(world: World, shown: dict[str, Any]) -> None:
    actor, slots = shown["actor"], shown["slots"]
    _mode(world, "off")
    await _ask(world, actor, slots[0], None)
    await known(world)
    assert await world.count("risk_signal") == 0
    _mode(world, "warn")
    for _ in range(3):
        await _ask(world, actor, slots[0], None)
    await known(world)
    assert await world.owner.fetchval("SELECT kind FROM risk_signal") == "risk-no-search"
    desk = world.staff()
    _mode(world, "required")
    await before_hold(world.platform, desk, HoldRequest(world.organization_id, slots[0], new_id()), {})


def test_the_tokens_of_two_parties_differ(platform: Any) -> None:
    tokens, slot, now = slot_tokens_of(platform), new_id(), platform.clock.now()
    one = tokens.make(slot, b"1" * 16, now)
    assert tokens.counts(one, slot, (b"2" * 16, b"1" * 16), now)
    assert not tokens.counts(one, slot, (b"2" * 16,), now)
    assert not tokens.counts(one, slot, (b"1" * 16,), now - timedelta(hours=1)), "nor one from the future"
