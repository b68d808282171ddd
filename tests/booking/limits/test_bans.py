"""Three missed visits in ninety days: banned for thirty days, with an appeal that the hospital decides."""

import asyncio
from datetime import date, timedelta

import httpx
import pytest

from booking.limits.scene import account, known, rule
from booking.world import World
from yitong.booking.limits.service import ban_reached
from yitong.booking.service import mark_no_shows
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, Role
from yitong.kernel.reactors import REACTORS, run_once
from yitong.kernel.text import Language

_REACTOR = REACTORS["booking.no-show-bans"]


async def _missed(world: World, patient: UUID, *days_ago: int) -> None:
    """Visits of the patient that nobody came to, recorded by the job that closes days."""
    now = world.platform.clock.now()
    for days in days_ago:
        start = now - timedelta(days=days)
        schedule, slots = await world.session(start, slots=1)
        await world.insert(
            "appointment",
            organization_id=world.organization_id,
            id=new_id(),
            slot_id=slots[0],
            schedule_id=schedule,
            department_id=world.department_id,
            service_id=world.service_id,
            patient_id=patient,
            day=start.date(),
            start_at=start,
            end_at=start + timedelta(minutes=30),
            state="booked",
            version=2,
            number=1,
            channel="h5",
            fee_fen=5000,
            booked_by=new_id(),
            idempotency_key=new_id(),
            created_at=start,
        )
    await mark_no_shows(world.platform)
    await reacted(world)


async def reacted(world: World) -> None:
    """Let the reactor read until it has seen every event."""
    for _ in range(200):
        await run_once(world.platform, _REACTOR)
        behind = await world.owner.fetchval(
            "SELECT count(*) FROM event AS e WHERE NOT EXISTS (SELECT 1 FROM reactor_position AS p"
            " WHERE p.name = $1 AND (e.xid, e.position) <= (CAST(p.xid AS xid8), p.position))",
            _REACTOR.name,
        )
        if not behind:
            return
        await asyncio.sleep(0.05)


@pytest.fixture
async def banned(world: World) -> tuple[Actor, UUID]:
    """A citizen banned for three missed visits."""
    patient = await world.patient()
    await _missed(world, patient, 20, 10, 2)
    return await account(world, patient), await world.owner.fetchval("SELECT id FROM booking_ban")


async def test_the_third_missed_visit_bans(world: World, clock: SetClock) -> None:
    patient = await world.patient()
    await _missed(world, patient, 25, 12)
    assert await world.count("booking_ban") == 0
    await _missed(world, patient, 1)
    ban = await world.owner.fetchrow("SELECT * FROM booking_ban")
    assert (ban["patient_id"], ban["counted"], ban["reason"]) == (patient, 3, "no_show")
    assert ban["until"] == clock.now() + timedelta(days=30)
    assert await world.count("event", "type = 'booking:ban:made' AND patient_id = $1", patient) == 1
    await _missed(world, patient, 3)
    assert await world.count("booking_ban") == 1, "one in force is enough"


async def test_visits_of_long_ago_and_of_an_earlier_ban_do_not_count(world: World, clock: SetClock) -> None:
    patient = await world.patient()
    await rule(world, "no-show", window=14 * 86_400)
    await _missed(world, patient, 30, 20, 2)
    assert await world.count("booking_ban") == 0
    await _missed(world, patient, 3, 4)
    assert await world.count("booking_ban") == 1
    clock.advance(days=31)
    await _missed(world, patient, 1, 2)
    assert await world.count("booking_ban") == 1
    await _missed(world, patient, 3)
    assert await world.count("booking_ban") == 2


async def test_switched_off_nobody_is_banned(world: World) -> None:
    await rule(world, "no-show", enabled=False)
    await _missed(world, await world.patient(), 20, 10, 2)
    assert await world.count("booking_ban") == 0


async def test_the_refusal_says_until_when(world: World, clock: SetClock) -> None:
    await known(world)
    document = ban_reached(world.platform, clock.now(), world.organization_id).document(Language.EN, "r")
    assert (document["code"], document["status"]) == ("booking-banned", 403)
    assert document["until"].date() == date(2026, 11, 23)
    assert "2026-11-23 08:30" in document["title"]


