"""Waiting lists: who is offered what, in which order, and what becomes of offers."""

from datetime import date, timedelta

import httpx
import pytest

from booking.test_races import consistent
from booking.waiting import book, entry, give_up, join, offers, wish
from booking.world import ZONE, World
from yitong.booking.schemas import HoldRequest
from yitong.booking.service import confirm, hold
from yitong.booking.waitlist import service
from yitong.booking.waitlist.jobs import tend_lists
from yitong.booking.waitlist.offers.service import OfferReason, decline, offer_place
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import SYSTEM_ACTOR, Role
from yitong.kernel.problems import Problem


async def code_of(work: object) -> str:
    with pytest.raises(Problem) as caught:
        await work  # type: ignore[misc]
    return caught.value.code


async def test_a_freed_place_goes_to_the_first_as_a_timed_offer(world: World, clock: SetClock) -> None:
    _, slots = await world.session(slots=1, capacity=1)
    booked = await book(world, slots[0])
    first = await join(world)
    clock.advance(seconds=1)
    second = await join(world)
    assert (first.ahead, second.ahead, second.offered_last_week) == (0, 1, 0)
    await give_up(world, booked)
    (offer,) = await offers(world, first.patient_id)
    assert (offer.state, offer.reason, offer.entry_id) == ("open", "waitlist", first.id)
    assert offer.expires_at == clock.now() + timedelta(minutes=30)
    assert (offer.appointment.state, offer.appointment.hold_expires_at) == ("held", offer.expires_at)
    now = await entry(world, first)
    assert (now.state, now.offer_id, now.ahead) == ("offered", offer.id, None)
    assert (await entry(world, second)).offered_last_week == 1
    await consistent(world, slots[0])
    # Nobody else gets at it, however long before its end.
    stranger = await world.patient()
    request = HoldRequest(world.organization_id, slots[0], stranger)
    clock.advance(minutes=29)
    assert await code_of(hold(world.platform, world.citizen(stranger), request, new_id())) == "slot-taken"
    taken = await confirm(world.platform, world.citizen(first.patient_id), world.organization_id, offer.appointment.id)
    assert (taken.state, taken.number) == ("booked", 2)
    assert (await offers(world, first.patient_id))[0].state == "taken"
    assert await tend_lists(world.platform) == 1
    assert (await entry(world, first)).state == "booked"
    assert (await entry(world, second)).ahead == 0
    assert await world.count("event", "type = 'booking:offer:taken'") == 1
    assert await tend_lists(world.platform) == 0
    await consistent(world, slots[0])


async def test_an_offer_that_runs_out_goes_on_to_the_next_and_not_to_the_public(world: World, clock: SetClock) -> None:
    await world.return_after(0)
    _, slots = await world.session(slots=1, capacity=1)
    booked = await book(world, slots[0])
    first = await join(world)
    clock.advance(seconds=1)
    second = await join(world)
    await give_up(world, booked)
    (offer,) = await offers(world, first.patient_id)
    clock.advance(minutes=31)
    assert (await offers(world, first.patient_id))[0].state == "expired"
    # Somebody who tries in the very moment makes the platform notice the end, but does not get the place.
    stranger = await world.patient()
    request = HoldRequest(world.organization_id, slots[0], stranger)
    assert await code_of(hold(world.platform, world.citizen(stranger), request, new_id())) == "slot-taken"
    await tend_lists(world.platform)
    (passed_on,) = await offers(world, second.patient_id)
    assert (passed_on.state, passed_on.appointment.slot_id) == ("open", slots[0])
    waits = await entry(world, first)
    assert (waits.state, waits.unanswered) == ("waiting", 1)
    refusal = confirm(world.platform, world.citizen(first.patient_id), world.organization_id, offer.appointment.id)
    assert await code_of(refusal) == "hold-expired"
    # Nobody is offered the same slot twice; with the list exhausted it is everybody's again.
    clock.advance(minutes=31)
    await tend_lists(world.platform)
    assert len(await offers(world, first.patient_id)) == 1
    assert (await hold(world.platform, world.citizen(stranger), request, new_id())).state == "held"
    await consistent(world, slots[0])


