"""What the gate of a hold refuses: pools kept for others, days not released, too many places."""

from datetime import datetime, timedelta

import pytest

from booking.test_races import outcomes
from booking.world import ZONE, World
from yitong.booking.schemas import Appointment, HoldRequest
from yitong.booking.service import confirm, hold, holding
from yitong.booking.service.gate import Gate
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, Role
from yitong.kernel.platform import Platform, open_platform
from yitong.kernel.problems import Problem


def set_gate(monkeypatch: pytest.MonkeyPatch, world: World, **limits: object) -> None:
    """Let every request through a gate with these limits."""
    now = world.platform.clock.now()
    open_gate = Gate("common", now - timedelta(days=1), now + timedelta(days=60), -1, -1, -1)

    async def same(_platform: Platform, _actor: Actor, _organization_id: UUID, _channel: str) -> Gate:
        return open_gate._replace(**limits)  # type: ignore[arg-type]

    monkeypatch.setattr(holding, "gate_of", same)


async def refused(world: World, slot: UUID, patient: UUID, actor: Actor | None = None) -> Problem:
    with pytest.raises(Problem) as caught:
        await hold(
            world.platform, actor or world.citizen(patient), HoldRequest(world.organization_id, slot, patient), new_id()
        )
    return caught.value


async def test_a_pool_is_for_those_it_is_kept_for(world: World) -> None:
    _, slots = await world.session(slots=2)
    patient = await world.patient()
    await world.owner.execute("UPDATE slot SET pool = 'onsite' WHERE id = $1", slots[0])
    assert (await refused(world, slots[0], patient)).code == "channel-not-open"
    request = HoldRequest(world.organization_id, slots[0], patient, "window")
    assert (await hold(world.platform, world.staff(Role.REGISTRAR), request, new_id())).state == "held"


async def test_the_elderly_pool_asks_for_the_age(world: World) -> None:
    _, slots = await world.session(slots=2)
    await world.owner.execute("UPDATE slot SET pool = 'elderly' WHERE id = $1", slots[0])
    young, old = await world.patient(), await world.patient()
    await world.owner.execute("UPDATE patient SET birth_date = '1950-01-01' WHERE id = $1", old)
    desk = world.staff(Role.REGISTRAR)
    assert (await refused(world, slots[0], young, desk)).code == "channel-not-open"
    request = HoldRequest(world.organization_id, slots[0], old, "window")
    assert (await hold(world.platform, desk, request, new_id())).state == "held"


async def test_a_day_is_had_from_its_release_to_its_closing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _, slots = await world.session(slots=3)
    patient = await world.patient()
    start: datetime = (await world.row("slot", slots[1]))["start_at"]
    set_gate(monkeypatch, world, opens_until=start - timedelta(minutes=1))
    problem = await refused(world, slots[1], patient)
    assert problem.code == "not-released"
    set_gate(monkeypatch, world, not_before=start + timedelta(minutes=1))
    assert (await refused(world, slots[1], patient)).code == "booking-closed"
    set_gate(monkeypatch, world, opens_until=start, not_before=start)
    held = await hold(
        world.platform, world.citizen(patient), HoldRequest(world.organization_id, slots[1], patient), new_id()
    )
    assert held.slot_id == slots[1]


async def _days(world: World, days: int) -> list[UUID]:
    """The first slot of a session on each of so many days."""
    found: list[UUID] = []
    for n in range(days):
        start = world.platform.clock.now().astimezone(ZONE) + timedelta(days=n + 1)
        _, slots = await world.session(
            start.replace(hour=8, minute=0, second=0, microsecond=0), slots=1, capacity=50, role=False
        )
        found.append(slots[0])
    return found


@pytest.mark.parametrize(("limit", "rule"), [("max_outstanding", "person-outstanding"), ("max_account", "account-day")])
@pytest.mark.parametrize("protected", [True, False])
async def test_limits_hold_at_once(
    world: World, database_url: str, monkeypatch: pytest.MonkeyPatch, limit: str, rule: str, protected: bool
) -> None:
    """Six places at once with a limit of two; the control, without the limit, gets all six."""
    set_gate(monkeypatch, world, **({limit: 2} if protected else {}))
    servers = [open_platform(world.platform.settings, database_url, world.platform.clock) for _ in range(3)]
    patient = await world.patient()
    actor = world.citizen(patient)
    slots = await _days(world, 6)
    got = await outcomes(
        hold(servers[n % 3], actor, HoldRequest(world.organization_id, slot, patient), new_id())
        for n, slot in enumerate(slots)
    )
    for one in servers:
        await one.close()
    held = [one for one in got if isinstance(one, Appointment)]
    assert len(held) == (2 if protected else 6)
    assert [one for one in got if isinstance(one, str)] == ["limit-reached"] * (4 if protected else 0)
    if protected:
        free = next(slot for slot in slots if slot not in {one.slot_id for one in held})
        assert (await refused(world, free, patient, actor)).members["extra"]["rule"] == rule


async def test_a_limit_of_the_day(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    set_gate(monkeypatch, world, max_day=1)
    other_department, service = new_id(), new_id()
    await world.clinic(world.organization_id, other_department, service)
    _, morning = await world.session(slots=1)
    _, same_day = await world.session(slots=1, department_id=other_department, service_id=service, role=False)
    patient = await world.patient()
    actor = world.citizen(patient)
    held = await hold(world.platform, actor, HoldRequest(world.organization_id, morning[0], patient), new_id())
    await confirm(world.platform, actor, world.organization_id, held.id)
    assert (await refused(world, same_day[0], patient, actor)).code == "limit-reached"
    other = (await _days(world, 2))[1]
    next_day = await hold(world.platform, actor, HoldRequest(world.organization_id, other, patient), new_id())
    assert next_day.state == "held"
