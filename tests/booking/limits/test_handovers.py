"""Places handed on: what ties two people, what is refused, and what stays a hint."""

from datetime import timedelta

import pytest

from booking.limits.scene import HEADERS, account, book, give_up, known, refusal, rule, take
from booking.world import World
from yitong.booking.limits.service import before_hold
from yitong.booking.schemas import HoldRequest, RescheduleRequest
from yitong.booking.service import reschedule
from yitong.kernel.client import CLIENT, Client
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor

DEVICE, BLOCK = b"d" * 32, b"b" * 32


async def _given_up(world: World, slot: UUID, **where: bytes) -> Actor:
    """Somebody books a slot and gives it up."""
    patient = await world.patient()
    actor = await account(world, patient, **where)  # type: ignore[arg-type]
    held = await take(world, actor, slot, patient)
    await book(world, actor, held.id)
    await give_up(world, actor, held.id)
    return actor


async def _vias(world: World) -> list[tuple[str, bool]]:
    rows = await world.owner.fetch("SELECT via, refused FROM risk_handover ORDER BY at, via")
    return [(row["via"], row["refused"]) for row in rows]


@pytest.mark.parametrize("later", [False, True], ids=["known at the hold", "noticed after it"])
@pytest.mark.parametrize("tie", ["account", "device"])
async def test_a_tied_hand_over_is_refused(world: World, tie: str, later: bool) -> None:
    await rule(world, "transfer", weight=30)
    _, slots = await world.session()
    first = await _given_up(world, slots[0], device=DEVICE)
    buyer = await world.patient()
    actor = first if tie == "account" else await account(world, buyer, device=DEVICE)
    actor = Actor(actor.kind, actor.id, actor.roles, (*actor.patient_ids, buyer), actor.session_id)
    CLIENT.set(Client(device=DEVICE))
    if later:
        held = await take(world, actor, slots[1], buyer)  # another slot of the session, before anything is known
        await known(world)
        problem = await refusal(book(world, actor, held.id))
    else:
        await known(world)
        problem = await refusal(take(world, actor, slots[0], buyer))
        await known(world)
    CLIENT.set(Client())
    assert problem.code == "transfer-suspected"
    assert await _vias(world) == [(tie, True)]
    marked = await world.owner.fetch("SELECT account_id, kind FROM risk_signal WHERE kind = 'transfer'")
    assert {row["account_id"] for row in marked} == {first.id, actor.id}
    await known(world)
    assert await world.owner.fetchval(
        "SELECT sum(count) FROM risk_outcome WHERE rule = 'transfer' AND outcome = 'refused'"
    )


async def test_a_pair_that_does_it_again_and_again(world: World, clock: SetClock) -> None:
    await rule(world, "transfer-pair", weight=30)
    await rule(world, "cancels-month", enabled=False)
    await rule(world, "risk-cancels", enabled=False)
    seller, buyer = await world.patient(), await world.patient()
    one, other = await account(world, seller, device=DEVICE), await account(world, buyer, device=b"e" * 32)
    for turn in range(3):
        _, slots = await world.session(clock.now() + timedelta(days=turn + 1))
        held = await take(world, one, slots[0], seller)
        await book(world, one, held.id)
        await give_up(world, one, held.id)
        await known(world)
        if turn < 2:
            taken = await take(world, other, slots[0], buyer)
            await known(world)
            assert (await book(world, other, taken.id)).state == "booked", "twice may be chance"
        else:
            assert (await refusal(take(world, other, slots[0], buyer))).code == "transfer-suspected"
        clock.advance(hours=2)
    await known(world)
    assert await _vias(world) == [("none", False), ("none", False), ("pair", True)]


async def test_neighbours_and_strangers_may_take_what_was_given_up(world: World) -> None:
    _, slots = await world.session()
    await _given_up(world, slots[0], device=DEVICE, block=BLOCK)
    neighbour_id, stranger_id = await world.patient(), await world.patient()
    neighbour = await account(world, neighbour_id, device=b"e" * 32, block=BLOCK)
    stranger = await account(world, stranger_id, device=b"f" * 32, block=b"c" * 32)
    await known(world)
    for actor, patient in ((neighbour, neighbour_id), (stranger, stranger_id)):
        CLIENT.set(Client(block=BLOCK))
        held = await take(world, actor, slots[0], patient)
        await known(world)
        assert (await book(world, actor, held.id)).state == "booked"
    CLIENT.set(Client())
    assert sorted(await _vias(world)) == [("block", False), ("none", False)]
    hints = await world.owner.fetch("SELECT weight FROM risk_signal WHERE kind = 'transfer-block'")
    assert [row["weight"] for row in hints] == [15, 15], "a hint for both accounts, far from a challenge"


async def test_the_same_patient_may_come_back(world: World) -> None:
    _, slots = await world.session()
    patient = await world.patient()
    actor = await account(world, patient, device=DEVICE)
    held = await take(world, actor, slots[0], patient)
    await book(world, actor, held.id)
    await give_up(world, actor, held.id)
    await known(world)
    again = await take(world, actor, slots[0], patient)
    await known(world)
    assert (await book(world, actor, again.id)).state == "booked"
    assert await _vias(world) == []


@pytest.mark.parametrize("off", [False, True], ids=["after the window", "rule switched off"])
async def test_what_a_hand_over_is_not(world: World, clock: SetClock, off: bool) -> None:
    if off:
        await rule(world, "transfer", enabled=False)
    _, slots = await world.session()
    await _given_up(world, slots[0], device=DEVICE)
    buyer = await world.patient()
    actor = await account(world, buyer, device=DEVICE)
    await known(world)
    if not off:
        clock.advance(minutes=31)
        await known(world)
    CLIENT.set(Client(device=DEVICE))
    await before_hold(world.platform, actor, HoldRequest(world.organization_id, slots[0], buyer), HEADERS)
    held = await take(world, actor, slots[0], buyer)
    CLIENT.set(Client())
    await known(world)
    assert (await book(world, actor, held.id)).state == "booked"


async def test_moving_away_hands_a_place_on_as_well(world: World) -> None:
    _, slots = await world.session()
    seller, buyer = await world.patient(), await world.patient()
    one, other = await account(world, seller, device=DEVICE), await account(world, buyer, device=DEVICE)
    held = await take(world, one, slots[0], seller)
    await book(world, one, held.id)
    async with world.platform.transaction(one) as tx:
        await reschedule(tx, held.id, RescheduleRequest(world.organization_id, slots[3]), new_id())
    await known(world)
    CLIENT.set(Client(device=DEVICE))
    assert (await refusal(take(world, other, slots[0], buyer))).code == "transfer-suspected"
    CLIENT.set(Client())