async def test_declining_passes_on_at_once_and_twice_ends_the_wait(world: World, clock: SetClock) -> None:
    _, slots = await world.session(slots=2, capacity=1)
    booked = [await book(world, slot) for slot in slots]
    first = await join(world)
    clock.advance(seconds=1)
    second = await join(world)
    await give_up(world, booked[0])
    (offer,) = await offers(world, first.patient_id)
    async with world.platform.transaction(world.citizen(first.patient_id)) as tx:
        await decline(tx, world.organization_id, offer.id)
    async with world.platform.transaction(world.citizen(first.patient_id)) as tx:
        await decline(tx, world.organization_id, offer.id)  # once more changes nothing
    assert (await offers(world, first.patient_id))[0].state == "declined"
    assert [one.state for one in await offers(world, second.patient_id)] == ["open"]
    assert (await entry(world, first)).state == "waiting"
    async with world.platform.transaction(world.citizen(second.patient_id)) as tx:
        assert await code_of(decline(tx, world.organization_id, offer.id)) == "not-found"
    await give_up(world, booked[1])
    latest = (await offers(world, first.patient_id))[0]
    async with world.platform.transaction(world.citizen(first.patient_id)) as tx:
        await decline(tx, world.organization_id, latest.id)
    assert (await entry(world, first)).state == "left"
    for slot in slots:
        await consistent(world, slot)


async def test_a_taken_offer_cannot_be_declined(world: World) -> None:
    _, slots = await world.session(slots=1, capacity=1)
    booked = await book(world, slots[0])
    first = await join(world)
    await give_up(world, booked)
    (offer,) = await offers(world, first.patient_id)
    actor = world.citizen(first.patient_id)
    await confirm(world.platform, actor, world.organization_id, offer.appointment.id)
    async with world.platform.transaction(actor) as tx:
        assert await code_of(decline(tx, world.organization_id, offer.id)) == "offer-over"


async def test_only_whom_a_place_suits_is_offered_it(world: World, clock: SetClock) -> None:
    """Day, half-day, doctor and kind are asked for; whoever has a visit that day, or gave this up, is passed over."""
    _, slots = await world.session(slots=1, capacity=1)
    booked = await book(world, slots[0])
    tomorrow = clock.now().astimezone(ZONE).date() + timedelta(days=1)
    other_role = new_id()
    await world.doctor(new_id(), other_role, "李医生")
    unsuited = [
        await join(world, from_day=tomorrow + timedelta(days=1)),
        await join(world, period="pm"),
        await join(world, practitioner_role_id=other_role),
        await join(world, service_kind="general"),
        await join(world, booked.patient_id),
    ]
    _, afternoon = await world.session(
        (clock.now() + timedelta(days=1)).astimezone(ZONE).replace(hour=14, minute=0, second=0, microsecond=0)
    )
    busy = await world.patient()
    await book(world, afternoon[0], busy)
    unsuited.append(await join(world, busy))
    clock.advance(seconds=1)
    suited = await join(
        world,
        from_day=tomorrow,
        to_day=tomorrow,
        period="am",
        practitioner_role_id=world.role_id,
        service_kind="expert",
    )
    await give_up(world, booked)
    assert [(await entry(world, one)).state for one in unsuited] == ["waiting"] * len(unsuited)
    assert (await entry(world, suited)).state == "offered"


async def test_whoever_is_banned_is_passed_over_until_the_ban_ends(world: World, clock: SetClock) -> None:
    _, slots = await world.session(slots=2, capacity=1)
    booked = [await book(world, slot) for slot in slots]
    banned = await join(world)
    now = clock.now()
    await world.insert(
        "booking_ban",
        patient_id=banned.patient_id,
        id=new_id(),
        organization_id=world.organization_id,
        made_at=now,
        until=now + timedelta(minutes=1),
        reason="no_show",
        counted=3,
    )
    clock.advance(seconds=1)
    other = await join(world)
    await give_up(world, booked[0])
    assert [(await entry(world, one)).state for one in (banned, other)] == ["waiting", "offered"]
    clock.advance(minutes=1)
    await give_up(world, booked[1])
    assert (await entry(world, banned)).state == "offered"


