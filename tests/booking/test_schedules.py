"""Weekly rules, exceptions, generation and stopping, over HTTP as planners do it."""

from datetime import date, time, timedelta
from typing import Any

import httpx
import pytest
from litestar.testing import AsyncTestClient
from litestar.types import ASGIApp

from booking.world import World
from yitong.booking.service import generate_ahead, generate_region
from yitong.kernel.ids import new_id
from yitong.kernel.permissions import Role

TUESDAY = date(2026, 11, 24)
Client = AsyncTestClient[ASGIApp]


def rule(world: World, **changed: Any) -> dict[str, Any]:
    """A Tuesday morning with the doctor in the room."""
    return {
        "organization_id": str(world.organization_id),
        "department_id": str(world.department_id),
        "service_id": str(world.service_id),
        "practitioner_role_id": str(world.role_id),
        "location_id": str(world.room_id),
        "weekday": 2,
        "start_time": "08:00",
        "end_time": "11:40",
        "slot_minutes": 30,
        "capacity_per_slot": 4,
        "valid_from": "2026-01-01",
        **changed,
    }


async def send(
    world: World, client: Client, path: str, body: dict[str, Any], role: Role = Role.SCHEDULER
) -> httpx.Response:
    """A POST by somebody of the hospital."""
    return await client.post(f"/api/{path}", json=body, headers=world.headers(world.staff(role)))


async def read(world: World, client: Client, path: str) -> list[dict[str, Any]]:
    """The items of a GET by a planner."""
    answer = await client.get(f"/api/{path}", headers=world.headers(world.staff(Role.SCHEDULER)))
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_rule_to_slots(world: World, client: Client) -> None:
    made = await send(world, client, "schedule-templates", rule(world))
    assert made.status_code == 201
    assert (made.json()["start_time"], made.json()["room"], made.json()["department_name"]) == (
        "08:00",
        "201 诊室",
        "心血管内科",
    )
    days = {"organization_id": str(world.organization_id), "from": "2026-11-23", "to": "2026-12-06"}
    first = await send(world, client, "schedules/generate", days)
    assert first.json() == {"schedules": 2, "slots": 16, "skipped": 0, "conflicts": []}
    again = await send(world, client, "schedules/generate", days)
    assert again.json() == {"schedules": 0, "slots": 0, "skipped": 2, "conflicts": []}
    sessions = await read(
        world, client, f"schedules?organization_id={world.organization_id}&from=2026-11-24&to=2026-11-24"
    )
    assert [(s["start_at"], s["end_at"], s["capacity"], s["booked"]) for s in sessions] == [
        ("2026-11-24T08:00:00+08:00", "2026-11-24T11:40:00+08:00", 32, 0)
    ]
    last = await world.owner.fetchrow("SELECT end_at - start_at AS long FROM slot ORDER BY start_at DESC LIMIT 1")
    assert last["long"] == timedelta(minutes=10)
    assert await world.count("event", "type = 'booking:schedule:generated'") == 1


async def test_overlaps_are_refused_by_name(world: World, client: Client) -> None:
    made = (await send(world, client, "schedule-templates", rule(world))).json()
    for changed in (
        {"location_id": None},
        {"practitioner_role_id": None},
        {"start_time": "11:39", "end_time": "12:00"},
    ):
        refused = await send(world, client, "schedule-templates", rule(world, **changed))
        assert (refused.status_code, refused.json()["code"]) == (409, "schedule-overlap"), changed
        assert refused.json()["conflict"]["id"] == made["id"]
    for changed in ({"weekday": 3}, {"start_time": "11:40", "end_time": "12:00"}, {"active": False}):
        assert (await send(world, client, "schedule-templates", rule(world, **changed))).status_code == 201
    headers = world.headers(world.staff(Role.SCHEDULER))
    path = f"/api/schedule-templates/{made['id']}"
    moved = await client.put(path, json=rule(world, capacity_per_slot=9), headers=headers)
    assert (moved.status_code, moved.json()["capacity_per_slot"]) == (200, 9)
    clash = await client.put(path, json=rule(world, weekday=3), headers=headers)
    assert clash.json()["code"] == "schedule-overlap"
    items = await read(world, client, f"schedule-templates?organization_id={world.organization_id}")
    assert len(items) == 4


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"end_time": "07:00"}, "validation-failed"),
        ({"start_time": "8:00"}, "validation-failed"),
        ({"slot_minutes": 31}, "validation-failed"),
        ({"capacity_per_slot": 0}, "validation-failed"),
        ({"valid_to": "2025-01-01"}, "validation-failed"),
        ({"service_id": str(new_id())}, "place-unknown"),
        ({"location_id": str(new_id())}, "place-unknown"),
        ({"organization_id": str(new_id())}, "forbidden"),
    ],
)
async def test_wrong_rules(world: World, client: Client, changed: dict[str, Any], code: str) -> None:
    answer = await send(world, client, "schedule-templates", rule(world, **changed))
    assert answer.json()["code"] == code


