"""A hospital's own system: its bookings take places of the same pool once, a comparison finds and mends the rest."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from booking.test_schedules import Client
from booking.world import ZONE, World
from yitong.booking.channels.comparing import Here, compare, mends
from yitong.booking.channels.exchange import ExternalBookingRequest, ExternalPatient, ListedBooking
from yitong.booking.channels.external import keep_external
from yitong.booking.schemas import HoldRequest
from yitong.booking.service import confirm, hold
from yitong.booking.states import AppointmentState as A
from yitong.identity.service.registration import identifier_hash
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, ActorKind, Role, RoleAt
from yitong.kernel.problems import Problem

DAY = date(2026, 11, 24)
EIGHT = datetime(2026, 11, 24, 8, tzinfo=ZONE)
NUMBER = "110101199003071233"


def his(world: World) -> Actor:
    """The hospital's own system."""
    return Actor(ActorKind.SYSTEM, UUID(int=77), (RoleAt(Role.HOSPITAL_SYSTEM, world.organization_id),))


async def known_patient(world: World, number: str) -> UUID:
    """A person of the index whom the hospital knows under its own number."""
    patient, local, now = await world.patient(), new_id(), world.platform.clock.now()
    place = world.organization_id
    await world.insert(
        "local_patient",
        organization_id=place,
        id=local,
        local_number=number,
        name_sealed="x",
        name_hash=b"x",
        sex="male",
        version=1,
        created_at=now,
    )
    await world.insert(
        "patient_link",
        organization_id=place,
        id=new_id(),
        local_patient_id=local,
        patient_id=patient,
        method="manual",
        score=1.0,
        linked_at=now,
        linked_by=new_id(),
        reason="x",
    )
    return patient


def message(world: World, number: str = "X1", local: str = "P1", **more: Any) -> dict[str, Any]:
    return {
        "organization_id": str(world.organization_id),
        "external_id": number,
        "status": "booked",
        "patient": {"local_number": local},
        **more,
    }


async def tell(world: World, client: Client, body: dict[str, Any], status: int = 200) -> dict[str, Any]:
    answer = await client.post("/api/external-bookings", json=body, headers=world.headers(his(world)))
    assert answer.status_code == status, answer.text
    return answer.json()


async def code(world: World) -> str:
    return (await world.row("department", world.department_id))["code"]


async def test_one_truth_for_both_sides(world: World, client: Client) -> None:
    _, slots = await world.session(slots=2, capacity=1)
    await known_patient(world, "P1")
    first = await tell(world, client, message(world, slot_id=str(slots[0])))
    assert (first["state"], first["slot_id"], first["pool"], first["number"]) == ("booked", str(slots[0]), "common", 1)
    assert await tell(world, client, message(world, slot_id=str(slots[0]))) == first
    assert (await world.row("slot", slots[0]))["taken"] == 1
    assert await world.count("event", "type = 'booking:appointment:booked'") == 1
    patient = await world.patient()
    with pytest.raises(Problem) as caught:
        await hold(
            world.platform, world.citizen(patient), HoldRequest(world.organization_id, slots[0], patient), new_id()
        )
    assert caught.value.code == "slot-taken"


async def test_what_is_taken_here_is_a_conflict_there(world: World, client: Client) -> None:
    _, slots = await world.session(slots=2, capacity=1)
    patient = await world.patient()
    actor = world.citizen(patient)
    await hold(world.platform, actor, HoldRequest(world.organization_id, slots[0], patient), new_id())
    mine = await known_patient(world, "P1")
    refused = await tell(world, client, message(world, slot_id=str(slots[0])), 409)
    assert (refused["code"], len(refused["alternatives"])) == ("slot-taken", 1)
    assert await world.count("external_booking") == 0
    held = await hold(world.platform, world.citizen(mine), HoldRequest(world.organization_id, slots[1], mine), new_id())
    twice = await tell(world, client, message(world, slot_id=str(slots[1])), 409)
    assert (twice["code"], twice["conflict"]["id"]) == ("duplicate-booking", str(held.id))


