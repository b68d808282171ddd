"""The week grid: whose row a session stands in, what it says of places and people, and what is only planned yet."""

from typing import Any

from litestar.testing import AsyncTestClient
from litestar.types import ASGIApp

from booking.test_schedules import rule, send
from booking.world import World
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Role

Client = AsyncTestClient[ASGIApp]


async def grid(world: World, client: Client, monday: str, role: Role = Role.SCHEDULER, **more: Any) -> Any:
    """The answer to a planner who asks for a week."""
    asked = {"organization_id": str(world.organization_id), "monday": monday, **more}
    return await client.get("/api/schedules/week", params=asked, headers=world.headers(world.staff(role)))


async def device(world: World, name: str = "CT 1 号机", kind: str = "device") -> tuple[UUID, UUID]:
    """An examination service and the device it happens on."""
    service, place = new_id(), new_id()
    common = {"organization_id": world.organization_id, "department_id": world.department_id}
    await world.insert(
        "healthcare_service",
        **common,
        id=service,
        kind="exam" if kind == "device" else "treatment",
        name="CT 检查",
        name_en="CT",
        fee_fen=20000,
        slot_minutes=15,
        active=True,
    )
    await world.insert(
        "location", **common, id=place, kind=kind, name=name, name_en="CT scanner 1", building="医技楼", floor=1
    )
    return service, place


async def test_rows_are_resources_and_cells_are_days(world: World, client: Client) -> None:
    service, place = await device(world)
    await send(world, client, "schedule-templates", rule(world))
    exam = {"service_id": str(service), "practitioner_role_id": None, "location_id": str(place), "slot_minutes": 15}
    assert (
        await send(world, client, "schedule-templates", rule(world, **exam, capacity_per_slot=1))
    ).status_code == 201
    bare = {"practitioner_role_id": None, "location_id": None, "weekday": 3}
    await send(world, client, "schedule-templates", rule(world, **bare))
    days = {"organization_id": str(world.organization_id), "from": "2026-11-23", "to": "2026-11-29"}
    await send(world, client, "schedules/generate", days)
    slot = await world.owner.fetchrow(
        "SELECT s.* FROM slot AS s JOIN schedule AS d ON d.id = s.schedule_id WHERE d.practitioner_role_id = $1"
        " ORDER BY s.start_at LIMIT 1",
        world.role_id,
    )
    await world.owner.execute(
        "INSERT INTO slot SELECT (jsonb_populate_record(s, jsonb_build_object('id', uuidv7(), 'pool', 'elderly',"
        " 'capacity', 2))).* FROM slot AS s WHERE id = $1",
        slot["id"],
    )
    patient = await world.patient()
    hold = {"organization_id": days["organization_id"], "slot_id": str(slot["id"]), "patient_id": str(patient)}
    assert (await client.post("/api/holds", json=hold, headers=world.headers(world.staff()))).status_code == 201

    week = (await grid(world, client, "2026-11-23")).json()
    assert [(row["kind"], row["name"], row["title"]) for row in week["rows"]] == [
        ("practitioner", "王医生", "主任医师"),
        ("device", "CT 1 号机", None),
        ("service", "专家门诊", None),
    ]
    doctor, scanner, anybody = week["rows"]
    assert [len(cell["sessions"]) for cell in doctor["cells"]] == [0, 1, 0, 0, 0, 0, 0]
    assert [len(cell["sessions"]) for cell in anybody["cells"]] == [0, 0, 1, 0, 0, 0, 0]
    (session,) = doctor["cells"][1]["sessions"]
    assert (session["start_at"], session["state"]) == ("2026-11-24T08:00:00+08:00", "open")
    assert session["pools"] == [
        {"pool": "common", "capacity": 32, "taken": 1},
        {"pool": "elderly", "capacity": 2, "taken": 0},
    ]
    assert (session["capacity"], session["booked"], session["held"]) == (34, 0, 1)
    assert scanner["cells"][1]["sessions"][0]["capacity"] == 15


async def test_days_not_made_yet_show_what_is_planned(world: World, client: Client) -> None:
    await send(world, client, "schedule-templates", rule(world))
    week = (await grid(world, client, "2026-12-21")).json()
    (session,) = week["rows"][0]["cells"][1]["sessions"]
    assert (session["schedule_id"], session["state"], session["capacity"]) == (None, "planned", 32)
    assert (await grid(world, client, "2026-11-16")).json()["rows"] == []  # the past is not planned
    elsewhere = await grid(world, client, "2026-12-21", department_id=str(new_id()))
    assert elsewhere.json()["rows"] == []


async def test_who_may_see_it_and_which_day_it_begins(world: World, client: Client) -> None:
    assert (await grid(world, client, "2026-11-24")).json()["code"] == "validation-failed"
    assert (await grid(world, client, "2026-11-23", Role.DOCTOR)).status_code == 200
    assert (await grid(world, client, "2026-11-23", Role.REGULATOR)).json()["code"] == "forbidden"


async def test_an_exam_needs_a_device_and_a_device_is_used_once_at_a_time(world: World, client: Client) -> None:
    service, scanner = await device(world)
    treatment, chair = await device(world, "针灸 1 号位", "chair")
    base = {"practitioner_role_id": None, "service_id": str(service)}
    for wrong in ({"location_id": None}, {"location_id": str(world.room_id)}, {"location_id": str(chair)}):
        refused = await send(world, client, "schedule-templates", rule(world, **base, **wrong))
        assert (refused.status_code, refused.json()["code"]) == (422, "place-unsuitable")
    assert "检查设备" in refused.json()["message"]["zh"]
    clinic = await send(world, client, "schedule-templates", rule(world, location_id=str(scanner)))
    assert clinic.json()["code"] == "place-unsuitable"
    exam = rule(world, **base, location_id=str(scanner))
    assert (await send(world, client, "schedule-templates", exam)).status_code == 201
    again = await send(world, client, "schedule-templates", {**exam, "start_time": "10:00"})
    assert again.json()["code"] == "schedule-overlap"
    care = rule(world, practitioner_role_id=None, service_id=str(treatment), location_id=str(chair))
    assert (await send(world, client, "schedule-templates", care)).status_code == 201
    days = {"organization_id": str(world.organization_id), "from": "2026-11-24", "to": "2026-11-24"}
    assert (await send(world, client, "schedules/generate", days)).json()["schedules"] == 2
    found = await client.get(
        "/api/slots/search",
        params={"department_id": str(world.department_id), "kind": "treatment", "limit": "100"},
    )
    assert {one["service_kind"] for one in found.json()["items"]} == {"treatment"}
    patient = await world.patient()
    body = {
        "organization_id": str(world.organization_id),
        "slot_id": found.json()["items"][0]["slot_id"],
        "patient_id": str(patient),
    }
    held = await client.post("/api/holds", json=body, headers=world.headers(world.citizen(patient)))
    assert (held.status_code, held.json()["room"]) == (201, "针灸 1 号位")
