"""Teams: who is in them, sessions that name one, and that a team too is in one place at a time."""

from typing import Any

import pytest
from litestar.testing import AsyncTestClient
from litestar.types import ASGIApp

from booking.test_extra_places import add, doctor
from booking.test_schedules import read, rule, send
from booking.test_week_grid import grid
from booking.world import World
from yitong.booking.queue import service as queue
from yitong.booking.queue.arrivals import check_in
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Role
from yitong.kernel.problems import Problem

Client = AsyncTestClient[ASGIApp]


async def colleague(world: World, name: str = "赵医生") -> tuple[UUID, UUID]:
    """Another doctor of the clinic: the person and the role."""
    person, role = new_id(), new_id()
    await world.doctor(person, role, name)
    return person, role


def team(world: World, *members: UUID, **changed: Any) -> dict[str, Any]:
    """A team as a planner sends it."""
    return {
        "organization_id": str(world.organization_id),
        "department_id": str(world.department_id),
        "name": "心衰多学科团队",
        "name_en": "Heart failure team",
        "members": [str(one) for one in members],
        "lead_id": str(members[0]),
        **changed,
    }


async def test_making_and_changing_a_team(world: World, client: Client) -> None:
    _, second = await colleague(world)
    _, third = await colleague(world, "李医生")
    made = await send(world, client, "care-teams", team(world, world.role_id, second))
    assert made.status_code == 201, made.text
    assert [(one["name"], one["lead"]) for one in made.json()["members"]] == [("王医生", True), ("赵医生", False)]
    path = f"/api/care-teams/{made.json()['id']}"
    headers = world.headers(world.staff(Role.SCHEDULER))
    changed = await client.put(path, json=team(world, third, second, name="心衰团队"), headers=headers)
    assert changed.json()["name"] == "心衰团队"
    assert [one["name"] for one in changed.json()["members"]] == ["李医生", "赵医生"]
    items = await read(world, client, f"care-teams?organization_id={world.organization_id}")
    assert [one["id"] for one in items] == [made.json()["id"]]
    assert await world.count("event", "type IN ('booking:team:made', 'booking:team:changed')") == 2
    unknown = await client.put(f"/api/care-teams/{new_id()}", json=team(world, third, second), headers=headers)
    assert unknown.json()["code"] == "not-found"


async def test_wrong_teams(world: World, client: Client) -> None:
    _, second = await colleague(world)
    for wrong in (
        team(world, world.role_id),
        team(world, world.role_id, world.role_id),
        team(world, world.role_id, new_id()),
        team(world, world.role_id, second, lead_id=str(new_id())),
        team(world, world.role_id, second, department_id=str(new_id())),
    ):
        assert (await send(world, client, "care-teams", wrong)).json()["code"] == "validation-failed"
    refused = await send(world, client, "care-teams", team(world, world.role_id, second), Role.DOCTOR)
    assert refused.json()["code"] == "forbidden"


async def test_sessions_of_a_team(world: World, client: Client) -> None:
    person, second = await colleague(world)
    team_id = (await send(world, client, "care-teams", team(world, world.role_id, second))).json()["id"]
    named = rule(world, practitioner_role_id=None, team_id=team_id)
    both = await send(world, client, "schedule-templates", {**named, "practitioner_role_id": str(world.role_id)})
    assert both.json()["code"] == "validation-failed"
    made = await send(world, client, "schedule-templates", named)
    assert (made.status_code, made.json()["team_name"]) == (201, "心衰多学科团队")
    again = await send(world, client, "schedule-templates", {**named, "location_id": None, "start_time": "10:00"})
    assert again.json()["code"] == "schedule-overlap"
    assert "心衰多学科团队" in again.json()["conflict"]["text"]["zh"]
    ending = team(world, world.role_id, second, active=False)
    headers = world.headers(world.staff(Role.SCHEDULER))
    in_use = await client.put(f"/api/care-teams/{team_id}", json=ending, headers=headers)
    assert in_use.json()["code"] == "team-in-use"

    days = {"organization_id": str(world.organization_id), "from": "2026-11-24", "to": "2026-11-24"}
    assert (await send(world, client, "schedules/generate", days)).json()["schedules"] == 1
    (row,) = (await grid(world, client, "2026-11-23")).json()["rows"]
    assert (row["kind"], row["name"]) == ("team", "心衰多学科团队")
    found = await client.get("/api/slots/search", params={"department_id": str(world.department_id)})
    assert {one["practitioner_name"] for one in found.json()["items"]} == {"心衰多学科团队"}
    schedule = UUID(row["cells"][1]["sessions"][0]["schedule_id"])
    stranger, patient = new_id(), await world.patient()
    assert (await add(world, client, schedule, patient, doctor(world, stranger))).json()["code"] == "forbidden"
    added = await add(world, client, schedule, patient, doctor(world, person))
    assert (added.status_code, added.json()["appointment"]["practitioner_name"]) == (201, "心衰多学科团队")


async def test_any_member_calls_a_teams_patients_and_nobody_from_elsewhere(
    world: World, client: Client, clock: SetClock
) -> None:
    person, second = await colleague(world)
    surgery, service = new_id(), new_id()
    await world.clinic(world.organization_id, surgery, service)  # the second doctor comes from another department
    await world.owner.execute("UPDATE practitioner_role SET department_id = $2 WHERE id = $1", second, surgery)
    team_id = (await send(world, client, "care-teams", team(world, world.role_id, second))).json()["id"]
    await send(world, client, "schedule-templates", rule(world, practitioner_role_id=None, team_id=team_id))
    days = {"organization_id": str(world.organization_id), "from": "2026-11-24", "to": "2026-11-24"}
    await send(world, client, "schedules/generate", days)
    schedule = await world.owner.fetchval("SELECT id FROM schedule")
    patient = await world.patient()
    added = await add(world, client, schedule, patient, world.staff(Role.SCHEDULER))
    clock.advance(days=1, hours=2)
    async with world.platform.transaction(world.staff(Role.NURSE)) as tx:
        await check_in(tx, world.organization_id, UUID(added.json()["appointment"]["id"]))
    async with world.platform.transaction(doctor(world, new_id(), surgery)) as tx:
        with pytest.raises(Problem, match="forbidden"):
            await queue.call_next(tx, world.organization_id, schedule, new_id())
    async with world.platform.transaction(doctor(world, person, surgery)) as tx:
        called = await queue.call_next(tx, world.organization_id, schedule, new_id())
    assert (called.session.practitioner_name, called.entry.patient_id) == ("心衰多学科团队", patient)
