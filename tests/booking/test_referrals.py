"""Community health centres refer first: out of the places kept for them, until those flow back."""

from datetime import timedelta
from typing import Any

from booking.test_schedules import Client
from booking.world import World
from yitong.booking.channels.flows import flow_back_all
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, Role


async def centre_with_a_doctor(world: World) -> tuple[UUID, Actor]:
    centre = new_id()
    await world.hospital(centre, "社区卫生服务中心", kind="community_centre")
    return centre, world.staff(Role.DOCTOR, centre)


async def kept_for_referrals(world: World) -> tuple[UUID, UUID]:
    """The slots of one stretch with one place each: that for referrals, and the common one it flows to."""
    schedule, slots = await world.session(slots=1, capacity=1)
    slot = await world.row("slot", slots[0])
    kept = new_id()
    values = {name: slot[name] for name in ("organization_id", "department_id", "specialty_code", "start_at", "end_at")}
    await world.insert(
        "slot", **values, id=kept, schedule_id=schedule, capacity=1, taken=0, open=True, pool="community"
    )
    await world.insert(
        "pool_flow",
        organization_id=world.organization_id,
        slot_id=kept,
        to_slot_id=slots[0],
        due_at=slot["start_at"] - timedelta(hours=12),
        start_at=slot["start_at"],
        moved=0,
    )
    return kept, slots[0]


def wish(world: World, centre: UUID, slot: UUID, patient: UUID) -> dict[str, Any]:
    return {
        "organization_id": str(world.organization_id),
        "centre_id": str(centre),
        "slot_id": str(slot),
        "patient_id": str(patient),
        "reason": "血压控制不佳，转上级医院",
    }


async def test_a_centre_books_a_place_that_nobody_else_can(world: World, client: Client) -> None:
    centre, doctor = await centre_with_a_doctor(world)
    kept, _ = await kept_for_referrals(world)
    patient = await world.patient()
    body = {"organization_id": str(world.organization_id), "slot_id": str(kept), "patient_id": str(patient)}
    public = await client.post("/api/holds", json=body, headers=world.headers(world.citizen(patient)))
    assert (public.status_code, public.json()["code"]) == (403, "channel-not-open")
    headers = world.headers(doctor)
    made = await client.post("/api/referrals", json=wish(world, centre, kept, patient), headers=headers)
    assert made.status_code == 201, made.text
    assert (made.json()["state"], made.json()["channel"], made.json()["number"]) == ("booked", "community", 1)
    again = await client.post("/api/referrals", json=wish(world, centre, kept, patient), headers=headers)
    assert again.json() == made.json()
    event = await world.owner.fetchrow("SELECT * FROM event WHERE type = 'booking:appointment:booked'")
    assert (event["action"], str(centre) in event["payload"]) == ("booking:appointment:refer", True)
    other = await world.patient()
    full = await client.post("/api/referrals", json=wish(world, centre, kept, other), headers=world.headers(doctor))
    assert (full.status_code, full.json()["code"]) == (409, "slot-taken")


async def test_only_staff_of_a_community_centre_refer(world: World, client: Client) -> None:
    centre, doctor = await centre_with_a_doctor(world)
    kept, _ = await kept_for_referrals(world)
    patient = await world.patient()
    other = new_id()
    await world.hospital(other, "别的医院")
    for actor, at, code in (
        (world.citizen(patient), centre, "forbidden"),
        (world.staff(Role.DOCTOR), centre, "forbidden"),
        (world.staff(Role.DOCTOR, other), other, "channel-foreign"),
        (doctor, other, "forbidden"),
    ):
        answer = await client.post("/api/referrals", json=wish(world, at, kept, patient), headers=world.headers(actor))
        assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert await world.count("appointment") == 0


async def test_a_place_that_nobody_referred_to_flows_back_to_everybody(
    world: World, client: Client, clock: SetClock
) -> None:
    centre, doctor = await centre_with_a_doctor(world)
    kept, common = await kept_for_referrals(world)
    clock.moment = (await world.row("slot", kept))["start_at"] - timedelta(hours=12)
    assert await flow_back_all(world.platform) == 1
    patient = await world.patient()
    late = await client.post("/api/referrals", json=wish(world, centre, kept, patient), headers=world.headers(doctor))
    assert late.json()["code"] == "slot-taken"
    body = {"organization_id": str(world.organization_id), "slot_id": str(common), "patient_id": str(patient)}
    held = await client.post("/api/holds", json=body, headers=world.headers(world.citizen(patient)))
    assert held.status_code == 201
    assert (await world.row("slot", common))["capacity"] == 2