async def test_exceptions(world: World, client: Client) -> None:
    template = (await send(world, client, "schedule-templates", rule(world))).json()["id"]
    days = {"organization_id": str(world.organization_id), "from": "2026-11-23", "to": "2026-12-01"}
    base = {"organization_id": str(world.organization_id), "template_id": template, "reason": "学术会议"}
    stop = await send(world, client, "schedule-exceptions", {**base, "date": "2026-12-01", "kind": "stop"})
    assert stop.status_code == 201
    assert (await send(world, client, "schedules/generate", days)).json()["schedules"] == 1
    change = {**base, "date": "2026-11-24", "kind": "change", "start_time": "09:00", "capacity_per_slot": 1}
    assert (await send(world, client, "schedule-exceptions", change)).status_code == 201
    extra = {**base, "date": "2026-11-25", "kind": "extra", "start_time": "13:30", "end_time": "14:30"}
    assert (await send(world, client, "schedule-exceptions", extra)).status_code == 201
    wrong = await send(world, client, "schedule-exceptions", {**base, "date": "2026-11-26", "kind": "stop"})
    assert wrong.json()["code"] == "validation-failed"
    sessions = await read(
        world, client, f"schedules?organization_id={world.organization_id}&from=2026-11-23&to=2026-12-06"
    )
    assert [(s["start_at"][:16], s["capacity"]) for s in sessions] == [("2026-11-24T09:00", 6), ("2026-11-25T13:30", 8)]
    assert (await send(world, client, "schedules/generate", days)).json()["schedules"] == 0
    patient = await world.patient()
    slot = await world.owner.fetchval("SELECT id FROM slot ORDER BY start_at LIMIT 1")
    body = {"organization_id": base["organization_id"], "slot_id": str(slot), "patient_id": str(patient)}
    assert (await client.post("/api/holds", json=body, headers=world.headers(world.staff()))).status_code == 201
    refused = await send(world, client, "schedule-exceptions", {**change, "start_time": "10:00"})
    assert (refused.status_code, refused.json()["code"]) == (409, "people-booked")
    assert "1" in refused.json()["message"]["en"]
    items = await read(world, client, f"schedule-exceptions?organization_id={world.organization_id}")
    assert [one["kind"] for one in items] == ["change", "extra", "stop"]


async def test_stopping_a_session(world: World, client: Client) -> None:
    schedule, slots = await world.session(slots=2, capacity=2)
    patient, late = await world.patient(), await world.patient()
    staff = world.staff()
    body = {"organization_id": str(world.organization_id), "slot_id": str(slots[0]), "patient_id": str(patient)}
    held = (await client.post("/api/holds", json=body, headers=world.headers(staff))).json()
    confirming = {"organization_id": body["organization_id"]}
    await client.post(f"/api/appointments/{held['id']}/confirm", json=confirming, headers=world.headers(staff))
    stopping = {"organization_id": body["organization_id"], "reason": "医生急诊手术"}
    stopped = await send(world, client, f"schedules/{schedule}/stop", stopping)
    assert (stopped.status_code, stopped.json()["affected"]) == (200, 1)
    assert stopped.json()["schedule"]["state"] == "stopped"
    event = await world.owner.fetchrow("SELECT subject_id, payload FROM event WHERE type = 'booking:schedule:stopped'")
    assert event["subject_id"] == schedule
    assert held["id"] in event["payload"]
    refused = await client.post("/api/holds", json=body | {"patient_id": str(late)}, headers=world.headers(staff))
    assert refused.json()["code"] == "slot-stopped"
    assert (await world.row("slot", slots[1]))["open"] is False
    cancelled = await client.post(
        f"/api/appointments/{held['id']}/cancel", json=confirming | {"reason": "停诊"}, headers=world.headers(staff)
    )
    assert cancelled.json()["state"] == "cancelled"
    assert (await world.row("slot", slots[0]))["open"] is False
    twice = await send(world, client, f"schedules/{schedule}/stop", stopping)
    assert twice.json()["code"] == "wrong-state"
    assert (await send(world, client, f"schedules/{schedule}/stop", stopping, Role.DOCTOR)).json()[
        "code"
    ] == "forbidden"


async def test_the_daily_job_and_a_whole_region(world: World) -> None:
    for weekday in (1, 2):
        await world.insert(
            "schedule_template",
            organization_id=world.organization_id,
            id=new_id(),
            department_id=world.department_id,
            service_id=world.service_id,
            weekday=weekday,
            start_time=time(8),
            end_time=time(9),
            slot_minutes=15,
            capacity_per_slot=1,
            valid_from=date(2026, 1, 1),
            active=True,
        )
    assert await generate_ahead(world.platform) == 5
    assert await generate_ahead(world.platform) == 0
    made = await generate_region(world.owner, TUESDAY, TUESDAY + timedelta(days=27))
    assert (made.schedules, made.slots, made.skipped) == (4, 16, 4)