async def test_it_moves_cancels_and_comes_again(world: World, client: Client) -> None:
    _, slots = await world.session(slots=3, capacity=1)
    await known_patient(world, "P1")
    where = {"department_code": await code(world), "practitioner_code": world.practitioner_id.hex}
    start = (await world.row("slot", slots[0]))["start_at"]
    first = await tell(world, client, message(world, start_at=start.isoformat(), **where))
    assert first["slot_id"] == str(slots[0])
    later = (start + timedelta(minutes=30)).isoformat()
    moved = await tell(world, client, message(world, start_at=later, **where))
    assert (moved["slot_id"], moved["state"]) == (str(slots[1]), "booked")
    assert moved["appointment_id"] != first["appointment_id"]
    gone = await tell(world, client, {**message(world), "status": "cancelled", "patient": None})
    assert gone["state"] == "cancelled"
    assert (await tell(world, client, {**message(world), "status": "cancelled"}))["state"] == "cancelled"
    again = await tell(world, client, message(world, slot_id=str(slots[2])))
    assert (again["state"], again["slot_id"]) == ("booked", str(slots[2]))
    assert await world.count("external_booking") == 1
    listed = await client.get(
        f"/api/external-bookings?organization_id={world.organization_id}&day={DAY}", headers=world.headers(his(world))
    )
    assert listed.json()["items"] == [again]


async def test_a_document_finds_the_patient_and_is_not_kept(world: World, client: Client) -> None:
    _, slots = await world.session(slots=1)
    patient = await world.patient()
    await world.insert(
        "patient_identifier",
        kind="01",
        value_hash=identifier_hash(world.platform.sealer, "01", NUMBER),
        patient_id=patient,
        value_sealed="x",
        created_at=world.platform.clock.now(),
    )
    body = message(world, slot_id=str(slots[0]), patient={"id_kind": "01", "id_number": NUMBER})
    assert (await tell(world, client, body))["state"] == "booked"
    kept = await world.owner.fetchval("SELECT string_agg(payload::text, '') FROM event")
    assert NUMBER not in kept


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"patient": {"local_number": "P9"}}, 422, "external-patient-unknown"),
        ({"patient": {}}, 400, "validation-failed"),
        ({"patient": {"local_number": "P1", "id_kind": "01", "id_number": "1"}}, 400, "validation-failed"),
        ({"slot_id": str(new_id())}, 404, "slot-not-found"),
        ({"slot_id": None}, 400, "validation-failed"),
        ({"slot_id": None, "department_code": "x", "start_at": "2026-11-24T08:00:00"}, 400, "validation-failed"),
        ({"slot_id": None, "department_code": "x", "start_at": "2026-11-24T08:00:00Z"}, 404, "slot-not-found"),
        ({"slot_id": None, "department_code": "x", "start_at": "0001-01-01T00:00:00+08:00"}, 400, "validation-failed"),
        ({"external_id": "X\0"}, 400, "validation-failed"),
        ({"external_id": "X9", "status": "cancelled"}, 404, "not-found"),
    ],
)
async def test_messages_that_cannot_be_kept(
    world: World, client: Client, more: dict[str, Any], status: int, code: str
) -> None:
    _, slots = await world.session(slots=1)
    await known_patient(world, "P1")
    assert (await tell(world, client, {**message(world, slot_id=str(slots[0])), **more}, status))["code"] == code


async def test_a_number_belongs_to_one_patient_and_a_pool_to_its_channels(world: World, client: Client) -> None:
    _, slots = await world.session(slots=2)
    await known_patient(world, "P1")
    await known_patient(world, "P2")
    await tell(world, client, message(world, slot_id=str(slots[0])))
    taken = await tell(world, client, message(world, local="P2", slot_id=str(slots[0])), 409)
    assert taken["code"] == "external-id-taken"
    await world.owner.execute("UPDATE slot SET pool = 'community' WHERE id = $1", slots[1])
    refused = await tell(world, client, message(world, "X2", "P2", slot_id=str(slots[1])), 403)
    assert refused["code"] == "channel-not-open"
    clerk = world.headers(world.staff(Role.REGISTRAR))
    body = message(world, "X2", "P2", slot_id=str(slots[0]))
    assert (await client.post("/api/external-bookings", json=body, headers=clerk)).status_code == 403