async def test_the_line_keeps_its_order(world: World, clock: SetClock) -> None:
    """Six wait, four places come free one after the other: they go to the first four, whatever the ids are."""
    await world.owner.execute("UPDATE return_rule SET entries_most = 9")
    _, slots = await world.session(slots=4, capacity=1)
    booked = [await book(world, slot) for slot in slots]
    line: list[UUID] = []
    for _ in range(6):
        line.append((await join(world)).patient_id)
        clock.advance(seconds=1)
    displaced = await world.patient()
    async with world.platform.transaction() as tx:
        grant = service.JOIN.check(SYSTEM_ACTOR, organization_id=world.organization_id)
        await service.join_line(tx, grant, wish(world, displaced), service.DISPLACED)
    for one in reversed(booked):
        await give_up(world, one)
    rows = await world.owner.fetch("SELECT patient_id FROM offer ORDER BY made_at, id")
    assert [row["patient_id"] for row in rows] == [displaced, *line[:3]]


async def test_near_the_visit_nobody_is_asked(world: World, clock: SetClock) -> None:
    _, slots = await world.session(clock.now() + timedelta(minutes=9), slots=1, capacity=1)
    patient = await world.patient()
    desk = world.staff()
    held = await hold(world.platform, desk, HoldRequest(world.organization_id, slots[0], patient, "window"), new_id())
    booked = await confirm(world.platform, desk, world.organization_id, held.id)
    waiting = await join(world)
    await give_up(world, booked, desk)
    assert (await entry(world, waiting)).state == "waiting"
    assert (await consistent(world, slots[0]))["taken"] == 0


async def test_joining_and_its_limits(world: World, clock: SetClock) -> None:
    patient = await world.patient()
    await join(world, patient)
    assert await code_of(join(world, patient)) == "already-waiting"
    assert await code_of(join(world, patient, department_id=new_id())) == "not-found"
    yesterday = clock.now().date() - timedelta(days=1)
    assert await code_of(join(world, from_day=yesterday, to_day=yesterday)) == "validation-failed"
    far = clock.now().date() + timedelta(days=90)
    assert await code_of(join(world, to_day=far)) == "validation-failed"
    for n in range(3):
        department = new_id()
        await world.clinic(world.organization_id, department, new_id())
        if n < 2:
            await join(world, patient, department_id=department)
        else:
            assert await code_of(join(world, patient, department_id=department)) == "waitlist-limit"
    stranger = await world.patient()
    assert await code_of(join(world, stranger, world.citizen(patient))) == "foreign-patient"
    assert await code_of(join(world, stranger, world.staff(Role.REGISTRAR, new_id()))) == "forbidden"
    assert (await join(world, stranger, world.staff())).state == "waiting"


async def test_leaving(world: World) -> None:
    _, slots = await world.session(slots=1, capacity=1)
    booked = await book(world, slots[0])
    first, second = await join(world), await join(world)
    await give_up(world, booked)
    assert (await entry(world, first)).state == "offered"
    async with world.platform.transaction(world.citizen(first.patient_id)) as tx:
        assert (await service.leave(tx, world.organization_id, first.id)).state == "left"
    assert (await entry(world, second)).state == "offered"
    async with world.platform.transaction(world.citizen(first.patient_id)) as tx:
        assert (await service.leave(tx, world.organization_id, first.id)).state == "left"
    async with world.platform.transaction(world.citizen(first.patient_id)) as tx:
        assert await code_of(service.leave(tx, world.organization_id, second.id)) == "not-found"
    assert (await join(world, first.patient_id)).state == "waiting"


async def test_days_that_passed_end_the_wait(world: World, clock: SetClock) -> None:
    today = clock.now().astimezone(ZONE).date()
    one = await join(world, from_day=today, to_day=today)
    clock.advance(hours=15, minutes=29)  # 23:59 on the hospital's wall
    assert await tend_lists(world.platform) == 0
    clock.advance(minutes=1)
    assert await tend_lists(world.platform) == 1
    assert (await entry(world, one)).state == "expired"


async def test_the_list_is_asked_before_a_hold_that_ran_out_returns(world: World, clock: SetClock) -> None:
    await world.return_after(0)
    _, slots = await world.session(slots=1, capacity=1)
    holder, stranger = await world.patient(), await world.patient()
    await hold(world.platform, world.citizen(holder), HoldRequest(world.organization_id, slots[0], holder), new_id())
    waiting = await join(world)
    clock.advance(seconds=world.platform.settings.hold_seconds)
    request = HoldRequest(world.organization_id, slots[0], stranger)
    assert await code_of(hold(world.platform, world.citizen(stranger), request, new_id())) == "slot-taken"
    await tend_lists(world.platform)
    assert (await entry(world, waiting)).state == "offered"


