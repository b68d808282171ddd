"""Many pharmacies at once: exactly one gets a part. The control takes the walls away and shows the race."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from prescriptions.shops import Street
from yitong.kernel.platform import Platform
from yitong.prescriptions.circulation import custody, parts

ROUNDS, AT_ONCE = 3, 8


async def race(street: Street) -> list[int]:
    """Statuses of the same grab by two pharmacies, four times each, all at once."""
    request = await street.published()
    shops = [street.near, street.cheap] * (AT_ONCE // 2)
    answers = await asyncio.gather(*(street.grab(shop, request) for shop in shops))
    holders = {one.json()["pharmacy_id"] for one in answers if one.status_code == 200}
    assert len(holders) == 1, "one pharmacy, however often it asks"
    refused = {one.json()["code"] for one in answers if one.status_code != 200}
    assert refused == {"part-taken"}
    return [one.status_code for one in answers]


async def test_exactly_one_pharmacy_wins(street: Street) -> None:
    for _ in range(ROUNDS):
        statuses = await race(street)
        assert statuses.count(200) == AT_ONCE // 2, "the winner's repetitions are answered alike"
    town = street.inside.town
    open_now = await town.rows("SELECT part_id, count(*) AS n FROM custody WHERE ended_at IS NULL GROUP BY part_id")
    assert [row.n for row in open_now] == [1] * ROUNDS


async def test_codes_at_two_counters_open_it_once(street: Street) -> None:
    released = await street.released()
    answers = await asyncio.gather(
        *(street.at(shop, "/custodies", code=released["take_code"]) for shop in (street.near, street.cheap) * 3)
    )
    won = [one.json() for one in answers if one.status_code == 200]
    assert len({one["pharmacy_id"] for one in won}) == len({one["secret"] for one in won}) == 1
    assert {one.json()["code"] for one in answers if one.status_code != 200} <= {"part-taken"}


async def _take_without_walls(platform: Platform, part_id: str, shop: Any, meet: asyncio.Barrier) -> bool:
    """What taking would be without the condition, the lock and the unique index: look, then write."""
    async with platform.transaction() as tx:
        state = await tx.session.execute(text("SELECT state FROM prescription_part WHERE id = :id"), {"id": part_id})
        free = state.scalar_one() == "released"
        await asyncio.wait_for(meet.wait(), 20)
        if free:
            unguarded = str(custody.TAKE).replace(" AND state = 'released'", "").partition(" AND opens_at")[0]
            values = {"pharmacy": shop, "hours": 72, "id": part_id}
            hospital = await tx.session.execute(
                text("SELECT organization_id FROM prescription_part WHERE id = :id"), {"id": part_id}
            )
            await tx.session.execute(text(unguarded), {**values, "organization": hospital.scalar_one()})
        return free


async def test_control_without_the_walls_two_pharmacies_believe_they_won(street: Street) -> None:
    released = await street.released()
    meet, platform = asyncio.Barrier(2), street.inside.town.platform
    won = await asyncio.gather(
        *(_take_without_walls(platform, released["part"]["id"], shop.id, meet) for shop in (street.near, street.cheap))
    )
    assert won == [True, True], "without the walls the race is real"


@pytest.mark.parametrize("wall", ["condition", "index"])
async def test_each_wall_is_enough_by_itself(street: Street, wall: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without locks, and without the history's place, the condition alone or the index alone keeps the second out."""
    unlocked = parts.part_of
    monkeypatch.setattr(parts, "locked", unlocked)
    monkeypatch.setattr(custody.parts, "moved", _nothing)
    monkeypatch.setattr(custody.parts, "follow", _nothing)
    if wall == "index":
        monkeypatch.setattr(custody, "TAKE", text(str(custody.TAKE).replace(" AND state = 'released'", "")))
    else:
        owner = await street.inside.town.platform.database.connect_as_owner()
        await owner.execute("DROP INDEX uq_custody_open")
        await owner.close()
    released = await street.released()
    answers = await asyncio.gather(
        *(street.at(shop, "/custodies", code=released["take_code"]) for shop in (street.near, street.cheap)),
        return_exceptions=True,
    )
    statuses = sorted(one.status_code for one in answers if not isinstance(one, BaseException))
    assert statuses.count(200) <= 1
    held = await street.inside.town.rows("SELECT holder_id FROM custody WHERE ended_at IS NULL")
    assert len(held) == 1


async def _nothing(*_: Any, **__: Any) -> None:
    """Takes a wall away."""