async def test_both_sides_at_once_sell_each_place_once(world: World) -> None:
    capacity, people = 3, 8
    _, slots = await world.session(slots=1, capacity=capacity)
    patients = [await known_patient(world, f"P{n}") for n in range(people)]
    actor = his(world)

    async def tell_one(n: int) -> str:
        request = ExternalBookingRequest(
            organization_id=world.organization_id,
            external_id=f"X{n // 2}",
            status="booked",
            slot_id=slots[0],
            patient=ExternalPatient(local_number=f"P{n // 2}"),
        )
        async with world.platform.transaction(actor) as tx:
            return (await keep_external(tx, request)).state

    async def take(patient: UUID) -> str:
        request = HoldRequest(world.organization_id, slots[0], patient)
        return (await hold(world.platform, world.citizen(patient), request, new_id())).state

    work = [tell_one(n) for n in range(8)] + [take(patient) for patient in patients[4:]]
    got = await asyncio.gather(*work, return_exceptions=True)
    odd = [
        one for one in got if not isinstance(one, str) and not (isinstance(one, Problem) and one.code == "slot-taken")
    ]
    assert odd == []
    slot = await world.row("slot", slots[0])
    assert slot["taken"] == capacity
    assert await world.count("appointment", "active") == capacity
    assert await world.count("external_booking") == await world.count("appointment", "channel = 'system'")


# --- comparison ----------------------------------------------------------------------------------------------------

ANN, BEN = UUID(int=1), UUID(int=2)


def here(state: A = A.BOOKED, number: str | None = "X1", person: UUID = ANN, start: datetime = EIGHT) -> Here:
    return Here(UUID(int=person.int + 100), number, person, "0301", start.date(), start, state)


def line(status: Any = "booked", number: str = "X1", person: str = "P1", start: datetime = EIGHT) -> ListedBooking:
    return ListedBooking(
        external_id=number, start_at=start, department="0301", patient_local_number=person, status=status
    )


LATER = EIGHT + timedelta(minutes=30)
CASES: list[tuple[list[Here], list[ListedBooking], list[str]]] = [
    ([here()], [line()], []),
    ([here(A.FULFILLED)], [line("fulfilled")], []),
    ([here(A.CANCELLED)], [line("cancelled")], []),
    ([here(A.CALLED)], [line()], []),
    ([], [line()], ["missing_here"]),
    ([], [line("cancelled")], []),
    ([], [line("no_show")], ["missing_here"]),
    ([here()], [], ["missing_there"]),
    ([here(A.CANCELLED)], [], []),
    ([here(A.HELD, None)], [], []),
    ([here()], [line("cancelled")], ["state"]),
    ([here(A.CANCELLED)], [line()], ["state"]),
    ([here(A.NO_SHOW)], [line("fulfilled")], ["state"]),
    ([here()], [line(start=LATER)], ["time"]),
    ([here(start=EIGHT + timedelta(days=1))], [line()], ["time"]),
    ([here(number=None)], [line(number="Y7")], []),
    ([here(number=None)], [line(number=str(UUID(int=101)))], []),
    ([here(number=None)], [line(number="Y7", person="P2")], ["missing_here", "missing_there"]),
    ([here(number="X1")], [line(number="X2")], ["missing_here", "missing_there"]),
    ([here(), here(number="X2", person=BEN)], [line(number="X2", person="P2"), line()], []),
]


@pytest.mark.parametrize(("ours", "theirs", "kinds"), CASES)
def test_differences_are_found_and_named(ours: list[Here], theirs: list[ListedBooking], kinds: list[str]) -> None:
    assert [one.kind for one in compare(DAY, ours, theirs, {"P1": ANN, "P2": BEN})] == kinds


def test_each_difference_has_its_mends() -> None:
    assert mends("missing_here", None, "booked") == ["take_here", "accept"]
    assert mends("missing_here", None, "fulfilled") == ["accept"]
    assert mends("missing_there", "booked", None) == ["resend", "cancel_here", "accept"]
    assert mends("missing_there", "fulfilled", None) == ["resend", "accept"]
    assert mends("state", "booked", "cancelled")[0] == "cancel_here"
    assert mends("state", "cancelled", "booked")[0] == "take_here"
    assert mends("state", "no_show", "fulfilled") == ["resend", "accept"]
    assert mends("time", "booked", "booked")[0] == "move_here"


