"""What the demo hospital plans beside its doctors: a scanner, chairs for rehabilitation, and a team of experts."""

from datetime import date, time
from typing import Any, NamedTuple, TypeAlias

import asyncpg

from yitong.directory.demo.cast import FIRST_HOSPITAL
from yitong.kernel.ids import UUID, new_id
from yitong.simulation.seeding.directory import copy
from yitong.simulation.seeding.extras import demo_place

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
_RADIOLOGY = "150302"
_MORNING, _AFTERNOON = (time(8), time(11, 30)), (time(13, 30), time(17))
WORKDAYS = tuple((weekday, half) for weekday in range(1, 6) for half in (_MORNING, _AFTERNOON))
_WEDNESDAY = ((3, _AFTERNOON),)


class Service(NamedTuple):
    """A service and how its sessions are cut; fee in whole fen."""

    kind: str
    name: str
    name_en: str
    fee_fen: int
    slot_minutes: int
    capacity: int


_CT = Service("exam", "CT 平扫", "CT scan", 10800, 15, 1)
_REHABILITATION = Service("treatment", "心脏康复训练", "Cardiac rehabilitation", 5000, 30, 1)
_TEAM = Service("expert", "专家团队门诊", "Expert team's clinic", 10000, 30, 3)


async def plan_resources(connection: Connection, start: date) -> None:
    """Plan the demo hospital's scanner, rehabilitation chairs and expert team from ``start`` on."""
    place = await demo_place(connection)
    organization, clinic = place["organization_id"], place["department_id"]
    radiology = await connection.fetchval(
        "SELECT d.id FROM department d JOIN organization o ON o.id = d.organization_id"
        " WHERE o.code = $1 AND d.code = $2",
        FIRST_HOSPITAL,
        _RADIOLOGY,
    )
    for department, service, kind, names in (
        (radiology, _CT, "device", (("CT 1 号机", "CT scanner 1"), ("CT 2 号机", "CT scanner 2"))),
        (
            clinic,
            _REHABILITATION,
            "chair",
            (("康复训练 1 号位", "Training place 1"), ("康复训练 2 号位", "Training place 2")),
        ),
    ):
        base = {"organization_id": organization, "department_id": department}
        service_id = await offer(connection, base, service)
        for name, name_en in names:
            location = await open_place(connection, base, kind, name, name_en)
            await plan_sessions(connection, base, service_id, service, start, WORKDAYS, location_id=location)
    await _team(connection, {"organization_id": organization, "department_id": clinic}, start)


async def _team(connection: Connection, base: dict[str, UUID], start: date) -> None:
    """The clinic's three doctors of the highest titles as a team, on Wednesday afternoons in a room of its own."""
    members = await connection.fetch(
        "SELECT id FROM practitioner_role WHERE organization_id = $1 AND department_id = $2 AND role = 'doctor'"
        " ORDER BY array_position(ARRAY['主任医师', '副主任医师', '主治医师', '住院医师'], title), id LIMIT 3",
        base["organization_id"],
        base["department_id"],
    )
    team_id = new_id()
    names = {"name": "高血压专家团队", "name_en": "Hypertension team"}
    await copy(connection, "care_team", [{**base, "id": team_id, **names, "active": True}])
    rows = [
        {
            "organization_id": base["organization_id"],
            "team_id": team_id,
            "practitioner_role_id": member["id"],
            "lead": index == 0,
        }
        for index, member in enumerate(members)
    ]
    await copy(connection, "care_team_member", rows)
    service_id = await offer(connection, base, _TEAM)
    room = await open_place(connection, base, "room", "专家团队诊室", "Team room")
    await plan_sessions(connection, base, service_id, _TEAM, start, _WEDNESDAY, location_id=room, team_id=team_id)


async def offer(connection: Connection, base: dict[str, UUID], service: Service) -> UUID:
    """Put a service on the department's list; answers its id."""
    service_id = new_id()
    row = {**base, "id": service_id, **service._asdict(), "active": True}
    row.pop("capacity")
    await copy(connection, "healthcare_service", [row])
    return service_id


async def open_place(connection: Connection, base: dict[str, UUID], kind: str, name: str, name_en: str) -> UUID:
    """A place beside the department's first room."""
    beside: Any = await connection.fetchrow(
        "SELECT parent_id, building, floor FROM location WHERE organization_id = $1 AND department_id = $2"
        " AND kind = 'room' ORDER BY name LIMIT 1",
        base["organization_id"],
        base["department_id"],
    )
    location_id = new_id()
    row = {**base, **beside, "id": location_id, "kind": kind, "name": name, "name_en": name_en}
    await copy(connection, "location", [row])
    return location_id


async def plan_sessions(
    connection: Connection,
    base: dict[str, UUID],
    service_id: UUID,
    service: Service,
    start: date,
    halves: tuple[tuple[int, tuple[time, time]], ...],
    **resource: Any,
) -> None:
    """Sessions of a service every week on these half days, for a doctor, a team or a place."""
    rows = [
        {
            **base,
            "id": new_id(),
            "service_id": service_id,
            **resource,
            "weekday": weekday,
            "start_time": half[0],
            "end_time": half[1],
            "slot_minutes": service.slot_minutes,
            "capacity_per_slot": service.capacity,
            "valid_from": start,
            "active": True,
        }
        for weekday, half in halves
    ]
    await copy(connection, "schedule_template", rows)
