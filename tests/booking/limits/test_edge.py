"""The edge: requests bounded by session, device and block, with the headers that say so; where a session was opened."""

import ipaddress
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
import pytest

from applications import application
from booking.limits.scene import account, known, rule
from booking.world import World
from yitong.app import create_app
from yitong.booking.limits.edge import Buckets, Edge, blocks_in
from yitong.booking.limits.rules import Rule
from yitong.identity.service.sessions import open_session
from yitong.kernel.client import CLIENT, Client, Clients
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import new_id
from yitong.kernel.platform import Platform
from yitong.kernel.settings import SettingsError

HOME, DEVICE = "8.8.4.7", b"0191f0a0-0000-7000-8000-000000000000"


@pytest.fixture
async def home(world: World) -> AsyncGenerator[httpx.AsyncClient]:
    """A client at somebody's home."""
    transport = httpx.ASGITransport(application(world.platform), client=(HOME, 4711))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://yitong.test") as opened:
        yield opened


async def test_a_session_is_bounded_and_told_so(world: World, home: httpx.AsyncClient, clock: SetClock) -> None:
    await rule(world, "rate-session", value=3, window=60)
    await known(world)
    headers = world.headers(await account(world))
    answers = [await home.get("/api/limit-rules", headers=headers) for _ in range(4)]
    assert [one.status_code for one in answers] == [403, 403, 403, 429]
    assert [one.headers["ratelimit-remaining"] for one in answers] == ["2", "1", "0", "0"]
    assert {one.headers["ratelimit-limit"] for one in answers} == {"3"}
    assert [one.headers["ratelimit-reset"] for one in answers] == ["20", "40", "60", "20"]
    refused = answers[-1]
    assert (refused.json()["code"], refused.headers["retry-after"]) == ("rate-limited", "20")
    assert refused.headers["content-type"] == "application/problem+json"
    clock.advance(seconds=20)
    assert (await home.get("/api/limit-rules", headers=headers)).status_code == 403
    assert (await home.get("/api/limit-rules", headers=headers)).status_code == 429
    other = world.headers(await account(world))
    assert (await home.get("/api/limit-rules", headers=other)).status_code == 403
    await known(world)
    assert await world.owner.fetchval("SELECT sum(count) FROM risk_outcome WHERE rule = 'rate-session'") == 2


@pytest.mark.parametrize("code", ["rate-device", "rate-block"])
async def test_devices_and_blocks_are_bounded_without_a_session(
    world: World, home: httpx.AsyncClient, code: str
) -> None:
    await rule(world, code, value=2, window=60)
    await known(world)
    device = {"x-device-id": str(new_id())} if code == "rate-device" else {}
    asked = [(await home.get("/api/public-settings", headers=device)).status_code for _ in range(3)]
    assert asked == [200, 200, 429]
    if device:
        other = {"x-device-id": str(new_id())}
        assert (await home.get("/api/public-settings", headers=other)).status_code == 200


async def test_staff_private_addresses_and_pages_are_not_bounded(
    world: World, client: httpx.AsyncClient, home: httpx.AsyncClient
) -> None:
    await rule(world, "rate-session", value=1)
    await rule(world, "rate-block", value=1)
    await known(world)
    desk = world.headers(world.staff())
    assert {(await home.get("/api/limit-rules", headers=desk)).status_code for _ in range(3)} == {403}
    assert {(await client.get("/api/public-settings")).status_code for _ in range(3)} == {200}, "127.0.0.1 is no block"
    assert "ratelimit-limit" not in (await home.get("/")).headers


async def test_switched_off(world: World, home: httpx.AsyncClient) -> None:
    world.platform.settings = msgspec.structs.replace(world.platform.settings, rate_limits=False)
    await rule(world, "rate-block", value=1)
    await known(world)
    answers = [await home.get("/api/public-settings") for _ in range(3)]
    assert {one.status_code for one in answers} == {200}
    assert "ratelimit-limit" not in answers[0].headers


def test_a_refused_request_takes_from_no_bucket() -> None:
    buckets, small, large = Buckets(), Rule(True, 10, 1, 0), Rule(True, 10, 5, 0)
    both = [(("a", b"1"), large), (("b", b"1"), small)]
    first = buckets.take(both, 100.0)
    assert first == ("b", 1, 0, 10, False)
    refused = buckets.take(both, 101.0)
    assert refused == ("b", 1, 0, 9, True)
    again = buckets.take(both[:1], 102.0)
    assert again is not None
    assert again.remaining == 4 - 1 + 1, "two seconds refilled the first"


async def test_a_session_remembers_where_it_was_opened(world: World, clock: SetClock) -> None:
    actor = await account(world)
    CLIENT.set(Client(b"d", b"b", b"a", datacentre=True))
    async with world.platform.transaction(actor) as tx:
        opened = await open_session(tx, actor, timedelta(hours=1))
    CLIENT.set(Client())
    row = await world.row("sign_in_session", opened.actor.session_id or new_id())
    assert (row["device_hash"], row["block_hash"], row["agent_hash"], row["datacentre"]) == (b"d", b"b", b"a", True)


def test_clients(platform: Platform, tmp_path: Path) -> None:
    clients = Clients(platform.sealer, lambda address: str(address) == "8.8.4.9")
    here = clients.known(DEVICE, HOME, b"Phone/1")
    assert here.device is not None
    assert here.agent is not None
    assert len({here.device, here.agent, here.block}) == 3
    neighbour = clients.known(b"short", "8.8.4.200")
    assert (neighbour.device, neighbour.block) == (None, here.block), "the same /24"
    assert clients.known(None, "8.8.5.7").block != here.block
    assert clients.known(None, "::ffff:8.8.4.8").block == here.block
    assert clients.known(None, "2001:4860:1:2::3").block == clients.known(None, "2001:4860:1:ffff::9").block
    for private in ("127.0.0.1", "10.1.2.3", "192.168.1.1", "::1", "fe80::1%eth0", "no address", None):
        assert clients.known(None, private).block is None
    assert clients.known(None, "8.8.4.9").datacentre


def test_networks_of_hosting_providers_come_from_a_file(tmp_path: Path, platform: Platform) -> None:
    listed = tmp_path / "networks.txt"
    listed.write_text("8.8.4.0/24  # an example\n\n2001:4860::/32\n", "utf-8")
    hosted = blocks_in(str(listed))
    assert hosted(ipaddress.ip_address(HOME))
    assert hosted(ipaddress.ip_address("2001:4860::1"))
    assert not hosted(ipaddress.ip_address("9.9.9.9"))
    assert not blocks_in("")(ipaddress.ip_address(HOME))
    listed.write_text("nonsense\n", "utf-8")
    platform.settings = msgspec.structs.replace(platform.settings, datacentre_file=str(listed))
    with pytest.raises(SettingsError, match="datacentre_file"):
        Edge(create_app, platform)  # type: ignore[arg-type]