async def test_without_anybody_tending_the_list_places_return_after_a_while(world: World, clock: SetClock) -> None:
    await world.return_after(60)
    _, slots = await world.session(slots=1, capacity=1)
    holder, stranger = await world.patient(), await world.patient()
    await hold(world.platform, world.citizen(holder), HoldRequest(world.organization_id, slots[0], holder), new_id())
    await join(world)
    request = HoldRequest(world.organization_id, slots[0], stranger)
    clock.advance(seconds=world.platform.settings.hold_seconds + 60 + 599)
    assert await code_of(hold(world.platform, world.citizen(stranger), request, new_id())) == "slot-taken"
    clock.advance(seconds=1)
    assert (await hold(world.platform, world.citizen(stranger), request, new_id())).state == "held"


async def test_who_joins_later_is_asked_before_the_public(world: World, clock: SetClock) -> None:
    _, slots = await world.session(slots=1, capacity=1)
    await world.return_after(600)
    await give_up(world, await book(world, slots[0]))
    await tend_lists(world.platform)
    clock.advance(minutes=5)
    waiting = await join(world)
    await tend_lists(world.platform)
    assert (await entry(world, waiting)).state == "offered"


async def offer(world: World, slot: UUID, patient: UUID, replaces: UUID | None = None) -> UUID:
    """A replacement offered by the desk's planner; answers the held appointment's id."""
    async with world.platform.transaction(world.staff(Role.SCHEDULER)) as tx:
        grant = service.LIST.check(tx.actor, organization_id=world.organization_id)
        return (await offer_place(tx, grant, slot, patient, OfferReason.STOPPED, replaces)).appointment_id


async def test_a_replacement_that_is_taken_ends_the_old_appointment(world: World, clock: SetClock) -> None:
    _, slots = await world.session(slots=1)
    _, later = await world.session(clock.now() + timedelta(days=2), slots=1, capacity=1)
    old = await book(world, slots[0])
    new = await offer(world, later[0], old.patient_id, old.id)
    assert (await world.row("appointment", old.id))["state"] == "booked"
    assert await code_of(offer(world, later[0], await world.patient())) == "slot-taken"
    await confirm(world.platform, world.citizen(old.patient_id), world.organization_id, new)
    await tend_lists(world.platform)
    before = await world.row("appointment", old.id)
    assert (before["state"], before["rescheduled_to"]) == ("cancelled", new)
    for slot in (slots[0], later[0]):
        await consistent(world, slot)


async def test_a_replacement_that_is_declined_leaves_the_old_appointment(world: World, clock: SetClock) -> None:
    _, slots = await world.session(slots=1)
    _, later = await world.session(clock.now() + timedelta(days=2), slots=1, capacity=1)
    old = await book(world, slots[0])
    await offer(world, later[0], old.patient_id, old.id)
    (made,) = await offers(world, old.patient_id)
    assert (made.reason, made.replaces_appointment_id) == ("stopped", old.id)
    async with world.platform.transaction(world.citizen(old.patient_id)) as tx:
        await decline(tx, world.organization_id, made.id)
    assert (await world.row("appointment", old.id))["state"] == "booked"
    await consistent(world, later[0])


async def test_a_replacement_on_the_same_day_takes_the_stopped_ones_place(world: World, clock: SetClock) -> None:
    schedule, slots = await world.session(slots=1)
    old = await book(world, slots[0])
    _, afternoon = await world.session(
        (clock.now() + timedelta(days=1)).astimezone(ZONE).replace(hour=14, minute=0, second=0, microsecond=0)
    )
    assert await code_of(offer(world, afternoon[0], old.patient_id, old.id)) == "duplicate-booking"
    await world.owner.execute("UPDATE schedule SET stopped_at = now(), stopped_reason = 'x' WHERE id = $1", schedule)
    new = await offer(world, afternoon[0], old.patient_id, old.id)
    before = await world.row("appointment", old.id)
    assert (before["state"], before["rescheduled_to"]) == ("cancelled", new)


