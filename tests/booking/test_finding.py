"""Searching the region, calendars, sessions and slots."""

from datetime import timedelta

import pytest
from litestar.testing import AsyncTestClient
from litestar.types import ASGIApp

from booking.world import World
from yitong.booking import names
from yitong.booking.schemas import HoldRequest, SlotOffer
from yitong.booking.service import hold
from yitong.booking.service.finding import Search, search
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id


@pytest.fixture
async def region(world: World) -> dict[str, UUID]:
    """Three hospitals: the near one is dear, the far one cheap, and all see the same specialty."""
    places: dict[str, UUID] = {"home": world.organization_id}
    await world.session(slots=3, capacity=2)
    for name, at, fee, delay in (("near", (39.905, 116.4), 9000, 60), ("far", (40.2, 116.9), 1000, 120)):
        organization, department, service = new_id(), new_id(), new_id()
        await world.hospital(organization, name, at)
        await world.clinic(organization, department, service, fee_fen=fee)
        start = (world.platform.clock.now() + timedelta(days=2)).replace(minute=0) + timedelta(minutes=delay)
        await world.session(
            start,
            slots=2,
            organization_id=organization,
            department_id=department,
            service_id=service,
            role=False,
        )
        places[name] = organization
    return places


def hospitals(offers: list[SlotOffer]) -> list[UUID]:
    """The hospitals of these offers, each once, in order."""
    return list(dict.fromkeys(one.organization_id for one in offers))


async def test_orders(world: World, region: dict[str, UUID]) -> None:
    by_time = await search(world.platform, Search(specialty="03"))
    assert hospitals(by_time) == [region["home"], region["near"], region["far"]]
    assert [one.start_at for one in by_time] == sorted(one.start_at for one in by_time)
    assert len(by_time) == 7
    assert (by_time[0].remaining, by_time[0].practitioner_name, by_time[0].fee_fen) == (2, "王医生", 5000)
    here = Search(specialty="03", latitude=39.9051, longitude=116.4, sort="distance")
    by_distance = await search(world.platform, here)
    assert hospitals(by_distance) == [region["near"], region["home"], region["far"]]
    assert (by_distance[0].distance_m or 0) < 30
    assert 500 < (by_distance[2].distance_m or 0) < 620
    by_fee = await search(world.platform, Search(specialty="03", sort="fee"))
    assert hospitals(by_fee) == [region["far"], region["home"], region["near"]]


async def test_a_new_doctor_is_named_at_once_and_an_old_name_is_renewed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.session(slots=1)
    wish = Search(department_id=world.department_id)
    [known] = await search(world.platform, wish)
    assert known.practitioner_name == "王医生"
    await world.doctor(new_id(), newcomer := new_id(), "赵医生")
    world.role_id = newcomer
    start = world.platform.clock.now().replace(minute=0) + timedelta(days=3)
    await world.session(start, slots=1)
    assert [one.practitioner_name for one in await search(world.platform, wish)] == ["王医生", "赵医生"]
    async with world.platform.transaction() as tx:
        await (await tx.session.connection()).exec_driver_sql("UPDATE organization SET name = '改名医院'")
    assert {one.organization_name for one in await search(world.platform, wish)} == {known.organization_name}
    # Old names are shown once more while they are read anew; very old ones are not shown any more.
    monkeypatch.setattr(names, "TIME_TO_LIVE_S", 0.0)
    assert {one.organization_name for one in await search(world.platform, wish)} == {"改名医院"}


async def test_filters(world: World, region: dict[str, UUID]) -> None:
    async def found(**wish: object) -> list[UUID]:
        return hospitals(await search(world.platform, Search(**wish)))  # type: ignore[arg-type]

    assert await found(specialty="03", title="主任医师") == [region["home"]]
    assert await found(specialty="03", title="住院医师") == []
    assert await found(specialty="03", max_fee_fen=5000) == [region["home"], region["far"]]
    assert await found(specialty="03", kind="general") == []
    assert await found(specialty="03", period="pm") == []
    assert await found(specialty="03", organization_id=region["near"]) == [region["near"]]
    assert await found(specialty="05") == []
    assert await found(department_id=world.department_id) == [region["home"]]
    assert await found(practitioner_role_id=world.role_id, sort="fee") == [region["home"]]
    near = {"latitude": 39.9, "longitude": 116.4, "max_distance_m": 5000}
    assert await found(specialty="03", **near) == [region["home"], region["near"]]
    tomorrow = world.platform.clock.now().date() + timedelta(days=1)
    assert await found(specialty="03", first=tomorrow, last=tomorrow) == [region["home"]]
    assert len(await search(world.platform, Search(specialty="03", limit=2))) == 2


