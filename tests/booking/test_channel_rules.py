"""Who may book when: release moments, the span a channel has, whose channel is whose, and the rules over HTTP."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import httpx
import pytest

from booking.world import ZONE, World
from yitong.booking.channels import rules
from yitong.booking.channels.board import board_of
from yitong.booking.channels.pools import CHANNELS, Channel, ChannelRule, default_rule
from yitong.booking.channels.service import channel_for, release_of, window_of
from yitong.kernel.clock import SetClock
from yitong.kernel.crypto import Sealer
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import SYSTEM_ACTOR, Actor, ActorKind, Role, RoleAt
from yitong.kernel.platform import open_platform
from yitong.kernel.problems import Problem

HASH = Sealer(b"\x22" * 32, key_id="k1").lookup_hash
DAY = date(2026, 12, 7)
HERE, THERE = UUID(int=1), UUID(int=2)
Client = httpx.AsyncClient


def rule(channel: Channel = "h5", **changed: object) -> ChannelRule:
    values: dict[str, object] = {
        "enabled": True,
        "days_ahead": 7,
        "release_time": time(8),
        "jitter_seconds": 300,
        "min_lead_minutes": 0,
        "pools": ("common",),
    }
    return ChannelRule(channel, **{**values, **changed})  # type: ignore[arg-type]


def test_a_day_opens_at_its_hour_or_a_little_later_and_never_before() -> None:
    announced = datetime(2026, 11, 30, 8, tzinfo=ZONE)
    waits: list[timedelta] = []
    for number in range(400):
        moment = rules.released(rule(), UUID(int=number), DAY, str(ZONE), HASH)
        waits.append(moment - announced)
    assert min(waits) >= timedelta(0)
    assert max(waits) <= timedelta(seconds=300)
    assert len(set(waits)) > 350, "hospitals open at moments of their own"
    assert max(waits) - min(waits) > timedelta(seconds=250), "and all over the span"


def test_the_moment_is_the_same_for_every_server_and_differs_by_channel_day_and_key() -> None:
    def moment(channel: Channel = "h5", day: date = DAY, key: bytes = b"\x22") -> timedelta:
        return rules.jitter(rule(channel), HERE, day, Sealer(key * 32, key_id="k1").lookup_hash)

    assert moment() == moment()
    others = {moment(channel) for channel in CHANNELS}
    others |= {moment(day=DAY + timedelta(days=n)) for n in range(10)} | {moment(key=b"\x23")}
    assert len(others) >= 19
    assert rules.jitter(rule(jitter_seconds=0), HERE, DAY, HASH) == timedelta(0)


@pytest.mark.parametrize("late", [False, True])
def test_the_last_released_day_moves_at_the_real_moment(late: bool) -> None:
    moment = rules.released(rule(), HERE, DAY, str(ZONE), HASH)
    now = moment if late else moment - timedelta(milliseconds=1)
    until, coming = rules.opens_until(rule(), HERE, now, str(ZONE), HASH)
    last = until.astimezone(ZONE)
    assert coming == (rules.released(rule(), HERE, DAY + timedelta(days=1), str(ZONE), HASH) if late else moment)
    assert last.date() == (DAY if late else DAY - timedelta(days=1))
    assert last.time() == time(23, 59, 59, 999999)


def test_a_day_may_open_on_itself_and_late_in_the_evening() -> None:
    same_day = rule(days_ahead=0, release_time=time(23, 59), jitter_seconds=3600)

    def last(now: datetime) -> date:
        return rules.opens_until(same_day, HERE, now, str(ZONE), HASH)[0].astimezone(ZONE).date()

    assert last(datetime(2026, 12, 7, 23, 58, tzinfo=ZONE)) == DAY - timedelta(days=1)
    assert last(datetime(2026, 12, 8, 1, 0, tzinfo=ZONE)) == DAY


def test_the_lead_may_reach_into_a_slot_that_has_begun() -> None:
    now = datetime(2026, 12, 7, 1, tzinfo=UTC)
    assert rules.not_before(rule(min_lead_minutes=60), now) == now + timedelta(hours=1)
    assert rules.not_before(default_rule("window", 14), now) == now - timedelta(minutes=30)


def staff(*roles: Role, at: UUID = HERE) -> Actor:
    return Actor(ActorKind.STAFF, new_id(), tuple(RoleAt(role, at) for role in roles))


WHOSE: list[tuple[Actor, set[str]]] = [
    (Actor(ActorKind.CITIZEN, HERE, (RoleAt(Role.PATIENT),)), {"h5", "wechat", "alipay"}),
    (staff(Role.REGISTRAR), {"window", "phone"}),
    (staff(Role.DOCTOR), {"doctor", "window", "phone"}),
    (staff(Role.DOCTOR, Role.REGISTRAR), {"window", "phone", "doctor"}),
    (staff(Role.REGISTRAR, at=THERE), {"community"}),
    (staff(Role.REGISTRAR, at=UUID(int=3)), set()),
    (Actor(ActorKind.TERMINAL, HERE, (RoleAt(Role.KIOSK, HERE),)), {"kiosk"}),
    (Actor(ActorKind.TERMINAL, HERE, (RoleAt(Role.HALL, HERE),)), set()),
    (Actor(ActorKind.SYSTEM, HERE, (RoleAt(Role.HOSPITAL_SYSTEM, HERE),)), {"system", "third_party"}),
    (SYSTEM_ACTOR, {"system"}),
    (Actor(ActorKind.ANONYMOUS, HERE), set()),
]


@pytest.mark.parametrize(("actor", "expected"), WHOSE)
def test_everybody_has_channels_of_their_own(actor: Actor, expected: set[str]) -> None:
    assert set(rules.permitted_channels(actor, HERE, {THERE})) == expected


async def test_a_channel_of_somebody_else_is_refused(world: World) -> None:
    citizen, clerk, here = world.citizen(), world.staff(Role.REGISTRAR), world.organization_id
    assert await channel_for(world.platform, citizen, here, None) == "h5"
    assert await channel_for(world.platform, citizen, here, "wechat") == "wechat"
    assert await channel_for(world.platform, clerk, here, None) == "window"
    assert await channel_for(world.platform, world.staff(Role.DOCTOR), here, None) == "doctor"
    centre, elsewhere = new_id(), new_id()
    await world.hospital(centre, "社区卫生服务中心", kind="community_centre")
    await world.hospital(elsewhere, "别的医院")
    assert await channel_for(world.platform, world.staff(Role.DOCTOR, centre), here, None) == "community"
    for actor, asked in ((citizen, "window"), (clerk, "wechat"), (world.staff(Role.NURSE, elsewhere), "community")):
        with pytest.raises(Problem) as caught:
            await channel_for(world.platform, actor, here, asked)  # type: ignore[arg-type]
        assert caught.value.code == "channel-foreign"


def put(items: list[dict[str, Any]], organization_id: UUID | None) -> dict[str, Any]:
    return {"organization_id": str(organization_id) if organization_id else None, "items": items}


async def test_a_hospital_sets_inherits_and_gives_up_a_rule(world: World, client: Client, clock: SetClock) -> None:
    admin = world.headers(world.staff(Role.HOSPITAL_ADMIN))
    path = f"/api/channel-rules?organization_id={world.organization_id}"
    before = {one["channel"]: one for one in (await client.get(path, headers=admin)).json()["items"]}
    assert set(before) == set(CHANNELS)
    assert all(one["inherited"] for one in before.values())
    assert before["h5"]["next_release_at"] == "2026-11-24T08:00:00+08:00"
    regional = world.headers(Actor(ActorKind.STAFF, new_id(), (RoleAt(Role.PLATFORM_ADMIN, new_id()),)))
    wide = {"channel": "h5", "days_ahead": 3, "release_time": "07:30", "jitter_seconds": 60, "pools": ["common"]}
    assert (await client.put("/api/channel-rules", json=put([wide], None), headers=regional)).status_code == 200
    own = {"channel": "phone", "enabled": False}
    answer = await client.put("/api/channel-rules", json=put([own], world.organization_id), headers=admin)
    after = {one["channel"]: one for one in answer.json()["items"]}
    assert (after["h5"]["days_ahead"], after["h5"]["release_time"], after["h5"]["inherited"]) == (3, "07:30", True)
    assert (after["phone"]["enabled"], after["phone"]["inherited"], after["phone"]["next_release_at"]) == (
        False,
        False,
        None,
    )
    board_of(world.platform).forget()  # the hands of other servers are as quick as their memory is short
    assert (await window_of(world.platform, world.organization_id, "phone", clock.now())).pools == ""
    window = await window_of(world.platform, world.organization_id, "h5", clock.now())
    assert window.opens_until.astimezone(ZONE).date() == date(2026, 11, 26)
    back = put([{"channel": "phone", "inherit": True}], world.organization_id)
    answer = await client.put("/api/channel-rules", json=back, headers=admin)
    assert {one["channel"]: one for one in answer.json()["items"]}["phone"]["enabled"]
    assert await world.count("event", "type = 'booking:channel_rule:changed'") == 3


SENSELESS: list[list[dict[str, Any]]] = [
    [{"channel": "h5", "pools": []}],
    [{"channel": "h5", "pools": ["common", "common"]}],
    [{"channel": "phone", "enabled": False}] * 2,
    [{"channel": "h5", "pools": ["common"], "release_time": "24:00"}],
    [{"channel": "h5", "pools": ["common"], "jitter_seconds": 3601}],
    [{"channel": "fax", "pools": ["common"]}],
]


@pytest.mark.parametrize("items", SENSELESS)
async def test_rules_that_make_no_sense_are_refused(world: World, client: Client, items: list[dict[str, Any]]) -> None:
    admin = world.headers(world.staff(Role.HOSPITAL_ADMIN))
    answer = await client.put("/api/channel-rules", json=put(items, world.organization_id), headers=admin)
    assert (answer.status_code, answer.json()["code"]) == (400, "validation-failed")
    assert await world.count("channel_rule") == 0


async def test_only_planners_of_the_hospital_set_its_rules(world: World, client: Client) -> None:
    items: list[dict[str, Any]] = [{"channel": "h5", "pools": ["common"]}]
    for actor in (world.citizen(), world.staff(Role.DOCTOR), world.staff(Role.HOSPITAL_ADMIN, new_id())):
        body = put(items, world.organization_id)
        answer = await client.put("/api/channel-rules", json=body, headers=world.headers(actor))
        assert answer.status_code == 403
    region = await client.put(
        "/api/channel-rules", json=put(items, None), headers=world.headers(world.staff(Role.HOSPITAL_ADMIN))
    )
    assert region.status_code == 403


async def test_phones_learn_the_span_and_never_the_moment(world: World, client: Client, clock: SetClock) -> None:
    answer = await client.get(f"/api/releases?organization_id={world.organization_id}")
    items = {one["channel"]: one for one in answer.json()["items"]}
    assert set(items) == {"wechat", "alipay", "h5"}
    assert (items["h5"]["day"], items["h5"]["opens_at"], items["h5"]["opens_by"]) == (
        "2026-12-08",
        "2026-11-24T08:00:00+08:00",
        "2026-11-24T08:02:00+08:00",
    )
    span = await release_of(world.platform, world.organization_id, "h5", date(2026, 12, 8))
    assert span is not None
    clock.moment = span.opens_at - timedelta(seconds=1)
    before = await window_of(world.platform, world.organization_id, "h5", clock.now())
    clock.moment = span.opens_by
    after = await window_of(world.platform, world.organization_id, "h5", clock.now())
    assert after.opens_until - before.opens_until == timedelta(days=1)
    assert await release_of(world.platform, world.organization_id, "fax", date(2026, 12, 8)) is None


async def test_two_servers_open_at_the_same_moment(world: World, database_url: str, clock: SetClock) -> None:
    other = open_platform(world.platform.settings, database_url, clock)
    for minute in range(5):
        clock.moment = datetime(2026, 11, 24, 0, 0, tzinfo=UTC) + timedelta(seconds=30 * minute)
        mine = await window_of(world.platform, world.organization_id, "h5", clock.now())
        assert mine == await window_of(other, world.organization_id, "h5", clock.now())
    await other.close()


async def test_a_day_can_be_had_from_its_real_moment_on(world: World, client: Client, clock: SetClock) -> None:
    """The end of the embargo over HTTP: a millisecond before, at the moment, and at a desk that knows no embargo."""
    kept = rule("h5", days_ahead=14, jitter_seconds=120)
    start = datetime(2026, 12, 8, 8, tzinfo=ZONE)
    _, slots = await world.session(start, slots=2)
    moment = rules.released(kept, world.organization_id, start.date(), str(ZONE), world.platform.sealer.lookup_hash)
    patient, other = await world.patient(), await world.patient()
    body = {"organization_id": str(world.organization_id), "slot_id": str(slots[0]), "patient_id": str(patient)}
    clock.moment = moment - timedelta(milliseconds=1)
    early = await client.post("/api/holds", json=body, headers=world.headers(world.citizen(patient)))
    assert (early.status_code, early.json()["code"]) == (409, "not-released")
    assert early.json()["opens_at"] == "2026-11-24T08:00:00+08:00"
    assert early.json()["opens_by"] == "2026-11-24T08:02:00+08:00"
    desk = {**body, "patient_id": str(other)}
    at_desk = await client.post("/api/holds", json=desk, headers=world.headers(world.staff(Role.REGISTRAR)))
    assert (at_desk.status_code, at_desk.json()["channel"]) == (201, "window")
    clock.moment = moment
    held = await client.post("/api/holds", json=body, headers=world.headers(world.citizen(patient)))
    assert (held.status_code, held.json()["channel"]) == (201, "h5")
    foreign = {**body, "channel": "window"}
    refused = await client.post("/api/holds", json=foreign, headers=world.headers(world.citizen(patient)))
    assert (refused.status_code, refused.json()["code"]) == (403, "channel-foreign")


async def test_a_closed_channel_and_a_lead_over_http(world: World, client: Client) -> None:
    admin = world.headers(world.staff(Role.HOSPITAL_ADMIN))
    _, slots = await world.session(slots=1)  # tomorrow at eight, 23.5 hours from now
    patient = await world.patient()
    body = {"organization_id": str(world.organization_id), "slot_id": str(slots[0]), "patient_id": str(patient)}
    for change, code in (
        ({"enabled": False}, "channel-not-open"),
        ({"pools": ["partner"]}, "channel-not-open"),
        ({"pools": ["common"], "min_lead_minutes": 24 * 60}, "booking-closed"),
    ):
        wish = put([{"channel": "h5", **change}], world.organization_id)
        assert (await client.put("/api/channel-rules", json=wish, headers=admin)).status_code == 200
        refused = await client.post("/api/holds", json=body, headers=world.headers(world.citizen(patient)))
        assert refused.json()["code"] == code
    wish = put([{"channel": "h5", "pools": ["common"], "min_lead_minutes": 23 * 60}], world.organization_id)
    assert (await client.put("/api/channel-rules", json=wish, headers=admin)).status_code == 200
    held = await client.post("/api/holds", json=body, headers=world.headers(world.citizen(patient)))
    assert held.status_code == 201


async def test_moving_reaches_no_place_that_booking_cannot(world: World, client: Client, clock: SetClock) -> None:
    _, slots = await world.session(slots=3)
    _, late = await world.session(datetime(2026, 12, 20, 8, tzinfo=ZONE), slots=1)
    await world.owner.execute("UPDATE slot SET pool = 'onsite' WHERE id = $1", slots[1])
    patient = await world.patient()
    citizen = world.citizen(patient)
    where = {"organization_id": str(world.organization_id)}
    body = {**where, "slot_id": str(slots[0]), "patient_id": str(patient)}
    held = (await client.post("/api/holds", json=body, headers=world.headers(citizen))).json()
    await client.post(f"/api/appointments/{held['id']}/confirm", json=where, headers=world.headers(citizen))

    async def move(actor: Actor, slot: UUID) -> httpx.Response:
        path = f"/api/appointments/{held['id']}/reschedule"
        return await client.post(path, json={**where, "slot_id": str(slot)}, headers=world.headers(actor))

    assert (await move(citizen, slots[1])).json()["code"] == "channel-not-open"
    early = await move(citizen, late[0])
    assert (early.json()["code"], early.json()["opens_at"]) == ("not-released", "2026-12-06T08:00:00+08:00")
    assert (await world.row("appointment", UUID(held["id"])))["state"] == "booked"
    assert (await move(world.staff(Role.REGISTRAR), slots[1])).status_code == 200
