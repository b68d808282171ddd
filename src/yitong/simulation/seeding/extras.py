"""What the demo needs beyond a real region: a clinic that is open at any hour, devices, and a morning under way."""

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, TypeAlias

import asyncpg

from yitong.directory.demo.cast import CLINIC, DEMO_PATIENTS, FIRST_HOSPITAL
from yitong.identity.schemas.staff import NewTerminal
from yitong.identity.service.terminals import register_terminal
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.platform import Platform
from yitong.kernel.settings import Settings
from yitong.simulation.seeding.directory import copy

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
# Two halves of a day; the last slot ends a minute before midnight, because a session lies within one day.
_HALVES = ((time(0, 0), time(12, 0)), (time(12, 0), time(23, 59)))


async def demo_place(connection: Connection) -> Any:
    """The demo hospital and the department its doctor works in."""
    return await connection.fetchrow(
        "SELECT o.id AS organization_id, d.id AS department_id FROM organization o"
        " JOIN department d ON d.organization_id = o.id AND d.code = $2 WHERE o.code = $1",
        FIRST_HOSPITAL,
        CLINIC,
    )


async def open_all_day_clinic(connection: Connection, start: date) -> None:
    """A clinic that is open day and night, so that a visit can be tried at any hour."""
    place = await demo_place(connection)
    service_id, base = new_id(), {"organization_id": place["organization_id"], "department_id": place["department_id"]}
    beside: Any = await connection.fetchrow(
        "SELECT id, parent_id, building, floor FROM location WHERE organization_id = $1 AND department_id = $2"
        " AND kind = 'room' ORDER BY name LIMIT 1",
        place["organization_id"],
        place["department_id"],
    )
    room = new_id()  # of its own: the department's rooms have sessions of their own during the day
    name, name_en = "24小时便民诊室", "Round-the-clock room"
    await copy(
        connection, "location", [{**base, **beside, "id": room, "kind": "room", "name": name, "name_en": name_en}]
    )
    service = {"kind": "general", "name": "24小时便民门诊", "name_en": "Round-the-clock clinic", "fee_fen": 5000}
    await copy(
        connection, "healthcare_service", [{**base, "id": service_id, **service, "slot_minutes": 30, "active": True}]
    )
    templates = [
        {
            **base,
            "id": new_id(),
            "service_id": service_id,
            "location_id": room,
            "weekday": weekday,
            "start_time": first,
            "end_time": last,
            "slot_minutes": 30,
            "capacity_per_slot": 8,
            "valid_from": start,
            "active": True,
        }
        for weekday in range(1, 8)
        for first, last in _HALVES
    ]
    await copy(connection, "schedule_template", templates)


async def register_devices(platform: Platform, connection: Connection) -> dict[str, str]:
    """A check-in kiosk and a waiting-hall screen at the demo hospital; answers their tokens and the hall's id."""
    place = await demo_place(connection)
    hall: UUID = await connection.fetchval(
        "SELECT r.parent_id FROM location r WHERE r.organization_id = $1 AND r.department_id = $2 AND r.kind = 'room'"
        " AND r.parent_id IS NOT NULL ORDER BY r.name LIMIT 1",
        place["organization_id"],
        place["department_id"],
    )
    made: dict[str, str] = {"hall_id": str(hall), "organization_id": str(place["organization_id"])}
    for kind, name, at in (("kiosk", "门诊大厅自助机 1", None), ("hall", "候诊区大屏", hall)):
        async with platform.transaction() as tx:
            new = NewTerminal(organization_id=place["organization_id"], kind=kind, name=name, location_id=at)  # type: ignore[arg-type]
            made[kind] = (await register_terminal(tx, new)).token
    return made


async def book_some(
    connection: Connection, platform: Platform, seed: int, first: date, days: int, share: float = 0.25
) -> int:
    """Fill a share of the demo hospital's coming places with booked appointments; answers how many.

    Goes through the very functions that serve the booking routes, in their batches.
    """
    place = await demo_place(connection)
    rng = Random(seed)
    now = platform.clock.now()
    slots = await connection.fetch(
        "SELECT s.id, s.capacity FROM slot s JOIN schedule d ON d.organization_id = s.organization_id"
        " AND d.id = s.schedule_id WHERE s.organization_id = $1 AND d.day BETWEEN $2 AND $3 AND s.start_at > $4"
        " ORDER BY s.start_at, s.id",
        place["organization_id"],
        first,
        first + timedelta(days=days),
        now,
    )
    # Not the cast that people sign in as: it comes with a clean slate and books for itself.
    cast = [one.id for one in DEMO_PATIENTS]
    others = await connection.fetch("SELECT id FROM patient WHERE NOT id = ANY ($1) ORDER BY id", cast)
    patients = [row["id"] for row in others]
    wanted = [
        (slot["id"], rng.choice(patients)) for slot in slots for _ in range(slot["capacity"]) if rng.random() < share
    ]
    booked = 0
    for begin in range(0, len(wanted), 256):
        booked += await _book(
            connection, platform.settings, place["organization_id"], wanted[begin : begin + 256], now, rng
        )
    return booked


async def _book(
    connection: Connection,
    settings: Settings,
    organization: UUID,
    wanted: list[tuple[UUID, UUID]],
    now: datetime,
    rng: Random,
) -> int:
    count = len(wanted)
    ids = [new_id() for _ in wanted]
    actors = [patient for _, patient in wanted]
    kinds = ["citizen"] * count
    channels = [rng.choice(["wechat", "wechat", "h5", "alipay", "window", "kiosk"]) for _ in wanted]
    held = await connection.fetch(
        "SELECT id, outcome FROM booking_hold_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,"
        " $13, $13, $13, $14, $15, $16)",
        ids,
        [new_id() for _ in wanted],
        [organization] * count,
        [slot for slot, _ in wanted],
        actors,
        actors,
        kinds,
        channels,
        [new_id() for _ in wanted],
        ["common"] * count,
        [now] * count,
        [now + timedelta(days=90)] * count,
        [-1] * count,
        now,
        settings.hold_seconds,
        settings.elderly_pool_from,
    )
    kept = [row["id"] for row in held if row["outcome"] == "held"]
    done = await connection.fetch(
        "SELECT outcome FROM booking_confirm_batch($1, $2, $3, $4, $5, $6, $7)",
        [organization] * len(kept),
        kept,
        [UUID(int=1)] * len(kept),
        ["system"] * len(kept),
        [None] * len(kept),
        [new_id() for _ in kept],
        now,
    )
    return sum(row["outcome"] == "booked" for row in done)