async def test_a_full_slot_shows_again_when_its_hold_has_run_out(world: World, clock: SetClock) -> None:
    _, slots = await world.session(slots=1, capacity=1)
    patient = await world.patient()
    await hold(world.platform, world.citizen(patient), HoldRequest(world.organization_id, slots[0], patient), new_id())
    for sort in ("time", "fee", "distance"):
        wish = Search(specialty="03", sort=sort, latitude=39.9, longitude=116.4)
        assert await search(world.platform, wish) == []
    # Nobody is shown a place that is still on its way back; after the longest delay it is there without any job.
    clock.advance(seconds=world.platform.settings.hold_seconds)
    assert await search(world.platform, Search(specialty="03")) == []
    clock.advance(minutes=5)
    for sort in ("time", "fee", "distance"):
        wish = Search(specialty="03", sort=sort, latitude=39.9, longitude=116.4)
        assert [one.remaining for one in await search(world.platform, wish)] == [1]


async def test_over_http(world: World, client: AsyncTestClient[ASGIApp]) -> None:
    schedule, slots = await world.session(slots=2, capacity=1)
    home, department = world.organization_id, world.department_id
    patient = await world.patient()
    body = {"organization_id": str(home), "slot_id": str(slots[0]), "patient_id": str(patient)}
    held = await client.post("/api/holds", json=body, headers=world.headers(world.citizen(patient)))
    assert held.status_code == 201
    answer = await client.get(f"/api/slots/search?department_id={department}&organization_id={home}&sort=time")
    assert [one["slot_id"] for one in answer.json()["items"]] == [str(slots[1])]
    days = (await client.get(f"/api/departments/{department}/calendar?organization_id={home}&days=3")).json()["items"]
    assert [(one["state"], one["remaining"]) for one in days] == [("none", 0), ("open", 1), ("none", 0)]
    on = days[1]["date"]
    sessions = await client.get(f"/api/departments/{department}/sessions?organization_id={home}&date={on}")
    session = sessions.json()["items"][0]
    assert (session["schedule_id"], session["period"], session["date"]) == (str(schedule), "am", on)
    assert (session["state"], session["remaining"], session["capacity"], session["room"]) == ("open", 1, 2, "201 诊室")
    role = await client.get(f"/api/practitioner-roles/{world.role_id}/sessions?organization_id={home}")
    assert role.json()["items"] == [session]
    cut = await client.get(f"/api/schedules/{schedule}/slots?organization_id={home}")
    assert [(one["state"], one["remaining"]) for one in cut.json()["items"]] == [("full", 0), ("open", 1)]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "specialty=03&sort=distance",
        "specialty=03&latitude=39",
        "specialty=03&from=2026-12-02&to=2026-12-01",
        "specialty=03&limit=0",
        "specialty=03&latitude=99&longitude=0",
        "specialty=03&sort=price",
        "department_id=x",
    ],
)
async def test_wrong_searches(client: AsyncTestClient[ASGIApp], query: str) -> None:
    answer = await client.get(f"/api/slots/search?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "validation-failed")


async def test_days_are_those_of_the_region(world: World, clock: SetClock) -> None:
    await world.owner.execute("UPDATE region SET zone = 'Asia/Urumqi'")  # two hours behind
    await world.session(slots=1)
    day = (clock.now() + timedelta(days=1)).date()  # the session begins at 06:00 there
    late = (clock.now() + timedelta(days=1)).replace(hour=17, minute=0)  # 01:00 in the east, 23:00 in the region
    await world.session(late, slots=1, role=False)
    found = await search(world.platform, Search(specialty="03", first=day, last=day))
    assert len(found) == 2
    assert len(await search(world.platform, Search(specialty="03", first=day + timedelta(days=1)))) == 0


async def test_days_of_a_region_in_the_east(world: World, clock: SetClock) -> None:
    late = (clock.now() + timedelta(days=1)).replace(hour=17, minute=0)  # 01:00 on the day after in the east
    await world.session(late, slots=1, role=False)
    day = (clock.now() + timedelta(days=1)).date()
    assert await search(world.platform, Search(specialty="03", first=day, last=day)) == []
    assert len(await search(world.platform, Search(specialty="03", first=day + timedelta(days=1)))) == 1
