"""The picture of a department: whole, what changed, and nothing when nothing did."""

import asyncio
from typing import Any

import httpx
import pytest

from booking.world import World
from yitong.booking.schemas import HoldRequest
from yitong.booking.service import hold
from yitong.kernel.ids import new_id


@pytest.fixture
def address(world: World) -> dict[str, str]:
    return {"organization_id": str(world.organization_id), "department_id": str(world.department_id)}


async def test_whole_then_delta_then_nothing(world: World, client: httpx.AsyncClient, address: dict[str, str]) -> None:
    _, slots = await world.session(slots=4, capacity=3)
    await world.owner.execute("UPDATE slot SET pool = 'onsite' WHERE id = $1", slots[3])
    first = await client.get("/api/slots/snapshot", params=address)
    picture: dict[str, Any] = first.json()
    assert [place["slot_id"] for place in picture["places"]] == [str(slot) for slot in slots[:3]]
    assert {place["remaining"] for place in picture["places"]} == {3}
    same = await client.get("/api/slots/snapshot", params=address, headers={"if-none-match": first.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    patient = await world.patient()
    await hold(world.platform, world.citizen(patient), HoldRequest(world.organization_id, slots[1], patient), new_id())
    await asyncio.sleep(world.platform.settings.snapshot_ms / 1000 + 0.05)
    later = await client.get("/api/slots/snapshot", params={**address, "since": picture["version"]})
    change = later.json()
    assert change["since"] == picture["version"] != change["version"]
    assert [(place["slot_id"], place["remaining"]) for place in change["places"]] == [(str(slots[1]), 2)]
    unknown = await client.get("/api/slots/snapshot", params={**address, "since": "long-ago"})
    assert len(unknown.json()["places"]) == 3


async def test_a_crowd_reads_once(world: World, client: httpx.AsyncClient, address: dict[str, str]) -> None:
    await world.session(slots=2)
    answers = await asyncio.gather(*(client.get("/api/slots/snapshot", params=address) for _ in range(40)))
    assert len({answer.content for answer in answers}) == 1