async def test_over_http(world: World, client: httpx.AsyncClient) -> None:
    _, slots = await world.session(slots=1, capacity=1)
    booked = await book(world, slots[0])
    patient, home = await world.patient(), str(world.organization_id)
    actor, desk, admin = world.citizen(patient), world.staff(), world.staff(Role.HOSPITAL_ADMIN)
    body = {
        "patient_id": str(patient),
        "organization_id": home,
        "department_id": str(world.department_id),
        "from": "2026-11-23",
        "to": "2026-11-30",
        "period": "am",
    }
    headers = world.headers(actor)
    made = await client.post("/api/waitlist-entries", json=body, headers=headers)
    assert (made.status_code, made.json()["ahead"], made.json()["to"]) == (201, 0, "2026-11-30")
    assert (await client.post("/api/waitlist-entries", json=body, headers=headers)).json() == made.json()
    again = await client.post("/api/waitlist-entries", json=body, headers=world.headers(actor))
    assert (again.status_code, again.json()["code"]) == (409, "already-waiting")
    assert again.json()["conflict"]["id"] == made.json()["id"]
    await give_up(world, booked)
    (offered,) = (await client.get(f"/api/offers?patient_id={patient}", headers=headers)).json()["items"]
    assert (offered["state"], offered["appointment"]["patient_name"]) == ("open", "张三")
    shown = await client.get(f"/api/waitlist-entries/{made.json()['id']}?organization_id={home}", headers=headers)
    assert (shown.json()["state"], shown.json()["offer_id"]) == ("offered", offered["id"])
    board = await client.get(f"/api/waitlist-entries?organization_id={home}", headers=world.headers(desk))
    assert [one["patient_name"] for one in board.json()["items"]] == ["张三"]
    assert (await client.get(f"/api/offers?organization_id={home}", headers=headers)).json()["code"] == "forbidden"
    stranger = world.citizen(await world.patient())
    hidden = await client.get(
        f"/api/waitlist-entries/{made.json()['id']}?organization_id={home}", headers=world.headers(stranger)
    )
    assert hidden.json()["code"] == "not-found"
    declined = await client.post(
        f"/api/offers/{offered['id']}/decline", json={"organization_id": home}, headers=headers
    )
    assert (declined.status_code, declined.json()["state"]) == (200, "declined")
    left = await client.post(
        f"/api/waitlist-entries/{made.json()['id']}/leave", json={"organization_id": home}, headers=headers
    )
    assert left.json()["state"] == "left"
    past = await client.get(f"/api/waitlist-entries?patient_id={patient}&past=true", headers=headers)
    assert [one["state"] for one in past.json()["items"]] == ["left"]
    rules = (await client.get(f"/api/return-rules?organization_id={home}", headers=world.headers(admin))).json()
    assert (rules["inherited"], rules["offer_minutes"]) == (True, 30)
    rules |= {"offer_minutes": 45, "inherited": False}
    kept = await client.put("/api/return-rules", json=rules, headers=world.headers(admin))
    assert (kept.json()["inherited"], kept.json()["offer_minutes"]) == (False, 45)
    wrong = await client.put("/api/return-rules", json=rules | {"hold_max_seconds": 1}, headers=world.headers(admin))
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "hold_max_seconds")
    refused = await client.put("/api/return-rules", json=rules, headers=world.headers(desk))
    assert refused.json()["code"] == "forbidden"
    reset = await client.put("/api/return-rules", json=rules | {"inherited": True}, headers=world.headers(admin))
    assert (reset.json()["inherited"], reset.json()["offer_minutes"]) == (True, 30)
    region = rules | {"organization_id": str(UUID(int=0)), "offer_minutes": 20, "inherited": False}
    wide = world.headers(world.staff(Role.PLATFORM_ADMIN))
    assert (await client.put("/api/return-rules", json=region, headers=wide)).json()["offer_minutes"] == 20
    assert (await client.put("/api/return-rules", json=region | {"inherited": True}, headers=wide)).status_code == 400
    refused = await client.put("/api/return-rules", json=region, headers=world.headers(admin))
    assert refused.json()["code"] == "forbidden"
    now = await client.get(f"/api/return-rules?organization_id={home}", headers=world.headers(admin))
    assert (now.json()["inherited"], now.json()["offer_minutes"]) == (True, 20)
    assert date.fromisoformat(made.json()["from"]) == date(2026, 11, 23)
