"""Limits over the interface, by the hot routes and by the ordinary ones: what an app meets and what it sends."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from hashlib import sha256
from typing import Any

import httpx
import msgspec
import pytest

from applications import application
from booking.limits.scene import account, counted, known, rule
from booking.limits.test_risk import marked
from booking.world import World
from yitong.booking.limits.proofs import zero_bits
from yitong.kernel.client import Clients
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor

HOME = "8.8.4.7"


@pytest.fixture(params=[True, False], ids=["hot", "ordinary"])
async def web(world: World, request: pytest.FixtureRequest) -> AsyncGenerator[httpx.AsyncClient]:
    """A client at somebody's home."""
    world.platform.settings = msgspec.structs.replace(
        world.platform.settings, hot_routes=request.param, proof_bits=6, slot_tokens="off"
    )
    transport = httpx.ASGITransport(application(world.platform), client=(HOME, 4711))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://yitong.test") as opened:
        yield opened


async def _clinics(world: World, count: int) -> list[UUID]:
    """The first slot of a session in as many departments, all on the same day."""
    found: list[UUID] = []
    for _ in range(count):
        department, service = new_id(), new_id()
        await world.clinic(world.organization_id, department, service)
        _, slots = await world.session(department_id=department, service_id=service, role=False, slots=1)
        found += slots
    return found


async def _hold(web: httpx.AsyncClient, world: World, actor: Actor, slot: UUID, **headers: str) -> httpx.Response:
    body = {
        "organization_id": str(world.organization_id),
        "slot_id": str(slot),
        "patient_id": str(actor.patient_ids[0]),
    }
    return await web.post("/api/holds", json=body, headers=world.headers(actor) | headers)


async def _confirm(web: httpx.AsyncClient, world: World, actor: Actor, id: str, **headers: str) -> httpx.Response:
    body = {"organization_id": str(world.organization_id)}
    return await web.post(f"/api/appointments/{id}/confirm", json=body, headers=world.headers(actor) | headers)


async def test_an_exact_cap_names_its_rule(world: World, web: httpx.AsyncClient) -> None:
    actor, slots = await account(world, await world.patient()), await _clinics(world, 3)
    answers = [await _hold(web, world, actor, slot) for slot in slots]
    assert [one.status_code for one in answers] == [201, 201, 409]
    document = answers[-1].json()
    assert (document["code"], document["rule"]) == ("limit-reached", "person-day")
    assert document["limit"]["en"] == "visits of one patient on one day"
    assert "ratelimit-remaining" in answers[0].headers
    await known(world)
    assert await world.count("risk_outcome", "rule = 'person-day' AND outcome = 'refused' AND count = 1") == 1


async def test_a_ban_holds_online_and_not_at_the_desk(world: World, web: httpx.AsyncClient, clock: SetClock) -> None:
    patient = await world.patient()
    actor, slots = await account(world, patient), await _clinics(world, 1)
    await world.insert(
        "booking_ban",
        patient_id=patient,
        id=new_id(),
        organization_id=world.organization_id,
        made_at=clock.now(),
        until=clock.now() + timedelta(days=2),
        reason="no_show",
        counted=3,
    )
    refused = await _hold(web, world, actor, slots[0])
    assert (refused.status_code, refused.json()["code"]) == (403, "booking-banned")
    assert refused.json()["until"] == "2026-11-25T08:30:00+08:00"
    desk = {"organization_id": str(world.organization_id), "slot_id": str(slots[0]), "patient_id": str(patient)}
    at_desk = await web.post("/api/holds", json=desk | {"channel": "window"}, headers=world.headers(world.staff()))
    assert at_desk.status_code == 201


async def test_a_proof_is_asked_for_and_taken(world: World, web: httpx.AsyncClient) -> None:
    actor, slots = await account(world, await world.patient()), await _clinics(world, 1)
    held = (await _hold(web, world, actor, slots[0])).json()["id"]
    await marked(world, actor, 50)
    asked = await _confirm(web, world, actor, held)
    document: dict[str, Any] = asked.json()
    assert (asked.status_code, document["code"], document["difficulty_bits"]) == (428, "proof-needed", 7)
    assert document["expires_at"]
    nonce = 0
    while zero_bits(sha256(f"{document['challenge']}.{nonce}".encode()).digest()) < 7:
        nonce += 1
    proof = {"x-proof": f"{document['challenge']}.{nonce}"}
    taken = await _confirm(web, world, actor, held, **proof)
    assert (taken.status_code, taken.json()["state"]) == (200, "booked")


async def test_a_transfer_between_two_accounts_of_one_phone_is_blocked(world: World, web: httpx.AsyncClient) -> None:
    device = str(new_id())
    hashed = Clients(world.platform.sealer, lambda _: False).known(device.encode(), None).device
    seller = await account(world, await world.patient(), device=hashed)
    buyer, stranger = await account(world, await world.patient()), await account(world, await world.patient())
    slots = await _clinics(world, 1)
    held = (await _hold(web, world, seller, slots[0], **{"x-device-id": device})).json()["id"]
    await _confirm(web, world, seller, held)
    reason = {"organization_id": str(world.organization_id), "reason": "有事"}
    given = await web.post(f"/api/appointments/{held}/cancel", json=reason, headers=world.headers(seller))
    assert given.status_code == 200
    await world.owner.execute("UPDATE slot SET taken = 0, open = true WHERE id = $1", slots[0])
    await counted(world)
    await known(world)
    blocked = await _hold(web, world, buyer, slots[0], **{"x-device-id": device})
    assert (blocked.status_code, blocked.json()["code"]) == (403, "transfer-suspected")
    assert (await _hold(web, world, stranger, slots[0], **{"x-device-id": str(new_id())})).status_code == 201


async def test_a_required_token_and_a_repeated_hold(world: World, web: httpx.AsyncClient) -> None:
    world.platform.settings = msgspec.structs.replace(world.platform.settings, slot_tokens="required")
    await rule(world, "account-burst", value=1)
    actor = await account(world, await world.patient())
    schedule, _ = await world.session()
    listed = await web.get(
        f"/api/schedules/{schedule}/slots",
        params={"organization_id": str(world.organization_id)},
        headers=world.headers(actor),
    )
    slot = listed.json()["items"][0]
    without = await _hold(web, world, actor, UUID(slot["slot_id"]))
    assert (without.status_code, without.json()["code"]) == (428, "slot-token-needed")
    key = {"x-slot-token": slot["slot_token"], "idempotency-key": str(new_id())}
    first = await _hold(web, world, actor, UUID(slot["slot_id"]), **key)
    assert first.status_code == 201
    await known(world)
    again = await _hold(web, world, actor, UUID(slot["slot_id"]), **key)
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
