"""A shared line is made again a week later for the sessions of the same weekly rules."""

from datetime import date, time
from typing import Any

from httpx import AsyncClient as Client
from sqlalchemy import insert

from booking.test_queue import get, post
from worlds import Session, World
from yitong.booking.model import ScheduleTemplate
from yitong.booking.queue.groups import repeat_groups
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.transaction import Transaction

MONDAYS = [date(2026, 11, 23), date(2026, 11, 30), date(2026, 12, 7), date(2026, 12, 14)]


async def rule(tx: Transaction, town: World) -> UUID:
    """A weekly rule of the clinic on Mondays."""
    template_id = new_id()
    await tx.session.execute(
        insert(ScheduleTemplate).values(
            organization_id=town.hospital_id,
            id=template_id,
            department_id=town.department_id,
            service_id=town.service_id,
            weekday=1,
            start_time=time(8, 30),
            end_time=time(11, 30),
            slot_minutes=30,
            capacity_per_slot=6,
            valid_from=MONDAYS[0],
            active=True,
        )
    )
    return template_id


async def session_of(town: World, template_id: UUID, day: date) -> Session:
    made = await town.open_session(day=day)
    await town.rows(
        "UPDATE schedule SET template_id = :template WHERE id = :id RETURNING 1", template=template_id, id=made.id
    )
    return made


async def groups_on(client: Client, town: World, day: date) -> list[Any]:
    return (await get(client, town, town.nurse, "/queue-groups", date=day.isoformat()))["items"]


async def test_a_line_repeats_and_survives_a_holiday(client: Client, town: World, clock: SetClock) -> None:
    async with town.platform.transaction() as tx:
        rules = [await rule(tx, town), await rule(tx, town)]
    sessions = {day: [await session_of(town, one, day) for one in rules] for day in (*MONDAYS[:2], MONDAYS[3])}
    body = {
        "department_id": str(town.department_id),
        "date": MONDAYS[0].isoformat(),
        "name": "一条队伍",
        "repeats_weekly": True,
        "schedule_ids": [str(one.id) for one in sessions[MONDAYS[0]]],
    }
    once = {**body, "name": "只此一次", "repeats_weekly": False, "schedule_ids": [str(town.session.id)]}
    assert (await post(client, town, town.nurse, "/queue-groups", **body))["repeats_weekly"] is True
    assert (await post(client, town, town.nurse, "/queue-groups", **once))["repeats_weekly"] is False
    assert await repeat_groups(town.platform) == 1
    assert await repeat_groups(town.platform) == 0, "twice is harmless"
    made = await groups_on(client, town, MONDAYS[1])
    assert [one["name"] for one in made] == ["一条队伍"]
    assert made[0]["schedule_ids"] == sorted(str(one.id) for one in sessions[MONDAYS[1]])
    clock.advance(days=7)
    assert await repeat_groups(town.platform) == 1
    assert (await groups_on(client, town, MONDAYS[2]))[0]["schedule_ids"] == [], "no clinic on that day"
    clock.advance(days=7)
    assert await repeat_groups(town.platform) == 1
    assert len((await groups_on(client, town, MONDAYS[3]))[0]["schedule_ids"]) == 2
    events = await town.rows("SELECT actor_kind FROM event WHERE type = 'queue:group:changed' ORDER BY position")
    assert [e[0] for e in events] == ["staff", "staff", "system", "system", "system"]
