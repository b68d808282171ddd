"""What patients are told about their prescription's way, and what a wall shows at once."""

from typing import Any

from booking.test_queue_live import address as address  # a fixture
from booking.test_queue_live import listening, until
from prescriptions.pharmacy import AMLODIPINE
from prescriptions.shops import Street, out, trace
from yitong.journey.medicine_news import TOLD_OF, tell_of_medicines
from yitong.kernel.event_log import Recorded
from yitong.prescriptions.dispensing.jobs import send_reminders


async def tell_all(street: Street) -> None:
    """Let the reactor's function see everything that it listens to, twice: each is told once."""
    town = street.inside.town
    names = ", ".join(f"'{one.value}'" for one in TOLD_OF)
    rows = await town.rows(f"SELECT * FROM event WHERE type IN ({names}) ORDER BY position")
    for row in [*rows, *rows]:
        values: dict[str, Any] = {name: getattr(row, name) for name in Recorded.__struct_fields__}
        async with town.platform.transaction() as tx:
            await tell_of_medicines(tx, Recorded(**values))


async def test_the_patient_hears_of_every_step(street: Street) -> None:
    town = street.inside.town
    part = await street.part()
    home = {"text": "幸福路 8 号", "name": "王小明", "phone": "13900000001"}
    request = await street.published(part, handover="delivery", address=home)
    held = (await street.grab(street.near, request)).json()
    done = (
        await street.act(street.near, held, "dispense", lines=[out(28, trace())], last=True, secret=held["secret"])
    ).json()
    courier = {"courier_name": "李快", "courier_phone": "13800000002"}
    await street.act(street.near, done, "delivery", **courier)
    medication = (await street.inside.get(street.patient, f"/patients/{street.inside.patient}/medications")).json()
    one = medication["items"][0]
    await street.inside.put(
        street.patient,
        f"/patients/{street.inside.patient}/medications/{one['dispense_id']}/1/reminder",
        {"pharmacy_id": one["pharmacy_id"], "remind": True, "times": ["09:00"]},
    )
    town.clock.advance(hours=1)
    assert await send_reminders(town.platform) == 1
    await tell_all(street)
    told = (await street.inside.client.get("/api/messages", headers=town.headers(street.patient))).json()["items"]
    assert sorted(one["kind"] for one in told) == [
        "delivery_sent",
        "medication_due",
        "prescription_dispensed",
        "prescription_taken",
    ]
    links = {one["kind"]: one["link"] for one in told}
    assert links["delivery_sent"] == links["prescription_taken"]
    assert links["prescription_taken"] == {
        "kind": "prescription_part",
        "id": part["id"],
        "organization_id": street.hospital,
    }
    due = next(one for one in told if one["kind"] == "medication_due")
    assert AMLODIPINE in due["body"]["zh"]
    assert "王小明" not in str(told)


async def test_the_wall_shows_a_request_at_once(street: Street, address: str, sockets: None) -> None:
    town, part = street.inside.town, await street.part()
    path = f"/pharmacies/{street.near.id}/wall/stream"
    async with listening(address, town, street.near.pharmacist, path) as states:
        assert (await until(states, lambda _: True))["requests"] == []
        request = await street.published(part)
        shown = await until(states, lambda wall: wall["requests"])
        assert shown["requests"][0]["id"] == request["id"]
        await street.grab(street.cheap, request)
        await until(states, lambda wall: not wall["requests"])
