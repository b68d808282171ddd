"""The board, the signals, the rules and the challenges over the interface, and who may see them."""

from datetime import timedelta
from typing import Any

import httpx
import msgspec

from booking.limits.scene import account, book, counted, give_up, known, refusal, rule, take
from booking.limits.test_risk import marked
from booking.world import World
from yitong.booking.limits.memory import memory_of
from yitong.booking.limits.signals import Signal
from yitong.kernel.client import CLIENT, Client
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import new_id
from yitong.kernel.permissions import Actor, ActorKind, Role, RoleAt

DEVICE = b"d" * 32


async def _trouble(world: World) -> Actor:
    """A refused hand-over and a limit reached."""
    seller, buyer = await world.patient(), await world.patient()
    one, other = await account(world, seller, device=DEVICE), await account(world, buyer, device=DEVICE)
    _, slots = await world.session()
    held = await take(world, one, slots[0], seller)
    await book(world, one, held.id)
    await give_up(world, one, held.id)
    await known(world)
    CLIENT.set(Client(device=DEVICE))
    await refusal(take(world, other, slots[0], buyer))
    CLIENT.set(Client())
    await known(world)
    return other


async def test_the_board_shows_what_the_rules_did(world: World, client: httpx.AsyncClient) -> None:
    other = await _trouble(world)
    admin = world.headers(world.staff(Role.HOSPITAL_ADMIN))
    place = {"organization_id": str(world.organization_id)}
    board: dict[str, Any] = (await client.get("/api/risk/board", params=place, headers=admin)).json()
    counts = {(one["rule"], one["outcome"]): one["count"] for one in board["counts"]}
    assert counts["transfer", "refused"] == 1
    assert counts["risk-no-search", "warned"] == 1
    assert [(one["refused"], one["warned"]) for one in board["hours"]] == [(1, 1)]
    assert [(one["via"], one["refused"]) for one in board["handovers"]] == [("device", True)]
    assert board["handovers"][0]["to_account"] == f"…{other.id.hex[-6:]}"
    assert str(other.id) not in msgspec.json.encode(board).decode()
    top = board["subjects"][0]
    assert (top["score"], top["level"]) == (70, "code")
    assert {"zh", "en"} == set(top["reasons"][0])


async def test_another_hospital_and_another_time_show_nothing(
    world: World, client: httpx.AsyncClient, clock: SetClock
) -> None:
    await _trouble(world)
    regulator = world.headers(Actor(ActorKind.STAFF, new_id(), (RoleAt(Role.REGULATOR, new_id()),)))
    elsewhere = new_id()
    await world.hospital(elsewhere, "另一家")
    board = (await client.get("/api/risk/board", params={"organization_id": str(elsewhere)}, headers=regulator)).json()
    assert (board["counts"], board["hours"], board["subjects"], board["handovers"]) == ([], [], [], [])
    region = (await client.get("/api/risk/board", headers=regulator)).json()
    assert region["handovers"] != []
    ago = clock.now() - timedelta(days=9)
    span = {"from": (ago - timedelta(days=1)).isoformat(), "to": ago.isoformat()}
    assert (await client.get("/api/risk/board", params=span, headers=regulator)).json()["counts"] == []
    backwards = {"from": span["to"], "to": span["from"]}
    assert (await client.get("/api/risk/board", params=backwards, headers=regulator)).status_code == 400


async def test_signals_come_in_pages(world: World, client: httpx.AsyncClient, clock: SetClock) -> None:
    memory = await known(world)
    for _ in range(60):
        memory.suspect(Signal(world.organization_id, clock.now(), "risk-burst", 30, new_id()))
        clock.advance(seconds=1)
    await known(world)
    admin = world.headers(world.staff(Role.HOSPITAL_ADMIN))
    place: dict[str, str] = {"organization_id": str(world.organization_id)}
    first = (await client.get("/api/risk/signals", params=place, headers=admin)).json()
    second = (await client.get("/api/risk/signals", params=place | {"cursor": first["next"]}, headers=admin)).json()
    assert (len(first["items"]), len(second["items"]), second["next"]) == (50, 10, None)
    moments = [one["at"] for one in (*first["items"], *second["items"])]
    assert moments == sorted(moments, reverse=True)
    assert first["items"][0]["text"]["en"] == "holds in quick succession"


async def test_who_may_see_the_board(world: World, client: httpx.AsyncClient) -> None:
    citizen = await account(world)
    place = {"organization_id": str(world.organization_id)}
    for actor in (citizen, world.staff(Role.DOCTOR), world.staff(Role.HOSPITAL_ADMIN, new_id())):
        for path in ("/api/risk/board", "/api/risk/signals", "/api/limit-rules"):
            answer = await client.get(path, params=place, headers=world.headers(actor))
            assert answer.status_code == 403, path
    admin = world.headers(world.staff(Role.HOSPITAL_ADMIN))
    assert (await client.get("/api/risk/board", headers=admin)).status_code == 403, "the region is not theirs"


async def test_a_rule_changed_over_the_interface_holds_at_once(world: World, client: httpx.AsyncClient) -> None:
    await rule(world, "phone-day", value=9)
    admin = world.headers(Actor(ActorKind.STAFF, new_id(), (RoleAt(Role.PLATFORM_ADMIN),)))
    answer = await client.put("/api/limit-rules/device-day", json={"value": 1}, headers=admin)
    assert (answer.status_code, answer.json()["value"], answer.json()["default_value"]) == (200, 1, 10)
    assert memory_of(world.platform).rule("device-day").value == 1
    listed = {one["code"]: one for one in (await client.get("/api/limit-rules", headers=admin)).json()["items"]}
    assert (listed["device-day"]["inherited"], listed["block-hour"]["inherited"]) == (False, True)
    unknown = await client.put("/api/limit-rules/device-day", json={"values": 1}, headers=admin)
    assert unknown.status_code == 400


async def test_a_lower_number_closes_who_is_over_it_and_a_higher_opens(world: World, client: httpx.AsyncClient) -> None:
    await rule(world, "phone-day", value=9)
    admin = world.headers(Actor(ActorKind.STAFF, new_id(), (RoleAt(Role.PLATFORM_ADMIN),)))
    patient = await world.patient()
    actor = await account(world, patient)
    _, slots = await world.session()
    held = await take(world, actor, slots[0], patient)
    await give_up(world, actor, held.id)
    await counted(world)
    await client.put("/api/limit-rules/account-burst", json={"value": 1}, headers=admin)
    assert (await refusal(take(world, actor, slots[1], patient))).code == "limit-reached"
    await client.put("/api/limit-rules/account-burst", json={"value": 5}, headers=admin)
    assert (await take(world, actor, slots[1], patient)).state == "held"


async def test_challenges_are_told_beforehand(world: World, client: httpx.AsyncClient) -> None:
    actor = await account(world)
    await known(world)
    calm = await client.get("/api/challenges", headers=world.headers(actor))
    assert calm.json() == {"level": "ok", "challenge": None, "difficulty_bits": None, "expires_at": None}
    await marked(world, actor, 62)
    asked = (await client.get("/api/challenges", headers=world.headers(actor))).json()
    assert (asked["level"], asked["difficulty_bits"]) == ("challenge", 18)
    assert asked["challenge"]
    await marked(world, worse := await account(world), 70)
    assert (await client.get("/api/challenges", headers=world.headers(worse))).json()["level"] == "code"
    assert (await client.get("/api/challenges")).status_code == 401
    assert (await client.get("/api/challenges", headers=world.headers(world.staff()))).status_code == 403