async def test_a_day_is_compared_and_mended(world: World, client: Client) -> None:
    _, slots = await world.session(slots=6, capacity=2)
    starts = [(await world.row("slot", slot))["start_at"].astimezone(ZONE) for slot in slots]
    for n in range(5):
        await known_patient(world, f"P{n}")
    for n in range(4):  # X0 right, X1 cancelled there, X2 at another time there, X3 unknown there
        await tell(world, client, message(world, f"X{n}", f"P{n}", slot_id=str(slots[n])))
    department = await code(world)

    def listed(n: int, slot: int, status: str = "booked") -> dict[str, Any]:
        return {
            "external_id": f"X{n}",
            "start_at": starts[slot].isoformat(),
            "department": department,
            "patient_local_number": f"P{n}",
            "status": status,
        }

    lines = [listed(0, 0), listed(1, 1, "cancelled"), listed(2, 5), listed(4, 4)]
    clerk = world.staff(Role.REGISTRAR)
    body = {"organization_id": str(world.organization_id), "day": str(DAY), "items": lines}
    headers = world.headers(clerk)
    answer = await client.post("/api/channel-reconciliations", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    by_kind = {one["kind"]: one for one in made["differences"]}
    assert set(by_kind) == {"state", "time", "missing_there", "missing_here"}
    assert by_kind["time"]["here"]["start_at"] == starts[2].isoformat()
    assert by_kind["missing_here"]["there"]["patient_local_number"] == "P4"
    again = await client.post("/api/channel-reconciliations", json=body, headers=headers)
    assert again.json() == made
    path = f"/api/channel-reconciliations/{made['id']}"

    async def do(kind: str, mend: str, status: int = 200, reason: str = "") -> dict[str, Any]:
        wish = {"organization_id": str(world.organization_id), "mend": mend, "reason": reason}
        done = await client.post(
            f"{path}/differences/{by_kind[kind]['id']}/mend", json=wish, headers=world.headers(clerk)
        )
        assert done.status_code == status, done.text
        return done.json()

    assert (await do("state", "move_here", 409))["code"] == "mend-unsuitable"
    assert (await do("missing_there", "accept", 400))["code"] == "validation-failed"
    assert (await do("state", "cancel_here"))["state"] == "mended"
    assert (await do("state", "cancel_here", 409))["code"] == "wrong-state"
    assert (await do("time", "move_here"))["state"] == "mended"
    assert (await do("missing_here", "take_here"))["appointment_id"] is not None
    assert (await do("missing_there", "resend", reason="已电话通知"))["state"] == "handed_over"
    assert [await world.count("appointment", "active AND slot_id = $1", slot) for slot in slots] == [1, 0, 0, 1, 1, 1]
    where = f"organization_id={world.organization_id}"
    listing = (await client.get(f"/api/channel-reconciliations?{where}", headers=headers)).json()["items"]
    assert [(one["differences"], one["open"]) for one in listing] == [(4, 0)]
    shown = (await client.get(f"{path}?{where}", headers=headers)).json()
    assert {one["state"] for one in shown["differences"]} == {"mended", "handed_over"}
    after = await client.post("/api/channel-reconciliations", json=body, headers=world.headers(clerk))
    assert [one["kind"] for one in after.json()["differences"]] == ["missing_there"], (
        "only what was handed over is left"
    )
    assert (await client.get(f"{path}?{where}", headers=world.headers(world.citizen()))).status_code == 403


async def test_a_mend_that_finds_the_place_taken_leaves_the_difference_open(world: World, client: Client) -> None:
    _, slots = await world.session(slots=1, capacity=1)
    patient = await world.patient()
    actor = world.citizen(patient)
    held = await hold(world.platform, actor, HoldRequest(world.organization_id, slots[0], patient), new_id())
    await confirm(world.platform, actor, world.organization_id, held.id)
    await known_patient(world, "P1")
    item = {
        "external_id": "X1",
        "start_at": held.start_at.isoformat(),
        "department": await code(world),
        "patient_local_number": "P1",
        "status": "booked",
    }
    body = {"organization_id": str(world.organization_id), "day": str(DAY), "items": [item]}
    headers = world.headers(his(world))
    made = (await client.post("/api/channel-reconciliations", json=body, headers=headers)).json()
    assert sorted(one["kind"] for one in made["differences"]) == ["missing_here", "missing_there"]
    there = next(one for one in made["differences"] if one["kind"] == "missing_here")
    wish = {"organization_id": str(world.organization_id), "mend": "take_here"}
    path = f"/api/channel-reconciliations/{made['id']}/differences/{there['id']}/mend"
    refused = await client.post(path, json=wish, headers=world.headers(his(world)))
    assert (refused.status_code, refused.json()["code"]) == (409, "slot-taken")
    assert (await world.row("channel_difference", UUID(there["id"])))["state"] == "open"
