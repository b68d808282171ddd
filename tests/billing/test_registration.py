"""The fee of an appointment: charged with the booking, taken back with it, carried along when it was paid."""

from httpx import AsyncClient as Client
from sqlalchemy import text

from billing.clinic import list_prices, react, send
from worlds import World
from yitong.billing.charges import service as bills
from yitong.billing.charges.actions import REGISTRATION
from yitong.billing.journal.service import Posting, post
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import SYSTEM_ACTOR

ROW = (
    "SELECT b.id, b.appointment_id, s.charged_fen, s.received_fen, s.lines FROM bill b"
    " JOIN bill_sum s ON s.bill_id = b.id ORDER BY b.opened_at, b.id"
)


async def booked(client: Client, town: World, patient: UUID, slot: int = 2) -> str:
    """An appointment made over HTTP."""
    citizen = town.citizen(patient)
    held = await send(
        client, town, citizen, "/holds", slot_id=str(town.session.slots[slot][0]), patient_id=str(patient)
    )
    assert held.status_code == 201, held.text
    confirmed = await send(client, town, citizen, f"/appointments/{held.json()['id']}/confirm")
    assert confirmed.json()["state"] == "booked", confirmed.text
    return held.json()["id"]


async def pay(town: World, bill_id: UUID, patient: UUID, fen: int) -> None:
    """Close the bill and book money for it, as a payment does."""
    async with town.platform.transaction() as tx:
        grant = REGISTRATION.check(SYSTEM_ACTOR, organization_id=town.hospital_id)
        await bills.close_bill(tx, grant, town.hospital_id, bill_id)
        sides = [Posting("channel:wechat", fen), Posting(f"patient:{patient}", -fen)]
        said = {"organization_id": town.hospital_id, "event_id": new_id()}
        await post(tx, grant, "payment", f"test:{bill_id}", sides, bill_id, **said)


async def test_booking_charges_the_fee_once_and_cancelling_takes_it_back(client: Client, town: World) -> None:
    await list_prices(town)
    patient = await town.patient()
    appointment = await booked(client, town, patient)
    await react(town)
    [row] = await town.rows(ROW)
    assert (str(row.appointment_id), row.charged_fen, row.lines) == (appointment, 5000, 1)
    line = await town.one("SELECT price_code, price_version, category FROM charge")
    assert (line.price_code, str(line.price_version), line.category) == ("BJ3-general", "2020-01-01", "registration")
    # The log read from its beginning once more charges nothing twice.
    async with town.platform.transaction() as tx:
        await tx.session.execute(text("DELETE FROM reactor_position WHERE name = 'billing.registration'"))
    await react(town)
    assert [tuple(r) for r in await town.rows(ROW)] == [tuple(row)]
    cancelled = await send(client, town, town.citizen(patient), f"/appointments/{appointment}/cancel", reason="有事")
    assert cancelled.json()["state"] == "cancelled", cancelled.text
    await react(town)
    [row] = await town.rows(ROW)
    assert (row.charged_fen, row.lines) == (0, 0)
    assert [r[0] for r in await town.rows("SELECT sum(amount_fen) FROM posting GROUP BY account")] == [0, 0]


async def test_a_paid_fee_goes_with_an_appointment_that_is_moved(client: Client, town: World, clock: SetClock) -> None:
    await list_prices(town)
    patient = await town.patient()
    appointment = await booked(client, town, patient)
    await react(town)
    [row] = await town.rows(ROW)
    await pay(town, row.id, patient, 5000)
    target = str(town.session.slots[4][0])
    moved = await send(client, town, town.citizen(patient), f"/appointments/{appointment}/reschedule", slot_id=target)
    assert moved.json()["state"] == "booked", moved.text
    await react(town)
    [row] = await town.rows(ROW)
    assert (str(row.appointment_id), row.charged_fen, row.received_fen) == (moved.json()["id"], 5000, 5000)
    # Given up after it was paid: nothing is taken off the bill here, the money has to go back first.
    clock.advance(seconds=1)
    gone = await send(client, town, town.citizen(patient), f"/appointments/{moved.json()['id']}/cancel", reason="有事")
    assert gone.json()["state"] == "cancelled"
    await react(town)
    assert (await town.rows(ROW))[0].charged_fen == 5000


async def test_an_unpaid_fee_is_charged_anew_when_the_appointment_is_moved(client: Client, town: World) -> None:
    patient = await town.patient()  # without a price list: the hospital's own fee
    appointment = await booked(client, town, patient)
    await react(town)
    target = str(town.session.slots[4][0])
    moved = await send(client, town, town.citizen(patient), f"/appointments/{appointment}/reschedule", slot_id=target)
    await react(town)
    rows = {str(r.appointment_id): (r.charged_fen, r.lines) for r in await town.rows(ROW)}
    assert rows == {appointment: (0, 0), moved.json()["id"]: (5000, 1)}
    codes = await town.rows("SELECT DISTINCT price_code FROM charge")
    assert [row[0] for row in codes] == [f"service:{town.service_id}"]