async def test_an_appeal_is_seen_and_decided(
    world: World, client: httpx.AsyncClient, banned: tuple[Actor, UUID], clock: SetClock
) -> None:
    actor, ban_id = banned
    patient, place = str(actor.patient_ids[0]), str(world.organization_id)
    admin = world.headers(world.staff(Role.HOSPITAL_ADMIN))
    listed = await client.get("/api/bans", params={"patient_id": patient}, headers=world.headers(actor))
    assert [(one["in_force"], one["patient_name"]) for one in listed.json()["items"]] == [(True, "张*")]
    said = await client.post(f"/api/bans/{ban_id}/appeal", json={"text": "住院期间"}, headers=world.headers(actor))
    assert (said.status_code, said.json()["appeal"]) == (200, "住院期间")
    assert "住院" not in await world.owner.fetchval("SELECT appeal_sealed FROM booking_ban")
    waiting = await client.get("/api/bans", params={"organization_id": place, "appealed": "true"}, headers=admin)
    assert [one["appeal"] for one in waiting.json()["items"]] == ["住院期间"]
    decision = {"lift": True, "reason": "情况属实"}
    for stranger in (world.staff(Role.REGISTRAR), world.staff(Role.HOSPITAL_ADMIN, new_id()), actor):
        answer = await client.post(f"/api/bans/{ban_id}/decide", json=decision, headers=world.headers(stranger))
        assert answer.status_code == 403
    done = await client.post(f"/api/bans/{ban_id}/decide", json=decision, headers=admin)
    assert (done.json()["lifted"], done.json()["in_force"], done.json()["decision"]) == (True, False, "情况属实")
    for path, body in (("appeal", {"text": "再"}), ("decide", decision)):
        headers = world.headers(actor) if path == "appeal" else admin
        again = await client.post(f"/api/bans/{ban_id}/{path}", json=body, headers=headers)
        assert again.json()["code"] == "ban-decided"
    assert await world.count("booking_ban", "until > $1", clock.now()) == 0


async def test_a_refused_appeal_leaves_the_ban(
    world: World, client: httpx.AsyncClient, banned: tuple[Actor, UUID], clock: SetClock
) -> None:
    _, ban_id = banned
    admin = world.headers(world.staff(Role.HOSPITAL_ADMIN))
    kept = await client.post(f"/api/bans/{ban_id}/decide", json={"lift": False, "reason": "无证明"}, headers=admin)
    assert (kept.json()["lifted"], kept.json()["in_force"]) == (False, True)


async def test_who_may_not_see_or_appeal(
    world: World, client: httpx.AsyncClient, banned: tuple[Actor, UUID], clock: SetClock
) -> None:
    actor, ban_id = banned
    stranger = world.headers(await account(world, await world.patient()))
    params = {"patient_id": str(actor.patient_ids[0])}
    assert (await client.get("/api/bans", params=params, headers=stranger)).json()["code"] == "foreign-patient"
    assert (await client.get("/api/bans", params=params)).status_code == 401
    assert (await client.get("/api/bans", headers=stranger)).json()["code"] == "validation-failed"
    elsewhere = {"organization_id": str(world.organization_id)}
    other = world.headers(world.staff(Role.HOSPITAL_ADMIN, new_id()))
    assert (await client.get("/api/bans", params=elsewhere, headers=other)).status_code == 403
    answer = await client.post(f"/api/bans/{ban_id}/appeal", json={"text": "x"}, headers=stranger)
    assert answer.json()["code"] == "not-found"
    clock.advance(days=31)
    over = await client.post(f"/api/bans/{ban_id}/appeal", json={"text": "x"}, headers=world.headers(actor))
    assert over.json()["code"] == "ban-not-open"


async def test_two_missed_visits_noticed_at_once_make_one_ban(world: World) -> None:
    patient = await world.patient()
    await _missed(world, patient, 20, 10, 5, 4)
    assert await world.count("booking_ban") == 1
    assert await world.count("parked_event") == 0
